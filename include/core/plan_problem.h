/* What a plan is made for (core/plan.h). Indexes are into the arrays of the problem. */
#ifndef CORE_PLAN_PROBLEM_H
#define CORE_PLAN_PROBLEM_H

#include "core/mip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAN_SLOTS_MAX = 512, PLAN_ZONES_MAX = 64, PLAN_EXPERTS_MAX = 10000 };
enum { PLAN_REQUESTS_MAX = 20000, PLAN_TRIPLES_MAX = 256 << 20, PLAN_LAMBDAS_MAX = 8 };
enum { PLAN_POINTS_MAX = 2000, PLAN_SLOT_POINTS_MAX = 1000, PLAN_WEIGHT_MAX = 1000 };
enum { PLAN_APART_MAX = 7 * 86400 };
enum { PLAN_LAMBDA_MAX = 1000, PLAN_LOAD_MAX = 10000, PLAN_BOOTHS_MAX = 10000 };
enum { PLAN_STEP_MAX = 1000000000 };         /* points that one more slot of load costs, at most */
enum { PLAN_CAPS_MAX = 3 * PLAN_SLOTS_MAX }; /* of one expert, besides per_day and most */
enum { PLAN_KEPT_MAX = 4 << 20 };            /* triples in memory at once; core/plan.h */
enum { PLAN_CLASSES = 3, PLAN_SEATS = 2, PLAN_NONE = -1 };

struct plan_slots { /* a set of slots */
    uint64_t bits[PLAN_SLOTS_MAX / 64];
};

static inline bool plan_has(const struct plan_slots *s, int slot)
{
    return s->bits[slot / 64] >> (slot % 64) & 1;
}

static inline void plan_put(struct plan_slots *s, int slot)
{
    s->bits[slot / 64] |= (uint64_t)1 << (slot % 64);
}

struct plan_slot {
    int64_t from, until; /* rising, not overlapping */
    int day;             /* slots of one local date have the same number */
    int booths;
    const char *name; /* "10:30", for sentences; NULL: its number */
};

struct plan_zone {
    const char *id;
    const int *booths; /* by slot */
};

/* At most so many meetings that begin in the slots from .. until - 1, or so many slots of these: a
 * day or a week on the expert's own clock. Of two of an expert's, and of one and a day that per_day
 * caps, one lies within the other, or they are apart. */
struct plan_cap {
    int from, until, most;
    bool slots; /* most is of slots: a meeting of two counts twice */
};

struct plan_expert {
    const char *id;
    struct plan_slots free;
    int per_day, most; /* meetings; PLAN_NONE: no cap */
    const struct plan_cap *caps;
    int cap_count;
    int load, share; /* slots; share >= 1 */
    int zone;        /* PLAN_NONE: anywhere */
    int rest_after;  /* slots in a row; 0: no limit */
    int apart;       /* seconds between two meetings, at least; 0: they may touch */
};

struct plan_candidate {
    int expert, points;
    int seat; /* 0 or 1; PLAN_NONE: either */
};

struct plan_kept { /* slot PLAN_NONE: nothing to keep */
    int slot, experts[PLAN_SEATS], weight;
    bool pinned;
};

struct plan_request {
    const char *id, *company;
    int class;               /* 0: most urgent */
    int length;              /* slots, 1 or 2 */
    int seats;               /* experts needed, 1 or 2 */
    struct plan_slots slots; /* where it may begin */
    const int *slot_points;  /* by slot; NULL: none */
    const struct plan_candidate *candidates;
    int candidate_count;
    struct plan_kept kept;
};

struct plan_problem {
    const struct plan_slot *slots;
    const struct plan_zone *zones;
    const struct plan_expert *experts;
    const struct plan_request *requests;
    int slot_count, zone_count, expert_count, request_count;
    const int *lambdas; /* of the frontier */
    int lambda_count, chosen;
};

#endif
