/*
 * The starts at which an expert could serve the request. A start is on the grid of panel.align
 * minutes on the expert's own clock; the meeting lies within one piece of availability, term and
 * request window, after now, over by the deadline, clear of the company's and the room's time;
 * with the expert's buffers around it, it is clear of what the expert has (whose buffers are in
 * `busy` already); and no TIMED rule stands against it. Where a meeting stands already (fixed), its
 * start is the only one. Those that lie in the wished windows come first in struct slots.
 *
 * Starts of a `packed` request are on no clock's grid: a stretch is free time that the meeting may
 * lie in, as long as nothing interrupts it; its first start is its beginning, rounded up to the
 * next five minutes (of UTC), and the others follow every panel.align minutes. So meetings of that
 * length leave no gaps between them.
 */
#ifndef CORE_SLOTS_H
#define CORE_SLOTS_H

#include "core/eligible.h"

enum { SLOTS_LISTED = 5, SLOTS_CELL = 300 /* seconds: the first start of a packed stretch */ };

struct slots {
    instant start[SLOTS_LISTED]; /* the first wished ones, rising; then the first others */
    size_t n;
    enum rule against; /* RULE_none, or why n is 0 */
};

struct slots slots_find(const struct panel *p, const struct expert *e);

/* The first `most` starts, rising; how many. */
size_t slots_all(const struct panel *p, const struct expert *e, instant *ret, size_t most);

/* When the expert is there and nothing is in the way of a meeting, buffers thought of. */
struct spans slots_unbooked(struct arena *a, const struct panel *p, const struct expert *e,
                            struct span range);

/* Is the expert there, and are they, the company and the room free? On any minute; no rule asked.
 */
bool slot_free(const struct panel *p, const struct expert *e, instant start);

/* Could this start be booked? All rules, FIXED ones too, asked of the facts directly, on any minute
 * (a coordinator need not keep to the grid). false: *ret_rule is the first rule against it. */
bool slot_bookable(const struct panel *p, const struct expert *e, instant start,
                   enum rule *ret_rule);

#endif
