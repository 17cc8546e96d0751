#include "form/brief.h"

#include "brief_in.h"
#include "core/availability.h"
#include "core/day.h"
#include "core/eligible.h"
#include "form/json.h"
#include "form/panel_json.h"
#include "form/plan_json.h"
#include "form/take.h"

#include <string.h>

enum { LAMBDA_MAX = 1000, SECONDS_MAX = 3600 };

/* What is written here, the worker reads. */
_Static_assert((int)BRIEF_SLOTS_MAX <= (int)PLAN_SLOTS_MAX, "slots");
_Static_assert((int)BRIEF_EXPERTS_MAX <= (int)PLAN_EXPERTS_MAX, "experts");
_Static_assert((int)BRIEF_REQUESTS_MAX <= (int)PLAN_REQUESTS_MAX, "requests");
_Static_assert((int)BRIEF_SEATS_MAX <= (int)PLAN_SEATS, "seats");
_Static_assert((int)BRIEF_NO_LIMIT <= (int)PLAN_BOOTHS_MAX, "booths");
_Static_assert(BRIEF_BYTES_MAX <= (size_t)PLAN_BYTES_MAX, "bytes");
_Static_assert((int)LAMBDA_MAX <= (int)PLAN_LAMBDA_MAX, "lambda");
_Static_assert((int)SECONDS_MAX <= (int)PLAN_SECONDS_MAX, "seconds");

static bool read_grid(struct brief *b, const json_t *facts);
static struct span whole(const struct brief *b);
static void read_desk(struct brief *b, const json_t *doc, size_t i);
static void scale_shares(struct brief *b);
static json_t *keep(struct brief *b, json_t *doc);

static void free_bytes(void *buf)
{
    buf_done(buf);
}

/* Whether the expert can be read, or is left out. Nobody is of whom a meeting stands that the plan
 * may move: it would go to somebody else. */
static bool leave_out(struct brief *b, const json_t *doc)
{
    struct arena *a = arena_new();
    struct expert e;
    const char *why, *id = json_string_value(json_object_get(doc, "id"));
    bool left_out = id && json_array_size(json_object_get(doc, "own_held")) == 0 &&
                    panel_expert_from_json(a, doc, &e, &why) != OK;
    if (left_out)
        json_array_append_new(b->unread, json_pack("{s:s, s:s}", "expert", id, "why", why));
    arena_free(a);
    return left_out;
}

/* The facts of everybody else. */
static const json_t *without_unread(struct brief *b, const json_t *facts)
{
    json_t *rest = keep(b, json_deep_copy(facts)), *experts = json_array(), *e;
    size_t i;
    json_array_foreach(json_object_get(facts, "experts"), i, e) if (!leave_out(b, e))
        json_array_append(experts, e);
    json_object_set_new(rest, "experts", experts);
    return rest;
}

static enum err read_panel(struct brief *b, const json_t **facts, const char **ret_why)
{
    if (panel_from_json(b->a, *facts, &b->panel, ret_why) == OK)
        return OK;
    *facts = without_unread(b, *facts);
    if (json_array_size(b->unread) == 0 || json_array_size(json_object_get(*facts, "experts")) == 0)
        return ERR_INVALID;
    return panel_from_json(b->a, *facts, &b->panel, ret_why);
}

enum err brief_new(struct arena *a, const json_t *facts, struct brief **ret, const char **ret_why)
{
    struct brief *b = arena_new_of(a, struct brief);
    b->a = a;
    b->unread = keep(b, json_array());
    if (read_panel(b, &facts, ret_why) != OK)
        return ERR_INVALID;
    buf_init(&b->requests, BRIEF_BYTES_MAX);
    arena_hook(a, free_bytes, &b->requests);
    b->request_ids = keep(b, json_array());
    b->expert_ids = keep(b, json_array());
    b->funnels = keep(b, json_array());
    b->admitted = keep(b, json_object());
    if (!read_grid(b, facts) || b->panel->expert_count > BRIEF_EXPERTS_MAX) {
        *ret_why = "/slots, /requests or /experts: not as a plan has them";
        return ERR_INVALID;
    }
    if (b->event) /* duty has breaks of its own */
        b->panel->rest = b->panel->night = 0;
    b->desks = arena_array(a, struct desk, b->panel->expert_count);
    for (size_t i = 0; i < b->panel->expert_count; i++)
        read_desk(b, json_array_get(json_object_get(facts, "experts"), i), i);
    scale_shares(b);
    *ret = b;
    return OK;
}

static json_t *keep(struct brief *b, json_t *doc)
{
    arena_hook(b->a, json_hook, doc);
    return doc;
}

/* ---- slots ---- */

static void measure(struct brief *b)
{
    int64_t longest = 0, sum = 0;
    for (size_t i = 0; i < b->slot_count; i++) {
        int64_t minutes = (b->slots[i].span.until - b->slots[i].span.from + 59) / 60;
        sum += minutes;
        longest = minutes > longest ? minutes : longest;
    }
    b->longest = longest;
    b->mean = sum / (int64_t)b->slot_count;
}

static bool read_grid(struct brief *b, const json_t *facts)
{
    struct take t = {.arena = b->a};
    const json_t *list = take_array(&t, facts, "slots"), *zones = take_array(&t, facts, "zones");
    b->event = json_is_true(json_object_get(facts, "event"));
    b->lambda = (int)take_int(&t, facts, "lambda", 0, LAMBDA_MAX);
    b->seconds = (int)take_int(&t, facts, "seconds", 1, SECONDS_MAX);
    b->expected = (size_t)take_int(&t, facts, "requests", 1, BRIEF_REQUESTS_MAX);
    b->zones = keep(b, json_deep_copy(zones));
    b->slot_count = json_array_size(list);
    if (b->slot_count < 1 || b->slot_count > BRIEF_SLOTS_MAX)
        return false;
    b->slots = arena_array(b->a, struct grid_slot, b->slot_count);
    for (size_t i = 0; i < b->slot_count; i++) {
        const json_t *v = json_array_get(list, i);
        struct grid_slot *s = &b->slots[i];
        s->span = (struct span){take_instant(&t, v, "from"), take_instant(&t, v, "until")};
        s->booths = (int)take_int(&t, v, "booths", 0, BRIEF_NO_LIMIT);
        s->day = (int)take_int(&t, v, "day", 0, INT32_MAX);
        s->name = take_need(&t, v, "name");
        s->price = json_integer_value(json_object_get(v, "price"));
        bool rises = i == 0 || s->span.from >= b->slots[i - 1].span.until;
        t.bad |= !rises || s->span.from >= s->span.until;
    }
    measure(b);
    return !t.bad && whole(b).until - b->panel->now <= (instant)PANEL_DAYS_MAX * DAY_SECONDS;
}

/* ---- experts ---- */

static struct spans ranges(struct brief *b, const json_t *list)
{
    size_t n = json_array_size(list);
    struct span *at = arena_array(b->a, struct span, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(list, i);
        at[i] = (struct span){json_integer_value(json_array_get(pair, 0)),
                              json_integer_value(json_array_get(pair, 1))};
    }
    return span_list(b->a, at, n);
}

static int limit_of(const json_t *caps, const char *key)
{
    const json_t *v = json_object_get(caps, key);
    return json_is_integer(v) ? (int)json_integer_value(v) : BRIEF_NO_LIMIT;
}

static struct span whole(const struct brief *b)
{
    return (struct span){b->slots[0].span.from, b->slots[b->slot_count - 1].span.until};
}

/* On duty: the windows of the duty (all, where none are named) without absences and other meetings.
 */
static struct spans duty_time(struct brief *b, const struct expert *e, const json_t *windows)
{
    struct span all = whole(b), term = availability_term(e);
    struct spans open = {&all, 1, 1}, within = {&term, 1, 1};
    if (json_is_array(windows))
        open = ranges(b, windows);
    open = span_intersect(b->a, &open, &within);
    open = span_subtract(b->a, &open, &e->absences);
    open = span_subtract(b->a, &open, &e->duties); /* at the centre's desk */
    return span_subtract(b->a, &open, &e->busy);
}

/* Within their hours, the buffers of what they have kept clear. What of the grid is over is of no
 * use, and with it the grid may be longer than the panel's range. */
static struct spans own_time(struct brief *b, const struct expert *e)
{
    struct span range = whole(b);
    range.from = range.from > b->panel->now ? range.from : b->panel->now;
    struct spans open = availability(b->a, b->panel, e, range), taken = {0};
    for (size_t i = 0; i < e->busy.n; i++)
        span_add(b->a, &taken,
                 (struct span){e->busy.at[i].from - (instant)e->after * 60,
                               e->busy.at[i].until + (instant)e->before * 60});
    return span_subtract(b->a, &open, &taken);
}

/* The minutes of a meeting, which its year then has again. */
static int64_t take_back(struct expert *e, const struct held *h)
{
    int minutes = (int)((h->span.until - h->span.from) / 60);
    for (size_t i = 0; i < e->year_count; i++)
        if (e->years[i].year == day_year(h->day))
            e->years[i].minutes -= minutes;
    return minutes;
}

/* What the plan may move is not in its own way: neither as time taken nor for the caps. */
static int64_t give_back(struct brief *b, struct expert *e, const json_t *doc)
{
    struct spans busy = ranges(b, json_object_get(doc, "own_busy"));
    struct spans held = ranges(b, json_object_get(doc, "own_held"));
    int64_t minutes = 0;
    size_t n = 0;
    e->busy = span_subtract(b->a, &e->busy, &busy);
    for (size_t i = 0; i < e->held_count; i++) {
        if (span_covers(&held, e->held[i].span))
            minutes += take_back(e, &e->held[i]);
        else
            e->held[n++] = e->held[i];
    }
    e->held_count = n;
    return minutes;
}

/* What has to lie between two meetings: the buffers of both, and the office's rest beyond them. */
static int apart(const struct brief *b, const struct expert *e)
{
    return (e->before + e->after + b->panel->rest) * 60;
}

static void set_limits(struct brief *b, const struct expert *e, struct desk *d, const json_t *doc,
                       int64_t own)
{
    const json_t *caps = json_object_get(doc, "caps_of_plan");
    int64_t hours = e->hours_per_year == CAP_NONE ? 60 : e->hours_per_year;
    d->per_day = d->day_of_plan = limit_of(caps, "per_day");
    d->most = d->most_of_plan = limit_of(caps, "most");
    d->rest = limit_of(caps, "rest_after");
    d->load = e->minutes_this_term > own ? (e->minutes_this_term - own) / b->mean : 0;
    d->load = d->load < PLAN_LOAD_MAX ? d->load : PLAN_LOAD_MAX;
    d->share = hours * 60 / b->mean;
    brief_caps(b, e, d);
    if (b->event) {
        brief_duty_caps(b, d, json_object_get(doc, "had"));
        brief_breaks(b, d);
    } else {
        d->per_day = BRIEF_NO_LIMIT; /* is in the caps of the expert's own days */
        d->apart = apart(b, e);
    }
    brief_stand(b, e, d);
}

/* What counts is how much greater one is than another. */
static void scale_shares(struct brief *b)
{
    int64_t most = PLAN_SHARE_MAX;
    for (size_t i = 0; i < b->panel->expert_count; i++)
        most = b->desks[i].share > most ? b->desks[i].share : most;
    for (size_t i = 0; i < b->panel->expert_count; i++) {
        int64_t *share = &b->desks[i].share;
        *share = *share * PLAN_SHARE_MAX / most;
        *share = *share > 1 ? *share : 1;
    }
}

/* By slot: what there is there, of the plan's own and of others. */
static void mark_meetings(struct brief *b, const struct expert *e, struct desk *d,
                          const json_t *own)
{
    size_t i;
    json_t *pair;
    bool **of[] = {&d->free, &d->taken, &d->stands, &d->stuck};
    for (size_t k = 0; k < sizeof of / sizeof *of; k++)
        *of[k] = arena_array(b->a, bool, b->slot_count);
    d->begun = arena_array(b->a, int, b->slot_count);
    d->stood = arena_array(b->a, int, b->slot_count);
    for (size_t k = 0; k < e->held_count; k++)
        brief_mark(b, e->held[k].span, d->taken, d->begun);
    json_array_foreach(own, i, pair)
    {
        struct span at = {json_integer_value(json_array_get(pair, 0)),
                          json_integer_value(json_array_get(pair, 1))};
        brief_mark(b, at, d->stands, d->stood);
    }
}

static void read_desk(struct brief *b, const json_t *doc, size_t i)
{
    struct expert *e = &b->panel->experts[i];
    struct desk *d = &b->desks[i];
    const char *zone = json_string_value(json_object_get(doc, "zone_of_duty"));
    int64_t own = give_back(b, e, doc);
    struct spans open = b->event ? duty_time(b, e, json_object_get(doc, "duty")) : own_time(b, e);
    struct words here = {arena_array(b->a, const char *, 1), 1};
    here.at[0] = "center";
    if (b->event) { /* being on duty, they are there, and the duty has its own caps */
        e->modes = here;
        e->notice = 0;
        e->per_day = e->per_week = CAP_NONE;
    }
    d->zone = zone ? arena_strdup(b->a, zone) : NULL;
    mark_meetings(b, e, d, json_object_get(doc, "own_held"));
    set_limits(b, e, d, doc, own);
    struct panel p =
        *b->panel; /* a meeting that began before may end where a cap lets none begin */
    p.waived |= 1u << RULE_cap_day | 1u << RULE_cap_week | 1u << RULE_cap_year;
    for (size_t s = 0; s < b->slot_count; s++) {
        struct span at = b->slots[s].span;
        d->free[s] = at.from > b->panel->now && span_covers(&open, at) &&
                     (b->event || eligible_start(&p, e, at.from) == RULE_none);
    }
    brief_nights(b, e, d);
    json_array_append_new(b->expert_ids, json_string(e->id));
}

/* ---- asked ---- */

size_t brief_expected(const struct brief *b)
{
    return b->expected;
}

int brief_seconds(const struct brief *b)
{
    return b->seconds;
}

int64_t brief_version(const struct brief *b)
{
    return b->panel->version;
}

const json_t *brief_requests(const struct brief *b)
{
    return b->request_ids;
}

const json_t *brief_experts(const struct brief *b)
{
    return b->expert_ids;
}

const json_t *brief_unread(const struct brief *b)
{
    return b->unread;
}

const json_t *brief_funnel(const struct brief *b, size_t request)
{
    const json_t *f = json_array_get(b->funnels, request);
    return json_is_array(f) ? f : NULL;
}
