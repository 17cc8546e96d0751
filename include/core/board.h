/*
 * The whole panel in memory: everybody's facts, and for each expert the free time of the coming
 * weeks as one bit for every five minutes (of UTC), so that "who could, and when?" is a few
 * operations on words instead of a walk over lists. Pure, like all of core: whoever owns it (one
 * thread) feeds it with facts and tells it what time it is.
 *
 * It is a cache of what core/eligible, core/slots, core/score and core/rank say, and says exactly
 * the same of any panel: board_panel() gives the panel to ask them. A bit says that all of its five
 * minutes are free; where that does not settle it, the facts are asked:
 *   - a meeting that is no multiple of five minutes ends within a bit: such a start is looked up
 *   - requests of less than five minutes, starts off the five minutes (an `align` that is no
 * multiple of them, unless the request is packed), experts in a zone whose clock is off them or
 * changes off them within the weeks: core/slots is asked
 *   - windows that reach out of the weeks: core/slots is asked for those whom the weeks do not
 * settle
 *   - TIMED rules of core/rule.def for which board_starts.c has no mask: asked start by start
 *   - waived rules (core/panel.h): everybody is asked one by one, and nobody is passed over
 *
 * What it was given decides all it says: not the order in which it came, nor what was there before.
 */
#ifndef CORE_BOARD_H
#define CORE_BOARD_H

#include "core/rank.h"

enum {
    BOARD_CELL = SLOTS_CELL,
    BOARD_WEEKS = 8, /* as a rule */
    BOARD_WEEKS_MAX = 26,
    BOARD_STARTS_MAX = 20000, /* listed by board_slots */
};

struct board;

/* Empty: no experts, no holidays, starts every 30 minutes. */
struct board *board_new(int weeks, size_t experts_most);
void board_free(struct board *b); /* accepts NULL */

/* The facts of the office: all of `office` but `now`, the request and the experts. Copied, except
 * what is constant (weights). When holidays change, every expert's row is made anew. */
void board_office(struct board *b, const struct panel *office);
void board_version(struct board *b, int64_t version); /* of the data: passed through */

/* Takes a copy of the expert, in the place of the one with that id. Facts (busy, absences, held …)
 * reach from board_weeks() on as far as requests will; caps need the whole weeks. false: there are
 * experts_most already. */
bool board_put(struct board *b, const struct expert *e) MUST;
bool board_drop(struct board *b, const char *id); /* false: there is none */
size_t board_count(const struct board *b);

/* It is now `now`: moves the weeks on when a sixth of a day has passed, and settles what depends on
 * everybody or on the day. To be called before anything is asked; cheap when nothing is due. */
void board_at(struct board *b, instant now);
struct span board_weeks(const struct board *b); /* that the bits are about */

/* The sealed panel for a request. Its experts are the board's own: it, and all that is made of it,
 * is good until the board changes (put, drop, office, at). */
struct panel board_panel(struct arena *a, const struct board *b, const struct request *r);

struct board_want {
    size_t top;      /* the best so many; 0: all who can. Fewer are found faster */
    bool ineligible; /* everybody else, too, with the first rule against them */
};

/* As rank(p), for a panel of board_panel(), or a seat of it (panel_seat). */
struct ranking *board_rank(struct arena *a, const struct board *b, const struct panel *p,
                           struct board_want want);

/* Who can take a seat: those who can at any start, by id, and at each start a set of them. */
struct board_seat {
    int no;           /* of the request's seat */
    uint32_t *expert; /* numbers in p->experts */
    size_t n;
    uint64_t *who; /* `words` words for each start: bit k is expert[k] (core/bits.h) */
    size_t words;
};

struct board_slots {
    instant *start; /* rising */
    size_t n, seats;
    bool more; /* there are more than `most`, or may be */
    struct board_seat seat[SEATS_MAX];
};

/* The first `most` starts (at most BOARD_STARTS_MAX) at which all vacant seats of the request can
 * be taken by different experts, with everybody who could take each. */
struct board_slots *board_slots(struct arena *a, const struct board *b, const struct panel *p,
                                size_t most);

#endif
