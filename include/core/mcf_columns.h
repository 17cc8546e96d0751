/*
 * Minimum-cost flow with more arcs than one wants to keep. The frame is what must be kept (prices
 * for what stays unserved, booths, caps); all other arcs, the columns, leave the first nodes and
 * are made when they are asked for, a node's row at a time, the same each time. Some of each row
 * begin; then, round by round, all rows are priced with the potentials, and of each the best that
 * would still gain join. When a look at every row finds none, the flow is proved optimal for all
 * columns at once: the few that were kept prove nothing by themselves (a plain top-k leaves
 * requests unserved).
 *
 * A column's capacity is not looked at: what a row's node sends, nothing else coming in, is its
 * only limit. The frame alone must have a flow.
 */
#ifndef CORE_MCF_COLUMNS_H
#define CORE_MCF_COLUMNS_H

#include "core/mcf.h"

struct mcf_rows {
    int32_t nodes;  /* of the frame, 0 to nodes - 1, have a row; no arc leads to them */
    size_t longest; /* row has no more columns */
    size_t (*row)(void *ctx, int32_t node, struct mcf_arc *ret);
    void *ctx;
};

struct mcf_columns {
    struct mcf mcf; /* the frame's arcs, then the columns that were taken */
    struct mcf_result result;
    int64_t gap; /* no flow of all columns costs less than result.cost - gap */
    size_t rounds;
};

enum { MCF_ROUNDS_MAX = 1000 };

/* MCF_OPTIMAL: gap is 0. MCF_STOPPED (by the watch, or after MCF_ROUNDS_MAX): the best so far with
 * its gap, or nothing (rounds = 0). ret->mcf and ret->result are for mcf_check(). */
enum mcf_end mcf_columns(struct arena *a, const struct mcf *frame, const struct mcf_rows *rows,
                         const struct mcf_watch *w, struct mcf_columns *ret);

#endif
