/* Inside reader/ only: the parts of busy. */
#ifndef READER_BUSY_IN_H
#define READER_BUSY_IN_H

#include "reader/zones.h"

#include "core/span.h"

enum warning { UNKNOWN_ZONE, BAD_RULE, CUT_RULE, THIS_AND_FUTURE, MALFORMED, WARNINGS };

struct busy {
    struct arena *a;
    struct ics_zones *zones;
    struct span window;
    const struct zone *home;   /* of floating times and dates, in the calendar at hand */
    const char *address, *own; /* NULL: none */
    struct span *at[2];        /* firm, tentative */
    size_t n[2], room[2], events, skipped;
    bool full;
    bool warned[WARNINGS];
};

/* One event with its times made out; a recurrence's first. */
struct event {
    const struct ics_part *part;
    const char *uid;
    struct ics_time start;
    const struct zone *zone; /* of start; NULL: UTC */
    struct ics_duration lasts;
    bool overrides; /* it has a RECURRENCE-ID */
    instant replaces;
    int32_t replaces_day; /* for a RECURRENCE-ID that is a date */
    bool replaces_date;
};

bool busy_event(struct busy *b, const struct ics_part *part, struct event *ret);
instant busy_instant(const struct busy *b, const struct zone *z, const struct ics_time *t);
const struct zone *busy_zone(struct busy *b, const struct ics_time *t);

/* The starts of an event's instances that may reach into the window, as clock times; overridden
 * ones are still there. RDATEs that are periods come with their own end. */
struct start {
    int64_t local;
    instant at, until; /* until 0: as long as the event */
};
struct starts {
    struct start *at;
    size_t n, room;
};
struct starts busy_starts(struct busy *b, const struct event *e);

#endif
