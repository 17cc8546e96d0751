/* core/mcf: both solvers against every flow there is, against each other, and against the proof
 * that they give; what goes on from a basis against what begins anew. */
#include "core/mcf.h"

#include "../../src/core/mcf_simplex_in.h"
#include "mcf_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TINY = 3000, ROUNDS = 4000, STAGED = 400 };

/* ---- every flow there is ---- */

struct all {
    const struct mcf *p;
    int64_t left[8], cost, best;
    bool found;
};

static void try_from(struct all *x, size_t arc)
{
    if (arc == x->p->arcs) {
        for (int32_t u = 0; u < x->p->nodes; u++)
            if (x->left[u] != 0)
                return;
        x->best = x->found && x->best < x->cost ? x->best : x->cost;
        x->found = true;
        return;
    }
    const struct mcf_arc *e = &x->p->arc[arc];
    for (int f = 0; f <= e->cap; f++) {
        x->left[e->from] -= f;
        x->left[e->to] += f;
        x->cost += f * e->cost;
        try_from(x, arc + 1);
        x->left[e->from] += f;
        x->left[e->to] -= f;
        x->cost -= f * e->cost;
    }
}

static void assert_tiny(struct arena *a, const struct mcf *p)
{
    struct mcf_result s, t;
    struct all x = {.p = p};
    for (int32_t u = 0; u < p->nodes; u++)
        x.left[u] = p->supply[u];
    try_from(&x, 0);
    enum mcf_end end = x.found ? MCF_OPTIMAL : MCF_INFEASIBLE;
    assert_int_equal(mcf_solve(a, p, NULL, &s), end);
    assert_int_equal(mcf_ssp(a, p, NULL, &t), end);
    if (x.found) {
        assert_int_equal(s.cost, x.best);
        assert_int_equal(t.cost, x.best);
    }
}

static void both_find_the_cheapest_of_all_flows(void **state)
{
    (void)state;
    int feasible = 0;
    for (int round = 0; round < TINY; round++) {
        struct arena *a = arena_new();
        struct mcf p = any_problem(a, 6, 7, 2, 6);
        struct mcf_result r;
        assert_tiny(a, &p);
        feasible += mcf_solve(a, &p, NULL, &r) == MCF_OPTIMAL;
        arena_free(a);
    }
    assert_in_range(feasible, TINY / 5, TINY * 4 / 5); /* neither is a rarity */
}

/* ---- each other, and the proof ---- */

static void both_agree_and_prove_it(void **state)
{
    (void)state;
    int optimal = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena *a = arena_new();
        struct mcf p = one_of_each(a);
        struct mcf_result s, t;
        assert_true(mcf_fits(&p));
        enum mcf_end end = mcf_solve(a, &p, NULL, &s);
        assert_int_equal(mcf_ssp(a, &p, NULL, &t), end);
        if (end == MCF_OPTIMAL) {
            optimal++;
            assert_int_equal(s.cost, t.cost);
            assert_true(mcf_check(&p, NULL, &s));
            assert_true(mcf_check(&p, NULL, &t));
        }
        arena_free(a);
    }
    assert_in_range(optimal, ROUNDS / 3, ROUNDS * 9 / 10);
}

/* An answer that has been tampered with is found out. */
static void a_wrong_answer_is_refused(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct arena *a = arena_new();
        struct mcf p = laminar_problem(a);
        struct mcf_result r;
        if (p.arcs > 0 && mcf_solve(a, &p, NULL, &r) == MCF_OPTIMAL) {
            size_t i = (size_t)draw((int)p.arcs);
            int32_t was = r.flow[i];
            r.flow[i] = was ? was - 1 : 1;
            assert_false(mcf_check(&p, NULL, &r));
            r.flow[i] = was;
            r.cost++;
            assert_false(mcf_check(&p, NULL, &r));
            r.cost--;
            assert_true(mcf_check(&p, NULL, &r));
        }
        arena_free(a);
    }
}

static void a_proof_that_does_not_hold_is_refused(void **state)
{
    (void)state;
    struct mcf_arc arc[] = {{0, 1, 2, 5}, {0, 1, 2, 7}, {0, 1, 2, 9}};
    struct mcf p = {2, (int32_t[]){3, -3}, 3, arc};
    struct mcf_result r = {(int32_t[]){2, 1, 0}, (int64_t[]){0, 7}, 17, 0};
    assert_true(mcf_check(&p, NULL, &r));
    r.potential[1] = 6; /* then the second should be empty */
    assert_false(mcf_check(&p, NULL, &r));
    r.potential[1] = 8; /* then it should be full */
    assert_false(mcf_check(&p, NULL, &r));
    r.potential[1] = 7;
    r.potential[0] = INT64_MIN; /* nothing to add up in 64 bits */
    assert_false(mcf_check(&p, NULL, &r));
    struct mcf_result dear = {(int32_t[]){2, 0, 1}, (int64_t[]){0, 7}, 19, 0};
    assert_false(mcf_check(&p, NULL, &dear));
    assert_false(mcf_check(&p, (int8_t[]){0, MCF_HELD_EMPTY, MCF_HELD_EMPTY}, &dear));
    r = (struct mcf_result){(int32_t[]){1, 2, 0}, (int64_t[]){0, 5}, 19, 0};
    assert_false(mcf_check(&p, (int8_t[]){0, MCF_FREE, 0}, &r));
    assert_true(mcf_check(&p, (int8_t[]){0, MCF_HELD_FULL, 0}, &r));
}

/* ---- bounds ---- */

static bool fits(int32_t nodes, const int32_t *supply, struct mcf_arc arc)
{
    struct mcf p = {nodes, supply, 1, &arc};
    return mcf_fits(&p);
}

static void what_could_overflow_is_refused(void **state)
{
    (void)state;
    const int32_t none[2] = {0, 0}, odd[2] = {1, 0}, much[2] = {MCF_FLOW_MAX, -MCF_FLOW_MAX},
                  more[4] = {MCF_FLOW_MAX, 1, -MCF_FLOW_MAX, -1};
    assert_true(fits(2, none, (struct mcf_arc){0, 1, 1, 1}));
    assert_true(fits(2, much, (struct mcf_arc){0, 1, MCF_FLOW_MAX, 1}));
    assert_false(fits(2, odd, (struct mcf_arc){0, 1, 1, 1}));
    assert_false(fits(4, more, (struct mcf_arc){0, 1, 1, 1}));
    assert_false(fits(2, none, (struct mcf_arc){-1, 1, 1, 1}));
    assert_false(fits(2, none, (struct mcf_arc){0, 2, 1, 1}));
    assert_false(fits(2, none, (struct mcf_arc){0, 1, -1, 1}));
    assert_false(fits(2, none, (struct mcf_arc){0, 1, MCF_FLOW_MAX + 1, 1}));
    assert_false(fits(2, none, (struct mcf_arc){0, 1, 1, INT64_MIN}));
    assert_false(fits(2, none, (struct mcf_arc){0, 1, 1, INT64_MAX}));
    /* the flow's cost: a cycle may fill what has a negative cost */
    assert_false(fits(2, none, (struct mcf_arc){0, 1, MCF_FLOW_MAX, -(INT64_MAX >> 29)}));
    assert_true(fits(2, none, (struct mcf_arc){0, 1, MCF_FLOW_MAX, INT64_MAX >> 29}));
    assert_false(fits(2, much, (struct mcf_arc){0, 1, MCF_FLOW_MAX, INT64_MAX >> 29}));
    /* potentials: more nodes, smaller costs */
    int32_t *nothing = calloc(1000000, sizeof *nothing);
    assert_true(fits(1000000, nothing, (struct mcf_arc){0, 1, 1, INT64_MAX / 8 / 1000002 - 1}));
    assert_false(fits(1000000, nothing, (struct mcf_arc){0, 1, 1, INT64_MAX / 8 / 1000002 + 1}));
    free(nothing);
}

/* The dearest costs that fit, on the longest paths, there and back: UBSan looks on. */
static void the_dearest_costs_that_fit_are_added_up(void **state)
{
    (void)state;
    enum { N = 300 };
    int64_t most = INT64_MAX / 8 / (N + 2) - 1;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct arena *a = arena_new();
        struct making m = making_begin(a, N, 3 * N);
        struct mcf_result s, t;
        for (int i = 0; i + 1 < N; i++) {
            join(&m, i, i + 1, 2, sign * most);
            join(&m, i + 1, i, 1, most);
        }
        ship(&m, 0, N - 1, 2);
        assert_true(mcf_fits(&m.p));
        assert_int_equal(mcf_solve(a, &m.p, NULL, &s), MCF_OPTIMAL);
        assert_int_equal(mcf_ssp(a, &m.p, NULL, &t), MCF_OPTIMAL);
        assert_int_equal(s.cost, sign * most * 2 * (N - 1));
        assert_int_equal(t.cost, s.cost);
        assert_true(mcf_check(&m.p, NULL, &s) && mcf_check(&m.p, NULL, &t));
        arena_free(a);
    }
}

/* Round and round, cheaper each time: no potential is as low as that. */
static void negative_cycles_of_the_dearest_costs(void **state)
{
    (void)state;
    enum { N = 100 };
    int64_t most = INT64_MAX / 8 / (N + 2) - 1;
    struct arena *a = arena_new();
    struct making m = making_begin(a, N, 2 * N);
    struct mcf_result s, t;
    for (int i = 0; i + 1 < N; i++) {
        join(&m, i, i + 1, i % 4 == 0, -most);
        join(&m, i + 1, i, i % 4 == 0, -most);
    }
    join(&m, N - 1, 0, 1, -most); /* the way back is closed */
    assert_true(mcf_fits(&m.p));
    assert_int_equal(mcf_solve(a, &m.p, NULL, &s), MCF_OPTIMAL);
    assert_int_equal(mcf_ssp(a, &m.p, NULL, &t), MCF_OPTIMAL);
    assert_int_equal(s.cost, -most * 2 * (N / 4));
    assert_int_equal(t.cost, s.cost);
    arena_free(a);
}

/* ---- hard ones ---- */

/* Each node could send one more unit up to the root: what keeps pivots from going in a circle. */
static void assert_strongly_feasible(const struct mcf_simplex *s)
{
    for (int32_t u = 0; u < s->nodes; u++) {
        const struct branch *b = &s->tree[u];
        assert_true(b->up ? s->flow[b->arc] < s->cap[b->arc] : s->flow[b->arc] > 0);
    }
}

static void the_tree_stays_strongly_feasible(void **state)
{
    (void)state;
    for (int round = 0; round < STAGED; round++) {
        struct arena *a = arena_new();
        struct mcf p = one_of_each(a);
        struct mcf_simplex *s = mcf_simplex_new(a, &p);
        struct mcf_result r;
        assert_strongly_feasible(s);
        mcf_simplex_run(s, NULL, &r);
        assert_strongly_feasible(s);
        arena_free(a);
    }
}

static void assert_both(const struct mcf *p, int64_t cost)
{
    struct arena *a = arena_new();
    struct mcf_result s, t;
    assert_int_equal(mcf_solve(a, p, NULL, &s), MCF_OPTIMAL);
    assert_int_equal(mcf_ssp(a, p, NULL, &t), MCF_OPTIMAL);
    assert_true(mcf_check(p, NULL, &s) && mcf_check(p, NULL, &t));
    assert_int_equal(s.cost, cost);
    assert_int_equal(t.cost, cost);
    arena_free(a);
}

static void nothing_but_ties(void **state)
{
    (void)state;
    enum { N = 70 };
    struct arena *a = arena_new();
    struct making m = making_begin(a, 2 * N, N * N);
    for (int i = 0; i < N; i++) {
        ship(&m, i, N + i, 1);
        for (int k = 0; k < N; k++)
            join(&m, i, N + k, 1, 3);
    }
    assert_both(&m.p, 3 * N);
    arena_free(a);
}

static void long_paths(void **state)
{
    (void)state;
    enum { N = 3000 };
    struct arena *a = arena_new();
    struct making m = making_begin(a, N, 2 * N);
    for (int i = 0; i + 1 < N; i++) {
        join(&m, i, i + 1, 3, i % 7);
        join(&m, i, i + 1, 3, i % 7 + 1); /* only the cheaper one has room enough */
    }
    for (int i = 0; i < N; i += 1000)
        ship(&m, i, N - 1, 1);
    int64_t cost = 0;
    for (int i = 0; i + 1 < N; i++)
        cost += (i % 7) * (1 + i / 1000);
    assert_both(&m.p, cost);
    arena_free(a);
}

/* All that may flow at once, through an arc that has just the room, or just not. */
static void the_most_that_may_flow(void **state)
{
    (void)state;
    struct mcf_arc arc[] = {{0, 1, MCF_FLOW_MAX, 1}, {0, 1, 1, 2}};
    struct mcf p = {2, (int32_t[]){MCF_FLOW_MAX, -MCF_FLOW_MAX}, 2, arc};
    struct arena *a = arena_new();
    struct mcf_result r;
    assert_strongly_feasible(mcf_simplex_new(a, &p));
    assert_both(&p, MCF_FLOW_MAX);
    arc[0].cap--;
    assert_both(&p, MCF_FLOW_MAX + 1);
    arc[1].cap = 0;
    assert_int_equal(mcf_solve(a, &p, NULL, &r), MCF_INFEASIBLE);
    assert_int_equal(mcf_ssp(a, &p, NULL, &r), MCF_INFEASIBLE);
    arena_free(a);
}

static void empty_ones(void **state)
{
    (void)state;
    struct mcf none = {0, NULL, 0, NULL}, lonely = {1, (int32_t[]){0}, 0, NULL};
    struct mcf apart = {2, (int32_t[]){1, -1}, 0, NULL};
    struct arena *a = arena_new();
    struct mcf_result r;
    assert_both(&none, 0);
    assert_both(&lonely, 0);
    assert_int_equal(mcf_solve(a, &apart, NULL, &r), MCF_INFEASIBLE);
    assert_int_equal(mcf_ssp(a, &apart, NULL, &r), MCF_INFEASIBLE);
    arena_free(a);
}

/* ---- going on ---- */

static struct mcf part_of(const struct mcf *p, size_t arcs)
{
    return (struct mcf){p->nodes, p->supply, arcs, p->arc};
}

/* Arcs in three portions, then other costs: each time as if begun anew. */
static void what_goes_on_ends_where_a_new_one_does(void **state)
{
    (void)state;
    for (int round = 0; round < STAGED; round++) {
        struct arena *a = arena_new();
        struct mcf p = one_of_each(a);
        struct mcf first = part_of(&p, p.arcs / 3);
        struct mcf_simplex *s = mcf_simplex_new(a, &first);
        struct mcf_result r, anew;
        mcf_simplex_run(s, NULL, &r);
        mcf_simplex_add(s, p.arc + p.arcs / 3, p.arcs / 2 - p.arcs / 3);
        mcf_simplex_run(s, NULL, &r);
        mcf_simplex_add(s, p.arc + p.arcs / 2, p.arcs - p.arcs / 2);
        struct mcf_arc *arc = arena_array(a, struct mcf_arc, p.arcs + 1);
        int64_t *cost = arena_array(a, int64_t, p.arcs + 1);
        for (int step = 0; step < 3; step++) {
            enum mcf_end end = mcf_solve(a, &p, NULL, &anew);
            assert_int_equal(mcf_simplex_run(s, NULL, &r), end);
            if (end == MCF_OPTIMAL) {
                assert_int_equal(r.cost, anew.cost);
                assert_true(mcf_check(&p, NULL, &r));
            }
            for (size_t i = 0; i < p.arcs; i++) {
                arc[i] = p.arc[i];
                arc[i].cost = cost[i] = draw(step ? 100000 : 20) - 10;
            }
            p.arc = arc;
            mcf_simplex_costs(s, cost);
        }
        arena_free(a);
    }
}

/* Many arcs to a node: some of them are cold from the second solve on. Costs change a little or
 * all, arcs are added: each time as if begun anew. */
static void what_has_cooled_is_found_again(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        struct arena *a = arena_new();
        struct making m = making_begin(a, 30, 6000);
        int64_t *cost = arena_array(a, int64_t, 6000);
        struct mcf_result r, anew;
        for (int i = 0; i < 20; i++)
            ship(&m, draw(30), draw(30), draw(30));
        for (int i = 0; i < 4000; i++)
            join(&m, draw(30), draw(30), draw(3), draw(3000) - 100);
        struct mcf_simplex *s = mcf_simplex_new(a, &m.p);
        for (int step = 0; step < 8; step++) {
            assert_int_equal(mcf_simplex_run(s, NULL, &r), MCF_OPTIMAL);
            assert_int_equal(mcf_solve(a, &m.p, NULL, &anew), MCF_OPTIMAL);
            assert_int_equal(r.cost, anew.cost);
            assert_true(mcf_check(&m.p, NULL, &r));
            assert_strongly_feasible(s);
            int by = step % 2 ? 1000 : 20;
            for (size_t i = 0; i < m.p.arcs; i++)
                cost[i] = m.arc[i].cost += draw(by) - by / 2;
            mcf_simplex_costs(s, cost);
            for (int i = 0; i < 100; i++)
                join(&m, draw(30), draw(30), draw(3), draw(3000) - 1000);
            mcf_simplex_add(s, m.arc + m.p.arcs - 100, 100);
        }
        arena_free(a);
    }
}

/* Two goals in strict order are one goal with a weight that is large enough; a third one of
 * distinct numbers leaves one flow, whatever the order of the arcs. */
static void stages(struct arena *a, const struct mcf *p, const int64_t *const cost[3],
                   struct mcf_result *ret, int64_t ret_costs[3])
{
    struct mcf_arc *arc = arena_array(a, struct mcf_arc, p->arcs + 1);
    int8_t *held = arena_array(a, int8_t, p->arcs + 1);
    struct mcf_simplex *s = mcf_simplex_new(a, p);
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < p->arcs; i++) {
            arc[i] = p->arc[i];
            arc[i].cost = cost[k][i];
        }
        struct mcf now = {p->nodes, p->supply, p->arcs, arc};
        if (k == 0)
            mcf_simplex_costs(s, cost[k]);
        else
            mcf_simplex_stage(s, cost[k], held);
        assert_int_equal(mcf_simplex_run(s, NULL, ret), MCF_OPTIMAL);
        assert_true(mcf_check(&now, held, ret));
        ret_costs[k] = ret->cost;
    }
}

static void assert_stages(struct arena *a, const struct mcf *p)
{
    enum { BIG = 100000 };
    size_t n = p->arcs;
    int64_t *cost[3], costs[3], again[3], *turned[3];
    struct mcf_arc *both = arena_array(a, struct mcf_arc, n + 1),
                   *back = arena_array(a, struct mcf_arc, n + 1);
    for (int k = 0; k < 3; k++) {
        cost[k] = arena_array(a, int64_t, n + 1);
        turned[k] = arena_array(a, int64_t, n + 1);
    }
    for (size_t i = 0; i < n; i++) {
        both[i] = back[n - 1 - i] = p->arc[i];
        turned[0][n - 1 - i] = cost[0][i] = draw(3);
        turned[1][n - 1 - i] = cost[1][i] = draw(9) - 4;
        turned[2][n - 1 - i] = cost[2][i] = draw(1 << 30);
        both[i].cost = cost[0][i] * BIG + cost[1][i];
    }
    struct mcf weighed = {p->nodes, p->supply, n, both}, other = {p->nodes, p->supply, n, back};
    struct mcf_result r, q, w;
    assert_int_equal(mcf_ssp(a, &weighed, NULL, &w), MCF_OPTIMAL);
    stages(a, p, (const int64_t *const[]){cost[0], cost[1], cost[2]}, &r, costs);
    stages(a, &other, (const int64_t *const[]){turned[0], turned[1], turned[2]}, &q, again);
    assert_int_equal(costs[0] * BIG + costs[1], w.cost);
    assert_memory_equal(costs, again, sizeof costs);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(r.flow[i], q.flow[n - 1 - i]);
}

static void goals_are_met_in_strict_order(void **state)
{
    (void)state;
    int done = 0;
    for (int round = 0; done < STAGED && round < 10 * STAGED; round++) {
        struct arena *a = arena_new();
        struct mcf p = one_of_each(a);
        struct mcf_result r;
        if (mcf_solve(a, &p, NULL, &r) == MCF_OPTIMAL && ++done)
            assert_stages(a, &p);
        arena_free(a);
    }
    assert_int_equal(done, STAGED);
}

/* ---- the watch ---- */

static bool stop_at_once(void *ctx, size_t steps)
{
    assert_true(steps % MCF_POLL == 0);
    return (*(int *)ctx)-- > 0;
}

static void a_stopped_solver_goes_on(void **state)
{
    (void)state;
    enum { N = 150 };
    struct arena *a = arena_new();
    struct making m = making_begin(a, 2 * N, N * N);
    int times = 1;
    struct mcf_watch w = {stop_at_once, &times};
    for (int i = 0; i < N; i++) {
        ship(&m, i, N + i, 10);
        for (int k = 0; k < N; k++)
            join(&m, i, N + k, 1 + draw(4), draw(1000));
    }
    struct mcf_result r, s = {.steps = 0};
    assert_int_equal(mcf_ssp(a, &m.p, &w, &s), MCF_STOPPED);
    assert_null(s.flow);
    times = 1;
    struct mcf_simplex *x = mcf_simplex_new(a, &m.p);
    assert_int_equal(mcf_simplex_run(x, &w, &s), MCF_STOPPED);
    assert_null(s.flow);
    assert_int_equal(mcf_simplex_run(x, &w, &s), MCF_OPTIMAL);
    assert_int_equal(mcf_solve(a, &m.p, NULL, &r), MCF_OPTIMAL);
    assert_int_equal(r.steps, s.steps);
    assert_memory_equal(r.flow, s.flow, m.p.arcs * sizeof *r.flow);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_find_the_cheapest_of_all_flows),
        cmocka_unit_test(both_agree_and_prove_it),
        cmocka_unit_test(a_wrong_answer_is_refused),
        cmocka_unit_test(a_proof_that_does_not_hold_is_refused),
        cmocka_unit_test(what_could_overflow_is_refused),
        cmocka_unit_test(the_dearest_costs_that_fit_are_added_up),
        cmocka_unit_test(negative_cycles_of_the_dearest_costs),
        cmocka_unit_test(the_tree_stays_strongly_feasible),
        cmocka_unit_test(nothing_but_ties),
        cmocka_unit_test(long_paths),
        cmocka_unit_test(the_most_that_may_flow),
        cmocka_unit_test(empty_ones),
        cmocka_unit_test(what_goes_on_ends_where_a_new_one_does),
        cmocka_unit_test(what_has_cooled_is_found_again),
        cmocka_unit_test(goals_are_met_in_strict_order),
        cmocka_unit_test(a_stopped_solver_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
