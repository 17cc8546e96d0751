/*
 * When an expert can be met at all: the weekly rules on the expert's own clock, for every local day
 * of the term of office that is not a holiday, without the absences. A date with windows of its own
 * has these alone, on a holiday too: the expert has said so of that very day. A desk duty counts on
 * any day of the term. Times are turned into
 * instants as core/zone.h says, so a day with a clock change keeps what its clock shows. What is
 * taken by appointments is no business of this module. SQL's jamund.open_hours says the same.
 *
 * A weekly rule is what these rules of RFC 5545 3.3.10 say, its hours being DTSTART's and DTEND's:
 *   FREQ=WEEKLY;INTERVAL=every;BYDAY=weekday;WKST=MO;UNTIL=last   DTSTART in the week of `first`
 *   FREQ=MONTHLY;BYDAY=2TU,-1TU;UNTIL=last                        where nth is set; every is 1 then
 * and nothing on days before `first`. Several rules of one day are joined. jamund.falls_on is the
 * same in SQL. RRULEs with COUNT, other FREQ or BY parts have no weekly rule.
 */
#ifndef CORE_AVAILABILITY_H
#define CORE_AVAILABILITY_H

#include "core/panel.h"

enum { PANEL_DATED_MAX = 4000 }; /* windows of single dates of an expert */

struct dated { /* minutes of that day as in struct weekly; from == until: closed */
    int32_t day;
    int from, until;
};

bool weekly_on(const struct weekly *w, int32_t day); /* whether a weekly rule falls on a day */

/* The spans within range, which is at most PANEL_DAYS_MAX days long. */
struct spans availability(struct arena *a, const struct panel *p, const struct expert *e,
                          struct span range);

/* The term of office as a span: from local midnight to local midnight. */
struct span availability_term(const struct expert *e);

#endif
