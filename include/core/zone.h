/*
 * IANA time zones: the offset at an instant, and the way back from a wall clock's time.
 *
 * Own reader of the system's TZif files (RFC 8536), not libical's icaltimezone: compared with
 * python3's zoneinfo, libical 3.0.16 is wrong where a zone's rule paused for years (Africa/Cairo
 * 1987), and it grows shared lists and opens files while it answers. This is a pure parse into
 * sorted arrays and the file's closing rule; every IANA name agrees with python3 1985–2045.
 *
 * A clock skips an hour in spring and shows one twice in autumn. So a window of local times [from,
 * until) becomes instants by its two ends: zone_utc_first(from) and zone_utc_last(until).
 *   - In the gap both give the instant of the change: the window shrinks.
 *   - In the repeated hour `from` is its first, `until` its second occurrence: the window grows.
 *   - `until` ends what was shown before it: the 01:00 to which a clock is set back from 02:00 ends
 *     a window at the first 01:00. Thus windows, and days, that touch on the clock touch in time.
 */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ZONES_MAX = 700,           /* kept at a time; IANA has about 600 names */
    ZONE_NAME_MAX = 48,        /* bytes of a name */
    ZONE_FILE_MAX = 64 * 1024, /* bytes of a file; the largest have 4 KB */
    ZONE_CHANGES_MAX = 4096,   /* changes listed in a file */
    ZONE_TEXT = 32,            /* bytes zone_text writes, NUL included */
};

/* One end of summer time in a closing rule: POSIX TZ "Mm.w.d", "Jn" or "n", with "/time". */
struct zone_day {
    char form; /* 'M', 'J' or '0' */
    int month, week, day;
    int32_t time; /* seconds after local midnight, -167 h … 167 h */
};

struct zone {
    const char *name;
    size_t changes;
    const instant *at;     /* when the offset changes, rising */
    const int32_t *offset; /* seconds east of UTC: [0] before at[0], [i + 1] from at[i] on */
    bool has_rule, has_summer;
    int32_t rule_offset, summer_offset; /* the closing rule: after the last change */
    struct zone_day summer_from, summer_until;
};

/* The zone of this name; read from the system's files at its first use (the only I/O in core) and
 * kept until zone_done. NULL: no such zone, or ZONES_MAX are kept already. */
const struct zone *zone_find(const char *name);
void zone_done(void);

/* Parses the bytes of a TZif file, version 2 or later, without leap seconds; else ERR_INVALID. */
enum err zone_parse(struct arena *a, const char *name, const void *bytes, size_t len,
                    struct zone **ret) MUST;
bool zone_rule_parse(const char *text, struct zone *z) MUST; /* the closing rule, "EST5EDT,M3…" */

int32_t zone_offset(const struct zone *z, instant t); /* seconds east of UTC */
int64_t zone_local(const struct zone *z, instant t);  /* what the clock shows (see core/day.h) */
/* When the closing rule's summer begins in a year, or ends; the zone must have one. */
instant zone_rule_change(const struct zone *z, int year, bool begins);
instant zone_utc_first(const struct zone *z, int64_t local);
instant zone_utc_last(const struct zone *z, int64_t local);

/* RFC 3339 with the zone's offset, "2026-11-24T09:00:00+09:00". */
char *zone_text(const struct zone *z, instant t, char out[ZONE_TEXT]);

#endif
