/*
 * Which experts could take all vacant seats of a request at one start? A team is one expert for
 * each such seat, nobody twice, each of them a candidate for it (core/rank.h) and free at the
 * start. Its total is the sum of the scores that they have at that start.
 *
 * Looked at are the TEAM_CANDIDATES best of each seat (without what the start decides) at the first
 * TEAM_STARTS starts of the first vacant seat's; within these the answer is the best there is. Each
 * start has one team, its best; the best of these are listed, by total, then by the earlier start.
 * Of equal teams the one whose ids come first stands: nothing else decides. Teams point into the
 * panel and live in the arena.
 */
#ifndef CORE_TEAM_H
#define CORE_TEAM_H

#include "core/rank.h"

enum { TEAMS_LISTED = 10, TEAM_STARTS = 1024, TEAM_CANDIDATES = 128 };

struct member {
    int seat; /* its number in the request */
    const struct expert *expert;
    int score;
};

struct team {
    instant start;
    int total;
    struct member members[SEATS_MAX];
    size_t n;
};

struct teams {
    struct team at[TEAMS_LISTED];
    size_t n;
};

/* p is sealed; no teams where no seat is vacant. */
struct teams *teams_find(struct arena *a, const struct panel *p);

#endif
