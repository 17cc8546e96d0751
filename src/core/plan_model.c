#include "plan_in.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What is sorted: a number with its name. */
struct named {
    const char *id;
    int at;
};

static void sort_by_id(struct model *m, struct arena *a);
static void read_slots(struct arena *a, struct model *m);
static void read_experts(struct arena *a, struct model *m);
static void read_caps(struct arena *a, struct model *m);
static void take_pinned(struct arena *a, struct model *m);
static void number_companies(struct arena *a, struct model *m);

struct model *model_new(struct arena *a, const struct plan_problem *p, size_t kept)
{
    struct model *m = arena_new_of(a, struct model);
    m->p = p;
    m->S = p->slot_count;
    m->E = p->expert_count;
    m->Z = p->zone_count;
    m->lambda = p->chosen;
    assert(m->S <= PLAN_SLOTS_MAX && m->E <= PLAN_EXPERTS_MAX && m->Z <= PLAN_ZONES_MAX);
    assert(p->request_count <= PLAN_REQUESTS_MAX && m->lambda <= PLAN_LAMBDA_MAX);
    sort_by_id(m, a);
    read_slots(a, m);
    read_experts(a, m);
    read_caps(a, m);
    number_companies(a, m);
    take_pinned(a, m);
    model_triples(a, m, kept);
    model_reduce(a, m);
    if (m->row && !model_laminar(m) && m->triples <= PLAN_CROSS_TIMES * kept)
        model_keep(a, m);
    return m;
}

static int by_id(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    int order = strcmp(a->id, b->id);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

/* Requests become wishes later; here each wish only knows its request. */
static void sort_by_id(struct model *m, struct arena *a)
{
    int E = m->E, R = m->p->request_count;
    struct named *list = arena_array(a, struct named, (size_t)(E > R ? E : R) + 1);
    int *order = arena_array(a, int, (size_t)E + 1);
    m->expert_at = arena_array(a, int, (size_t)E + 1);
    for (int i = 0; i < E; i++)
        list[i] = (struct named){m->p->experts[i].id, i};
    qsort(list, (size_t)E, sizeof *list, by_id);
    for (int i = 0; i < E; i++) {
        order[i] = list[i].at;
        m->expert_at[list[i].at] = i;
    }
    m->expert_order = order;
    m->wish = arena_array(a, struct wish, (size_t)R + 1);
    m->request_at = arena_array(a, int, (size_t)R + 1);
    for (int i = 0; i < R; i++)
        list[i] = (struct named){m->p->requests[i].id, i};
    qsort(list, (size_t)R, sizeof *list, by_id);
    for (int i = 0; i < R; i++) {
        bool pinned = m->p->requests[list[i].at].kept.pinned;
        m->request_at[list[i].at] = pinned ? PLAN_NONE : m->W;
        if (!pinned)
            m->wish[m->W++].request = list[i].at;
    }
}

/* ret: the sorted number of each of the problem's zones. */
static void sort_zones(const struct model *m, int ret[PLAN_ZONES_MAX])
{
    struct named list[PLAN_ZONES_MAX];
    for (int z = 0; z < m->Z; z++)
        list[z] = (struct named){m->p->zones[z].id, z};
    qsort(list, (size_t)m->Z, sizeof *list, by_id);
    for (int z = 0; z < m->Z; z++)
        ret[list[z].at] = z;
}

static void read_slots(struct arena *a, struct model *m)
{
    int zone_at[PLAN_ZONES_MAX];
    sort_zones(m, zone_at);
    m->day = arena_array(a, int, (size_t)m->S + 1);
    m->hall = arena_array(a, int, (size_t)m->S + 1);
    m->zone = arena_array(a, int, (size_t)(m->Z * m->S) + 1);
    for (int s = 0; s < m->S; s++) {
        m->hall[s] = m->p->slots[s].booths;
        if (s > 0)
            m->day[s] = m->day[s - 1] + (m->p->slots[s].day != m->p->slots[s - 1].day);
        for (int z = 0; z < m->Z; z++)
            m->zone[zone_at[z] * m->S + s] = m->p->zones[z].booths[s];
    }
}

bool model_follows(const struct model *m, int s)
{
    return s + 1 < m->S && m->p->slots[s].until == m->p->slots[s + 1].from &&
           m->day[s] == m->day[s + 1];
}

static void read_experts(struct arena *a, struct model *m)
{
    size_t E = (size_t)m->E;
    int64_t shares = 0;
    int zone_at[PLAN_ZONES_MAX];
    sort_zones(m, zone_at);
    int **of[] = {&m->most, &m->load, &m->share, &m->zone_of, &m->rest, &m->apart};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        *of[i] = arena_array(a, int, E + 1);
    m->free = arena_array(a, struct plan_slots, E + 1);
    m->pinned = arena_array(a, struct plan_slots, E + 1);
    for (int e = 0; e < m->E; e++) {
        const struct plan_expert *x = &m->p->experts[m->expert_order[e]];
        m->free[e] = x->free;
        m->most[e] = x->most == PLAN_NONE ? PLENTY : x->most;
        m->load[e] = x->load;
        m->share[e] = x->share;
        m->zone_of[e] = x->zone == PLAN_NONE ? PLAN_NONE : zone_at[x->zone];
        m->rest[e] = x->rest_after;
        m->apart[e] = x->apart;
        shares += x->share;
    }
    m->mean_share = m->E ? (shares + m->E / 2) / m->E : 1;
}

/* ---- caps ---- */

/* The greater ones first where they begin together, so that each comes behind those around it. */
static int by_place(const void *x, const void *y)
{
    const struct cap *a = x, *b = y;
    if (a->from != b->from)
        return a->from - b->from;
    if (a->until != b->until)
        return b->until - a->until;
    return a->left != b->left ? a->left - b->left : a->slots - b->slots;
}

static int add_days(const struct model *m, int e, int per_day, struct cap *ret)
{
    int n = 0;
    for (int s = 0, from = 0; s < m->S && per_day != PLAN_NONE; s++)
        if (s + 1 == m->S || m->day[s + 1] != m->day[s]) {
            ret[n++] = (struct cap){e, from, s + 1, per_day, false, NOBODY};
            from = s + 1;
        }
    return n;
}

static bool crosses(const struct cap *x, const struct cap *y)
{
    bool meet = x->from < y->until && y->from < x->until;
    bool within = x->from >= y->from && x->until <= y->until;
    bool around = x->from <= y->from && x->until >= y->until;
    return meet && !within && !around;
}

/* Slots of which any two are too near to have a meeting each: as far as these do not overlap one
 * another, and cross no cap, each is a cap of one meeting. The others are windows (plan_rows.c). */
static int add_near(const struct model *m, int e, const struct cap *given, int n, struct cap *ret)
{
    const struct plan_slots *free = &m->p->experts[m->expert_order[e]].free;
    int added = 0;
    for (int s = 0, end = 0, last; s < m->S && m->apart[e]; s++) {
        last = s;
        for (int k = s + 1; k < m->S && model_near(m, e, s, k); k++)
            last = plan_has(free, k) ? k : last;
        struct cap cap = {e, s, last + 1, 1, false, NOBODY};
        bool fits = s >= end && last > s && plan_has(free, s);
        for (int i = 0; i < n; i++)
            fits &= !crosses(&cap, &given[i]);
        if (!fits)
            continue;
        ret[added++] = cap;
        end = last + 1;
    }
    return added;
}

static int read_caps_of(const struct model *m, int e, int first)
{
    const struct plan_expert *x = &m->p->experts[m->expert_order[e]];
    struct cap *cap = m->cap;
    int n = first + add_days(m, e, x->per_day, cap + first);
    for (int i = 0; i < x->cap_count; i++)
        cap[n++] = (struct cap){
            e, x->caps[i].from, x->caps[i].until, x->caps[i].most, x->caps[i].slots, NOBODY};
    n += add_near(m, e, cap + first, n - first, cap + n);
    qsort(cap + first, (size_t)(n - first), sizeof *cap, by_place);
    for (int i = first + 1; i < n; i++) {
        int around = i - 1;
        while (around != NOBODY && cap[around].until <= cap[i].from)
            around = cap[around].above;
        assert(around == NOBODY || cap[i].until <= cap[around].until);
        cap[i].above = around;
    }
    return n;
}

static void read_caps(struct arena *a, struct model *m)
{
    size_t most = 0, days = m->S ? (size_t)m->day[m->S - 1] + 1 : 0;
    for (int e = 0; e < m->E; e++)
        most += (m->p->experts[e].per_day == PLAN_NONE ? 0 : days) +
                (size_t)m->p->experts[e].cap_count + (m->p->experts[e].apart ? (size_t)m->S : 0);
    m->cap = arena_array(a, struct cap, most + 1);
    m->first_cap = arena_array(a, int, (size_t)m->E + 1);
    for (int e = 0; e < m->E; e++)
        m->first_cap[e + 1] = read_caps_of(m, e, m->first_cap[e]);
}

static void number_companies(struct arena *a, struct model *m)
{
    struct named *list = arena_array(a, struct named, (size_t)m->W + 1);
    for (int i = 0; i < m->W; i++)
        list[i] = (struct named){m->p->requests[m->wish[i].request].company, i};
    qsort(list, (size_t)m->W, sizeof *list, by_id);
    for (int i = 0; i < m->W; i++) {
        bool before = i > 0 && strcmp(list[i].id, list[i - 1].id) == 0;
        bool after = i + 1 < m->W && strcmp(list[i].id, list[i + 1].id) == 0;
        m->C += after && !before;
        m->wish[list[i].at].company = before || after ? m->C - 1 : PLAN_NONE;
    }
}

/* ---- what is pinned ---- */

static void lower(int *n)
{
    if (*n != PLENTY && *n > 0)
        --*n;
}

static int candidate_points(const struct plan_request *q, int expert, int seat)
{
    for (int i = 0; i < q->candidate_count; i++) {
        const struct plan_candidate *c = &q->candidates[i];
        if (c->expert == expert && (c->seat == seat || c->seat == PLAN_NONE))
            return c->points;
    }
    return 0;
}

static void pin(struct model *m, const struct plan_request *q)
{
    const struct plan_kept *k = &q->kept;
    int points = q->slot_points ? q->slot_points[k->slot] : 0;
    for (int i = 0; i < q->seats; i++) {
        int e = m->expert_at[k->experts[i]];
        points += candidate_points(q, k->experts[i], i);
        lower(&m->most[e]);
        for (int c = m->first_cap[e]; c < m->first_cap[e + 1]; c++)
            if (m->cap[c].from <= k->slot && k->slot < m->cap[c].until)
                for (int n = cap_takes(&m->cap[c], q->length); n > 0; n--)
                    lower(&m->cap[c].left);
        for (int s = k->slot; s < k->slot + q->length && s < m->S; s++) {
            plan_put(&m->pinned[e], s);
            m->free[e].bits[s / 64] &= ~((uint64_t)1 << (s % 64));
        }
    }
    int zone = m->zone_of[m->expert_at[k->experts[0]]];
    for (int s = k->slot; s < k->slot + q->length && s < m->S; s++) {
        lower(&m->hall[s]);
        if (zone != PLAN_NONE)
            lower(&m->zone[zone * m->S + s]);
    }
    m->pinned_score.served[q->class]++;
    m->pinned_score.kept += (int64_t)2 * k->weight;
    m->pinned_score.quality += points;
}

static void take_pinned(struct arena *a, struct model *m)
{
    int *slots = arena_array(a, int, (size_t)m->E + 1);
    for (int i = 0; i < m->p->request_count; i++) {
        const struct plan_request *q = &m->p->requests[i];
        if (!q->kept.pinned)
            continue;
        pin(m, q);
        for (int k = 0; k < q->seats; k++)
            slots[m->expert_at[q->kept.experts[k]]] += q->length;
    }
    for (int e = 0; e < m->E; e++) {
        m->pinned_score.load += load_cost(m, e, slots[e]);
        m->load[e] += slots[e];
    }
    m->pinned_score.value = m->pinned_score.quality - m->pinned_score.load;
}

/* ---- load ---- */

/* Rises with nth: rounding down and the limit keep the order. */
int64_t load_step(const struct model *m, int e, int nth)
{
    int64_t cost = m->lambda * (2 * ((int64_t)m->load[e] + nth) + 1) * m->mean_share / m->share[e];
    return cost < PLAN_STEP_MAX ? cost : PLAN_STEP_MAX;
}

int64_t load_cost(const struct model *m, int e, int n)
{
    int64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += load_step(m, e, i);
    return sum;
}
