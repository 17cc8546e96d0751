/* An event's own times, and those of its instances (RFC 5545 3.8.5). */
#include "busy_in.h"
#include "reader/rule.h"

#include "core/day.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A zone that nobody knows is taken for the calendar's, and told. */
const struct zone *busy_zone(struct busy *b, const struct ics_time *t)
{
    if (t->is_utc)
        return NULL;
    const struct zone *z = t->tzid && !t->is_date ? ics_zones_find(b->zones, t->tzid) : NULL;
    b->warned[UNKNOWN_ZONE] |= t->tzid && !t->is_date && !z;
    return z ? z : b->home;
}

instant busy_instant(const struct busy *b, const struct zone *z, const struct ics_time *t)
{
    (void)b;
    return z ? ics_utc(z, t->local) : t->local;
}

static bool time_of(struct busy *b, const struct ics_prop *p, struct ics_time *t, instant *ret)
{
    if (!ics_time_of(b->a, p, t))
        return false;
    *ret = busy_instant(b, busy_zone(b, t), t);
    return true;
}

/* By DTEND its exact length (3.8.5.3), or whole days between dates; by DURATION days of the clock.
 */
static bool length_of(struct busy *b, struct event *e)
{
    const struct ics_prop *end = ics_find(e->part, "DTEND"), *p = ics_find(e->part, "DURATION");
    struct ics_time t;
    instant until;
    e->lasts = (struct ics_duration){.days = e->start.is_date};
    if (end && !time_of(b, end, &t, &until))
        return false;
    if (end && t.is_date && e->start.is_date)
        e->lasts.days = (t.local - e->start.local) / DAY_SECONDS;
    else if (end)
        e->lasts = (struct ics_duration){.seconds = until - busy_instant(b, e->zone, &e->start)};
    else if (p && !ics_duration_parse(p->value, strlen(p->value), &e->lasts))
        return false;
    return true;
}

bool busy_event(struct busy *b, const struct ics_part *part, struct event *e)
{
    const struct ics_prop *uid = ics_find(part, "UID"), *id = ics_find(part, "RECURRENCE-ID");
    struct ics_time t;
    *e = (struct event){.part = part, .uid = uid ? uid->value : ""};
    if (!ics_time_of(b->a, ics_find(part, "DTSTART"), &e->start))
        return false;
    e->zone = busy_zone(b, &e->start);
    if (!length_of(b, e) || (id && !time_of(b, id, &t, &e->replaces)))
        return false;
    e->overrides = id != NULL;
    e->replaces_date = id && t.is_date;
    e->replaces_day = id ? day_of(t.local) : 0;
    b->warned[THIS_AND_FUTURE] |= id && ics_param(b->a, id, "RANGE") != NULL;
    return true;
}

/* ---- instances ---- */

static void start_add(struct busy *b, struct starts *s, struct start x)
{
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 8;
        struct start *grown = arena_array(b->a, struct start, room);
        if (s->n)
            memcpy(grown, s->at, s->n * sizeof *grown);
        s->at = grown;
        s->room = room;
    }
    s->at[s->n++] = x;
}

/* UNTIL is an instant, a time on the event's clock, or a day on it; that one still counts. */
static bool is_until(const struct ics_rule *r, const struct start *s)
{
    if (!r->has_until)
        return true;
    if (r->until.is_date)
        return day_of(s->local) <= day_of(r->until.local);
    return r->until.is_utc ? s->at <= r->until.local : s->local <= r->until.local;
}

/* The rule's instances from the first that may still last into the window. */
static void add_rule(struct busy *b, const struct event *e, const char *text, struct starts *ret)
{
    struct ics_rule rule;
    if (!ics_rule_parse(b->a, text, &rule)) {
        b->warned[BAD_RULE] = true;
        return;
    }
    int64_t lasts = e->lasts.days * DAY_SECONDS + e->lasts.seconds;
    int64_t from = b->window.from - (lasts > 0 ? lasts : 0) - 2 * DAY_SECONDS;
    struct ics_locals l = ics_rule_expand(b->a, &rule, e->start.local, e->start.is_date, from,
                                          b->window.until + 2 * DAY_SECONDS);
    b->warned[CUT_RULE] |= l.cut;
    for (size_t i = 0; i < l.n; i++) {
        struct ics_time t = e->start;
        t.local = l.at[i];
        struct start s = {t.local, busy_instant(b, e->zone, &t), 0};
        if (is_until(&rule, &s))
            start_add(b, ret, s);
    }
}

/* One of RDATE's or EXDATE's values: a time, or a period with its own end (0: none). */
static bool item_parse(struct busy *b, const struct ics_prop *p, const char *text, size_t len,
                       struct start *ret, bool *ret_date)
{
    struct ics_time t, end;
    struct ics_duration d;
    size_t slash = 0;
    while (slash < len && text[slash] != '/')
        slash++;
    if (!ics_time_parse(text, slash, &t))
        return false;
    t.tzid = t.is_utc || t.is_date ? NULL : ics_param(b->a, p, "TZID");
    const struct zone *z = busy_zone(b, &t);
    *ret = (struct start){t.local, busy_instant(b, z, &t), 0};
    *ret_date = t.is_date;
    if (slash == len)
        return true;
    text += slash + 1, len -= slash + 1;
    if (ics_time_parse(text, len, &end)) {
        ret->until = busy_instant(b, end.is_utc ? NULL : z, &end);
        return true;
    }
    if (!ics_duration_parse(text, len, &d))
        return false;
    t.local += d.days * DAY_SECONDS;
    ret->until = busy_instant(b, z, &t) + d.seconds;
    return true;
}

static void add_dates(struct busy *b, const struct ics_prop *p, struct starts *ret)
{
    for (const char *at = p->value; *at;) {
        size_t len = strcspn(at, ",");
        struct start s;
        bool is_date;
        if (item_parse(b, p, at, len, &s, &is_date))
            start_add(b, ret, s);
        else
            b->warned[BAD_RULE] = true;
        at += len + (at[len] == ',');
    }
}

static int by_time(const void *x, const void *y)
{
    const struct start *a = x, *b = y;
    return a->at < b->at ? -1 : a->at > b->at;
}

static size_t first_at(const struct starts *s, instant t)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (s->at[mid].at < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* EXDATE of an instant takes that away, EXDATE of a day all that begins on it; of an event of days
 * any form names the day. */
static void take_away(struct busy *b, const struct event *e, const struct ics_prop *p,
                      struct starts *s)
{
    for (const char *at = p->value; *at;) {
        size_t len = strcspn(at, ",");
        struct start x;
        bool is_date = false;
        bool good = item_parse(b, p, at, len, &x, &is_date);
        bool day = is_date || e->start.is_date;
        size_t i = good ? first_at(s, day ? x.at - 2 * DAY_SECONDS : x.at) : s->n;
        for (; i < s->n && s->at[i].at <= x.at + (day ? 2 * DAY_SECONDS : 0); i++)
            if (day ? day_of(s->at[i].local) == day_of(x.local) : s->at[i].at == x.at)
                s->at[i].until = -1;
        at += len + (at[len] == ',');
    }
}

/* Twice the same counts once (3.8.5.2), the one with an end of its own; taken away is taken away.
 */
static void settle(struct starts *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->at[i].until < 0)
            continue;
        if (n > 0 && s->at[n - 1].at == s->at[i].at) {
            if (s->at[i].until > s->at[n - 1].until)
                s->at[n - 1] = s->at[i];
            continue;
        }
        s->at[n++] = s->at[i];
    }
    s->n = n;
}

/* EXRULE (RFC 2445 alone): its instances are no instances. */
static void take_rule_away(struct busy *b, const struct event *e, const char *text,
                           struct starts *s)
{
    struct starts x = {0};
    add_rule(b, e, text, &x);
    for (size_t i = 0; i < x.n; i++)
        for (size_t k = first_at(s, x.at[i].at); k < s->n && s->at[k].at == x.at[i].at; k++)
            s->at[k].until = -1;
}

/* DTSTART is always one of them, whatever the rule says (3.8.5.3: else it is undefined). */
struct starts busy_starts(struct busy *b, const struct event *e)
{
    struct starts s = {0};
    start_add(b, &s, (struct start){e->start.local, busy_instant(b, e->zone, &e->start), 0});
    if (e->overrides)
        return s;
    for (const struct ics_prop *p = e->part->props; p; p = p->next)
        if (strcmp(p->name, "RRULE") == 0)
            add_rule(b, e, p->value, &s);
        else if (strcmp(p->name, "RDATE") == 0)
            add_dates(b, p, &s);
    qsort(s.at, s.n, sizeof *s.at, by_time);
    for (const struct ics_prop *p = e->part->props; p; p = p->next)
        if (strcmp(p->name, "EXDATE") == 0)
            take_away(b, e, p, &s);
        else if (strcmp(p->name, "EXRULE") == 0)
            take_rule_away(b, e, p->value, &s);
    settle(&s);
    return s;
}
