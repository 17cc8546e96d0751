/*
 * When somebody is busy, and nothing else (RFC 5545 3.6.4): begin, a period each, end. Pure.
 */
#ifndef FORM_ICAL_BUSY_H
#define FORM_ICAL_BUSY_H

#include "base/buf.h"
#include "base/clock.h"

#include <stdbool.h>

struct ical_busy {
    instant from, until; /* of the answer: periods are cut to it */
    instant stamp;       /* DTSTAMP */
};

void ical_busy_begin(struct buf *out, const struct ical_busy *b);
void ical_busy_add(struct buf *out, const struct ical_busy *b, instant from, instant until,
                   bool tentative);
void ical_busy_end(struct buf *out);

#endif
