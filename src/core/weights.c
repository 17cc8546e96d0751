#include "core/weights.h"

#include <string.h>

const struct weights weights_default = {{
#define PART(kind, code, most, ko, en) [PART_##code] = (most),
#include "core/score.def"
#undef PART
}};

static const struct part_row rows[PART_COUNT] = {
#define PART(kind, code, most, ko, en) [PART_##code] = {PART_##kind, #code, ko, en},
#include "core/score.def"
#undef PART
};

const struct part_row *part_row(enum part_code c)
{
    return &rows[c];
}

int part_find(const char *code)
{
    int c = 0;
    while (c < PART_COUNT && strcmp(rows[c].code, code) != 0)
        c++;
    return c;
}

int weights_sum(const struct weights *w)
{
    int sum = 0;
    for (int c = 0; c < PART_COUNT; c++)
        sum += w->most[c];
    return sum;
}
