#include "form/plan_json.h"

#include "form/shape_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The document has its shape; here it is judged what one member says of another. */
struct reader {
    struct arena *a;
    struct shape_errors *errors;
    struct plan_problem *p;
};

static void read_slots(struct reader *r, const json_t *doc);
static void read_zones(struct reader *r, const json_t *doc);
static void read_experts(struct reader *r, const json_t *doc);
static void read_requests(struct reader *r, const json_t *doc);
static void read_lambdas(struct reader *r, const json_t *doc);
static void count_triples(struct reader *r);
static void once(struct reader *r, const json_t *list, const char *name);

enum err plan_from_json(struct arena *a, const char *bytes, size_t len, struct plan_paper *ret,
                        struct shape_errors *ret_errors)
{
    json_t *doc;
    struct reader r = {a, ret_errors, &ret->problem};
    *ret = (struct plan_paper){0};
    enum err e = shape_decode(a, &plan_shape, bytes, len, &doc, ret_errors);
    if (e != OK)
        return e;
    read_slots(&r, doc);
    read_zones(&r, doc);
    read_experts(&r, doc);
    read_requests(&r, doc);
    read_lambdas(&r, doc);
    once(&r, json_object_get(doc, "zones"), "zones");
    once(&r, json_object_get(doc, "experts"), "experts");
    once(&r, json_object_get(doc, "requests"), "requests");
    if (ret_errors->n == 0)
        count_triples(&r);
    ret->seconds = (int)json_integer_value(json_object_get(doc, "seconds"));
    return ret_errors->n ? ERR_INVALID : OK;
}

/* ---- small helps ---- */

static const char *const NO_SLOT[2] = {"없는 시간 칸입니다.", "is no slot"};
static const char *const NO_EXPERT[2] = {"없는 위원입니다.", "is no expert"};
static const char *const NO_ZONE[2] = {"없는 구역입니다.", "is no zone"};
static const char *const NOT_RISING[2] = {"앞의 것보다 뒤여야 합니다.",
                                          "must come after the one before"};
static const char *const BACKWARDS[2] = {"from보다 뒤여야 합니다.", "must be after from"};
static const char *const NOT_SLOTS[2] = {"시간 칸마다 하나씩이어야 합니다.",
                                         "must have one for each slot"};
static const char *const TWICE[2] = {"두 번 있습니다.", "is there twice"};
static const char *const NOT_NEEDED[2] = {"필요한 위원 수와 같고 서로 달라야 합니다.",
                                          "must be as many as experts_needed, and differ"};
static const char *const NOT_SEATED[2] = {"좌석이 하나뿐입니다.", "there is only one seat"};
static const char *const TOO_MANY[2] = {"요청, 위원, 시간의 조합이 너무 많습니다.",
                                        "too many combinations of request, expert and slot"};
static const char *const EMPTY[2] = {"from보다 뒤의 시간 칸이어야 합니다.",
                                     "must be a slot after from"};
static const char *const ASTRIDE[2] = {
    "다른 한도나 하루와 일부만 겹칩니다.",
    "must lie within each other cap and day, around it, or apart"};
static const char *const PAST_END[2] = {"마지막 시간 칸을 넘습니다.", "ends after the last slot"};

__attribute__((format(printf, 3, 4))) static void wrong(struct reader *r, const char *const say[2],
                                                        const char *fmt, ...)
{
    char pointer[96];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(pointer, sizeof pointer, fmt, ap);
    va_end(ap);
    shape_errors_add(r->errors, arena_strdup(r->a, pointer), say[0], say[1]);
}

static int64_t whole(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static int at(const json_t *list, size_t i)
{
    return (int)json_integer_value(json_array_get(list, i));
}

static int whole_or(const json_t *o, const char *key, int none)
{
    const json_t *v = json_object_get(o, key);
    return json_is_integer(v) ? (int)json_integer_value(v) : none;
}

static const char *text(struct reader *r, const json_t *o, const char *key)
{
    return arena_strdup(r->a, json_string_value(json_object_get(o, key)));
}

static const char *text_or_null(struct reader *r, const json_t *o, const char *key)
{
    return json_is_string(json_object_get(o, key)) ? text(r, o, key) : NULL;
}

static int by_text(const void *x, const void *y)
{
    const json_t *const *a = x, *const *b = y;
    return strcmp(json_string_value(json_object_get(*a, "id")),
                  json_string_value(json_object_get(*b, "id")));
}

static void once(struct reader *r, const json_t *list, const char *name)
{
    size_t n = json_array_size(list);
    const json_t **all = arena_array(r->a, const json_t *, n + 1);
    for (size_t i = 0; i < n; i++)
        all[i] = json_array_get(list, i);
    qsort(all, n, sizeof *all, by_text);
    for (size_t i = 1; i < n; i++)
        if (by_text(&all[i - 1], &all[i]) == 0) {
            size_t second = 0;
            for (size_t k = 0; k < n; k++)
                if (json_array_get(list, k) == all[i] || json_array_get(list, k) == all[i - 1])
                    second = k;
            wrong(r, TWICE, "/%s/%zu/id", name, second);
            return;
        }
}

/* Slots of a list as a set; the pointer of the owner. */
static struct plan_slots slot_set(struct reader *r, const json_t *list, const char *pointer)
{
    struct plan_slots set = {0};
    for (size_t i = 0; i < json_array_size(list); i++)
        if (at(list, i) < r->p->slot_count)
            plan_put(&set, at(list, i));
        else
            wrong(r, NO_SLOT, "%s/%zu", pointer, i);
    return set;
}

/* ---- the parts ---- */

static void read_slots(struct reader *r, const json_t *doc)
{
    const json_t *list = json_object_get(doc, "slots"), *days = json_object_get(doc, "days");
    size_t n = json_array_size(list);
    struct plan_slot *slot = arena_array(r->a, struct plan_slot, n + 1);
    if (json_is_array(days) && json_array_size(days) != n)
        wrong(r, NOT_SLOTS, "/days");
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        slot[i] = (struct plan_slot){whole(o, "from"), whole(o, "until"), at(days, i),
                                     (int)whole(o, "booths"), text_or_null(r, o, "name")};
        if (slot[i].until <= slot[i].from)
            wrong(r, BACKWARDS, "/slots/%zu/until", i);
        if (i > 0 && slot[i].from < slot[i - 1].until)
            wrong(r, NOT_RISING, "/slots/%zu/from", i);
        if (i > 0 && slot[i].day < slot[i - 1].day && i < json_array_size(days))
            wrong(r, NOT_RISING, "/days/%zu", i);
    }
    r->p->slots = slot;
    r->p->slot_count = (int)n;
}

static void read_zones(struct reader *r, const json_t *doc)
{
    const json_t *list = json_object_get(doc, "zones");
    size_t n = json_array_size(list), slots = (size_t)r->p->slot_count;
    struct plan_zone *zone = arena_array(r->a, struct plan_zone, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *booths = json_object_get(json_array_get(list, i), "booths");
        int *each = arena_array(r->a, int, slots + 1);
        if (json_array_size(booths) != slots)
            wrong(r, NOT_SLOTS, "/zones/%zu/booths", i);
        for (size_t s = 0; s < slots; s++)
            each[s] = at(booths, s);
        zone[i] = (struct plan_zone){text(r, json_array_get(list, i), "id"), each};
    }
    r->p->zones = zone;
    r->p->zone_count = (int)n;
}

static int zone_named(struct reader *r, const json_t *o, size_t i)
{
    const char *id = json_string_value(json_object_get(o, "zone"));
    for (int z = 0; id && z < r->p->zone_count; z++)
        if (strcmp(r->p->zones[z].id, id) == 0)
            return z;
    if (id)
        wrong(r, NO_ZONE, "/experts/%zu/zone", i);
    return PLAN_NONE;
}

/* One in the other, or apart. */
static bool nested(struct plan_cap x, struct plan_cap y)
{
    return x.until <= y.from || y.until <= x.from || (x.from <= y.from && y.until <= x.until) ||
           (y.from <= x.from && x.until <= y.until);
}

/* A cap that cuts a day in two leaves a slot of it on either side. */
static bool cuts_a_day(const struct plan_problem *p, struct plan_cap x)
{
    int first = x.from, last = x.until - 1;
    while (first > 0 && p->slots[first - 1].day == p->slots[x.from].day)
        first--;
    while (last + 1 < p->slot_count && p->slots[last + 1].day == p->slots[x.until - 1].day)
        last++;
    bool one_day = p->slots[x.from].day == p->slots[x.until - 1].day;
    return !one_day && (first < x.from || last >= x.until);
}

static void read_caps(struct reader *r, const json_t *o, size_t i, struct plan_expert *e)
{
    const json_t *list = json_object_get(o, "caps");
    size_t n = json_array_size(list);
    struct plan_cap *cap = arena_array(r->a, struct plan_cap, n + 1);
    for (size_t k = 0; k < n; k++) {
        const json_t *x = json_array_get(list, k);
        cap[k] =
            (struct plan_cap){(int)whole(x, "from"), (int)whole(x, "until"), (int)whole(x, "most"),
                              json_is_true(json_object_get(x, "slots"))};
        bool fits = cap[k].from < cap[k].until && cap[k].until <= r->p->slot_count;
        bool apart = true;
        for (size_t m = 0; m < k; m++)
            apart &= nested(cap[k], cap[m]);
        if (cap[k].until > r->p->slot_count)
            wrong(r, PAST_END, "/experts/%zu/caps/%zu/until", i, k);
        else if (!fits)
            wrong(r, EMPTY, "/experts/%zu/caps/%zu/until", i, k);
        else if (!apart || (e->per_day != PLAN_NONE && cuts_a_day(r->p, cap[k])))
            wrong(r, ASTRIDE, "/experts/%zu/caps/%zu", i, k);
    }
    e->caps = cap;
    e->cap_count = (int)n;
}

static void read_experts(struct reader *r, const json_t *doc)
{
    const json_t *list = json_object_get(doc, "experts");
    size_t n = json_array_size(list);
    struct plan_expert *expert = arena_array(r->a, struct plan_expert, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        expert[i] =
            (struct plan_expert){.id = text(r, o, "id"),
                                 .free = slot_set(r, json_object_get(o, "free"),
                                                  arena_printf(r->a, "/experts/%zu/free", i)),
                                 .per_day = whole_or(o, "per_day", PLAN_NONE),
                                 .most = whole_or(o, "most", PLAN_NONE),
                                 .load = (int)whole(o, "load"),
                                 .share = (int)whole(o, "share"),
                                 .zone = zone_named(r, o, i),
                                 .rest_after = whole_or(o, "rest_after", 0),
                                 .apart = whole_or(o, "apart", 0)};
        read_caps(r, o, i, &expert[i]);
    }
    r->p->experts = expert;
    r->p->expert_count = (int)n;
}

static void read_candidates(struct reader *r, const json_t *o, size_t i, struct plan_request *q)
{
    const json_t *list = json_object_get(o, "candidates");
    size_t n = json_array_size(list);
    struct plan_candidate *c = arena_array(r->a, struct plan_candidate, n + 1);
    unsigned char *seen = arena_array(r->a, unsigned char, (size_t)r->p->expert_count + 1);
    for (size_t k = 0; k < n; k++) {
        const json_t *x = json_array_get(list, k);
        c[k] = (struct plan_candidate){(int)whole(x, "expert"), (int)whole(x, "points"),
                                       whole_or(x, "seat", 0) - 1};
        if (q->seats == 1 && c[k].seat > 0)
            wrong(r, NOT_SEATED, "/requests/%zu/candidates/%zu/seat", i, k);
        if (c[k].expert >= r->p->expert_count) {
            wrong(r, NO_EXPERT, "/requests/%zu/candidates/%zu/expert", i, k);
            continue;
        }
        unsigned char seats = c[k].seat == PLAN_NONE ? 3 : (unsigned char)(1 << c[k].seat);
        if (seen[c[k].expert] & seats)
            wrong(r, TWICE, "/requests/%zu/candidates/%zu/expert", i, k);
        seen[c[k].expert] |= seats;
    }
    q->candidates = c;
    q->candidate_count = (int)n;
}

static void read_kept(struct reader *r, const json_t *o, size_t i, struct plan_request *q)
{
    const json_t *kept = json_object_get(o, "kept"), *experts = json_object_get(kept, "experts");
    struct plan_kept *k = &q->kept;
    *k = (struct plan_kept){.slot = PLAN_NONE, .experts = {PLAN_NONE, PLAN_NONE}};
    if (!json_is_object(kept))
        return;
    k->slot = (int)whole(kept, "slot");
    k->weight = (int)whole(kept, "weight");
    k->pinned = json_is_true(json_object_get(kept, "pinned"));
    for (size_t n = 0; n < json_array_size(experts); n++) {
        k->experts[n] = at(experts, n);
        if (k->experts[n] >= r->p->expert_count)
            wrong(r, NO_EXPERT, "/requests/%zu/kept/experts/%zu", i, n);
    }
    if ((int)json_array_size(experts) != q->seats ||
        (q->seats == 2 && k->experts[0] == k->experts[1]))
        wrong(r, NOT_NEEDED, "/requests/%zu/kept/experts", i);
    if (k->slot >= r->p->slot_count)
        wrong(r, NO_SLOT, "/requests/%zu/kept/slot", i);
    else if (k->slot + q->length > r->p->slot_count)
        wrong(r, PAST_END, "/requests/%zu/kept/slot", i);
}

static const int *read_slot_points(struct reader *r, const json_t *o, size_t i)
{
    const json_t *slots = json_object_get(o, "slots"), *list = json_object_get(o, "slot_points");
    if (!json_is_array(list))
        return NULL;
    int *points = arena_array(r->a, int, (size_t)r->p->slot_count + 1);
    if (json_array_size(list) != json_array_size(slots))
        wrong(r, NOT_SLOTS, "/requests/%zu/slot_points", i);
    for (size_t k = 0; k < json_array_size(slots); k++)
        if (at(slots, k) < r->p->slot_count)
            points[at(slots, k)] = at(list, k);
    return points;
}

static void read_requests(struct reader *r, const json_t *doc)
{
    const json_t *list = json_object_get(doc, "requests");
    size_t n = json_array_size(list);
    struct plan_request *request = arena_array(r->a, struct plan_request, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        struct plan_request *q = &request[i];
        *q = (struct plan_request){.id = text(r, o, "id"),
                                   .company = text(r, o, "company"),
                                   .class = (int)whole(o, "class"),
                                   .length = (int)whole(o, "length"),
                                   .seats = (int)whole(o, "experts_needed")};
        q->slots =
            slot_set(r, json_object_get(o, "slots"), arena_printf(r->a, "/requests/%zu/slots", i));
        q->slot_points = read_slot_points(r, o, i);
        read_candidates(r, o, i, q);
        read_kept(r, o, i, q);
    }
    r->p->requests = request;
    r->p->request_count = (int)n;
}

static void read_lambdas(struct reader *r, const json_t *doc)
{
    const json_t *list = json_object_get(doc, "lambda");
    size_t n = json_array_size(list);
    int *lambda = arena_array(r->a, int, n + 1);
    for (size_t i = 0; i < n; i++) {
        lambda[i] = at(list, i);
        if (i > 0 && lambda[i] <= lambda[i - 1])
            wrong(r, NOT_RISING, "/lambda/%zu", i);
    }
    r->p->lambdas = lambda;
    r->p->lambda_count = (int)n;
    r->p->chosen = (int)whole(doc, "chosen");
}

static void count_triples(struct reader *r)
{
    const struct plan_problem *p = r->p;
    size_t sum = 0;
    for (int i = 0; i < p->request_count; i++)
        for (int k = 0; k < p->requests[i].candidate_count; k++) {
            const struct plan_slots *x = &p->requests[i].slots,
                                    *y = &p->experts[p->requests[i].candidates[k].expert].free;
            for (size_t w = 0; w < sizeof x->bits / sizeof *x->bits; w++)
                sum +=
                    (size_t)(p->requests[i].seats * __builtin_popcountll(x->bits[w] & y->bits[w]));
        }
    if (sum > PLAN_TRIPLES_MAX)
        wrong(r, TOO_MANY, "/requests");
}
