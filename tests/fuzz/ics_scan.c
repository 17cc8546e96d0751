/* Any bytes as a foreign calendar: taken apart within its limits, or told what is wrong and where;
 * what an object says of it is JSON. (What rules expand to is no matter of this one: it may take
 * as long as it likes, and the reader's limits end it.) */
#include "base/arena.h"
#include "reader/object.h"
#include "reader/scan.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool claim)
{
    if (!claim)
        abort();
}

static size_t count(const struct ics_part *p, size_t depth)
{
    size_t n = 0;
    hold(depth <= ICS_DEPTH_MAX);
    for (; p; p = p->next) {
        size_t props = 0;
        for (const struct ics_prop *x = p->props; x; x = x->next)
            props++;
        hold(props <= ICS_PROPS_MAX && props == p->n_props);
        n += 1 + count(p->parts, depth + 1);
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct ics_doc doc = ics_scan(a, (const char *)data, size);
    hold(doc.error || doc.calendars);
    hold(doc.error || count(doc.calendars, 1) <= ICS_PARTS_MAX);
    arena_free(a);

    struct buf json;
    buf_init(&json, OBJECT_JSON_MAX);
    ics_object(&json, (const char *)data, size);
    json_t *said = json_loadb(json.data, json.len, 0, NULL);
    hold(json.full || said);
    hold(!doc.error == !json_object_get(said, "error"));
    json_decref(said);
    buf_done(&json);
    return 0;
}
