/*
 * Appointments as iCalendar (RFC 5545, 5546, 7986). A pure function of a revision: the same one
 * gives the same bytes, so nothing here knows the time of day. One VEVENT takes two forms: feed no
 * METHOD, no ATTENDEE; a cancelled one stays, marked and transparent, until the database drops it
 * (why each line is there: what feed readers really need) iTIP   REQUEST or CANCEL with ORGANIZER
 * and exactly one ATTENDEE: its recipient. CANCEL of an appointment that goes on without the
 * recipient has no STATUS (RFC 5546 3.2.5) Times are Asia/Seoul wall time with one constant
 * VTIMEZONE, or UTC for any other zone. Whatever was not fit to be printed raw (an online_url, a
 * feed's organizer) is left out. `out` marks itself full when its maximum is reached; the caller
 * looks once.
 */
#ifndef FORM_ICAL_H
#define FORM_ICAL_H

#include "base/buf.h"
#include "form/revision.h"

enum ical_method { ICAL_FEED, ICAL_REQUEST, ICAL_CANCEL };

struct ical_audience {
    enum ical_method method;
    struct person organizer; /* name and email; email may be NULL in a feed */
    struct person attendee;  /* iTIP only */
    const char *partstat;    /* iTIP only: NEEDS-ACTION, ACCEPTED, ... as it is */
    enum lang lang;          /* which language comes first */
    bool alarmed;            /* iTIP only: whether a REQUEST brings an alarm ... */
    int64_t alarm_minutes;   /* ... so long before the start */
};

struct ical_feed_head {
    const char *uid;         /* of the calendar itself; "" or NULL: none */
    const char *name;        /* "법무-01 전문위원 자문 일정" */
    const char *description; /* may be NULL */
    instant modified;        /* the latest of the events; 0: no events yet */
};

/* One VEVENT, to be stored or put between the two below. */
void ical_event(struct buf *out, const struct revision *r, const struct ical_audience *to);

/* A whole feed is: begin, the bytes of its events, end. Without events it is valid, too. */
void ical_feed_begin(struct buf *out, const struct ical_feed_head *head);
void ical_feed_end(struct buf *out);

/* A whole iTIP object. ERR_INVALID, with nothing written: an address or the partstat is not valid,
 * or a REQUEST is asked for what is cancelled. */
MUST enum err ical_itip(struct buf *out, const struct revision *r, const struct ical_audience *to);

const char *ical_method_name(enum ical_method method); /* "REQUEST"; NULL for a feed */

#endif
