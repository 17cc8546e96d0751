/*
 * VAVAILABILITY (RFC 7953) as an expert's hours; form/vavailability.h prints what this reads.
 *
 *   {"weekly": […], "dates": […], "zone": IANA name | null (no times)}   as the JSON form has them
 *   {"refused": [{"at": "/VAVAILABILITY/0/AVAILABLE/2/RRULE", "why": words}]}   HOURS_REFUSED_MAX
 *   {"error", "line"}   as of all tasks
 *
 * All times are of one zone. Taken are: one VAVAILABILITY without DTSTART and DTEND, whose
 * AVAILABLEs are weekly or monthly rules or stand for a single day; and VAVAILABILITYs of exactly
 * one day, of higher PRIORITY. Who made it and when (UID, DTSTAMP, CREATED, LAST-MODIFIED,
 * SEQUENCE) and X- properties are passed over; whatever else hours have not is refused by its name,
 * and nothing is kept of such a calendar.
 */
#ifndef READER_HOURS_H
#define READER_HOURS_H

#include "base/buf.h"

enum { HOURS_REFUSED_MAX = 20 };

void ics_hours(struct buf *json, const char *bytes, size_t len); /* no LF at the end */

#endif
