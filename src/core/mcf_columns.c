#include "core/mcf_columns.h"

#include "mcf_in.h"

#include <assert.h>
#include <string.h>

enum { SEED_BEST = 16, SEED_SPREAD = 8, JOIN = 16 }; /* of a row: to begin with; in a round */

struct best { /* the best few of a row: by value, then by their order in it */
    int64_t value[SEED_BEST];
    size_t at[SEED_BEST];
    size_t n;
};

struct pricing {
    struct arena *arena;
    const struct mcf *frame;
    const struct mcf_rows *rows;
    struct mcf_column *row; /* room for one */
    struct mcf_arc *arc;    /* the frame's, then the columns taken */
    struct mcf_column *taken;
    size_t n, room; /* columns */
    struct mcf_simplex *simplex;
};

static void seed(struct pricing *p);
static enum mcf_end goal(struct pricing *p, const struct mcf_watch *w, struct mcf_columns *c);
static void next_goal(struct pricing *p, struct mcf_columns *c);
static int64_t price(struct pricing *p, const struct mcf_columns *c);
static void keep_best(struct best *b, int64_t value, size_t at);
static void take(struct pricing *p, int32_t node, size_t at, int goal);
static void make_room(struct pricing *p);
static struct mcf whole(const struct pricing *p);

enum mcf_end mcf_columns(struct arena *a, const struct mcf *frame, const struct mcf_rows *rows,
                         const struct mcf_watch *w, struct mcf_columns *ret)
{
    assert(rows->goals >= 1 && rows->goals <= MCF_GOALS_MAX);
    struct pricing p = {.arena = a, .frame = frame, .rows = rows};
    struct mcf_columns c = {.goals = 0};
    enum mcf_end end = MCF_OPTIMAL;
    p.row = arena_array(a, struct mcf_column, rows->longest);
    make_room(&p);
    if (frame->arcs)
        memcpy(p.arc, frame->arc, frame->arcs * sizeof *p.arc);
    seed(&p);
    struct mcf first = whole(&p);
    p.simplex = mcf_simplex_new(a, &first);
    for (int k = 0; end == MCF_OPTIMAL && k < rows->goals; k++) {
        if (k > 0)
            next_goal(&p, &c);
        end = goal(&p, w, &c);
    }
    *ret = c;
    return end;
}

/* The cheapest of each row, and some at equal distances, beginning with another one in each row. */
static void seed(struct pricing *p)
{
    for (int32_t u = p->rows->first; u < p->rows->first + p->rows->nodes; u++) {
        size_t n = p->rows->row(p->rows->ctx, u, p->row), stride = n / SEED_SPREAD + 1;
        struct best b = {.n = 0};
        assert(n <= p->rows->longest);
        for (size_t k = 0; k < n; k++)
            keep_best(&b, p->row[k].cost[0], k);
        for (size_t k = 0; k < b.n; k++)
            take(p, u, b.at[k], 0);
        for (size_t k = (size_t)u % stride; k < n; k += stride)
            take(p, u, k, 0);
    }
}

/* c->goals is the number of this one until the first answer to it. */
static enum mcf_end goal(struct pricing *p, const struct mcf_watch *w, struct mcf_columns *c)
{
    int k = c->goals;
    while (c->rounds < MCF_ROUNDS_MAX) {
        enum mcf_end end = mcf_simplex_run(p->simplex, w, &c->result);
        if (end != MCF_OPTIMAL)
            return end;
        size_t known = p->n;
        c->mcf = whole(p);
        c->goals = k + 1;
        c->cost[k] = c->result.cost;
        c->potential[k] = c->result.potential;
        c->rounds++;
        c->gap = price(p, c);
        if (p->n == known) {
            assert(mcf_check(&c->mcf, c->held, &c->result));
            return MCF_OPTIMAL;
        }
        mcf_simplex_add(p->simplex, p->arc + p->frame->arcs + known, p->n - known);
        if (c->held)
            c->held = memcpy(arena_array(p->arena, int8_t, p->frame->arcs + p->n), c->held,
                             p->frame->arcs + known); /* the new ones are free */
    }
    return MCF_STOPPED;
}

static void next_goal(struct pricing *p, struct mcf_columns *c)
{
    size_t all = p->frame->arcs + p->n;
    int64_t *cost = arena_array(p->arena, int64_t, all);
    for (size_t i = 0; i < all; i++)
        cost[i] = i < p->frame->arcs ? p->rows->frame_cost[c->goals][i]
                                     : p->taken[i - p->frame->arcs].cost[c->goals];
    for (size_t i = 0; i < all; i++)
        p->arc[i].cost = cost[i];
    c->held = arena_array(p->arena, int8_t, all);
    mcf_simplex_stage(p->simplex, cost, c->held);
}

/* The reduced cost for the last goal, or 0 where one before forbids the column. */
static int64_t gain(const struct mcf_columns *c, int32_t from, const struct mcf_column *x)
{
    int last = c->goals - 1;
    for (int k = 0; k < last; k++)
        if (x->cost[k] + c->potential[k][from] - c->potential[k][x->to] != 0)
            return 0;
    return x->cost[last] + c->potential[last][from] - c->potential[last][x->to];
}

/* Lets the best of each row join; what all rows together could gain at most. */
static int64_t price(struct pricing *p, const struct mcf_columns *c)
{
    int64_t most = 0;
    for (int32_t u = p->rows->first; u < p->rows->first + p->rows->nodes; u++) {
        size_t n = p->rows->row(p->rows->ctx, u, p->row);
        struct best b = {.n = 0};
        assert(n <= p->rows->longest);
        for (size_t k = 0; k < n; k++) {
            int64_t rc = gain(c, u, &p->row[k]);
            if (rc < 0)
                keep_best(&b, rc, k);
        }
        for (size_t k = 0; k < b.n && k < JOIN; k++)
            take(p, u, b.at[k], c->goals - 1);
        if (b.n > 0)
            most -= b.value[0] * p->frame->supply[u];
    }
    return most;
}

static void keep_best(struct best *b, int64_t value, size_t at)
{
    if (b->n == SEED_BEST && value >= b->value[b->n - 1])
        return;
    size_t k = b->n < SEED_BEST ? b->n++ : b->n - 1;
    for (; k > 0 && b->value[k - 1] > value; k--) {
        b->value[k] = b->value[k - 1];
        b->at[k] = b->at[k - 1];
    }
    b->value[k] = value;
    b->at[k] = at;
}

static void take(struct pricing *p, int32_t node, size_t at, int goal)
{
    const struct mcf_column *x = &p->row[at];
    if (p->n == p->room)
        make_room(p);
    p->taken[p->n] = *x;
    p->arc[p->frame->arcs + p->n++] = (struct mcf_arc){node, x->to, MCF_FLOW_MAX, x->cost[goal]};
}

static void make_room(struct pricing *p)
{
    p->room = p->room ? 2 * p->room : (size_t)(SEED_BEST + SEED_SPREAD) * (size_t)p->rows->nodes;
    struct mcf_arc *arc = arena_array(p->arena, struct mcf_arc, p->frame->arcs + p->room);
    struct mcf_column *taken = arena_array(p->arena, struct mcf_column, p->room);
    if (p->n) {
        memcpy(arc, p->arc, (p->frame->arcs + p->n) * sizeof *arc);
        memcpy(taken, p->taken, p->n * sizeof *taken);
    }
    p->arc = arc;
    p->taken = taken;
}

static struct mcf whole(const struct pricing *p)
{
    return (struct mcf){p->frame->nodes, p->frame->supply, p->frame->arcs + p->n, p->arc};
}
