#include "plan_in.h"

#include <assert.h>

enum { SSP_UNITS_MAX = 1500 };

int64_t goal_value(const struct goal *g, const struct plan_score *s)
{
    int64_t sum = g->keep * s->kept + g->point * s->value;
    for (int c = 0; c < PLAN_CLASSES; c++)
        sum += g->serve[c] * s->served[c];
    return sum;
}

/* ---- levels ---- */

/* What the levels below can differ by at most: false when int64 does not hold it. */
static bool ranges(const struct model *m, const struct net *n, int64_t *ret_points,
                   int64_t *ret_keep)
{
    int64_t points = 0, keep = 0;
    for (int i = 0; i < m->W; i++) {
        int64_t p = 0, k = 0;
        for (size_t t = 0; t < m->wish[i].n; t++) {
            const struct triple *x = &m->wish[i].at[t];
            p = x->points > p ? x->points : p;
            k = x->keep > k ? x->keep : k;
        }
        points += p * m->wish[i].seats;
        keep += k * m->wish[i].seats;
    }
    for (int i = 0; i < n->loads; i++)
        if (__builtin_add_overflow(points, load_step(m, n->load_expert[i], n->load_nth[i]),
                                   &points))
            return false;
    *ret_points = points + 1;
    *ret_keep = keep + 1;
    return true;
}

static void class_weights(const struct model *m, bool lexicographic, int64_t unit,
                          int64_t ret[PLAN_CLASSES])
{
    int64_t count[PLAN_CLASSES] = {0};
    for (int i = 0; i < m->W; i++)
        count[m->wish[i].class]++;
    ret[2] = unit;
    ret[1] = lexicographic ? unit * (count[2] + 1) : 2 * unit;
    ret[0] = lexicographic ? ret[1] * (count[1] + 1) : 3 * unit;
}

static bool fits(const struct model *m, struct net *n, const struct goal *g)
{
    net_costs(n, m, g, NULL);
    return mcf_fits(&n->flow);
}

struct levels levels_new(const struct model *m, struct net *n, bool lexicographic)
{
    int64_t points, keep, unit, most;
    struct levels l = {.n = 1};
    if (ranges(m, n, &points, &keep) && !__builtin_mul_overflow(points, keep, &unit) &&
        !__builtin_mul_overflow(unit, (int64_t)(m->W + 1) * (m->W + 1), &most)) {
        l.goal[0] = (struct goal){.keep = points, .point = 1};
        class_weights(m, lexicographic, unit, l.goal[0].serve);
        if (fits(m, n, &l.goal[0]))
            return l;
    }
    l = (struct levels){.n = PLAN_QUALITY + 1};
    class_weights(m, lexicographic, 1, l.goal[PLAN_SERVED].serve);
    l.goal[PLAN_KEPT] = (struct goal){.keep = 1};
    l.goal[PLAN_QUALITY] = (struct goal){.point = 1};
    for (int i = 0; i < l.n; i++)
        assert(fits(m, n, &l.goal[i]));
    return l;
}

/* ---- the flow ---- */

bool solver_late(const struct solver *s)
{
    return s->hooks->spent && s->hooks->spent(s->hooks->ctx) > s->until;
}

struct arena *solver_scratch(struct solver *s)
{
    struct arena *was = s->a;
    s->a = arena_new();
    return was;
}

void solver_scratch_end(struct solver *s, struct arena *was)
{
    arena_free(s->a);
    s->a = was;
}

void solver_tell(struct solver *s, const char *stage, double done)
{
    if (s->hooks->progress)
        s->hooks->progress(s->hooks->ctx, stage, done, &s->bound, &s->best);
}

static bool stop(void *ctx, size_t steps)
{
    (void)steps;
    return solver_late(ctx);
}

/* One after the other, each within what those before have proved. */
static bool solve_levels(struct solver *s, const struct model *m, struct net *n,
                         const struct levels *l, struct mcf_result *ret)
{
    struct mcf_watch watch = {stop, s};
    int8_t *held = arena_array(s->a, int8_t, n->flow.arcs + 1);
    for (int i = 0; i < l->n; i++) {
        net_costs(n, m, &l->goal[i], NULL);
        if (i == 0)
            n->simplex = mcf_simplex_new(s->a, &n->flow);
        else
            mcf_simplex_stage(n->simplex, n->cost, held);
        if (mcf_simplex_run(n->simplex, &watch, ret) != MCF_OPTIMAL)
            return false;
        assert(mcf_check(&n->flow, i ? held : NULL, ret));
    }
    return true;
}

/* Few units flow here, mostly, which suits the shortest paths. */
static bool solve_once(struct solver *s, struct net *n, struct mcf_result *ret)
{
    struct mcf_watch watch = {stop, s};
    enum mcf_end end = n->units <= SSP_UNITS_MAX ? mcf_ssp(s->a, &n->flow, &watch, ret)
                                                 : mcf_solve(s->a, &n->flow, &watch, ret);
    if (end == MCF_OPTIMAL)
        assert(mcf_check(&n->flow, NULL, ret));
    return end == MCF_OPTIMAL;
}

bool flow_solve(struct solver *s, const struct model *m, const struct net_shape *shape,
                struct spot *ret, struct net **ret_net, struct mcf_result *ret_result)
{
    struct net *n = net_new(s->a, m, shape);
    struct levels l = levels_new(m, n, false);
    if (!(l.n == 1 ? solve_once(s, n, ret_result) : solve_levels(s, m, n, &l, ret_result)))
        return false;
    net_read(n, m, ret_result, ret);
    *ret_net = n;
    return true;
}
