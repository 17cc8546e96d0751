/*
 * The answer to "who could serve this request?": every expert of the panel is in one of two lists.
 * Candidates stand by score, then by the earlier first slot, then by id; the others by rule, then
 * by id. Nothing else decides: not the order of the input, not the clock. The ranking points into
 * the panel and lives in the arena.
 */
#ifndef CORE_RANK_H
#define CORE_RANK_H

#include "core/score.h"
#include "core/slots.h"

struct candidate {
    const struct expert *expert;
    struct score score;
    struct slots slots;         /* at least one */
    int appointments_in_window; /* of the expert, touching the request's windows */
};

struct ineligible {
    const struct expert *expert;
    enum rule rule;
};

struct ranking {
    struct candidate *candidates;
    size_t candidate_count;
    struct ineligible *ineligible;
    size_t ineligible_count;
};

struct ranking *rank(struct arena *a, const struct panel *p); /* p is sealed */

/* The parts of it, for core/board.h. */
int rank_order(const struct candidate *x, const struct candidate *y); /* < 0: x stands before y */
void rank_sort(struct ranking *r);
int rank_appointments(const struct spans *windows, const struct expert *e);

#endif
