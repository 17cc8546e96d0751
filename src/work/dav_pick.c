#include "base/arena.h"
#include "dav_in.h"

void dav_pick(struct call *c, struct dav *d, dav_match_fn *fn)
{
    const struct dav_calendar *k = d->calendar;
    d->picked = arena_array(call_arena(c), struct dav_entry *, k->count + 1);
    d->count = 0;
    for (size_t i = 0; i < k->count; i++)
        if (fn(d, k->entries[i]))
            d->picked[d->count++] = k->entries[i];
}

void dav_pick_one(struct call *c, struct dav *d, const char *id, dav_match_fn *fn)
{
    struct dav_entry *e = dav_calendar_find(d->calendar, id);
    d->picked = arena_array(call_arena(c), struct dav_entry *, 1);
    d->picked[0] = e;
    d->count = e && fn(d, e);
}

bool dav_is_any(const struct dav *d, const struct dav_entry *e)
{
    return (void)d, (void)e, true;
}

bool dav_is_shown(const struct dav *d, const struct dav_entry *e)
{
    return (void)d, e->shown;
}
