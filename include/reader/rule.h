/*
 * RRULE (RFC 5545 3.3.10) expanded on a clock, by libical's iterator: the one thing that libical
 * does here. It can search for seconds between two instances; the limit on CPU time is what ends
 * that (see sandbox.h), so a rule is never trusted to come to its end.
 */
#ifndef READER_RULE_H
#define READER_RULE_H

#include "reader/value.h"

enum {
    RULE_TEXT_MAX = 4096,
    RULE_INSTANCES_MAX = 100000, /* of one rule, those before the window too */
};

struct ics_rule {
    struct icalrecurrencetype *by; /* without its UNTIL */
    bool has_until, counted;
    struct ics_time until; /* the last instance at the latest */
};

/* False: no rule, or one that is not taken: SECONDLY, MINUTELY, RSCALE, COUNT beside UNTIL. */
bool ics_rule_parse(struct arena *a, const char *text, struct ics_rule *ret) MUST;

struct ics_locals {
    int64_t *at;
    size_t n;
    bool cut; /* RULE_INSTANCES_MAX came before the end */
};

/* The instances on the clock in [from, until), rising, start being the first of all. UNTIL is not
 * looked at: what it means depends on the zone. */
struct ics_locals ics_rule_expand(struct arena *a, const struct ics_rule *r, int64_t start,
                                  bool is_date, int64_t from, int64_t until);

#endif
