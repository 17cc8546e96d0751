/* The network simplex's state, and the verbs of its parts: the spanning tree and pricing. */
#ifndef CORE_MCF_SIMPLEX_IN_H
#define CORE_MCF_SIMPLEX_IN_H

#include "core/mcf.h"

struct spar { /* what pricing reads of an arc */
    int32_t from, to;
    int64_t cost;
};

/* A node in the tree; the root is the last. Each subtree stands in one piece in the order of
 * mcf_simplex.after: its top, then the rest up to `end`. */
struct branch {
    int32_t parent, arc;
    int32_t before; /* in that order */
    int32_t size, end;
    bool up; /* the arc to the parent points there */
};

struct mcf_simplex {
    struct arena *arena;
    int32_t nodes; /* also the root's number */
    /* the arrays by arc: the artificial arcs, one a node, up to `nodes`; the hot ones, which are
     * looked at first; the cold ones up to `end` */
    size_t hot, end, room;
    struct spar *arc;
    int32_t *flow, *cap;
    bool *turned;      /* stands the other way round: what can still flow back */
    size_t arcs;       /* without the artificial ones */
    uint32_t *number;  /* whose place in the arrays it is */
    int64_t dearest;   /* size of a cost */
    int64_t held_cost; /* of full arcs that an earlier stage holds */
    bool stale;        /* potentials are of other costs */
    int64_t *pi;       /* by node, the root's 0 */
    struct branch *tree;
    int32_t *after;     /* by node: parents before children, and after the last one the root */
    size_t next, block; /* where the next block begins, and its length */
    size_t steps;
    int32_t *answer; /* the result's flow, with room for so many arcs; its potentials */
    size_t answer_room;
    int64_t *prices;
};

/* Each node below the root by its artificial arc. */
void tree_begin(struct mcf_simplex *s, const int32_t *supply);

/* All potentials, from the root down. */
void tree_price(struct mcf_simplex *s);

/* Arc `in` enters; flow, states, tree and potentials follow. */
void tree_pivot(struct mcf_simplex *s, int32_t in);

/* mcf_price.c. The arc to enter next; false: there is none, the flow is optimal. */
bool price_best(struct mcf_simplex *s, int32_t *ret);

/* Arcs from `from` on are new. */
void price_added(struct mcf_simplex *s, size_t from);

/* Where many are hot, only those stay so that are near to entering. */
void price_cool(struct mcf_simplex *s);

#endif
