/* Inside work/dav*: experts' calendars as programs see them, kept in memory. Whatever a program
 * asks is picked from one of these, so that the database is asked for what has changed alone: a
 * calendar is brought up to date by the version that it had, as a program brings its own (RFC
 * 6578).
 *
 * A calendar is as of one moment and does not change, but that a text is added when it is first
 * wanted. The next one shares the entries that are the same. Who holds one keeps it while others
 * replace it. It is found by who signed in with what; the least recently asked ones go when there
 * are too many, or too many bytes; an entry weighs once, however many have it. Whether it is still
 * true, feed_watch knows (work/feeds.h). */
#ifndef WORK_DAV_CALENDAR_H
#define WORK_DAV_CALENDAR_H

#include "form/dav_out.h"

#include <jansson.h>

enum { DAV_CALENDARS_MAX = 4096, DAV_CALENDARS_BYTES = 64 << 20, DAV_SALT_LEN = 8 };

struct dav_entry {
    struct dav_item item;
    const char *uid, *partstat, *state; /* state: of the appointment */
    int64_t version;                    /* of the calendar, when it last changed */
    int revision;
    bool shown;       /* false: it is gone from the calendar */
    char *text, *xml; /* the item's */
    size_t bytes;     /* of memory, but for those */
    unsigned refs;
    unsigned kept; /* how many of those are in calendars that are kept */
};

struct dav_calendar {
    struct dav_facts facts;
    struct dav_entry **entries; /* by version */
    struct dav_entry **by_id;
    size_t count, count_max, indexed;
    int64_t version;             /* the expert's calendar_version */
    int64_t log, until;          /* of the change log that it is as of; good until then */
    char salt[DAV_SALT_LEN + 1]; /* of all that texts depend on beside revision and answer */
    bool stale;
    size_t bytes; /* of memory, but for its entries */
    unsigned refs;
};

/* A copy of what is given, without a text; whoever adds it to a calendar lets that hold it. */
struct dav_entry *dav_entry_new(const struct dav_entry *like);
void dav_entry_text(struct dav_entry *e, const char *text, size_t len); /* unless it has one */

/* Held once; its facts are copies. Its entries are those that were added (each is held by it from
 * then on), in order and to be found as of the last index. */
struct dav_calendar *dav_calendar_new(const struct dav_facts *facts, size_t count_max);
void dav_calendar_add(struct dav_calendar *k, struct dav_entry *e);
void dav_calendar_index(struct dav_calendar *k);
struct dav_entry *dav_calendar_find(const struct dav_calendar *k, const char *id); /* or NULL */
struct dav_calendar *dav_calendar_hold(struct dav_calendar *k); /* accepts NULL */
void dav_calendar_drop(void *k);                                /* an arena hook; accepts NULL */

struct dav_calendars *dav_calendars_new(size_t count_max, size_t bytes_max);
void dav_calendars_free(struct dav_calendars *all); /* accepts NULL */

/* key: ID_HASH_LEN hex digits. What is got lives until the next put, text, cut or return to the
 * loop, unless it is held. */
struct dav_calendar *dav_calendars_get(struct dav_calendars *all, const char *key); /* or NULL */
struct dav_calendar *dav_calendars_of(struct dav_calendars *all,
                                      const char *expert); /* any; NULL */
void dav_calendars_put(struct dav_calendars *all, const char *key, struct dav_calendar *k);
void dav_calendars_cut(struct dav_calendars *all, const char *key);

/* As dav_entry_text; it weighs where the entry is kept, and others may have to go, but never the
 * calendar that was got last. */
void dav_calendars_text(struct dav_calendars *all, struct dav_entry *e, const char *text,
                        size_t len);

/* What a change reached is stale; keys: a set (feed_keys), NULL: nothing is sure, and all go. */
void dav_calendars_reach(struct dav_calendars *all, const json_t *keys);

#endif
