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
    {"booths and caps", {6, 4, 4, 2, 0, .caps = true, .scarce = true}},
    {"booths and load", {6, 3, 4, 2, 0, .load = true, .scarce = true}},
    {"companies", {6, 3, 4, 1, 0, .companies = true}},
    {"breaks", {6, 3, 5, 2, 0, .rests = true}},
    {"long ones", {5, 3, 4, 2, 0, .longs = true, .caps = true}},
    {"pairs", {4, 3, 3, 1, 0, .pairs = true, .scarce = true}},
    {"kept", {6, 3, 4, 1, 0, .kept = true, .load = true}},
    {"pinned",
     {6, 3, 4, 1, 1, .kept = true, .pinned = true, .caps = true, .rests = true, .companies = true}},
    {"everything", {4, 3, 3, 2, 1, true, true, true, true, true, true, true, true, true}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void no_plan_is_better(void **state)
{
    (void)state;
    for (int k = 0; k < KINDS; k++) {
        int proved = 0, best = 0, rounds = 60;
        plan_seed = 7;
        for (int i = 0; i < rounds; i++) {
            struct arena *a = arena_new();
            struct made m = make(a, &kinds[k].kind);
            const struct plan *plan = plan_solve(a, &m.p, NULL);
            struct plan_score all = best_of_all(&m.p);
            if (plan->end == PLAN_OPTIMAL && score_cmp(&plan->score, &all) != 0) {
                print_error("%s, round %d, %s: served %lld %lld %lld kept %lld value %lld; best "
                            "%lld %lld %lld kept %lld value %lld\n",
                            kinds[k].name, i, plan->method, (long long)plan->score.served[0],
                            (long long)plan->score.served[1], (long long)plan->score.served[2],
                            (long long)plan->score.kept, (long long)plan->score.value,
                            (long long)all.served[0], (long long)all.served[1],
                            (long long)all.served[2], (long long)all.kept, (long long)all.value);
                fail();
            }
            proved += plan->end == PLAN_OPTIMAL;
            best += score_cmp(&plan->score, &all) == 0;
            arena_free(a);
        }
        print_message("%s: %d of %d proved, %d best\n", kinds[k].name, proved, rounds, best);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_plan_is_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
