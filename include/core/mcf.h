/*
 * Minimum-cost flow: of all flows that meet every node's supply within the arcs' capacities, one of
 * least cost, in whole numbers, with node prices (potentials) that prove it. Arcs have no lower
 * bounds and may be parallel; a convex cost is a bundle of parallel arcs whose costs rise.
 *
 * Two solvers that share nothing: mcf_ssp(), successive shortest paths, at its best when few units
 * flow; and the network simplex, which keeps its basis, so that it goes on from where it was after
 * new costs, new arcs or a next stage. mcf_check() judges what either says and belongs after every
 * solve that people will see.
 *
 * Proof: with rc = cost + potential[from] - potential[to], an arc with rc > 0 is empty and one with
 * rc < 0 is full. A potential falls by what one more unit arriving at its node would spare.
 *
 * Ties: whole numbers only, no clock, no hash, no address decides: the same nodes and arcs in the
 * same order, with the same calls before, give the same flow on every machine. Whoever lists both
 * in the order of ids has a result that no permutation of the input changes. Where the result must
 * not even depend on solver or history, the last stage's costs are distinct numbers by id
 * (mcf_simplex_stage).
 *
 * Limits: mcf_fits() must hold, else the solvers assert; ask it before a scaling is chosen. Only
 * results, and a simplex that is kept, stay in the arena; the problem's arrays stay the caller's.
 */
#ifndef CORE_MCF_H
#define CORE_MCF_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { MCF_FLOW_MAX = 1 << 30 }; /* a capacity that never binds; the most that may flow in all */
enum { MCF_NODES_MAX = 1 << 24, MCF_ARCS_MAX = 1 << 28 };

struct mcf_arc {
    int32_t from, to, cap;
    int64_t cost; /* of each unit; may be negative */
};

struct mcf {
    int32_t nodes;
    const int32_t *supply; /* by node: what it sends out, negative: takes in; sums to 0 */
    size_t arcs;
    const struct mcf_arc *arc;
};

enum mcf_end { MCF_OPTIMAL, MCF_INFEASIBLE, MCF_STOPPED };

struct mcf_result {     /* untouched unless MCF_OPTIMAL */
    int32_t *flow;      /* by arc */
    int64_t *potential; /* by node */
    int64_t cost;
    size_t steps; /* pivots, or paths */
};

/* Asked every MCF_POLL steps; true stops the solver. NULL: never. */
struct mcf_watch {
    bool (*stop)(void *ctx, size_t steps);
    void *ctx;
};
enum { MCF_POLL = 512 };

/* No sum that a solver forms can leave int64: potentials, reduced costs, the cost of any flow. And
 * the supplies sum to 0, arcs have ends that exist and no negative capacity. O(arcs). */
bool mcf_fits(const struct mcf *p);

/* Conservation, capacities, complementary slackness and the cost. O(arcs). held, by arc, or NULL:
 * what earlier stages have fixed, each arc MCF_FREE or, whatever its reduced cost, empty or full.
 */
enum { MCF_HELD_EMPTY = -1, MCF_FREE = 0, MCF_HELD_FULL = 1 };
bool mcf_check(const struct mcf *p, const int8_t *held, const struct mcf_result *r);

enum mcf_end mcf_ssp(struct arena *a, const struct mcf *p, const struct mcf_watch *w,
                     struct mcf_result *ret);

/* ---- the network simplex ---- */

struct mcf_simplex;

struct mcf_simplex *mcf_simplex_new(struct arena *a, const struct mcf *p);

/* Goes on from its basis, also after MCF_STOPPED. The result's arrays are the solver's: they stay
 * as they are until the next MCF_OPTIMAL. */
enum mcf_end mcf_simplex_run(struct mcf_simplex *s, const struct mcf_watch *w,
                             struct mcf_result *ret);

/* More arcs, numbered on from the last. */
void mcf_simplex_add(struct mcf_simplex *s, const struct mcf_arc *more, size_t n);

/* New costs for all arcs, in their order; the flow stays where it is until the next run. */
void mcf_simplex_costs(struct mcf_simplex *s, const int64_t *cost);

/* The next of several goals in strict order: what the last run (MCF_OPTIMAL) has proved stays, by
 * holding each arc whose reduced cost is not 0 as it is; then new costs. ret_held, if not NULL,
 * gets what is held by arc, since the first stage, for mcf_check(). */
void mcf_simplex_stage(struct mcf_simplex *s, const int64_t *cost, int8_t *ret_held);

enum mcf_end mcf_solve(struct arena *a, const struct mcf *p, const struct mcf_watch *w,
                       struct mcf_result *ret);

#endif
