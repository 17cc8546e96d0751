#include "reader/busy.h"

#include "busy_in.h"
#include "reader/object.h"

#include "core/day.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const warning_words[WARNINGS] = {
    [UNKNOWN_ZONE] = "unknown-zone",       [BAD_RULE] = "bad-rule",   [CUT_RULE] = "cut-rule",
    [THIS_AND_FUTURE] = "this-and-future", [MALFORMED] = "malformed",
};

enum state { FIRM, TENTATIVE, FREE };

/* ---- what an event says of its time ---- */

static bool is_value(const struct ics_part *p, const char *name, const char *value)
{
    const struct ics_prop *x = ics_find(p, name);
    return x && strcasecmp(x->value, value) == 0;
}

static bool ends_in(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* What that address has said; "" where it is not asked. */
static const char *own_answer(const struct busy *b, const struct ics_part *p)
{
    const struct ics_prop *x = b->address ? ics_find(p, "ATTENDEE") : NULL;
    for (; x; x = ics_next(x)) {
        const char *mail = ics_param(b->a, x, "EMAIL");
        const char *address = ics_mailto(b->a, x->value);
        bool is_own = address && strcasecmp(address, b->address) == 0;
        if (!is_own && !(mail && strcasecmp(mail, b->address) == 0))
            continue;
        const char *said = ics_param(b->a, x, "PARTSTAT");
        return said ? said : "NEEDS-ACTION";
    }
    return "";
}

static enum state state_of(const struct busy *b, const struct event *e)
{
    const char *said = own_answer(b, e->part);
    if (is_value(e->part, "STATUS", "CANCELLED") || is_value(e->part, "TRANSP", "TRANSPARENT") ||
        is_value(e->part, "X-MICROSOFT-CDO-BUSYSTATUS", "FREE") ||
        strcasecmp(said, "DECLINED") == 0 || (b->own && ends_in(e->uid, b->own)))
        return FREE;
    if (is_value(e->part, "STATUS", "TENTATIVE") ||
        is_value(e->part, "X-MICROSOFT-CDO-BUSYSTATUS", "TENTATIVE") ||
        strcasecmp(said, "TENTATIVE") == 0 || strcasecmp(said, "NEEDS-ACTION") == 0)
        return TENTATIVE;
    return FIRM;
}

/* ---- spans ---- */

static void add(struct busy *b, enum state s, instant from, instant until)
{
    from = from > b->window.from ? from : b->window.from;
    until = until < b->window.until ? until : b->window.until;
    if (from >= until || b->full)
        return;
    if (b->n[s] == b->room[s]) {
        size_t room = b->room[s] ? b->room[s] * 2 : 64;
        struct span *grown = arena_array(b->a, struct span, room);
        if (b->n[s])
            memcpy(grown, b->at[s], b->n[s] * sizeof *grown);
        b->at[s] = grown;
        b->room[s] = room;
    }
    b->at[s][b->n[s]++] = (struct span){from, until};
    b->full = b->n[FIRM] + b->n[TENTATIVE] > BUSY_INSTANCES_MAX;
}

/* Days are the clock's, hours are exact. */
static instant end_of(const struct busy *b, const struct event *e, const struct start *s)
{
    struct ics_time t = e->start;
    if (s->until)
        return s->until;
    if (e->lasts.days == 0)
        return s->at + e->lasts.seconds;
    t.local = s->local + e->lasts.days * DAY_SECONDS;
    return busy_instant(b, e->zone, &t) + e->lasts.seconds;
}

/* ---- one calendar ---- */

static int by_uid(const void *x, const void *y)
{
    const struct event *a = *(struct event *const *)x, *b = *(struct event *const *)y;
    return strcmp(a->uid, b->uid);
}

/* The overrides of this event among all, sorted by UID: the first of them, and how many. */
static size_t overrides_of(struct event *const *all, size_t n, const char *uid, size_t *ret_first)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (strcmp(all[mid]->uid, uid) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *ret_first = lo;
    while (hi < n && strcmp(all[hi]->uid, uid) == 0)
        hi++;
    return hi - lo;
}

static bool is_overridden(struct event *const *by, size_t n, const struct start *s)
{
    for (size_t i = 0; i < n; i++)
        if (by[i]->replaces_date ? by[i]->replaces_day == day_of(s->local)
                                 : by[i]->replaces == s->at)
            return true;
    return false;
}

static void put_event(struct busy *b, const struct event *e, struct event *const *overrides,
                      size_t n_overrides)
{
    enum state s = state_of(b, e);
    size_t first = 0, n = 0;
    if (s == FREE)
        return;
    if (!e->overrides)
        n = overrides_of(overrides, n_overrides, e->uid, &first);
    struct starts starts = busy_starts(b, e);
    for (size_t i = 0; i < starts.n; i++)
        if (!is_overridden(overrides + first, n, &starts.at[i]))
            add(b, s, starts.at[i].at, end_of(b, e, &starts.at[i]));
}

/* FREEBUSY:period,period (RFC 5545 3.6.4): what another server has worked out. */
static void put_freebusy(struct busy *b, const struct ics_part *part)
{
    for (const struct ics_prop *p = ics_find(part, "FREEBUSY"); p; p = ics_next(p)) {
        const char *type = ics_param(b->a, p, "FBTYPE");
        if (type && strcasecmp(type, "FREE") == 0)
            continue;
        enum state s = type && strcasecmp(type, "BUSY-TENTATIVE") == 0 ? TENTATIVE : FIRM;
        for (const char *at = p->value; *at;) {
            struct ics_time from, until;
            struct ics_duration d;
            size_t len = strcspn(at, ","), slash = strcspn(at, "/,");
            bool good = slash < len && ics_time_parse(at, slash, &from) && from.is_utc;
            const char *end = at + slash + 1;
            size_t n = len - slash - 1;
            if (good && ics_time_parse(end, n, &until) && until.is_utc)
                add(b, s, from.local, until.local);
            else if (good && ics_duration_parse(end, n, &d))
                add(b, s, from.local, from.local + d.days * DAY_SECONDS + d.seconds);
            else
                b->skipped++;
            at += len + (at[len] == ',');
        }
    }
}

static const struct zone *home_of(struct busy *b, const struct ics_part *calendar,
                                  const struct zone *otherwise)
{
    const struct ics_prop *p = ics_find(calendar, "X-WR-TIMEZONE");
    const struct zone *z = p ? ics_zones_find(b->zones, p->value) : NULL;
    return z ? z : otherwise;
}

static void put_calendar(struct busy *b, const struct ics_part *calendar)
{
    size_t n = 0, overrides = 0, i = 0;
    for (const struct ics_part *p = calendar->parts; p; p = p->next)
        n += strcmp(p->name, "VEVENT") == 0;
    struct event *events = arena_array(b->a, struct event, n + 1);
    struct event **over = arena_array(b->a, struct event *, n + 1);
    for (const struct ics_part *p = calendar->parts; p; p = p->next) {
        if (strcmp(p->name, "VFREEBUSY") == 0)
            put_freebusy(b, p);
        if (strcmp(p->name, "VEVENT") != 0)
            continue;
        b->events++;
        if (!busy_event(b, p, &events[i])) {
            b->skipped++;
            continue;
        }
        if (events[i].overrides)
            over[overrides++] = &events[i];
        i++;
    }
    qsort(over, overrides, sizeof *over, by_uid);
    for (size_t k = 0; k < i && !b->full; k++)
        put_event(b, &events[k], over, overrides);
}

/* ---- the answer ---- */

static void print_spans(json_t *out, const struct spans *s, bool tentative)
{
    for (size_t i = 0; i < s->n; i++)
        json_array_append_new(out, json_pack("[IIb]", (json_int_t)s->at[i].from,
                                             (json_int_t)s->at[i].until, tentative));
}

static int print(const char *bytes, size_t len, void *buf)
{
    buf_add(buf, bytes, len);
    return 0;
}

static void answer(struct busy *b, struct buf *json)
{
    struct spans firm = span_list(b->a, b->at[FIRM], b->n[FIRM]);
    struct spans maybe = span_list(b->a, b->at[TENTATIVE], b->n[TENTATIVE]);
    maybe = span_subtract(b->a, &maybe, &firm);
    if (b->full || firm.n + maybe.n > BUSY_SPANS_MAX) {
        ics_error(json, "too-many", 0);
        return;
    }
    json_t *doc = json_pack("{s[] sI sI s[]}", "busy", "events", (json_int_t)b->events, "skipped",
                            (json_int_t)b->skipped, "warnings");
    print_spans(json_object_get(doc, "busy"), &firm, false);
    print_spans(json_object_get(doc, "busy"), &maybe, true);
    for (size_t i = 0; i < WARNINGS; i++)
        if (b->warned[i])
            json_array_append_new(json_object_get(doc, "warnings"), json_string(warning_words[i]));
    json_dump_callback(doc, print, json, JSON_COMPACT);
    json_decref(doc);
}

static bool options(struct busy *b, json_t *doc)
{
    json_int_t from = 0, until = 0;
    const char *zone = NULL;
    if (json_unpack(doc, "{sI sI ss s?s s?s}", "from", &from, "until", &until, "zone", &zone,
                    "address", &b->address, "own", &b->own) != 0)
        return false;
    b->window = (struct span){from, until};
    b->home = ics_zone_named(zone);
    return b->home && from < until && until - from <= (json_int_t)BUSY_DAYS_MAX * DAY_SECONDS;
}

static void work(struct busy *b, struct buf *json, const char *bytes, size_t len)
{
    struct ics_doc doc = ics_scan(b->a, bytes, len);
    if (doc.error) {
        ics_error(json, doc.error, doc.line);
        return;
    }
    const struct zone *zone = b->home;
    b->zones = ics_zones_new(b->a, &doc);
    b->warned[MALFORMED] = doc.malformed > 0;
    for (const struct ics_part *c = doc.calendars; c; c = c->next) {
        b->home = home_of(b, c, zone);
        put_calendar(b, c);
    }
    answer(b, json);
}

void ics_busy(struct buf *json, const char *bytes, size_t len)
{
    struct busy b = {.a = arena_new()};
    const char *lf = memchr(bytes, '\n', len);
    size_t head = lf ? (size_t)(lf - bytes) + 1 : len;
    json_t *doc = json_loadb(bytes, head, 0, NULL);
    if (doc && options(&b, doc))
        work(&b, json, bytes + head, len - head);
    else
        ics_error(json, "options", 0);
    json_decref(doc);
    arena_free(b.a);
}
