/* core/plan with its triples made on the fly: what it proves is what all of them together give. */
#include "core/plan_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan_make.h"

static const struct plan_hooks on_the_fly = {.kept = 1};

enum { ROUNDS = 60 };

static const struct kind small[] = {
    {6, 3, 4, 1, 0, .scarce = false},
    {6, 4, 4, 1, 0, .scarce = true},
    {6, 4, 4, 2, 2, .scarce = true},
    {6, 3, 5, 2, 0, .caps = true},
    {6, 3, 4, 1, 0, .load = true, .caps = true},
    {6, 3, 4, 1, 0, .kept = true, .load = true},
    {6, 3, 6, 2, 0, .weeks = true, .caps = true},
    {6, 3, 6, 1, 0, .weeks = true, .load = true},
    {6, 3, 4, 1, 1, .kept = true, .pinned = true, .caps = true},
    {6, 3, 5, 2, 0, .aparts = true, .caps = true},
    {5, 3, 5, 2, 0, .aparts = true, .longs = true, .scarce = true},
    {5, 3, 4, 2, 0, .rests = true, .companies = true, .longs = true, .scarce = true},
    {4, 3, 3, 2, 1, true, true, true, true, true, true, true, true, true, true, true},
};
enum { SMALL = sizeof small / sizeof *small };

static void assert_same_places(const struct plan_problem *p, const struct plan *x,
                               const struct plan *y)
{
    for (int i = 0; i < p->request_count; i++) {
        assert_int_equal(x->place[i].slot, y->place[i].slot);
        if (x->place[i].slot != PLAN_NONE)
            assert_int_equal(x->place[i].experts[0], y->place[i].experts[0]);
    }
}

/* A flow is proved, with the best plan's score, and where only one plan is best, with that plan;
 * what crosses has at least a bound that holds. */
static void small_ones_are_as_all_plans_say(void **state)
{
    (void)state;
    int proved = 0, gaps = 0, only = 0;
    for (int k = 0; k < SMALL; k++)
        for (int i = 0; i < ROUNDS; i++) {
            struct arena *a = arena_new();
            struct made m = make(a, &small[k]);
            const struct plan *direct = plan_solve(a, &m.p, NULL);
            const struct plan *plan = plan_solve(a, &m.p, &on_the_fly);
            struct search all = search_all(&m.p);
            bool flow = strcmp(direct->method, "flow") == 0;
            bool optimal = plan->end == PLAN_OPTIMAL;
            assert_true(optimal || (!flow && plan->gap > 0));
            assert_true(!optimal || same_score(&plan->score, &all.best));
            assert_true(score_cmp(&plan->bound, &all.best) >= 0);
            assert_int_equal(plan->reason_count,
                             optimal ? direct->reason_count : plan->reason_count);
            if (flow && all.equals == 1)
                assert_same_places(&m.p, plan, direct);
            proved += optimal;
            gaps += !optimal;
            only += flow && all.equals == 1;
            arena_free(a);
        }
    assert_true(proved > 300 && gaps > 20 && only > 60);
}

/* Laminar, and with so many triples for each that not all are columns from the beginning. */
static const struct kind large[] = {
    {60, 30, 16, 2, 0, .scarce = true},
    {60, 30, 16, 2, 3, .scarce = true},
    {60, 12, 12, 2, 0, .caps = true, .kept = true},
    {60, 20, 16, 2, 0, .load = true, .caps = true, .kept = true},
};
enum { LARGE = sizeof large / sizeof *large };

static struct made make_laminar(struct arena *a, const struct kind *k)
{
    struct made m = make(a, k);
    for (int s = 0; s < m.p.slot_count && !k->scarce; s++)
        m.slots[s].booths = 100;
    m.p.lambda_count = 1;
    if (k->scarce)
        m.p.lambda_count = m.p.chosen = 0;
    return m;
}

static void large_ones_are_as_the_direct_way(void **state)
{
    (void)state;
    for (int k = 0; k < LARGE; k++)
        for (int i = 0; i < ROUNDS; i++) {
            struct arena *a = arena_new();
            struct made m = make_laminar(a, &large[k]);
            const struct plan *direct = plan_solve(a, &m.p, NULL);
            const struct plan *plan = plan_solve(a, &m.p, &on_the_fly);
            assert_string_equal(direct->method, "flow");
            assert_string_equal(plan->method, "columns");
            assert_int_equal(plan->end, PLAN_OPTIMAL);
            assert_true(same_score(&plan->score, &direct->score));
            assert_true(same_score(&plan->bound, &direct->bound));
            assert_int_equal(plan->reason_count, direct->reason_count);
            arena_free(a);
        }
}

static void the_order_of_the_input_changes_nothing(void **state)
{
    (void)state;
    for (int k = 0; k < LARGE; k++)
        for (int i = 0; i < ROUNDS / 10; i++) {
            struct arena *a = arena_new();
            int experts[64], requests[64];
            struct made m = make_laminar(a, &large[k]);
            struct plan_problem q = permuted(a, &m.p, experts, requests);
            const struct plan *x = plan_solve(a, &m.p, &on_the_fly);
            const struct plan *y = plan_solve(a, &q, &on_the_fly);
            for (int r = 0; r < m.p.request_count; r++) {
                const struct plan_place *was = &x->place[r], *is = &y->place[requests[r]];
                assert_int_equal(was->slot, is->slot);
                if (was->slot != PLAN_NONE)
                    assert_int_equal(experts[was->experts[0]], is->experts[0]);
            }
            arena_free(a);
        }
}

/* Weights and loads so great that the levels do not go into one number. */
static struct made make_great(struct arena *a, const struct kind *k)
{
    struct made m = make_laminar(a, k);
    m.p.chosen = PLAN_LAMBDA_MAX;
    for (int e = 0; e < m.p.expert_count; e++) {
        m.experts[e].load = PLAN_LOAD_MAX - e;
        m.experts[e].share = e ? 10000 : 1;
    }
    for (int r = 0; r < m.p.request_count; r++)
        m.requests[r].kept.weight = PLAN_WEIGHT_MAX - r;
    return m;
}

static void great_numbers_are_solved_level_by_level(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS / 3; i++) {
        struct arena *a = arena_new();
        struct made m = make_great(a, &large[3]);
        const struct plan *direct = plan_solve(a, &m.p, NULL);
        const struct plan *plan = plan_solve(a, &m.p, &on_the_fly);
        assert_int_equal(plan->end, PLAN_OPTIMAL);
        assert_true(same_score(&plan->score, &direct->score));
        arena_free(a);
    }
}

static double countdown(void *ctx)
{
    return (*(int *)ctx)-- > 0 ? 0 : 2;
}

/* Wherever it is stopped, nothing is better than the bound, and it does not boast. */
static void assert_stops(struct arena *a, const struct plan_problem *p)
{
    const struct plan *whole = plan_solve(a, p, NULL);
    int gaps = 0, polls = 0;
    for (bool optimal = false; !optimal; polls++) {
        int left = polls;
        struct plan_hooks h = {.kept = 1, .spent = countdown, .ctx = &left};
        const struct plan *plan = plan_solve(a, p, &h);
        optimal = plan->end == PLAN_OPTIMAL;
        assert_true(score_cmp(&plan->score, &whole->score) <= 0);
        if (strcmp(plan->method, "columns") != 0)
            continue;
        assert_true(score_cmp(&plan->bound, &whole->score) >= 0);
        assert_true(!optimal || same_score(&plan->score, &whole->score));
        gaps += !optimal && plan->gap > 0;
    }
    assert_true(polls > 1 && gaps > 0);
}

/* Everybody wants the same few experts: the best columns of each are soon used up. */
static void want_the_same(struct arena *a, struct made *m)
{
    for (int r = 0; r < m->p.request_count; r++) {
        struct plan_request *q = &m->requests[r];
        struct plan_candidate *c =
            arena_array(a, struct plan_candidate, (size_t)q->candidate_count + 1);
        for (int i = 0; i < q->candidate_count; i++) {
            c[i] = q->candidates[i];
            c[i].points += 15 * (m->p.expert_count - c[i].expert);
        }
        q->candidates = c;
    }
}

static void a_stop_leaves_a_gap(void **state)
{
    (void)state;
    static const struct kind kind = {400, 40, 16, 2, 0, .load = true, .kept = true};
    struct arena *a = arena_new();
    struct made m = make_laminar(a, &kind);
    want_the_same(a, &m);
    assert_stops(a, &m.p);
    m = make_great(a, &kind);
    want_the_same(a, &m);
    assert_stops(a, &m.p);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_ones_are_as_all_plans_say),
        cmocka_unit_test(large_ones_are_as_the_direct_way),
        cmocka_unit_test(the_order_of_the_input_changes_nothing),
        cmocka_unit_test(great_numbers_are_solved_level_by_level),
        cmocka_unit_test(a_stop_leaves_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
