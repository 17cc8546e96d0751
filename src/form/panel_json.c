#include "form/panel_json.h"

#include "core/day.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_BYTES = 96 };

#define EPOCH_LAST INT64_C(253402300799) /* the end of the year 9999 */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Where in the document we are, and the first fault. After a fault reading goes on harmlessly:
 * every take_ gives something usable, and nothing is used in the end. */
struct reader {
    struct arena *a;
    const char *why;
    char path[PATH_MAX_BYTES];
    size_t len;
};

static void read_panel(struct reader *r, const json_t *doc, struct panel *p);
static void read_request(struct reader *r, const json_t *o, instant now, struct request *q);
static void read_seats(struct reader *r, const json_t *o, struct request *q);
static void read_expert(struct reader *r, const json_t *o, struct expert *e);
static void read_limits(struct reader *r, const json_t *o, struct expert *e);
static void read_skills(struct reader *r, const json_t *o, struct expert *e);
static void read_weekly(struct reader *r, const json_t *o, struct expert *e);
static void read_held(struct reader *r, const json_t *o, struct expert *e);

enum err panel_from_json(struct arena *a, const json_t *doc, struct panel **ret,
                         const char **ret_why)
{
    struct reader r = {.a = a};
    struct panel *p = arena_new_of(a, struct panel);
    read_panel(&r, doc, p);
    if (r.why) {
        *ret_why = r.why;
        return ERR_INVALID;
    }
    panel_seal(a, p);
    *ret = p;
    return OK;
}

/* --- where we are, and what is wrong --- */

__attribute__((format(printf, 3, 4))) static void fault(struct reader *r, const char *key,
                                                        const char *fmt, ...)
{
    char what[128];
    va_list ap;
    if (r->why)
        return;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    r->path[r->len] = '\0';
    r->why = arena_printf(r->a, "%s%s%s: %s", r->path, *key ? "/" : "", key, what);
}

/* Steps down to a member, or to its i-th element; returns what leave() needs to come back. */
static size_t enter(struct reader *r, const char *key)
{
    size_t was = r->len;
    r->len += (size_t)snprintf(r->path + was, sizeof r->path - was, "/%s", key);
    return was;
}

static size_t enter_at(struct reader *r, const char *key, size_t i)
{
    size_t was = enter(r, key);
    r->len += (size_t)snprintf(r->path + r->len, sizeof r->path - r->len, "/%zu", i);
    return was;
}

static void leave(struct reader *r, size_t was)
{
    r->len = was;
}

/* --- one member of an object --- */

static const json_t *take(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (!v)
        fault(r, key, "is missing");
    return v;
}

static bool is_null(const json_t *o, const char *key)
{
    return json_is_null(json_object_get(o, key));
}

static int64_t in_bounds(struct reader *r, const json_t *v, const char *key, int64_t least,
                         int64_t most)
{
    int64_t n = json_integer_value(v);
    if (json_is_integer(v) && n >= least && n <= most)
        return n;
    fault(r, key, "must be an integer from %lld to %lld", (long long)least, (long long)most);
    return least;
}

static int64_t take_int(struct reader *r, const json_t *o, const char *key, int64_t least,
                        int64_t most)
{
    return in_bounds(r, take(r, o, key), key, least, most);
}

static int take_cap(struct reader *r, const json_t *o, const char *key, int most)
{
    return is_null(o, key) ? CAP_NONE : (int)take_int(r, o, key, 0, most);
}

static const char *text_of(struct reader *r, const json_t *v, const char *key)
{
    size_t len = json_string_length(v);
    if (json_is_string(v) && len > 0 && len <= PANEL_TEXT_MAX)
        return arena_strndup(r->a, json_string_value(v), len);
    fault(r, key, "must be a text of 1 to %d bytes", PANEL_TEXT_MAX);
    return "";
}

static const char *take_text(struct reader *r, const json_t *o, const char *key)
{
    return text_of(r, take(r, o, key), key);
}

static const char *take_text_or_null(struct reader *r, const json_t *o, const char *key)
{
    return is_null(o, key) ? NULL : take_text(r, o, key);
}

static bool take_bool(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = take(r, o, key);
    if (!json_is_boolean(v))
        fault(r, key, "must be true or false");
    return json_is_true(v);
}

static int take_choice(struct reader *r, const json_t *o, const char *key,
                       const char *const *choices, size_t n)
{
    const char *text = take_text(r, o, key);
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, choices[i]) == 0)
            return (int)i;
    fault(r, key, "is none of the known words");
    return 0;
}

static int32_t day_in(struct reader *r, const json_t *v, const char *key)
{
    int32_t day = 0;
    if (!json_is_string(v) || !day_parse(json_string_value(v), &day))
        fault(r, key, "must be a date, YYYY-MM-DD");
    return day;
}

static const json_t *take_object(struct reader *r, const json_t *o, const char *key)
{
    const json_t *v = take(r, o, key);
    if (v && !json_is_object(v))
        fault(r, key, "must be an object");
    return v;
}

/* *ret_n is the number of elements to read: 0 for null and after a fault. */
static const json_t *take_array(struct reader *r, const json_t *o, const char *key, size_t most,
                                size_t *ret_n)
{
    const json_t *v = take(r, o, key);
    *ret_n = 0;
    if (v && !json_is_array(v) && !json_is_null(v))
        fault(r, key, "must be a list");
    else if (json_array_size(v) > most)
        fault(r, key, "may have %zu elements at most", most);
    else
        *ret_n = json_array_size(v);
    return v;
}

static struct words take_words(struct reader *r, const json_t *o, const char *key)
{
    struct words w;
    const json_t *list = take_array(r, o, key, PANEL_WORDS_MAX, &w.n);
    w.at = arena_array(r->a, const char *, w.n);
    for (size_t i = 0; i < w.n; i++) {
        size_t was = enter_at(r, key, i);
        w.at[i] = text_of(r, json_array_get(list, i), "");
        leave(r, was);
    }
    return w;
}

static struct span span_in(struct reader *r, const json_t *v)
{
    struct span s = {0};
    if (json_array_size(v) != 2) {
        fault(r, "", "must be [from, until]");
        return s;
    }
    s.from = in_bounds(r, json_array_get(v, 0), "0", 0, EPOCH_LAST);
    s.until = in_bounds(r, json_array_get(v, 1), "1", 0, EPOCH_LAST);
    if (s.from >= s.until)
        fault(r, "", "must end after it begins");
    return s;
}

static struct span *take_span_array(struct reader *r, const json_t *o, const char *key,
                                    size_t *ret_n)
{
    const json_t *list = take_array(r, o, key, PANEL_SPANS_MAX, ret_n);
    struct span *at = arena_array(r->a, struct span, *ret_n);
    for (size_t i = 0; i < *ret_n; i++) {
        size_t was = enter_at(r, key, i);
        at[i] = span_in(r, json_array_get(list, i));
        leave(r, was);
    }
    return at;
}

static struct spans take_spans(struct reader *r, const json_t *o, const char *key)
{
    size_t n;
    struct span *at = take_span_array(r, o, key, &n);
    return span_list(r->a, at, n);
}

/* --- the document --- */

static void read_panel(struct reader *r, const json_t *doc, struct panel *p)
{
    size_t was;
    p->now = take_int(r, doc, "now", 0, EPOCH_LAST);
    p->version = take_int(r, doc, "version", 0, INT64_MAX);
    p->align = (int)take_int(r, doc, "align_minutes", 1, 1440);
    if (1440 % p->align != 0)
        fault(r, "align_minutes", "must divide the day");

    const json_t *list = take_array(r, doc, "holidays", PANEL_HOLIDAYS_MAX, &p->holiday_count);
    p->holidays = arena_array(r->a, int32_t, p->holiday_count);
    for (size_t i = 0; i < p->holiday_count; i++) {
        was = enter_at(r, "holidays", i);
        p->holidays[i] = day_in(r, json_array_get(list, i), "");
        leave(r, was);
    }
    const json_t *request = take_object(r, doc, "request");
    was = enter(r, "request");
    read_request(r, request, p->now, &p->request);
    leave(r, was);

    list = take_array(r, doc, "experts", PANEL_EXPERTS_MAX, &p->expert_count);
    p->experts = arena_array(r->a, struct expert, p->expert_count);
    for (size_t i = 0; i < p->expert_count && !r->why; i++) {
        was = enter_at(r, "experts", i);
        read_expert(r, json_array_get(list, i), &p->experts[i]);
        leave(r, was);
    }
    const char *twice = r->why ? NULL : panel_twice(r->a, p);
    if (twice)
        fault(r, "experts", "id %.40s is there twice", twice);
}

static void read_request(struct reader *r, const json_t *o, instant now, struct request *q)
{
    static const char *const urgencies[] = {"normal", "high", "urgent"};
    q->id = take_text(r, o, "id");
    read_seats(r, o, q);
    q->mode = take_text(r, o, "mode");
    q->district = take_text_or_null(r, o, "district");
    q->minutes = (int)take_int(r, o, "minutes", 1, PANEL_MEETING_MAX);
    q->windows = take_spans(r, o, "windows");
    if (q->windows.n && q->windows.at[q->windows.n - 1].until - now > PANEL_DAYS_MAX * DAY_SECONDS)
        fault(r, "windows", "may reach %d days ahead at most", PANEL_DAYS_MAX);
    q->deadline =
        is_null(o, "deadline") ? INSTANT_NEVER : take_int(r, o, "deadline", 0, EPOCH_LAST);
    q->urgency = (enum urgency)take_choice(r, o, "urgency", urgencies, COUNT(urgencies));
    q->languages = take_words(r, o, "languages");
    q->topics = take_words(r, o, "topics");
    q->excluded = take_words(r, o, "excluded");
    q->preferred = take_text_or_null(r, o, "preferred");
    q->previous = take_words(r, o, "previous");
    q->fixed = is_null(o, "fixed") ? 0 : take_int(r, o, "fixed", 1, EPOCH_LAST);
    q->seated = take_words(r, o, "seated");
    q->asked = take_words(r, o, "asked");
    q->company_busy = take_spans(r, o, "company_busy");
    q->room_busy = take_spans(r, o, "room_busy");
    q->company_full = take_spans(r, o, "company_full");
}

static void read_seats(struct reader *r, const json_t *o, struct request *q)
{
    const json_t *list = take_array(r, o, "seats", SEATS_MAX, &q->seat_count);
    if (q->seat_count == 0)
        fault(r, "seats", "must have an element");
    for (size_t i = 0; i < q->seat_count; i++) {
        const json_t *v = json_array_get(list, i);
        struct wanted *w = &q->seats[i];
        size_t was = enter_at(r, "seats", i);
        w->no = (int)take_int(r, v, "seat", 1, SEATS_MAX);
        w->field = take_text(r, v, "field");
        w->min_level = (int)take_int(r, v, "min_level", 1, 3);
        w->held = take_bool(r, v, "held");
        leave(r, was);
    }
    q->field = q->seats[0].field;
    q->min_level = q->seats[0].min_level;
}

static void read_expert(struct reader *r, const json_t *o, struct expert *e)
{
    static const char *const conflicts[] = {"company", "affiliation"};
    e->id = take_text(r, o, "id");
    e->name = take_text(r, o, "name");
    read_skills(r, o, e);
    e->topics = take_words(r, o, "topics");
    e->districts = take_words(r, o, "districts");
    e->modes = take_words(r, o, "modes");
    e->languages = take_words(r, o, "languages");
    e->paused = take_bool(r, o, "paused");
    if (!is_null(o, "conflict"))
        e->conflict =
            (enum conflict)(1 + take_choice(r, o, "conflict", conflicts, COUNT(conflicts)));
    read_limits(r, o, e);
    e->zone = zone_find(take_text(r, o, "zone"));
    if (!e->zone)
        fault(r, "zone", "is no time zone");
    read_weekly(r, o, e);
    e->absences = take_spans(r, o, "absences");
    e->busy = take_spans(r, o, "busy");
    read_held(r, o, e);
    e->minutes_this_year = (int)take_int(r, o, "minutes_this_year", 0, INT_MAX);
    e->minutes_this_term = (int)take_int(r, o, "minutes_this_term", 0, INT_MAX);
}

/* Term, caps, buffers and notice. */
static void read_limits(struct reader *r, const json_t *o, struct expert *e)
{
    const json_t *term = take_object(r, o, "term"), *caps = take_object(r, o, "caps");
    const json_t *buffers = take_object(r, o, "buffers");
    size_t was = enter(r, "term");
    e->term_from = day_in(r, take(r, term, "from"), "from");
    e->term_until = day_in(r, take(r, term, "until"), "until");
    leave(r, was);
    was = enter(r, "caps");
    e->per_day = take_cap(r, caps, "per_day", 1440);
    e->per_week = take_cap(r, caps, "per_week", 7 * 1440);
    e->hours_per_year = take_cap(r, caps, "hours_per_year", 366 * 24);
    leave(r, was);
    was = enter(r, "buffers");
    e->before = (int)take_int(r, buffers, "before", 0, PANEL_MEETING_MAX);
    e->after = (int)take_int(r, buffers, "after", 0, PANEL_MEETING_MAX);
    leave(r, was);
    e->notice = (int)take_int(r, o, "notice_minutes", 0, PANEL_DAYS_MAX * 1440);
}

static void read_skills(struct reader *r, const json_t *o, struct expert *e)
{
    const json_t *list = take_array(r, o, "fields", PANEL_WORDS_MAX, &e->skill_count);
    e->skills = arena_array(r->a, struct skill, e->skill_count);
    for (size_t i = 0; i < e->skill_count; i++) {
        const json_t *v = json_array_get(list, i);
        size_t was = enter_at(r, "fields", i);
        e->skills[i].field = take_text(r, v, "field");
        e->skills[i].level = (int)take_int(r, v, "level", 1, 3);
        leave(r, was);
    }
}

static void read_weekly(struct reader *r, const json_t *o, struct expert *e)
{
    const json_t *list = take_array(r, o, "availability", PANEL_WEEKLY_MAX, &e->weekly_count);
    e->weekly = arena_array(r->a, struct weekly, e->weekly_count);
    for (size_t i = 0; i < e->weekly_count; i++) {
        const json_t *v = json_array_get(list, i);
        struct weekly *w = &e->weekly[i];
        size_t was = enter_at(r, "availability", i);
        w->weekday = (int)take_int(r, v, "weekday", 1, 7);
        w->from = (int)take_int(r, v, "from", 0, 1439);
        w->until = (int)take_int(r, v, "until", 1, 1440);
        if (w->from >= w->until)
            fault(r, "until", "must be after from");
        leave(r, was);
    }
}

static void read_held(struct reader *r, const json_t *o, struct expert *e)
{
    struct span *at = take_span_array(r, o, "appointments", &e->held_count);
    e->held = arena_array(r->a, struct held, e->held_count);
    for (size_t i = 0; i < e->held_count; i++)
        e->held[i].span = at[i];
}
