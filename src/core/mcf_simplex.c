/*
 * The primal network simplex. A basis is a spanning tree (src/core/mcf_tree.c) over the nodes and a
 * root; each other arc is empty or full. The arc that enters is found by src/core/mcf_price.c; the
 * one that leaves is the last on the cycle that lets no more through, seen from where the cycle
 * touches the root's side, which keeps the tree strongly feasible: pivots that move nothing cannot
 * go round in a circle.
 *
 * It begins with artificial arcs between each node and the root, one of them for each node,
 * numbered as the nodes are; the others follow. Those to the root are free, those from it dearer
 * than any path, so that a flow is left on them only when there is no other. Once out, they stay
 * out.
 *
 * Arcs that come together are mixed, since neighbours (of one request, say) would all enter or
 * none: strides of the root of their number. So pivots are a tenth of what they were in order.
 */
#include "core/mcf.h"

#include "mcf_in.h"
#include "mcf_simplex_in.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void arrays_grow(struct mcf_simplex *s, size_t more);
static void arcs_mix(struct mcf_simplex *s, const struct mcf_arc *arc, size_t n);
static void arc_put(struct mcf_simplex *s, size_t number, size_t at, const struct mcf_arc *x);
static void price(struct mcf_simplex *s);
static void answer(struct mcf_simplex *s, struct mcf_result *ret);

struct mcf_simplex *mcf_simplex_new(struct arena *a, const struct mcf *p)
{
    assert(mcf_fits(p));
    struct mcf_simplex *s = arena_new_of(a, struct mcf_simplex);
    *s = (struct mcf_simplex){.arena = a, .nodes = p->nodes, .stale = true};
    arrays_grow(s, p->arcs + (size_t)p->nodes);
    s->hot = s->end = (size_t)p->nodes;
    tree_begin(s, p->supply);
    mcf_simplex_add(s, p->arc, p->arcs);
    return s;
}

void mcf_simplex_add(struct mcf_simplex *s, const struct mcf_arc *more, size_t n)
{
    size_t from = s->end;
    arrays_grow(s, n);
    arcs_mix(s, more, n);
    price_added(s, from);
}

static bool held(const struct mcf_simplex *s, size_t k)
{
    return s->arc[k].from == s->nodes;
}

void mcf_simplex_costs(struct mcf_simplex *s, const int64_t *cost)
{
    price_cool(s);
    s->dearest = s->held_cost = 0;
    s->stale = true;
    for (size_t k = (size_t)s->nodes; k < s->end; k++) {
        int64_t c = cost[s->number[k]];
        s->dearest = mcf_size(c) > s->dearest ? mcf_size(c) : s->dearest;
        if (!held(s, k))
            s->arc[k].cost = s->turned[k] ? -c : c;
        else if (s->turned[k])
            mcf_cost_add(&s->held_cost, c, s->cap[k]);
    }
}

void mcf_simplex_stage(struct mcf_simplex *s, const int64_t *cost, int8_t *ret_held)
{
    price_cool(s);
    for (size_t k = (size_t)s->nodes; k < s->end; k++) {
        struct spar *x = &s->arc[k];
        if (x->cost + s->pi[x->from] - s->pi[x->to] != 0)
            *x = (struct spar){s->nodes, s->nodes, 0}; /* never enters again */
    }
    for (size_t k = (size_t)s->nodes; ret_held && k < s->end; k++)
        ret_held[s->number[k]] = !held(s, k)    ? MCF_FREE
                                 : s->turned[k] ? MCF_HELD_FULL
                                                : MCF_HELD_EMPTY;
    mcf_simplex_costs(s, cost);
}

enum mcf_end mcf_simplex_run(struct mcf_simplex *s, const struct mcf_watch *w,
                             struct mcf_result *ret)
{
    if (s->stale)
        price(s);
    int32_t in;
    while (price_best(s, &in)) {
        tree_pivot(s, in);
        if (mcf_stopped(w, ++s->steps))
            return MCF_STOPPED;
    }
    for (int32_t u = 0; u < s->nodes; u++)
        if (s->arc[u].from == s->nodes && s->flow[u] > 0)
            return MCF_INFEASIBLE;
    answer(s, ret);
    return MCF_OPTIMAL;
}

enum mcf_end mcf_solve(struct arena *a, const struct mcf *p, const struct mcf_watch *w,
                       struct mcf_result *ret)
{
    struct arena *work = arena_new();
    struct mcf_result r;
    enum mcf_end end = mcf_simplex_run(mcf_simplex_new(work, p), w, &r);
    if (end == MCF_OPTIMAL)
        *ret = mcf_kept(a, p, &r);
    arena_free(work);
    return end;
}

static void *longer(struct mcf_simplex *s, const void *old, size_t each)
{
    char *p = arena_alloc(s->arena, each * s->room);
    if (old)
        memcpy(p, old, each * s->end);
    return p;
}

static void arrays_grow(struct mcf_simplex *s, size_t more)
{
    if (s->end + more <= s->room)
        return;
    assert(s->end + more <= MCF_ARCS_MAX + (size_t)MCF_NODES_MAX);
    s->room = s->room ? 2 * (s->end + more) : more; /* kept once: as long as it must be */
    s->arc = longer(s, s->arc, sizeof *s->arc);
    s->turned = longer(s, s->turned, sizeof *s->turned);
    s->flow = longer(s, s->flow, sizeof *s->flow);
    s->cap = longer(s, s->cap, sizeof *s->cap);
    s->number = longer(s, s->number, sizeof *s->number);
}

static void arcs_mix(struct mcf_simplex *s, const struct mcf_arc *arc, size_t n)
{
    size_t stride = 1;
    while (stride * stride < n)
        stride++;
    for (size_t start = 0; start < stride; start++)
        for (size_t i = start; i < n; i += stride)
            arc_put(s, s->arcs + i, s->end++, &arc[i]);
    s->arcs += n;
}

static void arc_put(struct mcf_simplex *s, size_t number, size_t at, const struct mcf_arc *x)
{
    assert(mcf_arc_fits(s->nodes, x));
    s->arc[at] = (struct spar){x->from, x->to, x->cost};
    s->cap[at] = x->cap;
    s->flow[at] = 0;
    s->number[at] = (uint32_t)number;
    if (mcf_size(x->cost) > s->dearest) {
        s->dearest = mcf_size(x->cost);
        s->stale = true;
    }
}

/* What an artificial arc from the root costs, and all potentials anew. */
static void price(struct mcf_simplex *s)
{
    assert(mcf_cost_fits(s->nodes, s->dearest));
    for (int32_t u = 0; u < s->nodes; u++)
        s->arc[u].cost = s->arc[u].from == s->nodes ? (s->nodes + 1) * (s->dearest + 1) : 0;
    tree_price(s);
    s->stale = false;
}

static void answer(struct mcf_simplex *s, struct mcf_result *ret)
{
    int64_t cost = s->held_cost;
    if (!s->answer || s->answer_room < s->room) {
        s->answer_room = s->room;
        s->answer = arena_array(s->arena, int32_t, s->room);
    }
    if (!s->prices)
        s->prices = arena_array(s->arena, int64_t, s->nodes);
    if (s->nodes)
        memcpy(s->prices, s->pi, (size_t)s->nodes * sizeof *s->prices);
    memset(s->answer, 0, s->arcs * sizeof *s->answer);
    for (size_t k = (size_t)s->nodes; k < s->end; k++) {
        int32_t flow = s->turned[k] ? s->cap[k] - s->flow[k] : s->flow[k];
        if (flow == 0)
            continue;
        s->answer[s->number[k]] = flow;
        mcf_cost_add(&cost, s->turned[k] ? -s->arc[k].cost : s->arc[k].cost, flow);
    }
    *ret = (struct mcf_result){s->answer, s->prices, cost, s->steps};
}
