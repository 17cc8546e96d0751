/* What may be asked of a problem before, and of its answer after. */
#include "core/mcf.h"

#include "mcf_in.h"

__extension__ typedef __int128 wide;

static bool supplies_fit(const struct mcf *p, int64_t *ret_all);
static bool conserved(const struct mcf *p, const int32_t *flow);
static bool slack(const struct mcf_arc *x, int held, int32_t flow, const int64_t *potential);

/* Of an arc's flow, what belongs to paths is at most all supply, and each cycle has an arc of
 * negative cost, so the cycles are at most what those hold. */
bool mcf_fits(const struct mcf *p)
{
    int64_t flow_most;
    if (!supplies_fit(p, &flow_most) || p->arcs > MCF_ARCS_MAX)
        return false;
    int64_t dearest = 0;
    for (size_t i = 0; i < p->arcs; i++) {
        const struct mcf_arc *x = &p->arc[i];
        if (!mcf_arc_fits(p->nodes, x))
            return false;
        dearest = mcf_size(x->cost) > dearest ? mcf_size(x->cost) : dearest;
        flow_most += x->cost < 0 ? x->cap : 0;
    }
    wide cost = 0;
    for (size_t i = 0; i < p->arcs; i++) {
        const struct mcf_arc *x = &p->arc[i];
        cost += (wide)mcf_size(x->cost) * (x->cap < flow_most ? x->cap : flow_most);
    }
    return cost <= INT64_MAX && mcf_cost_fits(p->nodes, dearest);
}

bool mcf_check(const struct mcf *p, const int8_t *held, const struct mcf_result *r)
{
    wide cost = 0;
    for (size_t i = 0; i < p->arcs; i++) {
        const struct mcf_arc *x = &p->arc[i];
        if (r->flow[i] < 0 || r->flow[i] > x->cap ||
            !slack(x, held ? held[i] : MCF_FREE, r->flow[i], r->potential))
            return false;
        cost += (wide)x->cost * r->flow[i];
    }
    return cost == r->cost && conserved(p, r->flow);
}

static bool supplies_fit(const struct mcf *p, int64_t *ret_all)
{
    if (p->nodes < 0 || p->nodes > MCF_NODES_MAX)
        return false;
    int64_t sum = 0, all = 0;
    for (int32_t u = 0; u < p->nodes; u++) {
        sum += p->supply[u];
        all += p->supply[u] > 0 ? p->supply[u] : 0;
    }
    *ret_all = all;
    return sum == 0 && all <= MCF_FLOW_MAX;
}

static bool slack(const struct mcf_arc *x, int held, int32_t flow, const int64_t *potential)
{
    if (held != MCF_FREE)
        return flow == (held == MCF_HELD_FULL ? x->cap : 0);
    wide rc = (wide)x->cost + potential[x->from] - potential[x->to];
    return (rc <= 0 || flow == 0) && (rc >= 0 || flow == x->cap);
}

static bool conserved(const struct mcf *p, const int32_t *flow)
{
    struct arena *a = arena_new();
    int64_t *left = arena_array(a, int64_t, p->nodes);
    for (int32_t u = 0; u < p->nodes; u++)
        left[u] = p->supply[u];
    for (size_t i = 0; i < p->arcs; i++) {
        left[p->arc[i].from] -= flow[i];
        left[p->arc[i].to] += flow[i];
    }
    bool all = true;
    for (int32_t u = 0; u < p->nodes; u++)
        all &= left[u] == 0;
    arena_free(a);
    return all;
}
