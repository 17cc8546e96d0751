/*
 * The hard rules: who may serve a request, and at which start. Each rule is one row of
 * core/rule.def and one predicate; they are asked in the order of that table.
 *
 * An expert whom a FIXED rule stands against is listed with the first such rule. Otherwise the
 * starts are sieved by the other rules in order, and the reason is the rule that takes the last
 * start away: no_free_slot when nothing is free at all, notice when all that is free is too soon,
 * cap_day when all that is left is on full days, and so on (core/slots.h).
 *
 * visit: the request accompanies a field visit, which has its start already (request.visit).
 * on_duty, off_duty: an expert's desk duty (당번) serves walk-ins (request.desk), and nothing else
 * does; the duty belongs to the expert's availability, whatever the weekly hours are.
 * cooling_off: a conflict of interest with the company has an end, and the office's months of
 * cooling-off after it are not over when the meeting starts (struct ended; jamund.cooling in SQL).
 * rest: between the meeting and another one of the expert, whichever comes first, lie less minutes
 * than `rest` beyond the expert's buffers, or, where they start on different local days, less than
 * `night` at all. Both are the office's; 0 asks for none.
 *
 * Caps are counted by the expert's local days, ISO weeks and years.
 */
#ifndef CORE_ELIGIBLE_H
#define CORE_ELIGIBLE_H

#include "core/panel.h"

enum rule {
    RULE_none = 0,
#define RULE(kind, code, ko, en) RULE_##code,
#include "core/rule.def"
#undef RULE
    RULE_COUNT
};

struct rule_row {
    const char *code, *ko, *en;
};

const struct rule_row *rule_row(enum rule r); /* not for RULE_none */

enum rule eligible(const struct panel *p,
                   const struct expert *e); /* the first FIXED rule against */

/* Does this TIMED rule stand against the start? Rules are in the order of the table. */
bool eligible_against(enum rule r, const struct panel *p, const struct expert *e, instant start);

/* The first TIMED rule against a start in free time (whether it is free, core/slots.h knows). */
enum rule eligible_start(const struct panel *p, const struct expert *e, instant start);

bool eligible_ended(const struct request *r, const struct ended *x); /* was it with this company? */

#endif
