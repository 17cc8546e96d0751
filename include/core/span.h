/*
 * Lists of half-open spans of time [from, until). A `struct spans` is always normal: sorted, no two
 * spans overlap or touch, none is empty; so equal sets are equal lists. {0} is the empty list.
 * The memory is the arena's; a result never shares memory with its operands. Nothing here fails: a
 * list above SPANS_MAX is a programming error (whoever reads spans from outside counts them first).
 */
#ifndef CORE_SPAN_H
#define CORE_SPAN_H

#include "base/arena.h"
#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

enum { SPANS_MAX = 200000 };

struct span {
    instant from, until;
};

struct spans {
    struct span *at;
    size_t n, room;
};

/* The list of n spans in any order, overlapping or not; empty and backward ones are left out. */
struct spans span_list(struct arena *a, const struct span *any, size_t n);

void span_add(struct arena *a, struct spans *s, struct span x); /* in place */

struct spans span_union(struct arena *a, const struct spans *x, const struct spans *y);
struct spans span_subtract(struct arena *a, const struct spans *x, const struct spans *y);
struct spans span_intersect(struct arena *a, const struct spans *x, const struct spans *y);

bool span_meets(const struct spans *s, struct span x);  /* shares an instant with s */
bool span_covers(const struct spans *s, struct span x); /* lies inside one span of s */

#endif
