#include "reader/object.h"

#include "reader/zones.h"

#include "core/day.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct look {
    struct arena *a;
    struct ics_zones *zones;
    json_t *(*event)(const struct look *l, const struct ics_part *part);
};

typedef void take_fn(const struct look *l, json_t *event, const char *key,
                     const struct ics_prop *p);

static take_fn take_text, take_word, take_number, take_stamp, take_start, take_recurrence,
    take_list, take_organizer, take_attendee, take_status, skip;

/* The properties of an event that have a key of their own; `many`: each counts, not the first. */
static const struct {
    const char *name, *key;
    take_fn *take;
    bool many;
} taken[] = {
    {"UID", "uid", take_text, false},
    {"RECURRENCE-ID", "recurrence_id", take_recurrence, false},
    {"SEQUENCE", "sequence", take_number, false},
    {"DTSTAMP", "dtstamp", take_stamp, false},
    {"STATUS", "status", take_word, false},
    {"DTSTART", "start", take_start, false},
    {"DTEND", "end", skip, false},
    {"DURATION", "end", skip, false},
    {"SUMMARY", "summary", take_text, false},
    {"DESCRIPTION", "description", take_text, false},
    {"LOCATION", "location", take_text, false},
    {"TRANSP", "transp", take_word, false},
    {"CLASS", "class", take_word, false},
    {"CATEGORIES", "categories", take_list, true},
    {"COMMENT", "comment", take_text, false},
    {"ORGANIZER", "organizer", take_organizer, false},
    {"ATTENDEE", "attendees", take_attendee, true},
    {"REQUEST-STATUS", "request_status", take_status, true},
};

enum { TAKEN = sizeof taken / sizeof *taken };

static json_t *text_or_null(const char *s)
{
    return s ? json_string(s) : json_null();
}

static json_t *upper(const struct look *l, const char *s)
{
    char *word = s ? arena_strdup(l->a, s) : NULL;
    for (char *p = word; p && *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return text_or_null(word);
}

static void skip(const struct look *l, json_t *event, const char *key, const struct ics_prop *p)
{
    (void)l, (void)event, (void)key, (void)p;
}

static void take_text(const struct look *l, json_t *event, const char *key,
                      const struct ics_prop *p)
{
    json_object_set_new(event, key, json_string(ics_text(l->a, p->value)));
}

static void take_word(const struct look *l, json_t *event, const char *key,
                      const struct ics_prop *p)
{
    json_object_set_new(event, key, upper(l, p->value));
}

static void take_number(const struct look *l, json_t *event, const char *key,
                        const struct ics_prop *p)
{
    char *end;
    long n = strtol(p->value, &end, 10);
    (void)l;
    if (end != p->value && n >= 0 && n <= INT32_MAX)
        json_object_set_new(event, key, json_integer(n));
}

static void take_list(const struct look *l, json_t *event, const char *key,
                      const struct ics_prop *p)
{
    const char *at = p->value, *item;
    while (ics_text_next(l->a, &at, &item))
        if (*item)
            json_array_append_new(json_object_get(event, key), json_string(item));
}

static void take_status(const struct look *l, json_t *event, const char *key,
                        const struct ics_prop *p)
{
    json_array_append_new(json_object_get(event, key), json_string(ics_text(l->a, p->value)));
}

/* ---- times ---- */

static const struct zone *zone_of(const struct look *l, const struct ics_time *t)
{
    return t->tzid ? ics_zones_find(l->zones, t->tzid) : NULL;
}

static const char *zone_word(const struct look *l, const struct ics_time *t)
{
    if (t->is_date)
        return "date";
    if (t->is_utc)
        return "utc";
    return !t->tzid ? "floating" : zone_of(l, t) ? "tzid" : "unknown";
}

/* An instant, or what the clock shows where its zone is not known. */
static json_t *time_json(const struct look *l, const struct ics_time *t)
{
    const struct zone *z = zone_of(l, t);
    char text[CLOCK_TEXT];
    clock_text(z ? ics_utc(z, t->local) : t->local, text);
    if (!z && !t->is_utc)
        text[strcspn(text, "Z")] = '\0';
    return json_string(text);
}

static void take_stamp(const struct look *l, json_t *event, const char *key,
                       const struct ics_prop *p)
{
    struct ics_time t;
    if (ics_time_of(l->a, p, &t) && t.is_utc)
        json_object_set_new(event, key, time_json(l, &t));
}

static void take_start(const struct look *l, json_t *event, const char *key,
                       const struct ics_prop *p)
{
    struct ics_time t;
    if (!ics_time_of(l->a, p, &t))
        return;
    json_object_set_new(event, key, time_json(l, &t));
    json_object_set_new(event, "zone", json_string(zone_word(l, &t)));
    json_object_set_new(event, "all_day", json_boolean(t.is_date));
}

static void take_recurrence(const struct look *l, json_t *event, const char *key,
                            const struct ics_prop *p)
{
    struct ics_time t;
    if (!ics_time_of(l->a, p, &t))
        return;
    json_object_set_new(event, key, time_json(l, &t));
    json_object_set_new(event, "range", upper(l, ics_param(l->a, p, "RANGE")));
}

/* Days are the clock's, the rest is exact time (RFC 5545 3.3.6). */
static json_t *end_json(const struct look *l, const struct ics_part *part)
{
    struct ics_time start, end;
    struct ics_duration d = {.days = 1};
    const struct ics_prop *p = ics_find(part, "DURATION");
    if (ics_time_of(l->a, ics_find(part, "DTEND"), &end))
        return time_json(l, &end);
    if (!ics_time_of(l->a, ics_find(part, "DTSTART"), &start))
        return json_null();
    if (p ? !ics_duration_parse(p->value, strlen(p->value), &d) : !start.is_date)
        return json_null();
    const struct zone *z = zone_of(l, &start);
    start.local += d.days * DAY_SECONDS;
    if (z)
        start = (struct ics_time){.local = ics_utc(z, start.local), .is_utc = true};
    start.local += d.seconds;
    return time_json(l, &start);
}

/* ---- people ---- */

static json_t *address_json(const struct look *l, const char *uri)
{
    return text_or_null(ics_mailto(l->a, uri));
}

static void take_organizer(const struct look *l, json_t *event, const char *key,
                           const struct ics_prop *p)
{
    json_object_set_new(event, key, address_json(l, p->value));
    json_object_set_new(event, "organizer_cn", text_or_null(ics_param(l->a, p, "CN")));
}

static void take_attendee(const struct look *l, json_t *event, const char *key,
                          const struct ics_prop *p)
{
    json_t *params = json_object();
    const char *at = p->params, *name, *value;
    while (ics_param_next(l->a, &at, &name, &value))
        if (!strstr(" PARTSTAT RSVP CN ROLE ", arena_printf(l->a, " %s ", name)))
            json_object_set_new(params, name, json_string(value));
    const char *rsvp = ics_param(l->a, p, "RSVP");
    json_t *one = json_pack("{so so sb so so so}", "address", address_json(l, p->value), "partstat",
                            upper(l, ics_param(l->a, p, "PARTSTAT")), "rsvp",
                            rsvp && strcasecmp(rsvp, "TRUE") == 0, "cn",
                            text_or_null(ics_param(l->a, p, "CN")), "role",
                            upper(l, ics_param(l->a, p, "ROLE")), "params", params);
    json_array_append_new(json_object_get(event, key), one);
}

/* ---- events ---- */

static json_t *event_empty(void)
{
    static const char *const texts[] = {"uid",       "recurrence_id", "range",       "dtstamp",
                                        "status",    "start",         "end",         "zone",
                                        "summary",   "transp",        "class",       "comment",
                                        "organizer", "organizer_cn",  "description", "location"};
    static const char *const lists[] = {"categories", "attendees", "request_status", "properties"};
    json_t *e = json_pack("{si sb}", "sequence", 0, "all_day", 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set_new(e, texts[i], json_null());
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        json_object_set_new(e, lists[i], json_array());
    return e;
}

static json_t *event_json(const struct look *l, const struct ics_part *part)
{
    bool seen[TAKEN] = {0};
    json_t *e = event_empty();
    for (const struct ics_prop *p = part->props; p; p = p->next) {
        size_t i = 0;
        while (i < TAKEN && strcmp(taken[i].name, p->name) != 0)
            i++;
        if (i < TAKEN && (taken[i].many || !seen[i])) {
            seen[i] = true;
            taken[i].take(l, e, taken[i].key, p);
        } else {
            json_array_append_new(
                json_object_get(e, "properties"),
                json_pack("{ss ss ss}", "name", p->name, "params", p->params, "value", p->value));
        }
    }
    int alarms = 0;
    for (const struct ics_part *x = part->parts; x; x = x->next)
        alarms += strcmp(x->name, "VALARM") == 0;
    json_object_set_new(e, "alarms", json_integer(alarms));
    json_object_set_new(e, "end", end_json(l, part));
    return e;
}

/* What form/holidays asks, and no more: of these there may be thousands. */
static json_t *day_json(const struct look *l, const struct ics_part *part)
{
    const struct ics_prop *start = ics_find(part, "DTSTART"), *name = ics_find(part, "SUMMARY"),
                          *status = ics_find(part, "STATUS");
    json_t *e = json_pack("{so so so sb}", "end", end_json(l, part), "summary",
                          text_or_null(name ? ics_text(l->a, name->value) : NULL), "status",
                          upper(l, status ? status->value : NULL), "rule",
                          ics_find(part, "RRULE") || ics_find(part, "RDATE"));
    if (start)
        take_start(l, e, "start", start);
    return e;
}

static void calendar_json(const struct look *l, json_t *doc, const struct ics_part *c)
{
    for (const struct ics_part *p = c->parts; p; p = p->next)
        if (strcmp(p->name, "VEVENT") == 0)
            json_array_append_new(json_object_get(doc, "events"), l->event(l, p));
        else if (strcmp(p->name, "VTIMEZONE") != 0)
            json_array_append_new(json_object_get(doc, "others"), json_string(p->name));
}

static json_t *first_of(const struct look *l, const struct ics_doc *doc, const char *name)
{
    const struct ics_prop *p = ics_find(doc->calendars, name);
    return text_or_null(p ? ics_text(l->a, p->value) : NULL);
}

static int print(const char *bytes, size_t len, void *buf)
{
    buf_add(buf, bytes, len);
    return 0;
}

static void read_all(struct buf *json, const char *bytes, size_t len, struct look l)
{
    struct arena *a = arena_new();
    struct ics_doc doc = ics_scan(a, bytes, len);
    if (doc.error) {
        ics_error(json, doc.error, doc.line);
    } else {
        l.a = a;
        l.zones = ics_zones_new(a, &doc);
        const struct ics_prop *method = ics_find(doc.calendars, "METHOD");
        json_t *out =
            json_pack("{so so sI s[] s[]}", "method", upper(&l, method ? method->value : NULL),
                      "prodid", first_of(&l, &doc, "PRODID"), "malformed",
                      (json_int_t)doc.malformed, "others", "events");
        for (const struct ics_part *c = doc.calendars; c; c = c->next)
            calendar_json(&l, out, c);
        json_dump_callback(out, print, json, JSON_COMPACT);
        json_decref(out);
    }
    arena_free(a);
}

void ics_object(struct buf *json, const char *bytes, size_t len)
{
    read_all(json, bytes, len, (struct look){.event = event_json});
}

void ics_days(struct buf *json, const char *bytes, size_t len)
{
    read_all(json, bytes, len, (struct look){.event = day_json});
}

void ics_error(struct buf *json, const char *word, size_t line)
{
    buf_reset(json);
    buf_printf(json, "{\"error\":\"%s\",\"line\":%zu}", word, line);
}
