/* A made-up expo, for the bench and the tests of core/mcf: a quarter of the experts know a
 * request's field, they are there in 85 of 100 slots, a request takes 4 to 20 slots in a row; of
 * several regions it takes its own, unless it is online (30 of 100). The better experts of a field
 * are the better ones for everybody. The same seed makes the same expo everywhere. Nodes: requests,
 * then each expert's slots, the slots, the hall. */
#ifndef TESTS_EXPO_H
#define TESTS_EXPO_H

#include "core/mcf_columns.h"

struct expo_size {
    int32_t requests, experts, slots, booths, regions; /* slots <= 64 */
};

struct expo {
    struct expo_size size;
    uint64_t seed;
    uint32_t *fields;  /* by expert: a bit each */
    uint64_t *free;    /* by expert: a bit a slot */
    int32_t *region;   /* by expert */
    int32_t *field;    /* by request */
    uint64_t *windows; /* by request */
    int32_t *asks_in;  /* by request: its region, -1: online */
};

enum { EXPO_UNSERVED = 10000000 }; /* what it costs; a consultation costs 0 to 1,299 */

struct expo *expo_new(struct arena *a, struct expo_size size, uint64_t seed);

/* All nodes, and all arcs but those of consultations: unserved, booths. */
struct mcf expo_frame(struct arena *a, const struct expo *x);

/* The consultations of one request, to an expert's slot each; goals after the first cost nothing.
 * For mcf_columns(): expo_rows() says how. */
size_t expo_row(void *expo, int32_t request, struct mcf_column *ret);
struct mcf_rows expo_rows(struct expo *x);

/* The frame and all rows. */
struct mcf expo_whole(struct arena *a, struct expo *x);

#endif
