/*
 * An expert's hours as VAVAILABILITY (RFC 7953), all that the JSON form says and nothing else: what
 * is printed here is read by reader/hours.h into the same document.
 *
 *   weekly hours   one VAVAILABILITY of PRIORITY 9; an AVAILABLE for each rule, its RRULE as
 *                  core/availability.h has it
 *   a date's own   a VAVAILABILITY of PRIORITY 1 for that day alone; an AVAILABLE for each window,
 *                  none: closed
 *
 * A rule without a first day begins in the week of HOURS_ANCHOR. Where DTSTART and UNTIL cannot
 * hold them (a first day on which the rule does not fall, a rule that never does), first and last
 * day stand in X-JAMUND-FIRST-DAY and X-JAMUND-LAST-DAY, too. Holidays, absences and pauses are not
 * in it, as they are not in the JSON form.
 */
#ifndef FORM_VAVAILABILITY_H
#define FORM_VAVAILABILITY_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

#define HOURS_ANCHOR 2020, 1, 6 /* a Monday */

/* doc: {"expert_id", "zone", "weekly", "dates", "stamp": epoch seconds}. ERR_INVALID: it is not. */
enum err vavailability_print(struct buf *out, const json_t *doc) MUST;

#endif
