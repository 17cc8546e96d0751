/* core/plan: against the search through all plans, and what must hold of any plan. */
#include "core/plan_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan_make.h"

static const struct {
    const char *name;
    struct kind kind;
} kinds[] = {
    {"plain", {6, 3, 4, 1, 0, .scarce = false}},
    {"booths", {6, 4, 4, 1, 0, .scarce = true}},
    {"zones", {6, 4, 4, 2, 2, .scarce = true}},
    {"caps", {6, 3, 5, 2, 0, .caps = true}},
    {"load", {6, 3, 4, 1, 0, .load = true, .caps = true}},
    {"weeks", {6, 3, 6, 2, 0, .weeks = true, .caps = true}},
    {"weeks and load", {6, 3, 6, 1, 0, .weeks = true, .load = true}},
    {"weeks and booths", {6, 3, 5, 2, 0, .weeks = true, .caps = true, .scarce = true}},
    {"weeks, long ones and breaks", {5, 3, 5, 1, 0, .weeks = true, .longs = true, .rests = true}},
    {"weeks and pairs", {4, 3, 4, 2, 0, .weeks = true, .pairs = true, .pinned = true}},
    {"booths and caps", {6, 4, 4, 2, 0, .caps = true, .scarce = true}},
    {"booths and load", {6, 3, 4, 2, 0, .load = true, .scarce = true}},
    {"companies", {6, 3, 4, 1, 0, .companies = true}},
    {"breaks", {6, 3, 5, 2, 0, .rests = true}},
    {"long ones", {5, 3, 4, 2, 0, .longs = true, .caps = true}},
    {"pairs", {4, 3, 3, 1, 0, .pairs = true, .scarce = true}},
    {"kept", {6, 3, 4, 1, 0, .kept = true, .load = true}},
    {"pinned",
     {6, 3, 4, 1, 1, .kept = true, .pinned = true, .caps = true, .rests = true, .companies = true}},
    {"apart", {6, 3, 5, 2, 0, .aparts = true}},
    {"apart and caps", {6, 3, 5, 2, 0, .aparts = true, .caps = true, .load = true}},
    {"apart and weeks", {6, 3, 5, 2, 0, .aparts = true, .weeks = true}},
    {"apart and booths", {6, 3, 5, 1, 1, .aparts = true, .scarce = true}},
    {"apart and long", {5, 3, 5, 2, 0, .aparts = true, .longs = true, .rests = true}},
    {"apart and pairs", {4, 3, 4, 1, 0, .aparts = true, .pairs = true}},
    {"apart and pinned",
     {6, 3, 5, 2, 0, .aparts = true, .kept = true, .pinned = true, .longs = true}},
    {"everything",
     {4, 3, 3, 2, 1, true, true, true, true, true, true, true, true, true, true, true}},
};
enum { KINDS = sizeof kinds / sizeof *kinds, ROUNDS = 60 };

/* What is proved is the best of all plans; and nearly everything so small is. */
static void no_plan_is_better(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        int proved = 0, best = 0;
        plan_seed = 7;
        for (int i = 0; i < ROUNDS; i++) {
            struct arena *a = arena_new();
            struct made m = make(a, &kinds[k].kind);
            const struct plan *plan = plan_solve(a, &m.p, NULL);
            struct plan_score all = search_all(&m.p).best;
            bool is_best = same_score(&plan->score, &all);
            proved += plan->end == PLAN_OPTIMAL;
            best += is_best;
            if (plan->end == PLAN_OPTIMAL && !is_best)
                fail_msg("%s, round %d: %s is not the best", kinds[k].name, i, plan->method);
            if (score_cmp(&plan->bound, &all) < 0)
                fail_msg("%s, round %d: the bound is below the best", kinds[k].name, i);
            assert_true((plan->end == PLAN_OPTIMAL) == (plan->gap == 0));
            arena_free(a);
        }
        if (proved < ROUNDS * 5 / 6 || best < ROUNDS * 9 / 10)
            fail_msg("%s: %d proved, %d best of %d", kinds[k].name, proved, best, ROUNDS);
    }
}

/* What is wanting is never less than nothing, nor hidden by what less urgent classes have more. */
static void a_gap_is_a_gap(void **state)
{
    (void)state;
    static const struct kind kind = {10, 5, 5, 2, 0, .caps = true, .scarce = true, .pairs = true};
    static const uint64_t seeds[] = {63, 185, 273, 1181, 1366}; /* without branch and bound, open */
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        struct arena *a = arena_new();
        plan_seed = seeds[i];
        struct made m = make(a, &kind);
        const struct plan *plan = plan_solve(a, &m.p, NULL);
        assert_true((plan->end == PLAN_GAP) == (plan->gap > 0));
        arena_free(a);
    }
}

/* ---- what changes nothing ---- */

static void same_in_another_order(const struct kind *kind)
{
    struct arena *a = arena_new();
    int experts[16], requests[16];
    struct made m = make(a, kind);
    struct plan_problem q = permuted(a, &m.p, experts, requests);
    const struct plan *x = plan_solve(a, &m.p, NULL), *y = plan_solve(a, &q, NULL);
    assert_true(same_score(&x->score, &y->score) && same_score(&x->bound, &y->bound));
    for (int r = 0; r < m.p.request_count; r++) {
        const struct plan_place *was = &x->place[r], *is = &y->place[requests[r]];
        assert_int_equal(was->slot, is->slot);
        for (int s = 0; was->slot != PLAN_NONE && s < m.requests[r].seats; s++)
            assert_int_equal(experts[was->experts[s]], is->experts[s]);
    }
    arena_free(a);
}

static void the_order_of_the_input_changes_nothing(void **state)
{
    (void)state;
    static const struct kind many = {12, 6, 5, 2, 3, .caps = true, .scarce = true, .pairs = true};
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < ROUNDS / 2; i++)
            same_in_another_order(&kinds[k].kind);
    for (int i = 0; i < ROUNDS; i++)
        same_in_another_order(&many);
}

/* ---- what can only help ---- */

static int64_t served(const struct plan *plan)
{
    const int64_t *by = plan->score.served;
    return (by[0] * 100 + by[1]) * 100 + by[2];
}

static bool proved_served(const struct plan *plan)
{
    return plan->end == PLAN_OPTIMAL || plan->gap_of != PLAN_SERVED;
}

static void one_more_booth_never_serves_fewer(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < ROUNDS / 2; i++) {
            struct arena *a = arena_new();
            struct made m = make(a, &kinds[k].kind);
            const struct plan *before = plan_solve(a, &m.p, NULL);
            m.slots[draw(m.p.slot_count)].booths++;
            const struct plan *after = plan_solve(a, &m.p, NULL);
            if (proved_served(before) && proved_served(after))
                assert_true(served(after) >= served(before));
            arena_free(a);
        }
}

static void one_more_expert_never_serves_fewer(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < ROUNDS / 2; i++) {
            struct arena *a = arena_new();
            struct made m = make(a, &kinds[k].kind);
            struct plan_problem fewer = m.p;
            int last = --fewer.expert_count;
            struct plan_request *q = arena_array(a, struct plan_request, 16);
            bool kept = false;
            for (int r = 0; r < m.p.request_count; r++) {
                q[r] = m.requests[r];
                struct plan_candidate *c = arena_array(a, struct plan_candidate, 17);
                int n = 0;
                for (int x = 0; x < q[r].candidate_count; x++)
                    if (q[r].candidates[x].expert != last)
                        c[n++] = q[r].candidates[x];
                q[r].candidates = c;
                q[r].candidate_count = n;
                kept |= q[r].kept.slot != PLAN_NONE &&
                        (q[r].kept.experts[0] == last || q[r].kept.experts[1] == last);
            }
            fewer.requests = q;
            const struct plan *x = kept || last == 0 ? NULL : plan_solve(a, &fewer, NULL);
            const struct plan *y = plan_solve(a, &m.p, NULL);
            if (x && proved_served(x) && proved_served(y))
                assert_true(served(y) >= served(x));
            arena_free(a);
        }
}

/* ---- reasons ---- */

static int64_t served_of(struct arena *a, const struct plan_problem *p)
{
    struct plan_score best = search_all(p).best;
    (void)a;
    return best.served[0] + best.served[1] + best.served[2];
}

/* Alone in the world, those of a witness still get no more places than it says. */
static void check_witness(struct arena *a, const struct plan_problem *p,
                          const struct plan_reason *r)
{
    struct plan_problem few = *p;
    struct plan_request *q = arena_array(a, struct plan_request, 16);
    int pinned = 0;
    few.request_count = 0;
    for (int i = 0; i < r->count; i++)
        q[few.request_count++] = p->requests[r->requests[i]];
    for (int i = 0; i < p->request_count; i++)
        if (p->requests[i].kept.pinned) {
            q[few.request_count++] = p->requests[i];
            pinned++;
        }
    few.requests = q;
    assert_true(r->count > r->seats);
    assert_int_equal(served_of(a, &few), r->seats + pinned);
}

static int check_cure(struct arena *a, struct made *m, const struct plan *plan,
                      const struct plan_reason *r)
{
    const int64_t *by = plan->score.served;
    if (r->slot == PLAN_NONE)
        return 0;
    m->slots[r->slot].booths++;
    assert_true(served_of(a, &m->p) >= by[0] + by[1] + by[2] + r->serves);
    m->slots[r->slot].booths--;
    return 1;
}

static void reasons_stand_when_it_is_solved_again(void **state)
{
    (void)state;
    int witnesses = 0, cures = 0, none = 0;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < ROUNDS / 2; i++) {
            struct arena *a = arena_new();
            struct made m = make(a, &kinds[k].kind);
            const struct plan *plan = plan_solve(a, &m.p, NULL);
            int unserved = 0;
            for (int r = 0; r < m.p.request_count; r++)
                unserved += plan->place[r].slot == PLAN_NONE;
            assert_int_equal(unserved, plan->reason_count);
            for (int r = 0; r < plan->reason_count; r++) {
                const struct plan_reason *x = &plan->reasons[r];
                assert_int_equal(plan->place[x->request].slot, PLAN_NONE);
                assert_true(x->funnel[0] >= x->funnel[1] && x->funnel[1] >= x->funnel[2]);
                none += x->why == PLAN_NO_CANDIDATE;
                if (x->count > 0) {
                    check_witness(a, &m.p, x);
                    witnesses++;
                }
                cures += check_cure(a, &m, plan, x);
            }
            arena_free(a);
        }
    assert_true(witnesses > 20 && cures > 20 && none > 20);
}

/* ---- kept and pinned ---- */

/* The plan of before is told to everybody; one expert drops out. Who need not move does not. */
static void who_need_not_move_does_not(void **state)
{
    (void)state;
    struct kind kind = {40, 10, 12, 2, 0, .load = true};
    plan_seed = 7;
    for (int i = 0; i < 10; i++) {
        struct arena *a = arena_new();
        struct made m = make(a, &kind);
        for (int t = 0; t < m.p.slot_count; t++)
            m.slots[t].booths = 100; /* room enough: nobody has to move for somebody else */
        const struct plan *before = plan_solve(a, &m.p, NULL);
        int lost = 0;
        m.experts[0].free = (struct plan_slots){0};
        for (int r = 0; r < m.p.request_count; r++) {
            const struct plan_place *at = &before->place[r];
            m.requests[r].kept = (struct plan_kept){.slot = PLAN_NONE};
            if (at->slot == PLAN_NONE)
                continue;
            lost += at->experts[0] == 0;
            m.requests[r].kept =
                (struct plan_kept){at->slot, {at->experts[0], PLAN_NONE}, 100, false};
        }
        const struct plan *after = plan_solve(a, &m.p, NULL);
        assert_int_equal(after->end, PLAN_OPTIMAL);
        assert_true(after->moved >= lost);
        if (after->reason_count == 0) /* else somebody moves so that more are served */
            assert_true(after->moved <= lost + 1);
        arena_free(a);
    }
}

/* Of an expert with twice the share, the same slots are half the load; those of the term count. */
static void the_frontier_says_what_lambda_weighs(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    static const int lambdas[] = {0, 40};
    struct plan_slot slot = {.from = 0, .until = 1800, .booths = 1};
    struct plan_expert experts[] = {
        {"a", {{1}}, PLAN_NONE, PLAN_NONE, NULL, 0, 8, 4, PLAN_NONE, 0, 0},
        {"b", {{1}}, PLAN_NONE, PLAN_NONE, NULL, 0, 1, 2, PLAN_NONE, 0, 0}};
    struct plan_candidate c[] = {{0, 100, PLAN_NONE}, {1, 90, PLAN_NONE}};
    struct plan_request q = {.id = "q",
                             .company = "c",
                             .length = 1,
                             .seats = 1,
                             .slots = {{1}},
                             .candidates = c,
                             .candidate_count = 2,
                             .kept = {.slot = PLAN_NONE}};
    struct plan_problem p = {&slot, NULL, experts, &q, 1, 0, 2, 1, lambdas, 2, 0};
    const struct plan *plan = plan_solve(a, &p, NULL);
    assert_int_equal(plan->frontier_count, 2);
    assert_int_equal(plan->frontier[0].max_load, 7); /* a: 9 slots, by shares 3 to 4 */
    assert_int_equal(plan->frontier[1].max_load, 3); /* b: 2 slots, by shares 3 to 2 */
    assert_int_equal(plan->frontier[1].idle, 1);
    arena_free(a);
}

/* ---- limits ---- */

/* Weights and loads so great that the levels do not go into one number. */
static void great_numbers_are_solved_level_by_level(void **state)
{
    (void)state;
    struct kind kind = {5, 3, 4, 1, 0, .load = true, .kept = true};
    for (int i = 0; i < 20; i++) {
        struct arena *a = arena_new();
        struct made m = make(a, &kind);
        m.p.chosen = PLAN_LAMBDA_MAX;
        for (int t = 0; t < m.p.slot_count; t++)
            m.slots[t].booths = i % 2 ? 100 : m.slots[t].booths; /* without, rows cross */
        for (int e = 0; e < m.p.expert_count; e++) {
            m.experts[e].load = PLAN_LOAD_MAX - e;
            m.experts[e].share = e ? 10000 : 1;
        }
        for (int r = 0; r < m.p.request_count; r++)
            m.requests[r].kept.weight = PLAN_WEIGHT_MAX - r;
        const struct plan *plan = plan_solve(a, &m.p, NULL);
        struct plan_score all = search_all(&m.p).best;
        assert_true(plan->end == PLAN_OPTIMAL || i % 2 == 0);
        assert_true(plan->end == PLAN_GAP || same_score(&plan->score, &all));
        assert_true(score_cmp(&plan->bound, &all) >= 0);
        arena_free(a);
    }
}

/* Where one number does not hold all levels, the first is about those served and nothing else: the
 * urgent one gets the place at which the other was told to be. */
static void levels_do_not_mix(void **state)
{
    (void)state;
    enum { EXPERTS = 1000, SLOTS = 4 };
    struct arena *a = arena_new();
    struct plan_slot slots[SLOTS];
    struct plan_expert *e = arena_array(a, struct plan_expert, EXPERTS);
    struct plan_candidate *c = arena_array(a, struct plan_candidate, EXPERTS);
    for (int s = 0; s < SLOTS; s++)
        slots[s] = (struct plan_slot){s * 1800, (s + 1) * 1800, 0, EXPERTS, NULL};
    for (int i = 0; i < EXPERTS; i++) {
        e[i] = (struct plan_expert){.id = arena_printf(a, "e%04d", i),
                                    .per_day = PLAN_NONE,
                                    .most = PLAN_NONE,
                                    .load = 7500,
                                    .share = 1,
                                    .zone = PLAN_NONE};
        e[i].free.bits[0] = (1 << SLOTS) - 1;
        c[i] = (struct plan_candidate){i, 1, PLAN_NONE};
    }
    const struct plan_kept none = {.slot = PLAN_NONE}, told = {0, {0, PLAN_NONE}, 1000, false};
    const struct plan_request q[] = {
        {"q0", "c0", 0, 1, 1, {{1}}, NULL, c, 1, none},
        {"q1", "c1", 2, 1, 1, {{1}}, NULL, c, 1, told},
        {"q2", "c2", 2, 1, 1, {{(1 << SLOTS) - 1}}, NULL, c, EXPERTS, none},
    };
    const struct plan_problem p = {.slots = slots,
                                   .slot_count = SLOTS,
                                   .experts = e,
                                   .expert_count = EXPERTS,
                                   .requests = q,
                                   .request_count = 3,
                                   .chosen = PLAN_LAMBDA_MAX};
    const struct plan *plan = plan_solve(a, &p, NULL);
    assert_int_equal(plan->end, PLAN_OPTIMAL);
    assert_int_equal(plan->place[0].slot, 0);
    assert_int_equal(plan->place[1].slot, PLAN_NONE);
    assert_int_not_equal(plan->place[2].slot, PLAN_NONE);
    arena_free(a);
}

/* What pairs are worth in all is no cost of any flow, and has to fit by itself. */
static void many_great_numbers_do_not_overflow(void **state)
{
    (void)state;
    enum { PAIRS = 1000, EXPERTS = 20, SLOTS = 8 };
    struct arena *a = arena_new();
    struct kind kind = {2, EXPERTS, SLOTS, 1, 0, .load = true};
    plan_seed = 3;
    struct made m = make(a, &kind);
    struct plan_candidate *c = arena_array(a, struct plan_candidate, 2 * PAIRS);
    m.requests = arena_array(a, struct plan_request, PAIRS);
    for (int e = 0; e < m.p.expert_count; e++) {
        m.experts[e].load = PLAN_LOAD_MAX;
        m.experts[e].share = e % 2 ? 1000000 : 1;
        m.experts[e].free.bits[0] = (1 << SLOTS) - 1;
    }
    for (int i = 0; i < PAIRS; i++) {
        int x = i % m.p.expert_count, y = (i + 1) % m.p.expert_count, slot = i % m.p.slot_count;
        c[2 * i] = (struct plan_candidate){x, 1, PLAN_NONE};
        c[2 * i + 1] = (struct plan_candidate){y, 1, PLAN_NONE};
        m.requests[i] = (struct plan_request){.id = arena_printf(a, "q%04d", i),
                                              .company = arena_printf(a, "c%04d", i),
                                              .length = 1,
                                              .seats = 2,
                                              .slots.bits[0] = (1 << SLOTS) - 1,
                                              .candidates = c + 2 * i,
                                              .candidate_count = 2,
                                              .kept = {slot, {x, y}, PLAN_WEIGHT_MAX, false}};
    }
    m.p.requests = m.requests;
    m.p.request_count = PAIRS;
    m.p.chosen = PLAN_LAMBDA_MAX;
    m.p.lambda_count = 0;
    const struct plan *plan = plan_solve(a, &m.p, NULL);
    assert_true(plan->bound.kept >= plan->score.kept && plan->bound.value >= plan->score.value);
    assert_true(plan->bound.served[0] >= plan->score.served[0]);
    arena_free(a);
}

/* Two slots in the morning, two in the afternoon: who needs time between two meetings has one in
 * each, which is a flow; where each slot is too near to the next, rows cross. Two slots in a row
 * are one meeting. */
static void pairs_of_slots_are_a_flow(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct plan_slot slots[] = {
        {0, 10, 0, 9, NULL}, {10, 20, 0, 9, NULL}, {90, 100, 0, 9, NULL}, {100, 110, 0, 9, NULL}};
    const struct plan_expert e = {.id = "e",
                                  .free = {{15}},
                                  .per_day = PLAN_NONE,
                                  .most = PLAN_NONE,
                                  .share = 1,
                                  .zone = PLAN_NONE,
                                  .apart = 5};
    const struct plan_candidate c = {0, 1, PLAN_NONE};
    const struct plan_kept none = {.slot = PLAN_NONE};
    struct plan_request q[] = {
        {"q0", "c0", 0, 1, 1, {{15}}, NULL, &c, 1, none},
        {"q1", "c1", 1, 1, 1, {{15}}, NULL, &c, 1, none},
        {"q2", "c2", 2, 1, 1, {{15}}, NULL, &c, 1, none},
    };
    const struct plan_problem p = {.slots = slots,
                                   .slot_count = 4,
                                   .experts = &e,
                                   .expert_count = 1,
                                   .requests = q,
                                   .request_count = 3};
    const struct plan *plan = plan_solve(a, &p, NULL);
    assert_string_equal(plan->method, "flow");
    assert_int_equal(plan->score.served[0] + plan->score.served[1], 2);
    assert_int_equal(plan->reasons[0].count, 3); /* compete for two */
    assert_int_equal(plan->reasons[0].seats, 2);
    for (int i = 0; i < 4; i++) /* 20 slots apart are near now */
        slots[i].from = i * 13, slots[i].until = i * 13 + 10;
    plan = plan_solve(a, &p, NULL);
    assert_string_not_equal(plan->method, "flow");
    assert_int_equal(plan->end, PLAN_OPTIMAL);
    assert_int_equal(plan->score.served[0] + plan->score.served[1], 2);
    for (int i = 0; i < 4; i++)
        slots[i].from = i * 10, slots[i].until = i * 10 + 10;
    q[0].length = q[1].length = 2;
    q[0].slots.bits[0] = 1; /* where it may begin */
    plan = plan_solve(a, &p, NULL);
    assert_int_equal(plan->score.served[0], 1);
    assert_int_equal(plan->score.served[1], 0); /* the other two slots touch it */
    assert_int_equal(plan->score.served[2], 1);
    arena_free(a);
}

static double all_spent(void *ctx)
{
    (void)ctx;
    return 2;
}

/* Without any time there is still a plan, if an empty one, and it does not boast. */
static void too_late_is_told(void **state)
{
    (void)state;
    struct kind kind = {6, 3, 4, 1, 0, .caps = true, .scarce = true};
    struct plan_hooks hooks = {.spent = all_spent};
    struct arena *a = arena_new();
    struct made m = make(a, &kind);
    const struct plan *plan = plan_solve(a, &m.p, &hooks);
    assert_true(plan->end == PLAN_GAP || same_score(&plan->score, &plan->bound));
    arena_free(a);
}

static void nothing_to_do_is_done(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct plan_slot slot = {.from = 0, .until = 1800, .booths = 1};
    struct plan_problem p = {.slots = &slot, .slot_count = 1};
    assert_int_equal(plan_solve(a, &p, NULL)->end, PLAN_OPTIMAL);
    struct plan_request q = {
        .id = "q", .company = "c", .length = 1, .seats = 1, .kept = {.slot = PLAN_NONE}};
    p.requests = &q;
    p.request_count = 1;
    const struct plan *plan = plan_solve(a, &p, NULL);
    assert_int_equal(plan->end, PLAN_OPTIMAL);
    assert_int_equal(plan->reason_count, 1);
    assert_int_equal(plan->reasons[0].why, PLAN_NO_CANDIDATE);
    arena_free(a);
}

/* ---- the judge ---- */

/* Two requests, two experts, two slots, and each way to break a rule. */
static void the_judge_sees_each_broken_rule(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct plan_slots both = {{3}};
    struct plan_slot slots[] = {{.from = 0, .until = 10, .booths = 2},
                                {.from = 10, .until = 20, .booths = 2}};
    struct plan_zone zone = {"z", (int[]){1, 1}};
    struct plan_expert experts[2] = {{.id = "a",
                                      .free = both,
                                      .per_day = 2,
                                      .most = 2,
                                      .share = 1,
                                      .zone = PLAN_NONE,
                                      .rest_after = 2}};
    experts[1] = experts[0];
    struct plan_candidate c[] = {{0, 5, PLAN_NONE}, {1, 5, PLAN_NONE}};
    struct plan_request q[2] = {{.id = "q",
                                 .company = "c",
                                 .length = 1,
                                 .seats = 1,
                                 .slots = both,
                                 .candidates = c,
                                 .candidate_count = 2,
                                 .kept = {.slot = PLAN_NONE}}};
    q[1] = q[0];
    q[1].company = "d";
    struct plan_problem p = {slots, &zone, experts, q, 2, 1, 2, 2, NULL, 0, 0};
    struct plan_place good[] = {{0, {0, PLAN_NONE}, PLAN_NONE, 5},
                                {1, {0, PLAN_NONE}, PLAN_NONE, 5}},
                      at[2];
    assert_null(plan_check(a, &p, good));
#define BROKEN(change, back)                                                                       \
    do {                                                                                           \
        memcpy(at, good, sizeof at);                                                               \
        change;                                                                                    \
        assert_non_null(plan_check(a, &p, at));                                                    \
        back;                                                                                      \
    } while (0)
    BROKEN(at[1].slot = 0, ); /* one expert twice */
    BROKEN((at[1].slot = 0, at[1].experts[0] = 1, q[1].company = "c"), q[1].company = "d");
    BROKEN((at[1].slot = 0, at[1].experts[0] = 1, slots[0].booths = 1), slots[0].booths = 2);
    BROKEN((experts[0].zone = experts[1].zone = 0, at[0].zone = at[1].zone = 0, at[1].slot = 0,
            at[1].experts[0] = 1),
           experts[0].zone = experts[1].zone = PLAN_NONE);
    BROKEN(at[0].zone = 0, );
    BROKEN(experts[0].per_day = 1, experts[0].per_day = 2);
    BROKEN(experts[0].most = 1, experts[0].most = 2);
    experts[0].caps = (struct plan_cap[]){{0, 2, 1, false}, {1, 2, 0, false}};
    BROKEN(experts[0].cap_count = 1, experts[0].cap_count = 0);
    BROKEN((experts[0].cap_count = 2, at[0].slot = PLAN_NONE), experts[0].cap_count = 0);
    BROKEN(experts[0].rest_after = 1, experts[0].rest_after = 2);
    BROKEN(experts[0].apart = 1, experts[0].apart = 0);
    BROKEN(experts[0].free.bits[0] = 1, experts[0].free = both);
    BROKEN(q[1].slots.bits[0] = 1, q[1].slots = both);
    BROKEN(q[1].length = 2, q[1].length = 1);
    BROKEN((q[0].length = 2, slots[1].from = 11, at[1].slot = PLAN_NONE),
           (q[0].length = 1, slots[1].from = 10));
    BROKEN(q[1].candidate_count = 0, q[1].candidate_count = 2);
    BROKEN((q[0].seats = 2, at[0].experts[1] = 0), q[0].seats = 1);
    BROKEN(q[0].kept = ((struct plan_kept){1, {1, 0}, 1, true}), );
    arena_free(a);
}

static void a_cap_is_of_meetings_or_of_slots(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct plan_slot slots[] = {{.from = 0, .until = 10, .booths = 1},
                                {.from = 10, .until = 20, .booths = 1}};
    struct plan_cap cap = {0, 2, 1, false};
    struct plan_expert e = {.id = "a",
                            .free = {{3}},
                            .per_day = PLAN_NONE,
                            .most = PLAN_NONE,
                            .caps = &cap,
                            .cap_count = 1,
                            .share = 1,
                            .zone = PLAN_NONE};
    struct plan_candidate c = {0, 5, PLAN_NONE};
    struct plan_request q = {.id = "q",
                             .company = "c",
                             .length = 2,
                             .seats = 1,
                             .slots = {{3}},
                             .candidates = &c,
                             .candidate_count = 1,
                             .kept = {.slot = PLAN_NONE}};
    struct plan_problem p = {slots, NULL, &e, &q, 2, 0, 1, 1, NULL, 0, 0};
    struct plan_place at = {0, {0, PLAN_NONE}, PLAN_NONE, 5};
    assert_null(plan_check(a, &p, &at));
    assert_int_equal(plan_solve(a, &p, NULL)->place[0].slot, 0);
    cap = (struct plan_cap){1, 2, 0, false}; /* nothing begins in it, and what began may end */
    assert_null(plan_check(a, &p, &at));
    assert_int_equal(plan_solve(a, &p, NULL)->place[0].slot, 0);
    cap = (struct plan_cap){0, 2, 1, true};
    assert_non_null(plan_check(a, &p, &at));
    assert_int_equal(plan_solve(a, &p, NULL)->place[0].slot, PLAN_NONE);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_plan_is_better),
        cmocka_unit_test(a_gap_is_a_gap),
        cmocka_unit_test(the_order_of_the_input_changes_nothing),
        cmocka_unit_test(one_more_booth_never_serves_fewer),
        cmocka_unit_test(one_more_expert_never_serves_fewer),
        cmocka_unit_test(reasons_stand_when_it_is_solved_again),
        cmocka_unit_test(who_need_not_move_does_not),
        cmocka_unit_test(the_frontier_says_what_lambda_weighs),
        cmocka_unit_test(great_numbers_are_solved_level_by_level),
        cmocka_unit_test(levels_do_not_mix),
        cmocka_unit_test(many_great_numbers_do_not_overflow),
        cmocka_unit_test(pairs_of_slots_are_a_flow),
        cmocka_unit_test(too_late_is_told),
        cmocka_unit_test(nothing_to_do_is_done),
        cmocka_unit_test(the_judge_sees_each_broken_rule),
        cmocka_unit_test(a_cap_is_of_meetings_or_of_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
