/*
 * What the body of a WebDAV request asks for (RFC 4918, 4791, 6578): PROPFIND, PROPPATCH and the
 * reports, from bytes to a small struct. Pure; strings live in the arena.
 *
 * A filter is read as far as our events can tell it apart (they have a time, a UID, no recurrence,
 * no alarm): a span of time, a text in the UID, or that nothing can match. Any other filter is
 * refused by its precondition, never answered wrongly.
 */
#ifndef FORM_DAV_IN_H
#define FORM_DAV_IN_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>

enum { DAV_PROPS_MAX = 64, DAV_PARTS_MAX = 100 /* below calendar-data */, DAV_HREFS_MAX = 5000 };

enum dav_kind {
    DAV_PROPFIND,
    DAV_PROPPATCH, /* props: those that it would change */
    DAV_QUERY,
    DAV_MULTIGET,
    DAV_FREE_BUSY,
    DAV_SYNC,
    DAV_OTHER, /* another element: a report that is not supported */
};

enum dav_which { DAV_SOME, DAV_ALL, DAV_NAMES };

struct dav_name {
    const char *ns, *name;
};

struct dav_node;

/* What of a calendar object is wanted (RFC 4791 9.6); nothing recurs, so limits leave all in. */
struct dav_data {
    const struct dav_node *comp; /* the element comp of VCALENDAR; NULL: everything */
    bool utc;                    /* expanded (9.6.5): times in UTC, no time zone */
};

struct dav_in {
    enum dav_kind kind;
    enum dav_which which;
    struct dav_name props[DAV_PROPS_MAX];
    size_t prop_count;
    struct dav_data data; /* of calendar-data, where that is among the props */
    const char **hrefs;   /* of a multiget, as they were sent */
    size_t href_count;
    const char *token; /* of a sync: "" for the first; NULL: none was sent */
    const char *level; /* NULL: none was sent */
    int64_t limit;     /* of results; 0: none */
    bool has_from, has_until;
    instant from, until;
    const char *uid; /* a text that the UID has; NULL: any */
    bool uid_octets; /* capitals make a difference */
    bool nothing;    /* no event of ours can match */
    /* after a failure: a fixed sentence, and the element that names the precondition, or NULL */
    const char *why;
    struct dav_name precondition;
};

/* len 0 is a PROPFIND for everything. ERR_BAD_REQUEST: cannot be read, 400. ERR_FORBIDDEN: read,
 * and not supported, 403 with the precondition. */
enum err dav_in_parse(struct arena *a, const char *bytes, size_t len, struct dav_in *ret) MUST;

#endif
