/*
 * What a TZID means. An IANA name (also behind the prefixes of some publishers) is that zone, even
 * beside a definition of its own: many publish only today's rules. Else the calendar's VTIMEZONE
 * counts (RFC 5545 3.2.19), else Windows' name for a zone. All of the system's zones are read
 * before the sandbox closes, so nothing here opens a file.
 */
#ifndef READER_ZONES_H
#define READER_ZONES_H

#include "reader/value.h"

#include "core/zone.h"

enum {
    ZONES_NAMED_MAX = 500,     /* different TZIDs of one document */
    ZONE_FROM_YEAR = 1970,     /* a VTIMEZONE's changes are worked out from here */
    ZONE_UNTIL_YEAR = 2100,    /* to here */
    ZONE_OBSERVANCES_MAX = 200 /* of one VTIMEZONE */
};

/* Reads every zone of the system: once, at the start. False: there are none. */
bool ics_zones_load(void);

struct ics_zones; /* the zones of one document, each looked up once */

struct ics_zones *ics_zones_new(struct arena *a, const struct ics_doc *doc);

/* NULL: nobody knows this name. */
const struct zone *ics_zones_find(struct ics_zones *zs, const char *tzid);

/* An IANA or Windows name alone; NULL: no such zone. */
const struct zone *ics_zone_named(const char *name);

/* A clock's time as RFC 5545 3.3.5 has it: the first of two; in a gap, by the offset before it. */
instant ics_utc(const struct zone *z, int64_t local);

#endif
