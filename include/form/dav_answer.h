/*
 * What an event that an attendee's calendar program puts says, against the one that it got: an
 * answer, or a change that is not the attendee's to make (RFC 6638 3.2.2.1). Compared by meaning:
 * programs fold, quote and order lines as they like, and add properties of their own. An answer
 * makes a new version that programs fetch, so with it they may have left things out; without one,
 * what they hold must be what is there. Pure.
 */
#ifndef FORM_DAV_ANSWER_H
#define FORM_DAV_ANSWER_H

#include "base/arena.h"
#include "base/clock.h"

#include <jansson.h>
#include <stdbool.h>

enum dav_verdict {
    DAV_SAME,    /* nothing that counts: reminders, colours, their own properties */
    DAV_ANSWERS, /* another PARTSTAT of their own, and nothing else that counts */
    DAV_CHANGES, /* what is not theirs to change */
    DAV_OTHERS,  /* another UID */
    DAV_NO_EVENT /* not one event without a METHOD */
};

struct dav_shown {
    const char *text; /* as it was given out: NUL-terminated iCalendar */
    const char *uid, *email, *partstat;
    const char *organizer; /* the address */
    instant starts, ends;
    bool same_meeting; /* they vouch for having seen this meeting (Schedule-Tag): its texts may be
                        * those of an earlier revision, before somebody else answered */
};

struct dav_answer {
    enum dav_verdict verdict;
    const char *partstat, *comment; /* of DAV_ANSWERS; comment may be NULL */
};

/* doc: what reader/object.h says of the bytes. Strings live in the arena or in doc. */
void dav_answer_judge(struct arena *a, const json_t *doc, const struct dav_shown *shown,
                      struct dav_answer *ret);

/* Whether it says what is so already: all that counts of an event that is no longer shown. */
bool dav_repeats(const json_t *doc, const struct dav_shown *shown);

#endif
