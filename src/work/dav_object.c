/* One appointment: GET. */
#include "base/arena.h"
#include "dav_in.h"
#include "form/dav_if.h"

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

int dav_if_status(struct call *c, const struct dav *d, const struct dav_entry *e)
{
    static const int statuses[] = {[DAV_IF_HOLDS] = 0, [DAV_IF_FAILS] = 412, [DAV_IF_BAD] = 400};
    const char *said = header(c, "if");
    const char *calendar = arena_printf(call_arena(c), "%s/dav/c/%s/panel/",
                                        d->calendar->facts.base, d->calendar->facts.expert);
    const struct dav_state states[] = {
        {arena_printf(call_arena(c), "%s%s.ics", calendar, d->name), e ? e->item.etag : NULL, NULL},
        {calendar, NULL, d->calendar->facts.token}};
    return said ? statuses[dav_if_judge(said, states, 2)] : 0;
}

enum step dav_get_prepare(struct call *c, struct dav *d)
{
    d->texts = true;
    dav_pick_one(c, d, d->name, dav_is_shown);
    return STEP_MORE;
}

enum step dav_get_reply(struct call *c, struct dav *d)
{
    const char *none = header(c, "if-none-match"), *match = header(c, "if-match");
    if (d->count == 0)
        return dav_status(c, 404);
    const struct dav_item *i = &d->picked[0]->item;
    int unlike = match && !dav_match(match, i->etag) ? 412 : dav_if_status(c, d, d->picked[0]);
    if (unlike)
        return dav_status(c, unlike);
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
