/*
 * When somebody is busy, by a foreign calendar: nothing of it but time comes out. The first line of
 * the document holds the options, {"from": epoch seconds, "until", "zone": IANA name, "address":
 * mail address or null, "own": what the UIDs of our own events end in, or null}; the calendar
 * follows.
 *
 *   {"busy": [[from, until, tentative], …], "events": n, "skipped": n, "warnings": [word, …]}
 *   {"error": word of reader/scan.h, "too-many" (BUSY_SPANS_MAX), "options", "line": n}
 *
 * The spans are merged, sorted, epoch seconds, within [from, until); tentative ones have no time in
 * common with the others. Left out: TRANSPARENT, CANCELLED, what that address has declined, events
 * without a length, our own. An instance that has a RECURRENCE-ID of its own is where that says.
 * Floating times and dates are in the calendar's X-WR-TIMEZONE, else in "zone".
 *
 * skipped: events whose time could not be read. Warnings: "unknown-zone" (taken for the calendar's
 * own), "bad-rule" (its first instance alone counts), "cut-rule" (RULE_INSTANCES_MAX),
 * "this-and-future" (the one instance is moved alone), "malformed" (lines that are no property).
 */
#ifndef READER_BUSY_H
#define READER_BUSY_H

#include "base/buf.h"

enum {
    BUSY_DAYS_MAX = 800,
    BUSY_INSTANCES_MAX = 150000, /* of all events, in the window */
    BUSY_SPANS_MAX = 2000,       /* merged */
};

void ics_busy(struct buf *json, const char *bytes, size_t len); /* no LF at the end */

#endif
