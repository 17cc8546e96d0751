#include "form/panel_json.h"

#include "panel_json_in.h"

#include <stdlib.h>
#include <string.h>

static void read_head(struct reader *r, const json_t *doc, struct panel *p);
static void read_asked(struct reader *r, const json_t *doc, struct panel *p);
static void read_experts(struct reader *r, const json_t *doc, struct panel *p);
static void read_request(struct reader *r, const json_t *o, instant now, struct request *q);
static void read_seats(struct reader *r, const json_t *o, struct request *q);
static void read_trips(struct reader *r, const json_t *o, struct request *q);
static const struct weights *read_weights(struct reader *r, const json_t *o);
static void read_expert(struct reader *r, const json_t *o, struct expert *e);
static void read_limits(struct reader *r, const json_t *o, struct expert *e);
static void read_skills(struct reader *r, const json_t *o, struct expert *e);
static void read_weekly(struct reader *r, const json_t *o, struct expert *e);
static void read_breadth(struct reader *r, const json_t *o, struct weekly *w);
static void read_dated(struct reader *r, const json_t *o, struct expert *e);
static void read_held(struct reader *r, const json_t *o, struct expert *e);
static void read_conflicts(struct reader *r, const json_t *o, struct expert *e);
static void read_years(struct reader *r, const json_t *o, struct expert *e);
static void read_work(struct reader *r, const json_t *o, struct expert *e);

enum err panel_from_json(struct arena *a, const json_t *doc, struct panel **ret,
                         const char **ret_why)
{
    struct reader r = {.a = a};
    struct panel *p = arena_new_of(a, struct panel);
    read_head(&r, doc, p);
    read_asked(&r, doc, p);
    read_experts(&r, doc, p);
    *ret_why = r.why;
    if (r.why)
        return ERR_INVALID;
    panel_seal(a, p);
    *ret = p;
    return OK;
}

enum err request_from_json(struct arena *a, const json_t *doc, struct panel *p,
                           const char **ret_why)
{
    struct reader r = {.a = a};
    read_request(&r, doc, p->now, &p->request);
    if (r.why) {
        *ret_why = r.why;
        return ERR_INVALID;
    }
    panel_seal_request(a, p);
    return OK;
}

enum err panel_request_from_json(struct arena *a, const json_t *doc, struct panel *ret,
                                 const char **ret_why)
{
    struct reader r = {.a = a};
    *ret = (struct panel){0};
    read_head(&r, doc, ret);
    if (json_object_get(doc, "request"))
        read_asked(&r, doc, ret);
    ret->codes = codes_from_json(a, json_object_get(doc, "codes"));
    *ret_why = r.why;
    if (r.why)
        return ERR_INVALID;
    panel_seal_holidays(ret);
    panel_seal_request(a, ret);
    return OK;
}

enum err panel_expert_from_json(struct arena *a, const json_t *doc, struct expert *ret,
                                const char **ret_why)
{
    struct reader r = {.a = a};
    *ret = (struct expert){0};
    read_expert(&r, doc, ret);
    *ret_why = r.why;
    if (r.why)
        return ERR_INVALID;
    panel_seal_expert(ret);
    return OK;
}

/* --- the document --- */

static void read_head(struct reader *r, const json_t *doc, struct panel *p)
{
    p->now = take_int(r, doc, "now", 0, EPOCH_LAST);
    p->version = take_int(r, doc, "version", 0, INT64_MAX);
    p->align = (int)take_int(r, doc, "align_minutes", 1, 1440);
    if (1440 % p->align != 0)
        fault(r, "align_minutes", "must divide the day");
    p->rest = (int)take_int(r, doc, "rest_minutes", 0, PANEL_MEETING_MAX);
    p->night = (int)take_int(r, doc, "rest_night_minutes", 0, PANEL_MEETING_MAX);

    const json_t *list = take_array(r, doc, "holidays", PANEL_HOLIDAYS_MAX, &p->holiday_count);
    p->holidays = arena_array(r->a, int32_t, p->holiday_count);
    for (size_t i = 0; i < p->holiday_count; i++) {
        size_t was = enter_at(r, "holidays", i);
        p->holidays[i] = day_in(r, json_array_get(list, i), "");
        leave(r, was);
    }
    p->zone = zone_find(take_text(r, doc, "zone"));
    if (!p->zone)
        fault(r, "zone", "is no time zone");
    p->weights = read_weights(r, take_object(r, doc, "weights"));
}

static void read_asked(struct reader *r, const json_t *doc, struct panel *p)
{
    const json_t *request = take_object(r, doc, "request");
    size_t was = enter(r, "request");
    read_request(r, request, p->now, &p->request);
    leave(r, was);
}

static void read_experts(struct reader *r, const json_t *doc, struct panel *p)
{
    const json_t *list = take_array(r, doc, "experts", PANEL_EXPERTS_MAX, &p->expert_count);
    p->experts = arena_array(r->a, struct expert, p->expert_count);
    for (size_t i = 0; i < p->expert_count && !r->why; i++) {
        size_t was = enter_at(r, "experts", i);
        read_expert(r, json_array_get(list, i), &p->experts[i]);
        leave(r, was);
    }
    const char *twice = r->why ? NULL : panel_twice(r->a, p);
    if (twice)
        fault(r, "experts", "id %.40s is there twice", twice);
}

/* What the office has set; a part that this daemon does not know is passed over. One that came
 * after the office had given all its points away weighs nothing. */
static const struct weights *read_weights(struct reader *r, const json_t *o)
{
    struct weights *w = arena_new_of(r->a, struct weights);
    size_t was = enter(r, "weights");
    *w = weights_default;
    for (int i = 0; i < PART_COUNT; i++) {
        const char *code = part_row((enum part_code)i)->code;
        if (json_object_get(o, code))
            w->most[i] = (int)take_int(r, o, code, 0, WEIGHT_MOST);
    }
    for (int i = 0; i < PART_COUNT && weights_sum(w) > WEIGHTS_SUM_MOST; i++)
        if (!json_object_get(o, part_row((enum part_code)i)->code))
            w->most[i] = 0;
    if (weights_sum(w) > WEIGHTS_SUM_MOST)
        fault(r, "", "may have a sum of %d at most", WEIGHTS_SUM_MOST);
    leave(r, was);
    return w;
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
    q->company = take_text_or_null(r, o, "company");
    q->company_names = take_words(r, o, "company_names");
    q->previous = take_words(r, o, "previous");
    q->desk = take_bool(r, o, "desk");
    q->visit = is_null(o, "visit") ? 0 : take_int(r, o, "visit", 1, EPOCH_LAST);
    q->last = take_words(r, o, "last");
    q->known = take_words(r, o, "known");
    q->wished = take_spans(r, o, "wished");
    read_trips(r, o, q);
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

static void read_trips(struct reader *r, const json_t *o, struct request *q)
{
    const json_t *list = take_array(r, o, "trips", PANEL_WORDS_MAX, &q->trip_count);
    q->trips = arena_array(r->a, struct trip, q->trip_count);
    for (size_t i = 0; i < q->trip_count; i++) {
        const json_t *v = json_array_get(list, i);
        size_t was = enter_at(r, "trips", i);
        q->trips[i].from = take_text(r, v, "from");
        q->trips[i].minutes = (int)take_int(r, v, "minutes", 0, 1440);
        leave(r, was);
    }
}

static void read_expert(struct reader *r, const json_t *o, struct expert *e)
{
    e->id = take_text(r, o, "id");
    e->name = take_text(r, o, "name");
    read_skills(r, o, e);
    e->topics = take_words(r, o, "topics");
    e->districts = take_words(r, o, "districts");
    e->modes = take_words(r, o, "modes");
    e->languages = take_words(r, o, "languages");
    e->paused_from =
        is_null(o, "paused_from") ? INSTANT_NEVER : take_int(r, o, "paused_from", 0, EPOCH_LAST);
    read_conflicts(r, o, e);
    read_limits(r, o, e);
    e->zone = zone_find(take_text(r, o, "zone"));
    if (!e->zone)
        fault(r, "zone", "is no time zone");
    read_weekly(r, o, e);
    read_dated(r, o, e);
    e->absences = take_spans(r, o, "absences");
    e->duties = take_spans(r, o, "duties");
    e->busy = take_spans(r, o, "busy");
    read_held(r, o, e);
    read_years(r, o, e);
    read_work(r, o, e);
}

static void read_work(struct reader *r, const json_t *o, struct expert *e)
{
    const json_t *answers = take_object(r, o, "answers");
    e->minutes_this_term = (int)take_int(r, o, "minutes_this_term", 0, PANEL_MINUTES_MAX);
    e->away = take_spans(r, o, "away");
    size_t was = enter(r, "answers");
    e->answers.accepted = (int)take_int(r, answers, "accepted", 0, PANEL_ANSWERS_MAX);
    e->answers.declined = (int)take_int(r, answers, "declined", 0, PANEL_ANSWERS_MAX);
    e->answers.expired = (int)take_int(r, answers, "expired", 0, PANEL_ANSWERS_MAX);
    e->answers.no_shows = (int)take_int(r, answers, "no_shows", 0, PANEL_ANSWERS_MAX);
    leave(r, was);
}

static void read_conflicts(struct reader *r, const json_t *o, struct expert *e)
{
    const json_t *conflicts = take_object(r, o, "conflicts");
    size_t was = enter(r, "conflicts");
    e->conflict_companies = take_words(r, conflicts, "companies");
    e->conflict_names = take_words(r, conflicts, "names");
    const json_t *list = take_array(r, conflicts, "ended", PANEL_WORDS_MAX, &e->ended_count);
    e->ended = arena_array(r->a, struct ended, e->ended_count);
    for (size_t i = 0; i < e->ended_count; i++) {
        const json_t *v = json_array_get(list, i);
        size_t at = enter_at(r, "ended", i);
        e->ended[i].key = take_text(r, v, "key");
        e->ended[i].until = take_int(r, v, "until", 0, EPOCH_LAST);
        leave(r, at);
    }
    leave(r, was);
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
        e->skills[i].minutes = (int)take_int(r, v, "minutes", 0, PANEL_MINUTES_MAX);
        e->skills[i].price = (int)take_int(r, v, "price", 0, PANEL_PRICE_MAX);
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
        read_breadth(r, v, w);
        leave(r, was);
    }
}

/* What a rule of every week leaves out. */
static void read_breadth(struct reader *r, const json_t *o, struct weekly *w)
{
    size_t n = 0;
    const json_t *nth = has(o, "nth") ? take_array(r, o, "nth", 10, &n) : NULL;
    w->every = has(o, "every") ? (int)take_int(r, o, "every", 1, 52) : 1;
    w->first = has(o, "first") ? day_in(r, take(r, o, "first"), "first") : 0;
    w->last = has(o, "last") ? day_in(r, take(r, o, "last"), "last") : 0;
    for (size_t i = 0; i < n; i++) {
        int64_t at = in_bounds(r, json_array_get(nth, i), "nth", -5, 5);
        if (at == 0)
            fault(r, "nth", "must not be 0");
        else
            w->nth |= WEEKLY_NTH((int)at);
    }
    if (w->every > 1 && w->first == 0)
        fault(r, "first", "is needed to count weeks from");
}

/* A closed date is one from 0 until 0. */
static void read_dated(struct reader *r, const json_t *o, struct expert *e)
{
    const json_t *list = take_array(r, o, "dates", PANEL_DATED_MAX, &e->dated_count);
    e->dated = arena_array(r->a, struct dated, e->dated_count);
    for (size_t i = 0; i < e->dated_count; i++) {
        const json_t *v = json_array_get(list, i);
        struct dated *d = &e->dated[i];
        size_t was = enter_at(r, "dates", i);
        d->day = day_in(r, take(r, v, "day"), "day");
        d->from = (int)take_int(r, v, "from", 0, 1439);
        d->until = (int)take_int(r, v, "until", 0, 1440);
        if (d->from >= d->until && (d->from > 0 || d->until > 0))
            fault(r, "until", "must be after from");
        leave(r, was);
    }
}

/* Where each of them takes place is a list of its own: as many entries, null for nowhere. */
static void read_held(struct reader *r, const json_t *o, struct expert *e)
{
    size_t n;
    struct span *at = take_span_array(r, o, "appointments", &e->held_count);
    const json_t *list = take_array(r, o, "appointment_districts", PANEL_SPANS_MAX, &n);
    if (n != e->held_count && !r->why)
        fault(r, "appointment_districts", "must be as many as appointments");
    e->held = arena_array(r->a, struct held, e->held_count);
    for (size_t i = 0; i < e->held_count; i++) {
        const json_t *district = json_array_get(list, i);
        size_t was = enter_at(r, "appointment_districts", i);
        e->held[i].span = at[i];
        if (district && !json_is_null(district))
            e->held[i].district = text_of(r, district, "");
        leave(r, was);
    }
}

static void read_years(struct reader *r, const json_t *o, struct expert *e)
{
    const json_t *list = take_array(r, o, "years", PANEL_YEARS_MAX, &e->year_count);
    e->years = arena_array(r->a, struct year_load, e->year_count);
    for (size_t i = 0; i < e->year_count; i++) {
        const json_t *v = json_array_get(list, i);
        size_t was = enter_at(r, "years", i);
        e->years[i].year = (int)take_int(r, v, "year", 1, 9999);
        e->years[i].minutes = (int)take_int(r, v, "minutes", 0, INT_MAX);
        leave(r, was);
    }
}
