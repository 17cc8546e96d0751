/* Any bytes as an If header (form/dav_if): judged without reading beyond them. */
#include "form/dav_if.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dav_state states[] = {{"/dav/c/1/panel/2.ics", "\"1\"", NULL},
                                              {"/dav/c/1/panel/", NULL, "a:b"}};
    char *s = malloc(size + 1);
    if (!s)
        abort();
    memcpy(s, data, size);
    s[size] = '\0';
    if (dav_if_judge(s, states, 2) != DAV_IF_BAD && !strchr(s, '('))
        abort();
    free(s);
    return 0;
}
