#include "form/ical_zone.h"

#include "core/day.h"
#include "core/zone.h"
#include "form/revision.h"
#include "form/when.h"

#include <stdlib.h>
#include <string.h>

enum { CHANGES_MAX = 256, YEAR_FIRST = 1970 };

struct change {
    instant at;
    int32_t from, to; /* offsets */
};

struct changes {
    size_t n;
    struct change list[CHANGES_MAX];
};

static const char seoul_block[] = "BEGIN:VTIMEZONE\r\n"
                                  "TZID:Asia/Seoul\r\n"
                                  "X-LIC-LOCATION:Asia/Seoul\r\n"
                                  "BEGIN:STANDARD\r\n"
                                  "DTSTART:19700101T000000\r\n"
                                  "TZOFFSETFROM:+0900\r\n"
                                  "TZOFFSETTO:+0900\r\n"
                                  "TZNAME:KST\r\n"
                                  "END:STANDARD\r\n"
                                  "END:VTIMEZONE\r\n";

static bool by_rule(const struct zone *z, int first, int last);
static void put_rule(struct buf *out, const struct zone *z, int first);
static void put_changes(struct buf *out, const struct zone *z, int first, int last);
static instant year_start(int year);

bool ical_zone_named(const char *zone)
{
    return strcmp(zone, "UTC") != 0 && (strcmp(zone, ZONE_SEOUL) == 0 || zone_find(zone));
}

void ical_zone(struct buf *out, const char *zone, instant from, instant until)
{
    int first = day_year(day_of(from)), last = day_year(day_of(until));
    if (strcmp(zone, ZONE_SEOUL) == 0) {
        buf_str(out, seoul_block);
        return;
    }
    if (!ical_zone_named(zone))
        return;
    const struct zone *z = zone_find(zone);
    buf_printf(out, "BEGIN:VTIMEZONE\r\nTZID:%s\r\nX-LIC-LOCATION:%s\r\n", zone, zone);
    if (by_rule(z, first - 1, last + 1)) /* local years are not quite those of UTC */
        put_rule(out, z, first - 1);
    else
        put_changes(out, z, first - 1, last + 1);
    buf_str(out, "END:VTIMEZONE\r\n");
}

void ical_zone_local(struct buf *out, const char *zone, instant t)
{
    const struct zone *z = strcmp(zone, ZONE_SEOUL) == 0 ? NULL : zone_find(zone);
    if (z)
        when_local(out, zone_local(z, t));
    else
        when_seoul(out, t);
}

bool ical_zone_tells(const char *zone, instant t)
{
    const struct zone *z = strcmp(zone, ZONE_SEOUL) == 0 ? NULL : zone_find(zone);
    return !z || zone_utc_first(z, zone_local(z, t)) == t;
}

static instant year_start(int year)
{
    return (instant)day_from(year, 1, 1) * DAY_SECONDS;
}

static void add_change(struct changes *c, const struct zone *z, instant at, instant a, instant b)
{
    struct change one = {at, zone_offset(z, at - 1), zone_offset(z, at)};
    if (a <= at && at < b && one.from != one.to && c->n < CHANGES_MAX)
        c->list[c->n++] = one;
}

/* Those of the years first … last, rising: the ones that the file lists, then by its rule. */
static void changes_in(struct changes *c, const struct zone *z, int first, int last)
{
    instant a = year_start(first), b = year_start(last + 1);
    c->n = 0;
    for (size_t i = 0; i < z->changes; i++)
        add_change(c, z, z->at[i], a, b);
    for (int year = first; z->has_summer && year <= last; year++) {
        instant from = zone_rule_change(z, year, true), until = zone_rule_change(z, year, false);
        instant two[] = {from < until ? from : until, from < until ? until : from};
        for (int i = 0; i < 2; i++)
            if (z->changes == 0 || two[i] > z->at[z->changes - 1])
                add_change(c, z, two[i], a, b);
    }
}

/* RRULE says "the second Sunday of March at 02:00", not "the 50th hour of the fourth Thursday". */
static bool is_plain(const struct zone_day *d)
{
    return d->form == 'M' && d->time >= 0 && d->time < DAY_SECONDS;
}

static bool rule_holds(const struct zone *z, int year)
{
    struct changes c;
    instant from = zone_rule_change(z, year, true), until = zone_rule_change(z, year, false);
    changes_in(&c, z, year, year);
    return c.n == 2 && ((c.list[0].at == from && c.list[1].at == until) ||
                        (c.list[0].at == until && c.list[1].at == from));
}

static bool by_rule(const struct zone *z, int first, int last)
{
    if (!z->has_rule || !z->has_summer || !is_plain(&z->summer_from) || !is_plain(&z->summer_until))
        return false;
    for (int year = first; year <= last; year++)
        if (!rule_holds(z, year))
            return false;
    return true;
}

static void put_offset(struct buf *out, const char *name, int32_t offset)
{
    int32_t s = abs(offset);
    buf_printf(out, "%s:%c%02d%02d", name, offset < 0 ? '-' : '+', s / 3600, s / 60 % 60);
    if (s % 60)
        buf_printf(out, "%02d", s % 60);
    buf_str(out, "\r\n");
}

/* One observance; rule may be NULL. Which of two is summer time follows from the clock alone. */
static void put_observance(struct buf *out, int64_t local, int32_t from, int32_t to,
                           const struct zone_day *rule)
{
    static const char *const days[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
    const char *name = to > from ? "DAYLIGHT" : "STANDARD";
    buf_printf(out, "BEGIN:%s\r\nDTSTART:", name);
    when_local(out, local);
    buf_str(out, "\r\n");
    put_offset(out, "TZOFFSETFROM", from);
    put_offset(out, "TZOFFSETTO", to);
    if (rule)
        buf_printf(out, "RRULE:FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s\r\n", rule->month,
                   rule->week == 5 ? -1 : rule->week, days[rule->day]);
    buf_printf(out, "END:%s\r\n", name);
}

/* From the first year on in which the rule holds without a gap. */
static void put_rule(struct buf *out, const struct zone *z, int first)
{
    while (first > YEAR_FIRST && rule_holds(z, first - 1))
        first--;
    put_observance(out, zone_rule_change(z, first, true) + z->rule_offset, z->rule_offset,
                   z->summer_offset, &z->summer_from);
    put_observance(out, zone_rule_change(z, first, false) + z->summer_offset, z->summer_offset,
                   z->rule_offset, &z->summer_until);
}

static void put_changes(struct buf *out, const struct zone *z, int first, int last)
{
    struct changes c;
    int32_t before = zone_offset(z, year_start(first));
    changes_in(&c, z, first, last);
    put_observance(out, year_start(YEAR_FIRST), before, before, NULL);
    for (size_t i = 0; i < c.n; i++)
        put_observance(out, c.list[i].at + c.list[i].from, c.list[i].from, c.list[i].to, NULL);
}
