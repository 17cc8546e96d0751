/* core/mcf_columns: what it proves is what all columns together give, goal by goal. */
#include "core/mcf_columns.h"

#include "mcf_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROUNDS = 300, GOALS = 3 };

/* Requests behind a hall's node, seats with room for one, slots with some booths; all columns are
 * kept, so that a plain solver can be asked, too. */
struct house {
    struct mcf frame;
    struct mcf_column *all;
    size_t *row; /* by request, and one more */
    int64_t *cost[GOALS];
    struct mcf_rows rows;
    int asked; /* how often for a row */
};

static size_t row_of(void *ctx, int32_t node, struct mcf_column *ret)
{
    struct house *h = ctx;
    size_t i = (size_t)(node - h->rows.first), n = h->row[i + 1] - h->row[i];
    memcpy(ret, h->all + h->row[i], n * sizeof *ret);
    h->asked++;
    return n;
}

static void unserved(struct house *h, struct making *m, int request, int hall, int64_t price)
{
    h->cost[0][m->p.arcs] = price;
    join(m, request, hall, 1, price);
}

/* popular: how much a seat is better than the next one for everybody. */
static struct house *house_new(struct arena *a, int requests, int seats, int slots, int points,
                               int popular)
{
    struct house *h = arena_new_of(a, struct house);
    int first = 1, seat = 1 + requests, slot = seat + seats;
    int worth = points > 3 ? 1000 * draw(2) : 0; /* costs below 0 */
    struct making m = making_begin(a, slot + slots, (size_t)(requests + seats + slots));
    h->all = arena_array(a, struct mcf_column, (size_t)(requests * seats));
    h->row = arena_array(a, size_t, (size_t)requests + 1);
    for (int g = 0; g < GOALS; g++)
        h->cost[g] = arena_array(a, int64_t, (size_t)(requests + seats + slots));
    for (int i = 0; i < requests; i++) {
        ship(&m, first + i, 0, 1);
        unserved(h, &m, first + i, 0, 100000);
        h->row[i + 1] = h->row[i];
        for (int k = 0; k < seats; k++)
            if (points == 1 || draw(2))
                h->all[h->row[i + 1]++] = (struct mcf_column){
                    seat + k,
                    {popular * k + draw(points) - worth, draw(points) - points / 2, draw(1 << 30)}};
    }
    for (int k = 0; k < seats; k++)
        join(&m, seat + k, slot + k % slots, 1, 0);
    for (int t = 0; t < slots; t++)
        join(&m, slot + t, 0, slots == 1 ? seats : draw(seats / slots + 2), 0);
    h->frame = m.p;
    h->rows = (struct mcf_rows){.first = first,
                                .nodes = requests,
                                .longest = (size_t)seats,
                                .row = row_of,
                                .ctx = h,
                                .goals = GOALS,
                                .frame_cost = {NULL, h->cost[1], h->cost[2]}};
    return h;
}

/* The frame with columns: all of them, or of each row the cheapest. */
static struct mcf house_whole(struct arena *a, const struct house *h, size_t top)
{
    size_t n = h->frame.arcs, columns = h->row[h->rows.nodes];
    struct mcf_arc *arc = arena_array(a, struct mcf_arc, n + columns);
    memcpy(arc, h->frame.arc, n * sizeof *arc);
    for (int i = 0; i < h->rows.nodes; i++)
        for (size_t k = h->row[i]; k < h->row[i + 1] && k - h->row[i] < top; k++)
            arc[n++] = (struct mcf_arc){h->rows.first + i, h->all[k].to, 1, h->all[k].cost[0]};
    return (struct mcf){h->frame.nodes, h->frame.supply, n, arc};
}

static void assert_goals(struct arena *a, const struct house *h, const struct mcf_columns *c)
{
    struct mcf p = house_whole(a, h, SIZE_MAX);
    struct mcf_simplex *s = mcf_simplex_new(a, &p);
    struct mcf_result r;
    int64_t *cost = arena_array(a, int64_t, p.arcs);
    for (int g = 0; g < GOALS; g++) {
        for (size_t i = 0; i < p.arcs; i++)
            cost[i] = i < h->frame.arcs ? h->cost[g][i] : h->all[i - h->frame.arcs].cost[g];
        if (g > 0)
            mcf_simplex_stage(s, cost, NULL);
        assert_int_equal(mcf_simplex_run(s, NULL, &r), MCF_OPTIMAL);
        assert_int_equal(c->cost[g], r.cost);
    }
    for (size_t i = h->frame.arcs; i < p.arcs; i++) { /* distinct numbers last: one flow is left */
        int32_t flow = 0;
        for (size_t k = h->frame.arcs; k < c->mcf.arcs; k++)
            if (c->mcf.arc[k].from == p.arc[i].from && c->mcf.arc[k].to == p.arc[i].to)
                flow += c->result.flow[k];
        assert_int_equal(flow, r.flow[i]);
    }
}

static void goals_are_those_of_all_columns(void **state)
{
    (void)state;
    size_t rounds = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena *a = arena_new();
        int slots = 1 + draw(4), points = draw(2) ? 3 : 100;
        struct house *h = house_new(a, 1 + draw(80), slots + draw(150), slots, points, draw(3));
        struct mcf_columns c;
        assert_int_equal(mcf_columns(a, &h->frame, &h->rows, NULL, &c), MCF_OPTIMAL);
        assert_int_equal(c.goals, GOALS);
        assert_int_equal(c.gap, 0);
        assert_true(mcf_check(&c.mcf, c.held, &c.result));
        for (size_t k = h->frame.arcs; k < c.mcf.arcs; k++)
            assert_true(c.result.flow[k] < c.mcf.arc[k].cap); /* a full one would be taken again */
        assert_goals(a, h, &c);
        rounds += c.rounds;
        arena_free(a);
    }
    assert_true(rounds > ROUNDS * GOALS + ROUNDS / 2); /* not all was there from the beginning */
}

/* Everybody wants the same twenty seats. Who keeps the best few of each row leaves requests without
 * a seat; whoever looks at all rows again does not. */
static void plain_top_k_leaves_requests_unserved(void **state)
{
    (void)state;
    enum { REQUESTS = 60, SEATS = 100, TOP = 20 };
    struct arena *a = arena_new();
    struct house *h = house_new(a, REQUESTS, SEATS, 1, 1, 1);
    struct mcf top = house_whole(a, h, TOP);
    struct mcf_columns c;
    struct mcf_result r;
    assert_int_equal(mcf_solve(a, &top, NULL, &r), MCF_OPTIMAL);
    assert_int_equal(r.cost / 100000, REQUESTS - TOP);
    assert_int_equal(mcf_columns(a, &h->frame, &h->rows, NULL, &c), MCF_OPTIMAL);
    assert_int_equal(c.cost[0], REQUESTS * (REQUESTS - 1) / 2);
    arena_free(a);
}

/* What each request's best column would bring at these prices, in all. */
static int64_t gap_of(const struct house *h, const struct mcf_columns *c)
{
    int64_t sum = 0;
    for (int i = 0; i < h->rows.nodes; i++) {
        int64_t best = 0, mine = c->potential[0][h->rows.first + i];
        for (size_t k = h->row[i]; k < h->row[i + 1]; k++) {
            int64_t rc = h->all[k].cost[0] + mine - c->potential[0][h->all[k].to];
            best = rc < best ? rc : best;
        }
        sum -= best;
    }
    return sum;
}

static bool countdown(void *ctx, size_t steps)
{
    (void)steps;
    return (*(int *)ctx)-- <= 0;
}

/* Wherever it is stopped, what it has is a flow, and nothing is better by more than the gap. */
static void assert_stops(struct arena *a, struct house *h, int goals)
{
    struct mcf_columns c, whole;
    h->rows.goals = goals;
    assert_int_equal(mcf_columns(a, &h->frame, &h->rows, NULL, &whole), MCF_OPTIMAL);
    int gaps = 0, polls = 0;
    enum mcf_end end = MCF_STOPPED;
    for (; end == MCF_STOPPED; polls++) {
        int left = polls;
        struct mcf_watch w = {countdown, &left};
        end = mcf_columns(a, &h->frame, &h->rows, &w, &c);
        if (c.goals == 0)
            continue;
        int last = c.goals - 1;
        assert_true(mcf_check(&c.mcf, c.held, &c.result));
        assert_int_equal(c.cost[last], c.result.cost);
        assert_true(c.cost[last] >= whole.cost[last] && c.cost[last] - c.gap <= whole.cost[last]);
        assert_true(last > 0 || c.gap == gap_of(h, &c));
        assert_memory_equal(c.cost, whole.cost, sizeof *c.cost * (size_t)last);
        gaps += c.gap > 0;
    }
    assert_true(polls > 2 && gaps > 0);
    assert_int_equal(c.goals, goals);
    assert_int_equal(c.gap, 0);
    assert_memory_equal(c.cost, whole.cost, sizeof *c.cost * (size_t)goals);
}

static void a_gap_holds_what_it_says(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct house *h = house_new(a, 300, 400, 3, 200, 1);
    assert_stops(a, h, 1);
    assert_stops(a, h, GOALS);
    arena_free(a);
    a = arena_new();
    assert_stops(a, house_new(a, 500, 600, 2, 4, 2), GOALS); /* ties: later goals have much to do */
    arena_free(a);
}

static void without_rows_there_is_the_frame(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct house *h = house_new(a, 5, 4, 2, 10, 0);
    struct mcf_columns c;
    memset(h->row, 0, 6 * sizeof *h->row);
    assert_int_equal(mcf_columns(a, &h->frame, &h->rows, NULL, &c), MCF_OPTIMAL);
    assert_int_equal(c.cost[0], 5 * 100000);
    assert_int_equal(c.mcf.arcs, h->frame.arcs);
    h->frame.arcs = 4; /* and one request may not even stay unserved */
    assert_int_equal(mcf_columns(a, &h->frame, &h->rows, NULL, &c), MCF_INFEASIBLE);
    assert_int_equal(c.goals, 0);
    h->rows.nodes = 0;
    struct mcf none = {0, NULL, 0, NULL};
    assert_int_equal(mcf_columns(a, &none, &h->rows, NULL, &c), MCF_OPTIMAL);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goals_are_those_of_all_columns),
        cmocka_unit_test(plain_top_k_leaves_requests_unserved),
        cmocka_unit_test(a_gap_holds_what_it_says),
        cmocka_unit_test(without_rows_there_is_the_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
