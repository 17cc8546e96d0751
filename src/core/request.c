#include "core/request.h"

#include <string.h>

bool words_have(const struct words *w, const char *word)
{
    for (size_t i = 0; word && i < w->n; i++)
        if (strcmp(w->at[i], word) == 0)
            return true;
    return false;
}

int words_common(const struct words *x, const struct words *y)
{
    int common = 0;
    for (size_t i = 0; i < x->n; i++)
        common += words_have(y, x->at[i]);
    return common;
}
