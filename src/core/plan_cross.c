#include "plan_in.h"

#include <assert.h>
#include <string.h>

/* Steps of new prices; how often in vain before they get shorter; when nothing comes of it. */
enum { STEPS_MAX = 120, STEPS_QUICK = 16, VAIN_MAX = 4, PARTS = 1024, PARTS_LEAST = 32 };
enum { POLISH_EVERY = 8, KEEP_LESS = 1024, PASSES_MAX = 4 };

struct cross {
    struct solver *s;
    struct arena *a; /* for what stays; the solver's is for what goes */
    int64_t *hall;   /* by slot: what a booth is worth where caps and load do not count, or NULL */
    const struct model *m;
    struct ledger *best, *next;
    struct proof *proof;
    const struct dual *plain; /* of the goal, at no prices; NULL where flows polish all */
    int steps;
    bool thorough;
};

static bool relax(struct cross *x);
static bool prove_served(struct cross *x);
static bool prove_value(struct cross *x);
static bool in_scratch(struct cross *x, bool (*step)(struct cross *x));
static void climb(struct cross *x, struct dual *d, const struct goal *g, bool fixed,
                  const char *stage);
static bool offer(struct cross *x, bool fixed);
static void refine(struct cross *x, struct ledger *l);
static bool branch(struct cross *x, struct dual *d, const struct rest *r);
static void tell_bounds(struct cross *x, const struct dual *d, int64_t more, int64_t unit);

bool cross_solve(struct solver *s, const struct model *m, bool thorough, struct ledger *l,
                 struct proof *ret)
{
    struct cross x = {.s = s,
                      .a = s->a,
                      .m = m,
                      .best = l,
                      .proof = ret,
                      .thorough = thorough,
                      .steps = thorough ? STEPS_MAX : STEPS_QUICK};
    *ret = (struct proof){.method = "lagrange"};
    ledger_clear(l);
    x.next = ledger_new(s->a, m);
    bool any = in_scratch(&x, relax);
    if (any && !ret->proved[PLAN_SERVED])
        in_scratch(&x, prove_served);
    if (any && !ret->proved[PLAN_QUALITY])
        in_scratch(&x, prove_value);
    return any;
}

static bool in_scratch(struct cross *x, bool (*step)(struct cross *x))
{
    struct arena *was = solver_scratch(x->s);
    bool any = step(x);
    solver_scratch_end(x->s, was);
    return any;
}

static bool same_served(const struct plan_score *a, const struct plan_score *b)
{
    return memcmp(a->served, b->served, sizeof a->served) == 0;
}

/* Served requests first, in strict order; the rest does not matter. */
static struct goal served_goal(const struct model *m)
{
    int64_t count[PLAN_CLASSES] = {0};
    for (int i = 0; i < m->W; i++)
        count[m->wish[i].class]++;
    struct goal g = {.serve = {(count[1] + 1) * (count[2] + 1), count[2] + 1, 1}};
    return g;
}

/* One unit of kept weight is more than all that quality and load can differ by, twice. */
static struct goal value_goal(const struct model *m)
{
    int64_t range = 1;
    for (int i = 0; i < m->W; i++) {
        int64_t most = 0;
        for (size_t k = 0; k < m->wish[i].n; k++)
            most = m->wish[i].at[k].points > most ? m->wish[i].at[k].points : most;
        range += most * m->wish[i].seats;
    }
    for (int e = 0; e < m->E; e++)
        range += load_cost(m, e, m->S < m->most[e] ? m->S : m->most[e]);
    return (struct goal){.keep = 2 * range, .point = 1};
}

/* ---- without the rows that cross ---- */

/* The wishes that are no flow are all served by it. The bound of served requests is the lower one.
 */
static bool relaxed_flow(struct cross *x, const struct net_shape *shape, struct spot *ret)
{
    const struct model *m = x->m;
    struct plan_score bound = m->pinned_score;
    struct net *n;
    struct mcf_result r;
    if (!flow_solve(x->s, m, shape, ret, &n, &r))
        return false;
    for (int i = 0; i < m->W; i++) {
        const struct wish *w = &m->wish[i];
        bool simple = w->length == 1 && w->seats == 1;
        bound.served[w->class] += simple ? ret[i].slot != PLAN_NONE : w->n > 0;
    }
    bound.kept = x->proof->bound.kept;
    bound.value = x->proof->bound.value;
    if (score_order(&bound, &x->proof->bound) < 0)
        x->proof->bound = bound;
    if (shape->caps)
        x->proof->expert_price = expert_prices(x->a, m, n, &r, 1);
    else
        x->hall = slot_prices(x->a, m, n, &r);
    return true;
}

/* What was chosen without some rows, made a plan. */
static void seed(struct cross *x, struct dual *d, const struct spot *spot)
{
    if (!model_complex(x->m))
        memcpy(d->spot, spot, (size_t)x->m->W * sizeof *spot);
    repair(d, x->next);
    (void)offer(x, false);
    struct plan_score got = ledger_score(x->best);
    x->proof->proved[PLAN_SERVED] = same_served(&got, &x->proof->bound);
}

/* The best of all where some rows are left out: a bound, and if it keeps them, the plan. The
 * other side's rows alone may serve fewer, and say what a booth is worth. */
static bool relax(struct cross *x)
{
    const struct model *m = x->m;
    struct spot *spot = arena_array(x->s->a, struct spot, (size_t)m->W + 1);
    struct net_shape caps = {.caps = m->caps || m->lambda > 0, .load = m->lambda > 0};
    struct net_shape booths = {.booths = true};
    struct goal g = served_goal(m);
    solver_tell(x->s, "relaxed", 0);
    x->proof->bound.served[0] = INT64_MAX;
    if (!relaxed_flow(x, caps.caps ? &caps : &booths, spot))
        return false;
    if (!model_complex(m) && ledger_put_all(x->best, spot)) {
        x->proof->bound = ledger_score(x->best);
        x->proof->method = "relaxed flow";
        for (int i = 0; i <= PLAN_QUALITY; i++)
            x->proof->proved[i] = true;
        return true;
    }
    ledger_clear(x->best);
    struct dual *d = dual_new(x->s, m, &g, NULL);
    if (model_complex(m) && !dual_solve(x->s, d))
        return false;
    seed(x, d, spot);
    if (caps.caps && m->booths) {
        if (!relaxed_flow(x, &booths, spot))
            return false;
        seed(x, d, spot);
    }
    polish(x->s, x->best);
    return true;
}

/* ---- how many can be served ---- */

/* The bound by class, lexicographic: what is left of the number after each class's weight. */
static void unpack_served(const struct goal *g, int64_t value, int64_t ret[PLAN_CLASSES])
{
    for (int c = 0; c < PLAN_CLASSES; c++) {
        ret[c] = value / g->serve[c];
        value %= g->serve[c];
    }
}

static bool prove_served(struct cross *x)
{
    struct goal g = served_goal(x->m);
    struct dual *d = dual_new(x->s, x->m, &g, NULL);
    climb(x, d, &g, false, "served");
    struct plan_score got = ledger_score(x->best);
    int64_t bound = dual_bound(d), known = goal_value(&g, &got);
    if (bound > known && x->thorough) {
        struct rest r = {.d = d, .goal = g, .known = known, .above = known};
        if (branch(x, d, &r)) {
            got = ledger_score(x->best);
            bound = known = goal_value(&g, &got);
        }
    }
    int64_t most[PLAN_CLASSES];
    unpack_served(&g, bound - goal_value(&g, &x->m->pinned_score), most);
    if (bound < goal_value(&g, &x->proof->bound))
        for (int c = 0; c < PLAN_CLASSES; c++)
            x->proof->bound.served[c] = most[c] + x->m->pinned_score.served[c];
    return x->proof->proved[PLAN_SERVED] = bound <= known;
}

/* ---- what it is worth ---- */

static const int64_t *dual_slots(struct arena *a, const struct dual *d)
{
    int64_t *price = arena_array(a, int64_t, (size_t)d->m->S + 1);
    for (int s = 0; s < d->m->S; s++)
        price[s] = d->best_price[d->first[HALL] + s] / d->scale;
    return price;
}

/* All there is, or what the bound leaves room for. */
static int64_t most_kept(const struct model *m, const struct plan_score *got, int64_t more,
                         int64_t unit)
{
    int64_t all = m->pinned_score.kept;
    for (int i = 0; i < m->W; i++)
        all += 2 * (int64_t)m->p->requests[m->wish[i].request].kept.weight;
    int64_t most = unit > 0 ? got->kept + more / unit + 1 : all;
    return most < all ? most : all;
}

/* Where the booths alone tell what they are worth, that is nearer than nothing, most often. */
static void begin_prices(struct cross *x, struct dual *d)
{
    int64_t *price = d->price + d->first[HALL];
    if (!x->hall || !dual_solve(x->s, d))
        return;
    int64_t before = d->value;
    for (int s = 0; s < x->m->S; s++)
        price[s] = d->cap[d->first[HALL] + s] == PLENTY ? 0 : x->hall[s] * d->scale;
    if (dual_solve(x->s, d) && d->value > before)
        memset(price, 0, (size_t)x->m->S * sizeof *price);
}

/* Where the prices of both levels together leave it open, the kept weight by itself. */
static bool prove_kept(struct cross *x)
{
    struct plan_score got = ledger_score(x->best);
    struct goal g = {.keep = 1};
    struct dual *d = x->thorough ? dual_new(x->s, x->m, &g, got.served) : NULL;
    if (!d)
        return false;
    climb(x, d, &g, true, "kept");
    got = ledger_score(x->best);
    struct rest r = {.d = d, .goal = g, .served = got.served, .known = got.kept, .above = got.kept};
    return dual_bound(d) <= got.kept || branch(x, d, &r);
}

static bool all_served(const struct ledger *l)
{
    for (int i = 0; i < l->m->W; i++)
        if (l->spot[i].slot == PLAN_NONE && l->m->wish[i].n > 0)
            return false;
    return true;
}

static bool prove_value(struct cross *x)
{
    struct goal g = value_goal(x->m);
    struct plan_score got = ledger_score(x->best);
    struct proof *proof = x->proof;
    struct dual *d;
    bool strict = true;
    for (; !(d = dual_new(x->s, x->m, &g, got.served)); strict = false)
        g.keep /= KEEP_LESS;
    if (model_complex(x->m) || !all_served(x->best))
        x->plain = dual_new(x->s, x->m, &g, NULL);
    begin_prices(x, d);
    climb(x, d, &g, true, "value");
    got = ledger_score(x->best);
    int64_t known = goal_value(&g, &got), bound = dual_bound(d);
    bool kept = strict && bound - known < g.keep / 2; /* one more is worth more than that */
    if (!kept && prove_kept(x)) {
        kept = true;
        got = ledger_score(x->best);
        known = goal_value(&g, &got);
    }
    if (bound > known && kept && x->thorough) {
        struct rest r = {.d = d,
                         .goal = {.point = 1},
                         .served = got.served,
                         .kept = got.kept,
                         .known = known,
                         .above = got.value};
        if (branch(x, d, &r)) {
            got = ledger_score(x->best);
            bound = known = goal_value(&g, &got);
        }
    }
    proof->proved[PLAN_KEPT] = proof->proved[PLAN_SERVED] && kept;
    proof->proved[PLAN_QUALITY] = proof->proved[PLAN_KEPT] && bound <= known;
    tell_bounds(x, d, bound - known, kept ? 0 : g.keep);
    x->plain = NULL; /* it goes with this stage */
    return true;
}

/* unit: what a weight of one counts as, where it is not proved; else 0. */
static void tell_bounds(struct cross *x, const struct dual *d, int64_t more, int64_t unit)
{
    struct plan_score got = ledger_score(x->best);
    struct proof *proof = x->proof;
    proof->slot_price = dual_slots(x->a, d);
    if (d->flow.potential)
        proof->expert_price = expert_prices(x->a, x->m, d->net, &d->flow, d->scale);
    proof->bound.kept = unit ? most_kept(x->m, &got, more, unit) : got.kept;
    proof->bound.value = got.value + (unit ? 0 : more);
}

/* Prices go up where rows are broken; each choice at them is a bound and the seed of a plan. */
static void climb(struct cross *x, struct dual *d, const struct goal *g, bool fixed,
                  const char *stage)
{
    int part = PARTS / 4, vain = 0;
    for (int i = 0; i < x->steps && part >= PARTS_LEAST && !solver_late(x->s); i++) {
        int64_t before = d->best;
        if (!dual_solve(x->s, d))
            return;
        repair(d, x->next);
        bool got = offer(x, fixed);
        if (got || i % POLISH_EVERY == 0) {
            refine(x, x->next);
            got |= offer(x, fixed);
        }
        struct plan_score best = ledger_score(x->best);
        int64_t known = goal_value(g, &best);
        x->s->best = best;
        x->s->bound = x->proof->bound;
        x->s->bound.kept = best.kept;
        x->s->bound.value = fixed ? best.value + dual_bound(d) - known : 0;
        solver_tell(x->s, stage, (double)i / x->steps);
        if (dual_bound(d) <= known)
            return;
        vain = d->best < before ? 0 : vain + 1;
        if (vain >= VAIN_MAX) {
            vain = 0;
            part /= 2;
            memcpy(d->price, d->best_price, (size_t)d->first[DUAL_KINDS] * sizeof *d->price);
            if (!dual_solve(x->s, d))
                return;
        }
        dual_move(d, known, part, PARTS);
    }
}

/* What is no flow, and who is served instead of whom, is bettered one by one. */
static void refine(struct cross *x, struct ledger *l)
{
    if (!model_complex(x->m))
        (void)polish(x->s, l);
    for (int i = 0; x->plain && i < PASSES_MAX && !solver_late(x->s); i++)
        if (!improve(x->plain, l))
            break;
}

/* fixed: as many have to be served as by the best so far. */
static bool offer(struct cross *x, bool fixed)
{
    struct plan_score best = ledger_score(x->best), next = ledger_score(x->next);
    if ((fixed && !same_served(&best, &next)) || score_order(&next, &best) <= 0)
        return false;
    ledger_copy(x->best, x->next);
    return true;
}

/* True: the best plan is now proved. */
static bool branch(struct cross *x, struct dual *d, const struct rest *r)
{
    struct spot *spot = arena_array(x->s->a, struct spot, (size_t)x->m->W + 1);
    memcpy(d->price, d->best_price, (size_t)d->first[DUAL_KINDS] * sizeof *d->price);
    if (solver_late(x->s) || !dual_solve(x->s, d))
        return false;
    solver_tell(x->s, "branch and bound", 0);
    enum mip_end end = rest_solve(x->s, r, spot);
    if (end != MIP_NONE)
        x->proof->method = "lagrange, branch and bound";
    if ((end == MIP_BETTER || end == MIP_FOUND)) {
        if (!ledger_put_all(x->next, spot))
            return false;
        struct plan_score was = ledger_score(x->best), is = ledger_score(x->next);
        if (score_order(&is, &was) <= 0)
            return false;
        ledger_copy(x->best, x->next);
    }
    return end == MIP_BETTER || end == MIP_NOTHING;
}
