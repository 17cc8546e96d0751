/* One appointment: GET. */
#include "base/arena.h"
#include "dav_in.h"

#include <string.h>

enum { FIELDS = 6 };

static const char *header(struct call *c, const char *name)
{
    return http_header(call_request(c), name);
}

/* Our tags are quoted: one is in a list or is not. */
bool dav_match(const char *list, const char *etag)
{
    return strcmp(list, "*") == 0 || strstr(list, etag) != NULL;
}

enum step dav_get_prepare(struct call *c, struct dav *d)
{
    (void)c;
    d->texts = true;
    json_object_set_new(d->ask, "items", json_true());
    json_object_set_new(d->ask, "names", json_pack("[s]", d->name));
    return STEP_MORE;
}

enum step dav_get_reply(struct call *c, struct dav *d)
{
    const char *none = header(c, "if-none-match"), *match = header(c, "if-match");
    if (d->count == 0 || !d->entries[0].item.text)
        return dav_status(c, 404);
    const struct dav_item *i = &d->entries[0].item;
    if (match && !dav_match(match, i->etag))
        return dav_status(c, 412);
    const struct http_field fields[FIELDS] = {{"ETag", i->etag},
                                              {"Schedule-Tag", i->tag},
                                              {"Cache-Control", "private, no-cache"},
                                              {"X-Content-Type-Options", "nosniff"}};
    bool same = none && dav_match(none, i->etag);
    struct http_reply r = {.status = same ? 304 : 200,
                           .type = same ? NULL : "text/calendar; charset=utf-8; component=VEVENT",
                           .body = i->text,
                           .body_len = same ? 0 : i->len,
                           .fields = fields,
                           .field_count = 4};
    return call_reply(c, &r);
}
