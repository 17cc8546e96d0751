/* core/mcf and core/mcf_columns against two strangers: LEMON's network simplex, and CBC's command
 * on the linear program. */
#include "core/mcf_columns.h"

#include "../lib/expo.h"
#include "../lib/lemon.h"
#include "mcf_make.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { WITH_LEMON = 4000, EXPOS = 40, WITH_CBC = 300, NAME = 64 };

static bool by_lemon(const struct mcf *p, int64_t *ret_cost)
{
    struct lemon_graph *l = lemon_new(p);
    bool found = lemon_run(l, ret_cost);
    lemon_free(l);
    return found;
}

static void lemon_agrees(void **state)
{
    (void)state;
    for (int round = 0; round < WITH_LEMON; round++) {
        struct arena *a = arena_new();
        struct mcf p = one_of_each(a);
        struct mcf_result r;
        int64_t cost;
        bool found = by_lemon(&p, &cost);
        assert_int_equal(mcf_solve(a, &p, NULL, &r), found ? MCF_OPTIMAL : MCF_INFEASIBLE);
        if (found)
            assert_int_equal(r.cost, cost);
        arena_free(a);
    }
}

/* Plenty of booths and too few of them; one region and several. */
static void lemon_agrees_on_expos(void **state)
{
    (void)state;
    for (int round = 0; round < EXPOS; round++) {
        struct arena *a = arena_new();
        struct expo_size size = {20 + draw(200), 5 + draw(30), 4 + draw(29), 1 + draw(20),
                                 1 + draw(3)};
        struct expo *x = expo_new(a, size, (uint64_t)round);
        struct mcf p = expo_whole(a, x), frame = expo_frame(a, x);
        struct mcf_rows rows = expo_rows(x);
        struct mcf_columns c;
        struct mcf_result s, t;
        int64_t cost;
        assert_true(by_lemon(&p, &cost));
        assert_int_equal(mcf_solve(a, &p, NULL, &s), MCF_OPTIMAL);
        assert_int_equal(mcf_ssp(a, &p, NULL, &t), MCF_OPTIMAL);
        assert_int_equal(mcf_columns(a, &frame, &rows, NULL, &c), MCF_OPTIMAL);
        assert_int_equal(s.cost, cost);
        assert_int_equal(t.cost, cost);
        assert_int_equal(c.result.cost, cost);
        assert_int_equal(c.gap, 0);
        assert_true(mcf_check(&c.mcf, NULL, &c.result));
        arena_free(a);
    }
}

/* ---- CBC ---- */

/* Each node's row has one more variable, which is 0, so that no row is empty. */
static void program_write(FILE *f, const struct mcf *p)
{
    fprintf(f, "Minimize\n obj: 0 zero");
    for (size_t i = 0; i < p->arcs; i++)
        fprintf(f, "\n %+" PRId64 " x%zu", p->arc[i].cost, i);
    fprintf(f, "\nSubject To\n");
    for (int32_t u = 0; u < p->nodes; u++) {
        fprintf(f, " n%d: zero", u);
        for (size_t i = 0; i < p->arcs; i++)
            if (p->arc[i].from != p->arc[i].to && (p->arc[i].from == u || p->arc[i].to == u))
                fprintf(f, "\n %s x%zu", p->arc[i].from == u ? "+" : "-", i);
        fprintf(f, " = %d\n", p->supply[u]);
    }
    fprintf(f, "Bounds\n 0 <= zero <= 0\n");
    for (size_t i = 0; i < p->arcs; i++)
        fprintf(f, " 0 <= x%zu <= %d\n", i, p->arc[i].cap);
    fprintf(f, "End\n");
}

static bool cbc_solve(const char *dir, const struct mcf *p, double *ret_cost)
{
    char lp[NAME], out[NAME], command[4 * NAME], word[NAME] = "";
    snprintf(lp, sizeof lp, "%s/p.lp", dir);
    snprintf(out, sizeof out, "%s/out", dir);
    snprintf(command, sizeof command, "cbc %s solve solution %s >%s/log 2>&1", lp, out, dir);
    FILE *f = fopen(lp, "w");
    assert_non_null(f);
    program_write(f, p);
    fclose(f);
    assert_int_equal(system(command), 0);
    f = fopen(out, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%63s - objective value %lf", word, ret_cost), 2);
    fclose(f);
    unlink(lp);
    unlink(out);
    assert_true(strcmp(word, "Optimal") == 0 || strcmp(word, "Infeasible") == 0);
    return word[0] == 'O';
}

static void cbc_agrees(void **state)
{
    (void)state;
    char dir[] = "/tmp/jamund-mcf.XXXXXX", log[NAME];
    assert_non_null(mkdtemp(dir));
    for (int round = 0; round < WITH_CBC; round++) {
        struct arena *a = arena_new();
        struct mcf p = draw(2) ? any_problem(a, 8, 25, 4, 20) : laminar_problem(a);
        struct mcf_result r;
        double cost;
        bool found = cbc_solve(dir, &p, &cost);
        assert_int_equal(mcf_solve(a, &p, NULL, &r), found ? MCF_OPTIMAL : MCF_INFEASIBLE);
        if (found)
            assert_true(cost > (double)r.cost - 0.5 && cost < (double)r.cost + 0.5);
        arena_free(a);
    }
    snprintf(log, sizeof log, "%s/log", dir);
    unlink(log);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lemon_agrees),
        cmocka_unit_test(lemon_agrees_on_expos),
        cmocka_unit_test(cbc_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
