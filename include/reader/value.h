/*
 * Values of content lines (RFC 5545 3.2, 3.3; RFC 6868). Strings returned are the arena's. What
 * cannot be read says so; nothing is guessed.
 */
#ifndef READER_VALUE_H
#define READER_VALUE_H

#include "reader/scan.h"

#include "base/clock.h"
#include "base/err.h"

#include <stdint.h>

/* The value of a parameter without its quotes, ^n ^' ^^ decoded; NULL: not there. A list of values
 * ("a","b") stays one string with its commas. */
const char *ics_param(struct arena *a, const struct ics_prop *p, const char *name);

/* Walks the parameters: false at the end. *at begins as p->params. */
bool ics_param_next(struct arena *a, const char **at, const char **ret_name, const char **ret);

const char *ics_text(struct arena *a, const char *value); /* TEXT: \n \, \; \\ undone */

/* What stands behind mailto:, escapes undone where they mean a visible ASCII character (RFC 6068);
 * NULL: another URI. */
const char *ics_mailto(struct arena *a, const char *uri);

/* The next item of a list of TEXT ("a,b\,c"), undone; false at the end. */
bool ics_text_next(struct arena *a, const char **at, const char **ret);

/* What a DATE or DATE-TIME says: a clock's time (core/day.h), or an instant. */
struct ics_time {
    int64_t local; /* seconds on the clock; midnight of a date */
    bool is_date, is_utc;
    const char *tzid; /* NULL: floating, UTC or a date */
};

/* len bytes of text: "20261124", "20261124T090000", "20261124T090000Z", years 1 … 9999. */
bool ics_time_parse(const char *text, size_t len, struct ics_time *ret) MUST;

/* The first value of a property with its TZID. */
bool ics_time_of(struct arena *a, const struct ics_prop *p, struct ics_time *ret) MUST;

/* DURATION in seconds; days are taken apart, since a day of the clock may be no 24 hours. */
struct ics_duration {
    int64_t days, seconds;
};
bool ics_duration_parse(const char *text, size_t len, struct ics_duration *ret) MUST;

#endif
