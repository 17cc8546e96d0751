/*
 * Foreign iCalendar taken apart: content lines (RFC 5545 3.1) into a tree of components, names in
 * capitals, values as they were written. The limits here are what makes everything after it safe to
 * walk: size, line length, number and depth of components, properties of each. It takes what
 * calendars of the wild are like: bare LF, a BOM, blank lines, folds inside a character, control
 * characters (dropped), lines that are no property (counted, left out), and leaves out what nobody
 * here needs and may be huge: ATTACH, IMAGE, and X- properties above the length of a line.
 */
#ifndef READER_SCAN_H
#define READER_SCAN_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    ICS_BYTES_MAX = 5 << 20,
    ICS_LINE_MAX = 64 << 10, /* bytes, unfolded */
    ICS_PARTS_MAX = 20000,   /* components */
    ICS_DEPTH_MAX = 4,       /* VCALENDAR, VEVENT, PARTICIPANT, VLOCATION */
    ICS_PROPS_MAX = 1000,    /* of one component: a rule of years has hundreds of EXDATE lines */
    ICS_MALFORMED_MAX = 1000,
};

struct ics_prop {
    const char *name;   /* "DTSTART" */
    const char *params; /* "TZID=Asia/Seoul;X=\"y\"", as written; "" for none */
    const char *value;  /* unfolded, else as written */
    struct ics_prop *next;
};

struct ics_part {
    const char *name; /* "VEVENT" */
    struct ics_prop *props, *last_prop;
    struct ics_part *parts, *last_part, *next, *above;
    size_t n_props;
};

struct ics_doc {
    struct ics_part *calendars; /* VCALENDARs, at least one; a stream may hold several */
    size_t malformed;           /* lines left out */
    const char *error;          /* NULL: all is well; else one of the words below, and where */
    size_t line;                /* counted from 1, as written */
};

/* Words: "too-long" (the whole), "line-too-long", "not-utf-8", "not-a-calendar", "components",
 * "nesting", "properties", "malformed" (too many lines that are none), "unbalanced" (END without
 * its BEGIN), "truncated" (the end is missing). All memory is the arena's. */
struct ics_doc ics_scan(struct arena *a, const char *bytes, size_t len);

/* The first property of this name; NULL: there is none. */
const struct ics_prop *ics_find(const struct ics_part *p, const char *name);
const struct ics_prop *ics_next(const struct ics_prop *after); /* the next one of its name */

#endif
