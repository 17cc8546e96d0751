#include "form/vavailability.h"

#include "core/availability.h"
#include "core/day.h"
#include "core/zone.h"
#include "form/ical_line.h"
#include "form/ical_zone.h"

#include <string.h>

enum { FIRST_WITHIN = 800, DAY_MINUTES = 1440 }; /* days within which every rule falls once */

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const bydays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

struct printer {
    struct buf *out;
    struct ical_line line;            /* under work: folded at its end */
    const char *expert, *zone, *tzid; /* tzid NULL: times are in UTC */
    instant stamp;
    size_t n; /* components so far: their UIDs */
};

struct window {
    int32_t day;
    int from, until;
};

/* A rule of the JSON form; with_ what it names. */
struct rule {
    struct weekly w;
    bool with_first, with_last;
    const json_t *nth;
};

static const char *text_of(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static bool minutes_of(const json_t *o, const char *key, int *ret)
{
    int h, m;
    char end;
    const char *s = text_of(o, key);
    if (!s || sscanf(s, "%2d:%2d%c", &h, &m, &end) != 2)
        return false;
    *ret = h * 60 + m;
    return true;
}

static bool day_in(const json_t *o, const char *key, int32_t *ret, bool *ret_there)
{
    const char *s = text_of(o, key);
    *ret_there = s != NULL;
    return !s || day_parse(s, ret);
}

static void put_clock(struct buf *out, int64_t local)
{
    int y, m, d;
    int32_t day = day_of(local);
    int s = (int)(local - (int64_t)day * DAY_SECONDS);
    day_civil(day, &y, &m, &d);
    buf_printf(out, "%04d%02d%02dT%02d%02d%02d", y, m, d, s / 3600, s / 60 % 60, s % 60);
}

static void put_day(struct printer *p, const char *name, int32_t day)
{
    int y, m, d;
    day_civil(day, &y, &m, &d);
    buf_printf(p->out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, y, m, d);
}

/* A clock's time of the expert's zone. */
static void put_time(struct printer *p, const char *name, int32_t day, int minutes)
{
    struct buf *text = &p->line.text;
    buf_str(text, name);
    if (p->tzid)
        buf_printf(text, ";TZID=%s", p->tzid);
    buf_char(text, ':');
    put_clock(text, (int64_t)day * DAY_SECONDS + minutes * 60);
    buf_str(text, p->tzid ? "" : "Z");
    ical_line_end(&p->line);
}

static void put_head(struct printer *p, const char *component)
{
    buf_printf(p->out, "BEGIN:%s\r\nUID:%s-%zu@hours.jamund\r\nDTSTAMP:", component, p->expert,
               p->n++);
    put_clock(p->out, p->stamp);
    buf_str(p->out, "Z\r\n");
}

static void begin(struct printer *p, int priority)
{
    put_head(p, "VAVAILABILITY");
    buf_printf(p->out, "PRIORITY:%d\r\nBUSYTYPE:BUSY-UNAVAILABLE\r\n", priority);
}

static void begin_available(struct printer *p, const struct window *w)
{
    put_head(p, "AVAILABLE");
    put_time(p, "DTSTART", w->day, w->from);
    put_time(p, "DTEND", w->day, w->until);
}

/* ---- weekly hours ---- */

static bool rule_of(const json_t *o, struct rule *r)
{
    size_t i;
    json_t *n, *every = json_object_get(o, "every");
    const char *weekday = text_of(o, "weekday");
    *r = (struct rule){.w.every = every ? (int)json_integer_value(every) : 1,
                       .nth = json_object_get(o, "nth")};
    while (r->w.weekday < 7 && weekday && strcmp(weekdays[r->w.weekday], weekday) != 0)
        r->w.weekday++;
    r->w.weekday++;
    json_array_foreach(r->nth, i, n) r->w.nth |= WEEKLY_NTH((int)json_integer_value(n));
    return r->w.weekday <= 7 && minutes_of(o, "from", &r->w.from) &&
           minutes_of(o, "until", &r->w.until) &&
           day_in(o, "first_day", &r->w.first, &r->with_first) &&
           day_in(o, "last_day", &r->w.last, &r->with_last);
}

/* The first day on which it falls, or would if it had no last day. */
static int32_t first_of(const struct rule *r)
{
    struct weekly w = r->w;
    int32_t day = r->with_first ? w.first : day_from(HOURS_ANCHOR), end = day + FIRST_WITHIN;
    w.last = 0;
    while (day < end && !weekly_on(&w, day))
        day++;
    return day;
}

static void put_rrule(struct printer *p, const struct rule *r, bool never)
{
    struct buf *text = &p->line.text;
    size_t i;
    json_t *n;
    const char *by = bydays[r->w.weekday - 1];
    buf_printf(text, "RRULE:FREQ=%s", r->nth ? "MONTHLY" : "WEEKLY");
    if (r->w.every > 1)
        buf_printf(text, ";INTERVAL=%d", r->w.every);
    buf_str(text, ";BYDAY=");
    if (!r->nth)
        buf_str(text, by);
    json_array_foreach(r->nth, i, n)
        buf_printf(text, "%s%d%s", i ? "," : "", (int)json_integer_value(n), by);
    if (never)
        buf_str(text, ";COUNT=1");
    if (r->with_last && !never) {
        int64_t end = ((int64_t)r->w.last + 1) * DAY_SECONDS - 1;
        const struct zone *z = p->tzid ? zone_find(p->zone) : NULL;
        buf_str(text, ";UNTIL=");
        put_clock(text, z ? zone_utc_first(z, end) : end);
        buf_char(text, 'Z');
    }
    ical_line_end(&p->line);
}

static void put_rule(struct printer *p, const struct rule *r)
{
    struct window w = {first_of(r), r->w.from, r->w.until};
    struct rule open = *r;
    open.with_first = false;
    open.w.first = 0;
    bool never = r->with_last && w.day > r->w.last;
    bool same = r->w.every == 1 && first_of(&open) == w.day; /* as without a first day */
    begin_available(p, &w);
    put_rrule(p, r, never);
    if (never)
        put_time(p, "EXDATE", w.day, w.from);
    if (r->with_first && (same || r->w.first != w.day))
        put_day(p, "X-JAMUND-FIRST-DAY", r->w.first);
    if (never)
        put_day(p, "X-JAMUND-LAST-DAY", r->w.last);
    buf_str(p->out, "END:AVAILABLE\r\n");
}

static enum err put_weekly(struct printer *p, const json_t *weekly)
{
    size_t i;
    json_t *o;
    struct rule r;
    begin(p, 9);
    json_array_foreach(weekly, i, o)
    {
        if (!rule_of(o, &r))
            return ERR_INVALID;
        put_rule(p, &r);
    }
    buf_str(p->out, "END:VAVAILABILITY\r\n");
    return OK;
}

/* ---- single dates ---- */

static enum err put_date(struct printer *p, const json_t *date)
{
    size_t i;
    json_t *o;
    bool there;
    struct window w;
    if (!day_in(date, "date", &w.day, &there) || !there)
        return ERR_INVALID;
    begin(p, 1);
    put_time(p, "DTSTART", w.day, 0);
    put_time(p, "DTEND", w.day, DAY_MINUTES);
    json_array_foreach(json_object_get(date, "windows"), i, o)
    {
        if (!minutes_of(o, "from", &w.from) || !minutes_of(o, "until", &w.until))
            return ERR_INVALID;
        begin_available(p, &w);
        buf_str(p->out, "END:AVAILABLE\r\n");
    }
    buf_str(p->out, "END:VAVAILABILITY\r\n");
    return OK;
}

/* The years that the zone must be right for: from the anchor, or an earlier day, to the last. */
static void put_zone(struct printer *p, const json_t *doc)
{
    static const char *const keys[] = {"first_day", "last_day", "date"};
    static const char *const lists[] = {"weekly", "dates"};
    int32_t first = day_from(HOURS_ANCHOR), last = first + FIRST_WITHIN, day;
    size_t i;
    json_t *o;
    bool there;
    for (size_t l = 0; l < 2; l++)
        json_array_foreach(json_object_get(doc, lists[l]), i, o) for (size_t k = 0; k < 3; k++)
        {
            if (!day_in(o, keys[k], &day, &there) || !there)
                continue;
            first = day < first ? day : first;
            last = day > last ? day : last;
        }
    ical_zone(p->out, p->zone, (instant)first * DAY_SECONDS, (instant)(last + 2) * DAY_SECONDS);
}

enum err vavailability_print(struct buf *out, const json_t *doc)
{
    size_t i;
    json_t *date;
    struct printer p = {.out = out,
                        .expert = text_of(doc, "expert_id"),
                        .zone = text_of(doc, "zone"),
                        .stamp = json_integer_value(json_object_get(doc, "stamp"))};
    if (!p.expert || !p.zone)
        return ERR_INVALID;
    ical_line_init(&p.line, out);
    p.tzid = ical_zone_named(p.zone) ? p.zone : NULL;
    buf_str(
        out,
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Jamund//Hours//KO\r\nCALSCALE:GREGORIAN\r\n");
    if (p.tzid)
        put_zone(&p, doc);
    enum err e = put_weekly(&p, json_object_get(doc, "weekly"));
    json_array_foreach(json_object_get(doc, "dates"), i, date) if (e == OK) e = put_date(&p, date);
    buf_str(out, "END:VCALENDAR\r\n");
    ical_line_done(&p.line);
    return e;
}
