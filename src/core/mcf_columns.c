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
    int8_t *held; /* by arc, once a goal is reached */
};

static void keep(struct arena *a, struct mcf_columns *c);
static void *copy(struct arena *a, const void *from, size_t size);
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
    struct arena *work = arena_new();
    struct pricing p = {.arena = work, .frame = frame, .rows = rows};
    struct mcf_columns c = {.goals = 0};
    enum mcf_end end = MCF_OPTIMAL;
    p.row = arena_array(work, struct mcf_column, rows->longest);
    make_room(&p);
    if (frame->arcs)
        memcpy(p.arc, frame->arc, frame->arcs * sizeof *p.arc);
    seed(&p);
    struct mcf first = whole(&p);
    p.simplex = mcf_simplex_new(work, &first);
    for (int k = 0; end == MCF_OPTIMAL && k < rows->goals; k++) {
        if (k > 0)
            next_goal(&p, &c);
        end = goal(&p, w, &c);
    }
    *ret = c;
    if (c.goals > 0)
        keep(a, ret);
    arena_free(work);
    return end;
}

/* All that the answer points to, as the caller's. */
static void keep(struct arena *a, struct mcf_columns *c)
{
    struct mcf *p = &c->mcf;
    c->result = mcf_kept(a, p, &c->result);
    c->potential[c->goals - 1] = c->result.potential;
    for (int k = 0; k + 1 < c->goals; k++)
        c->potential[k] = copy(a, c->potential[k], (size_t)p->nodes * sizeof *c->potential[k]);
    c->held = c->held ? copy(a, c->held, p->arcs) : NULL;
    p->arc = copy(a, p->arc, p->arcs * sizeof *p->arc);
}

static void *copy(struct arena *a, const void *from, size_t size)
{
    void *p = arena_alloc(a, size);
    return size ? memcpy(p, from, size) : p;
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

/* c, what is known, changes only with a new answer: until then c->goals is the number of this goal.
 */
static enum mcf_end goal(struct pricing *p, const struct mcf_watch *w, struct mcf_columns *c)
{
    for (int k = c->goals; c->rounds < MCF_ROUNDS_MAX; c->rounds++) {
        enum mcf_end end = mcf_simplex_run(p->simplex, w, &c->result);
        if (end != MCF_OPTIMAL)
            return end;
        size_t known = p->frame->arcs + p->n;
        c->mcf = whole(p);
        c->held = p->held;
        c->goals = k + 1;
        c->cost[k] = c->result.cost;
        c->potential[k] = c->result.potential;
        c->gap = price(p, c);
        size_t all = p->frame->arcs + p->n;
        if (all == known) {
            assert(mcf_check(&c->mcf, c->held, &c->result));
            c->rounds++;
            return MCF_OPTIMAL;
        }
        mcf_simplex_add(p->simplex, p->arc + known, all - known);
        if (p->held) /* those that joined are free */
            p->held = memcpy(arena_array(p->arena, int8_t, all), p->held, known);
    }
    return MCF_STOPPED;
}

/* The arcs with their new costs are others, since c's stay as they were. */
static void next_goal(struct pricing *p, struct mcf_columns *c)
{
    size_t frame = p->frame->arcs, all = frame + p->n;
    int64_t *cost = arena_array(p->arena, int64_t, all);
    struct mcf_arc *arc = arena_array(p->arena, struct mcf_arc, frame + p->room);
    for (size_t i = 0; i < all; i++) {
        cost[i] = i < frame ? p->rows->frame_cost[c->goals][i] : p->taken[i - frame].cost[c->goals];
        arc[i] = p->arc[i];
        arc[i].cost = cost[i];
    }
    p->arc = arc;
    p->held = arena_array(p->arena, int8_t, all);
    c->potential[c->goals - 1] =
        copy(p->arena, c->result.potential, (size_t)p->frame->nodes * sizeof *c->result.potential);
    mcf_simplex_stage(p->simplex, cost, p->held);
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

/* With room for more than its node can send: a column is never full, so none that has been taken
 * ever prices out again. */
static void take(struct pricing *p, int32_t node, size_t at, int goal)
{
    const struct mcf_column *x = &p->row[at];
    if (p->n == p->room)
        make_room(p);
    p->taken[p->n] = *x;
    p->arc[p->frame->arcs + p->n++] =
        (struct mcf_arc){node, x->to, p->frame->supply[node] + 1, x->cost[goal]};
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
