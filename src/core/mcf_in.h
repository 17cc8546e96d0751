/* What the solvers of core/mcf.h share. */
#ifndef CORE_MCF_IN_H
#define CORE_MCF_IN_H

#include "core/mcf.h"

#include <assert.h>
#include <string.h>

static inline int64_t mcf_size(int64_t cost)
{
    return cost < 0 ? -cost : cost;
}

static inline bool mcf_arc_fits(int32_t nodes, const struct mcf_arc *x)
{
    return x->from >= 0 && x->from < nodes && x->to >= 0 && x->to < nodes && x->cap >= 0 &&
           x->cap <= MCF_FLOW_MAX && x->cost != INT64_MIN;
}

/* No potential leaves +-3 * nodes * dearest (a path of no more arcs than nodes, and what an
 * artificial arc costs on top), so that no reduced cost, and no path of those, is above 8 times. */
static inline bool mcf_cost_fits(int32_t nodes, int64_t dearest)
{
    int64_t each;
    return !__builtin_mul_overflow((int64_t)nodes + 2, 8, &each) && dearest < INT64_MAX &&
           !__builtin_mul_overflow(each, dearest + 1, &each);
}

static inline void mcf_cost_add(int64_t *sum, int64_t cost, int32_t flow)
{
    int64_t part;
    bool over = __builtin_mul_overflow(cost, (int64_t)flow, &part) ||
                __builtin_add_overflow(*sum, part, sum);
    assert(!over);
}

/* A result as one of the arena's. */
static inline struct mcf_result mcf_kept(struct arena *a, const struct mcf *p,
                                         const struct mcf_result *r)
{
    struct mcf_result kept = *r;
    kept.flow = arena_array(a, int32_t, p->arcs);
    kept.potential = arena_array(a, int64_t, p->nodes);
    if (p->arcs)
        memcpy(kept.flow, r->flow, p->arcs * sizeof *kept.flow);
    if (p->nodes)
        memcpy(kept.potential, r->potential, (size_t)p->nodes * sizeof *kept.potential);
    return kept;
}

static inline bool mcf_stopped(const struct mcf_watch *w, size_t steps)
{
    return w && steps % MCF_POLL == 0 && w->stop(w->ctx, steps);
}

#endif
