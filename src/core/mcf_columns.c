#include "core/mcf_columns.h"

#include "mcf_in.h"

#include <assert.h>
#include <string.h>

enum { SEED_BEST = 15, SEED_SPREAD = 15, JOIN = 20 }; /* of a row: to begin with; in a round */

struct gather { /* arcs as they come */
    struct arena *arena;
    struct mcf_arc *arc;
    size_t n, room;
};

struct best { /* the best few of a row: by value, then by their order in it */
    int64_t value[JOIN];
    size_t at[JOIN];
    size_t n, most;
};

struct pricing {
    const struct mcf *frame;
    const struct mcf_rows *rows;
    struct mcf_arc *row;
    struct gather all;
};

static void seed(struct pricing *p);
static int64_t price(struct pricing *p, const int64_t *potential);
static void keep_best(struct best *b, int64_t value, size_t at);
static void gather(struct gather *g, const struct mcf_arc *x);
static void gather_column(struct gather *g, const struct mcf_arc *x);

enum mcf_end mcf_columns(struct arena *a, const struct mcf *frame, const struct mcf_rows *rows,
                         const struct mcf_watch *w, struct mcf_columns *ret)
{
    struct pricing p = {frame, rows, arena_array(a, struct mcf_arc, rows->longest), {.arena = a}};
    for (size_t i = 0; i < frame->arcs; i++)
        gather(&p.all, &frame->arc[i]);
    seed(&p);
    struct mcf whole = {frame->nodes, frame->supply, p.all.n, p.all.arc};
    struct mcf_simplex *s = mcf_simplex_new(a, &whole);
    struct mcf_columns best = {.rounds = 0};
    enum mcf_end end = MCF_STOPPED;
    while (best.rounds < MCF_ROUNDS_MAX &&
           (end = mcf_simplex_run(s, w, &best.result)) == MCF_OPTIMAL) {
        size_t known = p.all.n;
        best.mcf = (struct mcf){frame->nodes, frame->supply, known, p.all.arc};
        best.gap = price(&p, best.result.potential);
        best.rounds++;
        *ret = best;
        if (p.all.n == known)
            return MCF_OPTIMAL;
        mcf_simplex_add(s, p.all.arc + known, p.all.n - known);
        end = MCF_STOPPED;
    }
    ret->rounds = best.rounds;
    return end;
}

static size_t row_of(struct pricing *p, int32_t node)
{
    size_t n = p->rows->row(p->rows->ctx, node, p->row);
    assert(n <= p->rows->longest);
    return n;
}

/* The cheapest of each row, and some at equal distances, beginning with another one in each row. */
static void seed(struct pricing *p)
{
    for (int32_t i = 0; i < p->rows->nodes; i++) {
        size_t n = row_of(p, i), stride = n / SEED_SPREAD + 1;
        struct best b = {.most = SEED_BEST};
        for (size_t k = 0; k < n; k++)
            keep_best(&b, p->row[k].cost, k);
        for (size_t k = 0; k < b.n; k++)
            gather_column(&p->all, &p->row[b.at[k]]);
        for (size_t k = (size_t)i % stride; k < n; k += stride)
            gather_column(&p->all, &p->row[k]);
    }
}

/* Lets the best of each row join; what all rows together could gain at most. */
static int64_t price(struct pricing *p, const int64_t *potential)
{
    int64_t gain = 0;
    for (int32_t i = 0; i < p->rows->nodes; i++) {
        size_t n = row_of(p, i);
        struct best b = {.most = JOIN};
        for (size_t k = 0; k < n; k++) {
            int64_t rc = p->row[k].cost + potential[i] - potential[p->row[k].to];
            if (rc < 0)
                keep_best(&b, rc, k);
        }
        for (size_t k = 0; k < b.n; k++)
            gather_column(&p->all, &p->row[b.at[k]]);
        if (b.n > 0)
            gain -= b.value[0] * p->frame->supply[i];
    }
    return gain;
}

static void keep_best(struct best *b, int64_t value, size_t at)
{
    if (b->n == b->most && value >= b->value[b->n - 1])
        return;
    size_t k = b->n < b->most ? b->n++ : b->n - 1;
    for (; k > 0 && b->value[k - 1] > value; k--) {
        b->value[k] = b->value[k - 1];
        b->at[k] = b->at[k - 1];
    }
    b->value[k] = value;
    b->at[k] = at;
}

static void gather(struct gather *g, const struct mcf_arc *x)
{
    if (g->n == g->room) {
        g->room = g->room ? 2 * g->room : 1024;
        struct mcf_arc *more = arena_array(g->arena, struct mcf_arc, g->room);
        if (g->n)
            memcpy(more, g->arc, g->n * sizeof *more);
        g->arc = more;
    }
    g->arc[g->n++] = *x;
}

static void gather_column(struct gather *g, const struct mcf_arc *x)
{
    gather(g, &(struct mcf_arc){x->from, x->to, MCF_FLOW_MAX, x->cost});
}
