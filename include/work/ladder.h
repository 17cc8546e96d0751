/*
 * Asks the next expert by itself: claims the requests that are due (migrations/api/ladder.sql) with
 * a lease, ranks the panel as it is at that moment, and offers to the best team for the vacant
 * seats, or says that nobody is left. The database judges: an offer carries the version of the
 * request that was claimed, so of two daemons (or a daemon and a coordinator) one is too late, and
 * nothing happens. A time that was taken meanwhile is ranked anew; an expert against whom a rule
 * stands that ranking does not know is left out; after LADDER_TRIES of them the request is left to
 * its lease, or to its owner where rules were in the way.
 */
#ifndef WORK_LADDER_H
#define WORK_LADDER_H

#include <stdbool.h>
#include <stdint.h>

enum { LADDER_TRIES = 10, LADDER_PARALLEL = 4 };

struct app;
struct ladder;

struct ladder_stats {
    uint64_t offered, exhausted, stale, again; /* again: a race or a rule, ranked anew */
};

struct ladder *ladder_new(struct app *app);
void ladder_free(struct ladder *l);  /* accepts NULL; what is under way is left to its lease */
void ladder_kick(struct ladder *l);  /* something may be due: looks soon, once */
void ladder_drain(struct ladder *l); /* claims nothing more */
bool ladder_idle(const struct ladder *l);
const struct ladder_stats *ladder_stats(const struct ladder *l);

#endif
