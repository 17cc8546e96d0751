/* Any bytes as the body of a WebDAV request: what is taken is within its limits, what is refused
 * says why. */
#include "form/dav_in.h"
#include "base/arena.h"
#include "form/dav_part.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool claim)
{
    if (!claim)
        abort();
}

/* A part is no longer than the whole, but for its times. */
static void take_part(const struct dav_data *data)
{
    static const struct dav_item item = {
        .text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n"
                "DTSTART;TZID=Asia/Seoul:20260604T100000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"};
    struct buf b;
    buf_init(&b, BUF_MAX_DEFAULT);
    dav_part(&b, data, &item);
    hold(b.len <= strlen(item.text) && strncmp(b.data, item.text, 17) == 0);
    buf_done(&b);
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
    if (e == OK)
        take_part(&in.data);
    arena_free(a);
    return 0;
}
