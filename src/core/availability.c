#include "core/availability.h"

#include "core/day.h"

#include <assert.h>

static void add_window(struct arena *a, const struct expert *e, int32_t day, int from, int until,
                       struct spans *s)
{
    int64_t midnight = (int64_t)day * DAY_SECONDS;
    if (from < until)
        span_add(a, s,
                 (struct span){zone_utc_first(e->zone, midnight + from * 60),
                               zone_utc_last(e->zone, midnight + until * 60)});
}

/* Index of the first entry of that day or later. */
static size_t first_dated(const struct expert *e, int32_t day)
{
    size_t lo = 0, hi = e->dated_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (e->dated[mid].day < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The how-manieth of its weekday in its month, counted from either end. */
static bool nth_on(unsigned nth, int32_t day)
{
    int year, month, mday;
    day_civil(day, &year, &month, &mday);
    int left = month == 12 ? 31 - mday : day_from(year, month + 1, 1) - 1 - day;
    return (nth & (WEEKLY_NTH((mday - 1) / 7 + 1) | WEEKLY_NTH(-(left / 7 + 1)))) != 0;
}

bool weekly_on(const struct weekly *w, int32_t day)
{
    if (w->weekday != day_weekday(day) || (w->first && day < w->first) ||
        (w->last && day > w->last))
        return false;
    if (w->every > 1 && (day_week(day) - day_week(w->first)) % w->every != 0)
        return false;
    return w->nth == 0 || nth_on(w->nth, day);
}

static void add_day(struct arena *a, const struct panel *p, const struct expert *e, int32_t day,
                    struct spans *s)
{
    size_t first = first_dated(e, day), i = first;
    for (; i < e->dated_count && e->dated[i].day == day; i++)
        add_window(a, e, day, e->dated[i].from, e->dated[i].until, s);
    if (i > first || panel_is_holiday(p, day))
        return;
    for (i = 0; i < e->weekly_count; i++)
        if (weekly_on(&e->weekly[i], day))
            add_window(a, e, day, e->weekly[i].from, e->weekly[i].until, s);
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
        add_day(a, p, e, day, &all);
    struct span term = availability_term(e);
    struct spans in_term = {&term, 1, 1}, duties = span_intersect(a, &e->duties, &in_term);
    all = span_union(a, &all, &duties);
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
