#include "plan_in.h"

#include "core/plan_check.h"

#include <assert.h>
#include <string.h>

/* Shares of the time: the plan itself, then the frontier, then the reasons. */
static const double UNTIL_PLAN = 0.7, UNTIL_FRONTIER = 0.9, UNTIL_END = 1;

static void write_places(struct arena *a, const struct model *m, const struct ledger *l,
                         struct plan *plan);
static void write_prices(struct arena *a, const struct model *m, const struct proof *proof,
                         struct plan *plan);
static void write_proof(const struct proof *p, struct plan *plan);
static void count_kept(const struct plan_problem *p, struct plan *plan);
static void draw_frontier(struct solver *s, struct model *m, const struct ledger *l,
                          const struct proof *proof, struct plan *plan);

const struct plan *plan_solve(struct arena *a, const struct plan_problem *p,
                              const struct plan_hooks *h)
{
    static const struct plan_hooks none;
    struct solver s = {.a = a, .hooks = h ? h : &none, .until = UNTIL_PLAN};
    struct plan *plan = arena_new_of(a, struct plan);
    struct model *m = model_new(a, p, s.hooks->kept ? s.hooks->kept : PLAN_KEPT_MAX);
    struct ledger *l = ledger_new(a, m);
    struct proof proof;
    if (!any_solve(&s, m, true, l, &proof))
        proof = (struct proof){.method = "none, too late"};
    plan->score = ledger_score(l);
    write_places(a, m, l, plan);
    write_proof(&proof, plan);
    write_prices(a, m, &proof, plan);
    count_kept(p, plan);
    s.until = UNTIL_FRONTIER;
    draw_frontier(&s, m, l, &proof, plan);
    s.until = UNTIL_END;
    explain(&s, m, l, plan);
    const char *broken = plan_check(a, p, plan->place);
    assert(!broken);
    struct plan_score again = plan_judge(a, p, plan->place, p->chosen);
    assert(score_order(&again, &plan->score) == 0);
    return plan;
}

/* ---- the ways to solve it ---- */

/* Booths on one side and nothing on the other, or caps and load; and nothing that crosses. */
bool model_laminar(const struct model *m)
{
    return !model_complex(m) && !m->companies && !m->rests &&
           !(m->booths && (m->caps || m->lambda > 0));
}

bool any_solve(struct solver *s, const struct model *m, bool thorough, struct ledger *l,
               struct proof *ret)
{
    if (m->row)
        return columns_solve(s, m, l, ret);
    if (!model_laminar(m))
        return cross_solve(s, m, thorough, l, ret);
    struct spot *spot = arena_array(s->a, struct spot, (size_t)m->W + 1);
    struct net_shape shape = {
        .booths = m->booths, .caps = m->caps || m->lambda > 0, .load = m->lambda > 0};
    struct net *n;
    struct mcf_result r;
    *ret = (struct proof){.method = "flow", .proved = {true, true, true}};
    solver_tell(s, "flow", 0);
    if (!flow_solve(s, m, &shape, spot, &n, &r) || !ledger_put_all(l, spot))
        return false;
    ret->bound = ledger_score(l);
    ret->slot_price = slot_prices(s->a, m, n, &r);
    ret->expert_price = expert_prices(s->a, m, n, &r, 1);
    return true;
}

/* ---- prices ---- */

/* Nothing costs more than a whole meeting is worth. */
static int64_t points(int64_t price)
{
    int64_t most = PLAN_POINTS_MAX + PLAN_SLOT_POINTS_MAX;
    return price < 0 ? 0 : price > most ? most : price;
}

int64_t *slot_prices(struct arena *a, const struct model *m, const struct net *n,
                     const struct mcf_result *r)
{
    int64_t *price = arena_array(a, int64_t, (size_t)m->S + 1);
    for (int s = 0; s < m->S; s++) {
        const struct mcf_arc *x = &n->arc[n->hall_arc[s]];
        if (n->hall_arc[s])
            price[s] = points(r->potential[x->to] - r->potential[x->from] - x->cost);
    }
    return price;
}

/* What one more meeting with the expert would cost elsewhere, the mean over its slots. */
int64_t *expert_prices(struct arena *a, const struct model *m, const struct net *n,
                       const struct mcf_result *r, int64_t scale)
{
    int64_t *price = arena_array(a, int64_t, (size_t)m->E + 1);
    int *count = arena_array(a, int, (size_t)m->E + 1);
    for (int i = 0; i < n->seats; i++) {
        const struct mcf_arc *x = &n->arc[n->seat_arc + (size_t)i];
        price[n->seat[i].expert] += points((r->potential[0] - r->potential[x->from]) / scale);
        count[n->seat[i].expert]++;
    }
    for (int e = 0; e < m->E; e++)
        price[e] /= count[e] ? count[e] : 1;
    return price;
}

/* ---- what is told ---- */

static void write_places(struct arena *a, const struct model *m, const struct ledger *l,
                         struct plan *plan)
{
    const struct plan_problem *p = m->p;
    struct plan_place *place = arena_array(a, struct plan_place, (size_t)p->request_count + 1);
    for (int i = 0; i < p->request_count; i++) {
        const struct plan_request *q = &p->requests[i];
        struct plan_place *at = &place[i];
        *at = (struct plan_place){PLAN_NONE, {PLAN_NONE, PLAN_NONE}, PLAN_NONE, 0};
        int wish = m->request_at[i];
        const struct spot *spot = wish == PLAN_NONE ? NULL : &l->spot[wish];
        if (spot && spot->slot == PLAN_NONE)
            continue;
        at->slot = spot ? spot->slot : q->kept.slot;
        for (int k = 0; k < q->seats; k++) {
            at->experts[k] = spot ? m->expert_order[spot->expert[k]] : q->kept.experts[k];
            if (spot)
                at->points +=
                    wish_triple(wish_whole(m, wish), spot->slot, spot->expert[k], k)->points;
        }
        at->zone = p->experts[at->experts[0]].zone;
    }
    plan->place = place;
}

static double apart(double bound, double got)
{
    double size = got < 0 ? -got : got;
    return (bound - got) / (size > 1 ? size : 1);
}

/* In strict order, as they are proved: of the first class that is not. */
static double served_apart(const struct plan_score *bound, const struct plan_score *got)
{
    int c = 0;
    while (c + 1 < PLAN_CLASSES && bound->served[c] == got->served[c])
        c++;
    return apart((double)bound->served[c], (double)got->served[c]);
}

static void write_proof(const struct proof *p, struct plan *plan)
{
    plan->bound = p->bound;
    plan->method = p->method;
    plan->gap_of = PLAN_QUALITY;
    for (int i = PLAN_QUALITY; i >= PLAN_SERVED; i--)
        if (!p->proved[i]) {
            plan->end = PLAN_GAP;
            plan->gap_of = (enum plan_level)i;
        }
    if (plan->end == PLAN_GAP && plan->gap_of == PLAN_SERVED)
        plan->gap = served_apart(&p->bound, &plan->score);
    else if (plan->end == PLAN_GAP && plan->gap_of == PLAN_KEPT)
        plan->gap = apart((double)p->bound.kept, (double)plan->score.kept);
    else if (plan->end == PLAN_GAP)
        plan->gap = apart((double)p->bound.value, (double)plan->score.value);
}

/* Back in the order of the problem. */
static void write_prices(struct arena *a, const struct model *m, const struct proof *proof,
                         struct plan *plan)
{
    int64_t *slot = arena_array(a, int64_t, (size_t)m->S + 1);
    int64_t *expert = arena_array(a, int64_t, (size_t)m->E + 1);
    for (int s = 0; s < m->S && proof->slot_price; s++)
        slot[s] = proof->slot_price[s];
    for (int e = 0; e < m->E && proof->expert_price; e++)
        expert[m->expert_order[e]] = proof->expert_price[e];
    plan->slot_price = slot;
    plan->expert_price = expert;
}

static void count_kept(const struct plan_problem *p, struct plan *plan)
{
    for (int i = 0; i < p->request_count; i++) {
        const struct plan_kept *k = &p->requests[i].kept;
        const struct plan_place *at = &plan->place[i];
        if (k->slot == PLAN_NONE)
            continue;
        bool same = at->slot == k->slot;
        for (int n = 0; n < p->requests[i].seats; n++)
            same &= at->experts[n] == k->experts[0] ||
                    (p->requests[i].seats == 2 && at->experts[n] == k->experts[1]);
        plan->kept += same;
        plan->moved += !same;
    }
}

/* ---- the frontier ---- */

static int slots_of(const struct model *m, const struct ledger *l, int e)
{
    int n = l->load[e];
    for (int s = 0; s < m->S; s++)
        n += plan_has(&m->pinned[e], s);
    return n;
}

/* What lambda weighs: with the term's, in slots as the mean share has them. */
static int weighed_load(const struct model *m, const struct ledger *l, int e)
{
    int64_t slots = m->load[e] + l->load[e]; /* the model's has what is pinned */
    int64_t load = (slots * m->mean_share + m->share[e] - 1) / m->share[e];
    return load < INT_MAX ? (int)load : INT_MAX;
}

/* Idle: on duty at all, and nothing to do. */
static struct plan_point point_of(const struct model *m, const struct ledger *l,
                                  const struct proof *proof)
{
    struct plan_point x = {.lambda = m->lambda, .quality = ledger_score(l).quality};
    static const struct plan_slots never;
    for (int e = 0; e < m->E; e++) {
        int n = slots_of(m, l, e), load = n ? weighed_load(m, l, e) : 0;
        x.max_load = load > x.max_load ? load : x.max_load;
        x.idle += n == 0 && memcmp(&m->free[e], &never, sizeof never) != 0;
    }
    x.end = proof->proved[PLAN_QUALITY] ? PLAN_OPTIMAL : PLAN_GAP;
    return x;
}

/* A quick solve may leave a gap, and the plan itself may then be the better one for that lambda. */
static struct plan_point quick_point(struct solver *s, const struct model *m,
                                     const struct ledger *plan, const struct proof *proof,
                                     struct ledger *other)
{
    struct proof its = *proof;
    if (m->lambda == m->p->chosen || !any_solve(s, m, false, other, &its))
        return point_of(m, plan, proof);
    struct plan_score mine = ledger_score(plan), theirs = ledger_score(other);
    return point_of(m, score_order(&theirs, &mine) < 0 ? plan : other, &its);
}

static void draw_frontier(struct solver *s, struct model *m, const struct ledger *l,
                          const struct proof *proof, struct plan *plan)
{
    const struct plan_problem *p = m->p;
    struct plan_point *at = arena_array(s->a, struct plan_point, (size_t)p->lambda_count + 1);
    struct ledger *other = ledger_new(s->a, m);
    int n = 0;
    for (; n < p->lambda_count && !solver_late(s); n++) {
        struct arena *was = solver_scratch(s);
        m->lambda = p->lambdas[n];
        solver_tell(s, "frontier", (double)n / p->lambda_count);
        at[n] = quick_point(s, m, l, proof, other);
        solver_scratch_end(s, was);
    }
    m->lambda = p->chosen;
    plan->frontier = at;
    plan->frontier_count = n;
}
