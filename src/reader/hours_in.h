/* Inside reader/hours: what its files share. */
#ifndef READER_HOURS_IN_H
#define READER_HOURS_IN_H

#include "reader/zones.h"

#include "core/day.h"

#include <jansson.h>

enum { DAY_MINUTES = 1440, EVERY_MAX = 52, NTH_MAX = 10, PRIORITY_LAST = 10, PREFIX_MAX = 128 };

struct hours {
    struct arena *a;
    struct ics_zones *zones;
    json_t *weekly, *dates, *refused;
    const char *zone; /* of all times; NULL: none so far */
    bool base;
    int base_priority, dated_priority; /* 1 first … 9, 10 for none; the lowest of the dated ones */
};

/* One component under work, by its name in what is refused. */
struct part {
    const struct ics_part *is;
    char at[PREFIX_MAX];
};

struct window {
    int32_t day;
    int from, until;
};

struct rule {
    bool monthly, has_until, once;
    int every;
    unsigned days; /* bits of weekdays */
    int nth[7][NTH_MAX];
    size_t nths[7];
    int32_t until;
};

/* Adds to what is refused; false. */
bool hours_refuse(struct hours *h, const struct part *p, const char *property, const char *why);

/* The RRULE of an AVAILABLE whose first window is w; without one it is that day's alone. */
bool hours_rule(struct hours *h, const struct part *p, const struct window *w, struct rule *ret);

/* Digits and a sign, all of len. */
bool hours_number(const char *s, size_t len, int min, int max, int *ret);

#endif
