/*
 * Appointments as iCalendar (RFC 5545, 5546, 7986). A pure function of a revision: the same one
 * gives the same bytes, so nothing here knows the time of day. One VEVENT takes two forms: feed no
 * METHOD, no ATTENDEE; a cancelled one stays, marked and transparent, until the database drops it
 * (why each line is there: what feed readers really need) iTIP   REQUEST, CANCEL or DECLINECOUNTER
 * with ORGANIZER and exactly one ATTENDEE: its recipient. CANCEL of an appointment that goes on
 * without the recipient has no STATUS (RFC 5546 3.2.5); a DECLINECOUNTER says which event, when it
 * is, and why, and nothing that a calendar could take for news (3.2.8). Times are wall time of
 * their zone, with its VTIMEZONE (form/ical_zone.h), or UTC where it has none. Whatever was not fit
 * to be printed raw (an online_url, a feed's organizer) is left out. `out` marks itself full when
 * its maximum is reached; the caller looks once.
 */
#ifndef FORM_ICAL_H
#define FORM_ICAL_H

#include "base/buf.h"
#include "form/revision.h"

enum ical_method { ICAL_FEED, ICAL_REQUEST, ICAL_CANCEL, ICAL_DECLINECOUNTER, ICAL_OBJECT };

struct ical_audience {
    enum ical_method method;
    struct person organizer; /* name and email; email may be NULL in a feed */
    struct person attendee;  /* iTIP only */
    const char *partstat;    /* iTIP only: NEEDS-ACTION, ACCEPTED, ... as it is */
    enum lang lang;          /* which language comes first */
    bool alarmed;            /* iTIP only: whether a REQUEST brings an alarm ... */
    int64_t alarm_minutes;   /* ... so long before the start */
    const char *comment;     /* DECLINECOUNTER only: why; NULL: nothing was said */
};

struct ical_feed_head {
    const char *uid;          /* of the calendar itself; "" or NULL: none */
    const char *name;         /* "법무-01 전문위원 자문 일정" */
    const char *description;  /* may be NULL */
    instant modified;         /* the latest of the events; 0: no events yet */
    const char *zone;         /* the reader's; NULL: Asia/Seoul */
    const char *const *zones; /* of the events, each once */
    size_t zone_count;
    instant from, until; /* when the events are: what the zones must be right for */
};

/* One VEVENT, to be stored or put between the two below. */
void ical_event(struct buf *out, const struct revision *r, const struct ical_audience *to);

/* A whole feed is: begin, the bytes of its events, end. Without events it is valid, too. */
void ical_feed_begin(struct buf *out, const struct ical_feed_head *head);
void ical_feed_end(struct buf *out);

/* When somebody, or a group, is busy, and nothing else of it: a VFREEBUSY (RFC 5545 3.6.4),
 * published (METHOD, RFC 5546 3.3.1) if there is an organizer. Times that overlap become one; what
 * is sure covers what is tentative. */
struct ical_busy {
    instant start, end;
    bool tentative;
};
struct ical_busy_head {
    const char *uid;
    struct person organizer;       /* who publishes it; {0}: an answer (RFC 4791 7.10) */
    instant from, until, modified; /* the time that it is about */
};
void ical_busy(struct buf *out, const struct ical_busy_head *head, const struct ical_busy *times,
               size_t n);

/* A whole iTIP object; or, as ICAL_OBJECT, what CalDAV shows of it: no METHOD, whatever the status.
 * ERR_INVALID, with nothing written: an address or the partstat is not valid, or a REQUEST is asked
 * for what is cancelled. */
MUST enum err ical_itip(struct buf *out, const struct revision *r, const struct ical_audience *to);

const char *ical_method_name(enum ical_method method); /* "REQUEST"; NULL for a feed */

#endif
