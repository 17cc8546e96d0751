#include "reader/hours.h"

#include "hours_in.h"
#include "reader/object.h"

#include "core/availability.h"
#include "form/vavailability.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

bool hours_refuse(struct hours *h, const struct part *p, const char *property, const char *why)
{
    if (json_array_size(h->refused) < HOURS_REFUSED_MAX)
        json_array_append_new(
            h->refused,
            json_pack("{s:o, s:s}", "at", json_sprintf("%s/%s", p->at, property), "why", why));
    return false;
}

/* ---- which properties there may be ---- */

static bool named(const char *name, const char *const *list)
{
    while (*list && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

static bool only(struct hours *h, const struct part *p, const char *const *taken)
{
    static const char *const passed[] = {"UID",           "DTSTAMP",  "CREATED",
                                         "LAST-MODIFIED", "SEQUENCE", NULL};
    bool good = true;
    for (const struct ics_prop *q = p->is->props; q; q = q->next)
        if (strncmp(q->name, "X-", 2) != 0 && !named(q->name, passed)) {
            if (!named(q->name, taken))
                good = hours_refuse(h, p, q->name, "hours have no such thing");
            else if (ics_find(p->is, q->name) != q)
                good = hours_refuse(h, p, q->name, "stands twice");
        }
    return good;
}

/* ---- times ---- */

/* A clock's time, all of one zone. */
static bool time_in(struct hours *h, const struct part *p, const char *name, struct window *ret)
{
    struct ics_time t;
    const struct ics_prop *q = ics_find(p->is, name);
    if (!q)
        return hours_refuse(h, p, name, "is missing");
    if (!ics_time_of(h->a, q, &t) || t.is_date || (!t.is_utc && !t.tzid))
        return hours_refuse(h, p, name, "must be a time with a zone");
    const struct zone *z = t.is_utc ? NULL : ics_zones_find(h->zones, t.tzid);
    if (!t.is_utc && !z)
        return hours_refuse(h, p, name, "is of a zone that nobody knows");
    const char *zone = z && z->name ? z->name : t.is_utc ? "UTC" : t.tzid;
    if (h->zone && strcmp(h->zone, zone) != 0)
        return hours_refuse(h, p, name, "is of another zone than the others");
    if (t.local % 60 != 0)
        return hours_refuse(h, p, name, "must be a whole minute");
    h->zone = zone;
    ret->day = day_of(t.local);
    ret->from = (int)((t.local - (int64_t)ret->day * DAY_SECONDS) / 60);
    return true;
}

/* DTSTART with DTEND or DURATION: within one day, to midnight at the latest. */
static bool window_in(struct hours *h, const struct part *p, struct window *ret)
{
    struct window end = {0};
    struct ics_duration d;
    const struct ics_prop *length = ics_find(p->is, "DURATION");
    const char *name = length ? "DURATION" : "DTEND";
    if (!time_in(h, p, "DTSTART", ret))
        return false;
    if (length &&
        (!ics_duration_parse(length->value, strlen(length->value), &d) || d.seconds % 60 != 0 ||
         d.days < 0 || d.days > 1 || llabs(d.seconds) > DAY_SECONDS))
        return hours_refuse(h, p, name, "must be whole minutes within a day");
    if (length)
        end = (struct window){.day = ret->day,
                              .from = ret->from + (int)(d.days * DAY_MINUTES + d.seconds / 60)};
    else if (!time_in(h, p, "DTEND", &end))
        return false;
    ret->until = (int)(end.day - ret->day) * DAY_MINUTES + end.from;
    if (end.day < ret->day || end.day > ret->day + 1 || ret->until <= ret->from ||
        ret->until > DAY_MINUTES)
        return hours_refuse(h, p, name, "must be later on the same day, or its midnight");
    return true;
}

static json_t *date_text(int32_t day)
{
    int y, m, d;
    day_civil(day, &y, &m, &d);
    return json_sprintf("%04d-%02d-%02d", y, m, d);
}

static json_t *window_json(const struct window *w)
{
    return json_pack("{s:o, s:o}", "from", json_sprintf("%02d:%02d", w->from / 60, w->from % 60),
                     "until", json_sprintf("%02d:%02d", w->until / 60, w->until % 60));
}

/* ---- AVAILABLE ---- */

static bool own_day(const struct part *p, const char *name, int32_t *ret)
{
    struct ics_time t;
    const struct ics_prop *q = ics_find(p->is, name);
    if (!q || !ics_time_parse(q->value, strlen(q->value), &t) || !t.is_date)
        return false;
    *ret = day_of(t.local);
    return true;
}

/* DTSTART where a rule without a first day begins. */
static bool at_anchor(const struct rule *r, int weekday, const struct window *w)
{
    struct weekly open = {.weekday = weekday, .every = 1};
    int32_t day = day_from(HOURS_ANCHOR);
    for (size_t i = 0; i < r->nths[weekday - 1]; i++)
        open.nth |= WEEKLY_NTH(r->nth[weekday - 1][i]);
    while (day < w->day && !weekly_on(&open, day))
        day++;
    return r->every == 1 && day == w->day;
}

static void add_rule(struct hours *h, const struct part *p, const struct window *w,
                     const struct rule *r, int weekday)
{
    int32_t first, last;
    json_t *o = window_json(w);
    json_object_set_new(o, "weekday", json_string(weekdays[weekday - 1]));
    if (r->every > 1)
        json_object_set_new(o, "every", json_integer(r->every));
    if (r->nths[weekday - 1])
        json_object_set_new(o, "nth", json_array());
    for (size_t i = 0; i < r->nths[weekday - 1]; i++)
        json_array_append_new(json_object_get(o, "nth"), json_integer(r->nth[weekday - 1][i]));
    if (own_day(p, "X-JAMUND-FIRST-DAY", &first))
        json_object_set_new(o, "first_day", date_text(first));
    else if (!at_anchor(r, weekday, w))
        json_object_set_new(o, "first_day", date_text(w->day));
    if (own_day(p, "X-JAMUND-LAST-DAY", &last))
        json_object_set_new(o, "last_day", date_text(last));
    else if (r->has_until)
        json_object_set_new(o, "last_day", date_text(r->until));
    json_array_append_new(h->weekly, o);
}

static void take_rule(struct hours *h, const struct part *p)
{
    static const char *const taken[] = {"DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", NULL};
    struct window w, but = {0};
    struct rule r;
    int32_t last;
    if (!only(h, p, taken) || !window_in(h, p, &w) || !hours_rule(h, p, &w, &r))
        return;
    /* COUNT=1 whose one instance is taken away: a rule that never falls */
    const struct ics_prop *ex = ics_find(p->is, "EXDATE");
    if (ex && (!time_in(h, p, "EXDATE", &but) || !r.once || but.day != w.day ||
               !own_day(p, "X-JAMUND-LAST-DAY", &last)))
        hours_refuse(h, p, "EXDATE", "hours have no exceptions but dates of their own");
    else if (r.once && !ex)
        hours_refuse(h, p, "RRULE", "hours have only FREQ, INTERVAL, BYDAY, UNTIL and WKST");
    else if (r.has_until && r.until < w.day)
        hours_refuse(h, p, "RRULE", "ends before it begins");
    else
        for (int day = 1; day <= 7; day++)
            if (r.days >> (day - 1) & 1)
                add_rule(h, p, &w, &r, day);
}

static void take_window(struct hours *h, const struct part *p, int32_t day, json_t *windows)
{
    static const char *const taken[] = {"DTSTART", "DTEND", "DURATION", NULL};
    struct window w;
    if (!only(h, p, taken) || !window_in(h, p, &w))
        return;
    if (w.day != day)
        hours_refuse(h, p, "DTSTART", "is not on its VAVAILABILITY's day");
    else
        json_array_append_new(windows, window_json(&w));
}

/* ---- VAVAILABILITY ---- */

static int priority_of(struct hours *h, const struct part *p)
{
    int n = 0;
    const struct ics_prop *q = ics_find(p->is, "PRIORITY");
    if (q && !hours_number(q->value, strlen(q->value), 0, 9, &n))
        hours_refuse(h, p, "PRIORITY", "must be 0 to 9");
    return n ? n : PRIORITY_LAST;
}

static void take_availability(struct hours *h, const struct part *p)
{
    static const char *const taken[] = {"DTSTART", "DTEND", "PRIORITY", "BUSYTYPE", NULL};
    struct window from = {0}, until = {0};
    const struct ics_prop *busy = ics_find(p->is, "BUSYTYPE");
    bool dated = ics_find(p->is, "DTSTART") || ics_find(p->is, "DTEND");
    json_t *windows = dated ? json_array() : NULL;
    int priority = priority_of(h, p);
    if (!only(h, p, taken) ||
        (dated && (!time_in(h, p, "DTSTART", &from) || !time_in(h, p, "DTEND", &until))))
        goto out;
    if (busy && strcasecmp(busy->value, "BUSY-UNAVAILABLE") != 0)
        hours_refuse(h, p, "BUSYTYPE", "outside of hours nobody can be met");
    if (dated && (from.from != 0 || until.from != 0 || until.day != from.day + 1))
        hours_refuse(h, p, "DTSTART", "must begin and end one day, or not be there");
    if (!dated && h->base)
        hours_refuse(h, p, "PRIORITY", "there is one VAVAILABILITY of all weeks");
    h->base |= !dated;
    if (dated)
        h->dated_priority = priority > h->dated_priority ? priority : h->dated_priority;
    else
        h->base_priority = priority;
    size_t n = 0;
    for (const struct ics_part *c = p->is->parts; c; c = c->next) {
        struct part one = {.is = c};
        snprintf(one.at, sizeof one.at, "%.60s/%.20s/%zu", p->at, c->name, n++);
        if (strcmp(c->name, "AVAILABLE") != 0)
            hours_refuse(h, p, "AVAILABLE", "is the one component that may be here");
        else if (dated)
            take_window(h, &one, from.day, windows);
        else
            take_rule(h, &one);
    }
    if (dated)
        json_array_append_new(
            h->dates, json_pack("{s:o, s:O}", "date", date_text(from.day), "windows", windows));
out:
    json_decref(windows);
}

static void take_calendars(struct hours *h, const struct ics_doc *doc)
{
    size_t n = 0;
    struct part whole = {.at = ""}, one;
    for (const struct ics_part *c = doc->calendars; c; c = c->next)
        for (const struct ics_part *p = c->parts; p; p = p->next) {
            one = (struct part){.is = p};
            snprintf(one.at, sizeof one.at, "/VAVAILABILITY/%zu", n);
            if (strcmp(p->name, "VAVAILABILITY") == 0) {
                take_availability(h, &one);
                n++;
            } else if (strcmp(p->name, "VTIMEZONE") != 0) {
                hours_refuse(h, &whole, p->name, "is no VAVAILABILITY");
            }
        }
    if (n == 0)
        hours_refuse(h, &whole, "VAVAILABILITY", "is missing");
    if (h->base && h->dated_priority >= h->base_priority)
        hours_refuse(h, &whole, "VAVAILABILITY",
                     "a day of its own has to have a higher PRIORITY than all weeks");
}

static int print(const char *bytes, size_t len, void *buf)
{
    buf_add(buf, bytes, len);
    return 0;
}

static void answer(struct buf *json, struct hours *h)
{
    json_t *out = json_array_size(h->refused) ? json_pack("{s:O}", "refused", h->refused)
                                              : json_pack("{s:O, s:O, s:s?}", "weekly", h->weekly,
                                                          "dates", h->dates, "zone", h->zone);
    json_dump_callback(out, print, json, JSON_COMPACT);
    json_decref(out);
}

void ics_hours(struct buf *json, const char *bytes, size_t len)
{
    struct arena *a = arena_new();
    struct ics_doc doc = ics_scan(a, bytes, len);
    struct hours h = {.a = a,
                      .weekly = json_array(),
                      .dates = json_array(),
                      .refused = json_array(),
                      .base_priority = PRIORITY_LAST};
    if (doc.error) {
        ics_error(json, doc.error, doc.line);
    } else {
        h.zones = ics_zones_new(a, &doc);
        take_calendars(&h, &doc);
        answer(json, &h);
    }
    json_decref(h.weekly);
    json_decref(h.dates);
    json_decref(h.refused);
    arena_free(a);
}
