/*
 * Minimum-cost flow with more arcs than one wants to keep, for several goals in strict order. The
 * frame is what must be kept (prices for what stays unserved, booths, caps); all other arcs, the
 * columns, leave a range of nodes and are made when they are asked for, a node's row at a time, the
 * same each time. Some of each row begin; then, round by round, all rows are priced with the
 * potentials, and of each the best that would still gain join. When a look at every row finds none,
 * the flow is proved optimal for all columns at once: the few that were kept prove nothing by
 * themselves (a plain top-k leaves requests unserved). Then comes the next goal, for which only
 * those count whose reduced cost was 0 for each goal before.
 *
 * A column has no capacity: what its row's node sends is the limit. The frame alone must have a
 * flow. After each goal the answer is checked by mcf_check(), and asserted.
 */
#ifndef CORE_MCF_COLUMNS_H
#define CORE_MCF_COLUMNS_H

#include "core/mcf.h"

enum { MCF_GOALS_MAX = 4, MCF_ROUNDS_MAX = 1000 };

struct mcf_column {
    int32_t to;
    int64_t cost[MCF_GOALS_MAX]; /* by goal */
};

struct mcf_rows {
    int32_t first, nodes; /* those from `first` on have a row; no arc leads to them */
    size_t longest;       /* row() has no more columns; the same in the same order each time */
    size_t (*row)(void *ctx, int32_t node, struct mcf_column *ret);
    void *ctx;
    int goals;
    const int64_t *frame_cost[MCF_GOALS_MAX]; /* by goal, but the first, and arc of the frame */
};

struct mcf_columns {
    struct mcf mcf; /* the frame's arcs, then the columns taken, with the last goal's costs */
    int8_t *held;   /* by arc, what goals before the last have fixed */
    struct mcf_result result; /* of the last goal */
    int64_t cost[MCF_GOALS_MAX], *potential[MCF_GOALS_MAX];
    size_t rounds; /* all goals together */
    int goals;     /* reached */
    int64_t gap;   /* of the last one reached: nothing costs less than its cost - gap */
};

/* MCF_OPTIMAL: all goals reached, gap 0. MCF_STOPPED, by the watch or after MCF_ROUNDS_MAX: the
 * best so far with its gap, or nothing (goals = 0). */
enum mcf_end mcf_columns(struct arena *a, const struct mcf *frame, const struct mcf_rows *rows,
                         const struct mcf_watch *w, struct mcf_columns *ret);

#endif
