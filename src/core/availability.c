#include "core/availability.h"

#include "core/day.h"

#include <assert.h>

static void add_day(struct arena *a, const struct expert *e, int32_t day, struct spans *s)
{
    int64_t midnight = (int64_t)day * DAY_SECONDS;
    int weekday = day_weekday(day);
    for (size_t i = 0; i < e->weekly_count; i++) {
        const struct weekly *w = &e->weekly[i];
        if (w->weekday == weekday && w->from < w->until)
            span_add(a, s,
                     (struct span){zone_utc_first(e->zone, midnight + w->from * 60),
                                   zone_utc_last(e->zone, midnight + w->until * 60)});
    }
}

struct spans availability(struct arena *a, const struct panel *p, const struct expert *e,
                          struct span range)
{
    struct spans all = {0}, within = {&range, range.from < range.until, 1};
    if (within.n == 0)
        return all;
    assert(range.until - range.from <= (instant)PANEL_DAYS_MAX * DAY_SECONDS);
    /* A day more at each end: a clock set back over midnight shows the day before once more. */
    int32_t first = day_of(zone_local(e->zone, range.from)) - 1;
    int32_t last = day_of(zone_local(e->zone, range.until)) + 1;
    first = first > e->term_from ? first : e->term_from;
    last = last < e->term_until ? last : e->term_until;
    for (int32_t day = first; day <= last; day++)
        if (!panel_is_holiday(p, day))
            add_day(a, e, day, &all);
    struct spans cut = span_intersect(a, &all, &within);
    return span_subtract(a, &cut, &e->absences);
}

struct span availability_term(const struct expert *e)
{
    return (struct span){
        zone_utc_first(e->zone, (int64_t)e->term_from * DAY_SECONDS),
        zone_utc_last(e->zone, ((int64_t)e->term_until + 1) * DAY_SECONDS),
    };
}
