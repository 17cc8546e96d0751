#include "core/zone.h"

#include "core/day.h"

#include <stdio.h>
#include <stdlib.h>

static int32_t offset_by_rule(const struct zone *z, instant t);
static instant utc_of(const struct zone *z, int64_t local, bool last);
static instant change_between(const struct zone *z, instant lo, instant hi);

int32_t zone_offset(const struct zone *z, instant t)
{
    size_t lo = 0, hi = z->changes;
    if (z->has_rule && (hi == 0 || t >= z->at[hi - 1]))
        return offset_by_rule(z, t);
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (z->at[mid] <= t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return z->offset[lo];
}

int64_t zone_local(const struct zone *z, instant t)
{
    return t + zone_offset(z, t);
}

instant zone_utc_first(const struct zone *z, int64_t local)
{
    return utc_of(z, local, false);
}

instant zone_utc_last(const struct zone *z, int64_t local)
{
    return utc_of(z, local, true);
}

char *zone_text(const struct zone *z, instant t, char out[ZONE_TEXT])
{
    int32_t off = zone_offset(z, t), minutes = abs(off) / 60;
    int64_t local = t + off;
    int y, m, d, s = (int)(local - (int64_t)day_of(local) * DAY_SECONDS);
    day_civil(day_of(local), &y, &m, &d);
    snprintf(out, ZONE_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", y % 10000, m, d,
             s / 3600 % 24, s / 60 % 60, s % 60, off < 0 ? '-' : '+', minutes / 60 % 24,
             minutes % 60);
    return out;
}

static int32_t day_of_rule(const struct zone_day *r, int year)
{
    int32_t first = day_from(year, 1, 1);
    if (r->form == '0')
        return first + r->day;
    if (r->form == 'J') /* 1 … 365: 29 February is never counted, 1 March is always 60 */
        return r->day < 60 ? first + r->day - 1 : day_from(year, 3, 1) + r->day - 60;
    first = day_from(year, r->month, 1);
    int32_t day = first + (r->day - day_weekday(first) % 7 + 7) % 7 + (r->week - 1) * 7;
    int32_t end = r->month == 12 ? day_from(year + 1, 1, 1) : day_from(year, r->month + 1, 1);
    return day < end ? day : day - 7; /* week 5 is the last one */
}

instant zone_rule_change(const struct zone *z, int year, bool begins)
{
    const struct zone_day *day = begins ? &z->summer_from : &z->summer_until;
    return (instant)day_of_rule(day, year) * DAY_SECONDS + day->time -
           (begins ? z->rule_offset : z->summer_offset);
}

static int32_t offset_by_rule(const struct zone *z, instant t)
{
    if (!z->has_summer)
        return z->rule_offset;
    int year = day_year(day_of(t + z->rule_offset));
    instant from = zone_rule_change(z, year, true), until = zone_rule_change(z, year, false);
    bool summer = from < until ? from <= t && t < until : !(until <= t && t < from);
    return summer ? z->summer_offset : z->rule_offset;
}

/* The offsets a day before and a day after are those around any change near `local`: an offset is
 * less than a day. For `last` the new clock must have shown the second before: see `until` in the
 * header. */
static instant utc_of(const struct zone *z, int64_t local, bool last)
{
    int32_t before = zone_offset(z, local - DAY_SECONDS);
    int32_t after = zone_offset(z, local + DAY_SECONDS);
    instant old = local - before, new = local - after;
    bool old_holds = zone_offset(z, old) == before;
    bool new_holds = zone_offset(z, new - last) == after;
    if (old_holds && new_holds)
        return (old < new) == last ? new : old;
    if (old_holds || new_holds)
        return old_holds ? old : new;
    return change_between(z, new - 1, old);
}

/* The first instant in (lo, hi] whose offset is not that of lo. */
static instant change_between(const struct zone *z, instant lo, instant hi)
{
    int32_t before = zone_offset(z, lo);
    while (hi - lo > 1) {
        instant mid = lo + (hi - lo) / 2;
        if (zone_offset(z, mid) == before)
            lo = mid;
        else
            hi = mid;
    }
    return hi;
}
