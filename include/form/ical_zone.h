/*
 * VTIMEZONE (RFC 5545 3.6.5) of IANA zones, from core/zone. Asia/Seoul is a constant. Any other one
 * is as small as it can be: both halves of the year with their rule where the zone's closing rule
 * (tzdata) holds over the whole time that is asked for, else each change within it. The bytes
 * depend on the years asked for and on tzdata alone; by a rule, not on the years either.
 */
#ifndef FORM_ICAL_ZONE_H
#define FORM_ICAL_ZONE_H

#include "base/buf.h"
#include "base/clock.h"

#include <stdbool.h>

/* Whether times in this zone are written with TZID and need its VTIMEZONE; false for UTC and for
 * what is no zone here: those times are written in UTC. */
bool ical_zone_named(const char *zone);

/* Writes the zone's VTIMEZONE, right for all times of the years of from … until; nothing for a zone
 * that is not named. */
void ical_zone(struct buf *out, const char *zone, instant from, instant until);

/* 20261125T140000 on the zone's clock; it must be named. */
void ical_zone_local(struct buf *out, const char *zone, instant t);

/* Whether that local time means this instant: one that a clock shows twice means its first (RFC
 * 5545 3.3.5). The zone must be named. */
bool ical_zone_tells(const char *zone, instant t);

#endif
