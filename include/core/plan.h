/*
 * A plan: many requests at once are given slots and experts. What a plan is worth, in strict order:
 * how many requests are served, the most urgent class first; the weight of the appointments that
 * stay as people were told; quality (points of the experts and slots chosen) minus lambda times a
 * convex load: the n-th slot of an expert costs lambda * (2n - 1) * mean share / share.
 *
 * Never broken: an expert is at one place at a time, only when free, at most per_day, `most` and as
 * many meetings as each of their caps allows, never more than rest_after slots in a row, and
 * `apart` seconds lie between any two; a company is at one place at a time; each slot has so many
 * booths, in all and by zone; the experts of one meeting differ and sit in the same zone. What is
 * pinned is taken first and is not judged.
 *
 * A great problem's triples (request, expert, slot) are not kept but made on the fly, by column
 * generation: proved where the rows are one flow, else a plan with the gap to a bound that leaves
 * some rows out. Then there are no PLAN_PRICE reasons, and witnesses for the first requests only.
 *
 * What comes out is proved: `end` is PLAN_OPTIMAL when served, kept and value equal their bounds,
 * else PLAN_GAP. The same problem, its lists in any order, has the same plan on every machine,
 * unless a time limit broke it off: ties go by id. plan_check() (core/plan_check.h) is the slow,
 * obvious judge, and plan_solve() asks it before it returns.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "base/arena.h"
#include "core/plan_problem.h"

enum plan_end { PLAN_OPTIMAL, PLAN_GAP };
enum plan_level { PLAN_SERVED, PLAN_KEPT, PLAN_QUALITY };

struct plan_place { /* where a request went */
    int slot;       /* the first one; PLAN_NONE: unserved */
    int experts[PLAN_SEATS];
    int zone, points;
};

struct plan_score {
    int64_t served[PLAN_CLASSES];
    int64_t kept;                 /* twice the weight that stayed: of two experts, one may stay */
    int64_t value, quality, load; /* value = quality - load */
};

enum plan_why { PLAN_NO_CANDIDATE, PLAN_COMPETITION, PLAN_PRICE };

/* Why a request is not served. Funnel: candidates, of these free in one of its slots, of these with
 * a slot whose booths, zone and breaks allow it when nobody else is there. Witness: the `count`
 * requests at `requests` want the same `seats` meetings, which are all that is to be had. */
struct plan_reason {
    int request;
    enum plan_why why;
    int funnel[3];
    const int *requests;
    int count, seats;
    int slot, serves; /* one more booth there serves so many more; slot PLAN_NONE: no such */
};

struct plan_point { /* of the frontier */
    int lambda;
    int64_t quality;
    int max_load; /* of those with work in the plan, as lambda weighs it: slots of the term and of
                     the plan times mean share / share, rounded up */
    int idle;     /* experts who could have work in the plan, and have none */
    enum plan_end end;
};

struct plan {
    enum plan_end end;
    enum plan_level gap_of; /* the first level that is not proved */
    double gap;             /* of that level, relative; of those served, in the first class that
                               is not proved; 0 when optimal */
    const char *method;
    struct plan_score score, bound;
    int kept, moved;                /* appointments: wholly kept; the others that were told */
    const struct plan_place *place; /* by request */
    const struct plan_reason *reasons;
    int reason_count;
    const struct plan_point *frontier;
    int frontier_count;
    const int64_t *slot_price, *expert_price; /* points that one more booth, meeting would bring,
                                                 at about */
};

/* What the core does not do itself. All may be NULL. */
struct plan_hooks {
    void (*progress)(void *ctx, const char *stage, double done, const struct plan_score *bound,
                     const struct plan_score *best);
    double (*spent)(void *ctx); /* of the time that it may take: 1 is all; NULL: no limit */
    /* Branch and bound: the best solution of m above `above`, as m->column's values into x. */
    enum mip_end (*branch)(void *ctx, const struct mip *m, int64_t above, signed char *x);
    void *ctx;
    size_t kept; /* more triples than these are made on the fly; 0: PLAN_KEPT_MAX */
};

const struct plan *plan_solve(struct arena *a, const struct plan_problem *p,
                              const struct plan_hooks *h);

#endif
