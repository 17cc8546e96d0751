/* Any bytes as the body of a WebDAV request: what is taken is within its limits, what is refused
 * says why. */
#include "form/dav_in.h"
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct dav_in in;
    enum err e = dav_in_parse(a, (const char *)data, size, &in);
    hold(e == OK || ((e == ERR_BAD_REQUEST || e == ERR_FORBIDDEN) && in.why));
    hold((e == ERR_FORBIDDEN) == (in.precondition.name != NULL));
    hold(in.prop_count <= DAV_PROPS_MAX && in.href_count <= DAV_HREFS_MAX);
    for (size_t i = 0; i < in.prop_count; i++)
        hold(strlen(in.props[i].name) > 0 && in.props[i].ns);
    for (size_t i = 0; e == OK && i < in.href_count; i++)
        hold(in.hrefs[i] != NULL);
    if (e == OK && in.has_from && in.has_until)
        hold(in.from < in.until);
    arena_free(a);
    return 0;
}
