/*
 * One iCalendar stream as one line of JSON: what an invitation, an answer or an uploaded calendar
 * object says, without judging it.
 *
 *   {"method": "REPLY"|null, "prodid": …|null, "malformed": lines left out,
 *    "others": ["VTODO", …]   components that are neither VEVENT nor VTIMEZONE,
 *    "events": [{"uid", "recurrence_id", "range" (RANGE), "sequence", "dtstamp", "status", "start",
 *      "end", "zone", "all_day", "summary", "description", "location", "transp", "class",
 *      "categories": [], "comment", "organizer", "organizer_cn", "attendees": [{"address",
 *      "partstat", "rsvp", "cn", "role", "params": {"CUTYPE": …}}], "request_status": [],
 *      "alarms": n, "properties": [{"name", "params", "value"}]}]}
 *   {"error": word of reader/scan.h, "line": n}   "too-long": the answer, too
 *
 * Texts are decoded, null where there is none. Times are instants, "2026-11-24T00:00:00Z", where
 * "zone" is "utc" or "tzid"; where it is "floating", "date" or "unknown" (a TZID that nobody knows)
 * they are what the clock shows, "2026-11-24T09:00:00", and the office's zone is the reader's
 * affair. "end" is DTEND, or DTSTART with DURATION, or the next day of a date; else null. Addresses
 * are what stands behind mailto:, percent escapes undone, null for other URIs. Enumerations come in
 * capitals as they are written. "properties" are all others, RRULE and X- too, verbatim and
 * unfolded.
 */
#ifndef READER_OBJECT_H
#define READER_OBJECT_H

#include "base/buf.h"

/* Bytes of an answer: the daemon parses it between two other calls. */
enum { OBJECT_JSON_MAX = 256 << 10, DAYS_JSON_MAX = 512 << 10 };

void ics_object(struct buf *json, const char *bytes, size_t len); /* no LF at the end */

/* The same for calendars of days, which have many events: of each "start", "zone", "all_day",
 * "end", "summary", "status" and "rule" (whether it has RRULE or RDATE) alone. */
void ics_days(struct buf *json, const char *bytes, size_t len);

/* {"error": word, "line": n}, for all tasks. */
void ics_error(struct buf *json, const char *word, size_t line);

#endif
