/*
 * Feeds as they are kept, so that they need not be read again and go on while PostgreSQL is away.
 *
 * A body is found by its secret (in memory a keyed hash of it) and its kind; the least recently
 * fetched ones go when there are too many, or too many bytes. It is a join of texts: each event is
 * rendered once for a revision, a viewer and a clock. So a change costs the rendering of what
 * changed, and a join.
 *
 * A body is as good as new until a change reaches its keys or its time is up. Only the database
 * knows that: feed_watch asks which keys the change log has reached since it last looked, once for
 * all calls that wait at that moment. What it said less than feed_fresh ago holds without being
 * asked again, unless this daemon has written since: whoever writes here sees it here at once, and
 * anywhere else within feed_fresh, mostly sooner: what `live` sees in the log is written, too. The
 * calendars of calendar programs (src/work/dav_calendar.h) rest on the same.
 */
#ifndef WORK_FEEDS_H
#define WORK_FEEDS_H

#include "base/clock.h"
#include "base/id.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct app;
struct call;
struct dav_calendars;
struct feed_cache;
struct feed_seen;
struct feed_texts;
struct feed_watch;
struct memfile;
struct store;

enum feed_kind { FEED_EVENTS, FEED_BUSY, FEED_KINDS };
enum { FEED_AGENT_MAX = 120, FEED_GZIP_MAX = 2 << 20, FEED_TEXTS_BYTES = 64 << 20 };
enum { FEED_FILES_MAX = 64, FEED_FILE_MIN = 64 << 10, FEED_FILE_IDLE = 60 }; /* seconds */

struct feed_body {
    char etag[ID_HASH_LEN + 3], etag_gz[ID_HASH_LEN + 6]; /* quoted; of a hash of the bytes */
    char modified[40];                                    /* IMF-fixdate */
    instant modified_at;
    char viewer[16];  /* whose eyes it is for */
    char *bytes, *gz; /* gz: NULL until it is asked for, and of more than FEED_GZIP_MAX bytes */
    size_t len, gz_len;
    struct memfile *file; /* has the bytes then; NULL: they are malloc'd */
    char *keys;           /* what a change must reach to change it, separated by blanks */
    long long until;
    bool stale;
};

struct feed_cache *feed_cache_new(size_t feeds_max, size_t bytes_max);
void feed_cache_free(struct feed_cache *f); /* accepts NULL */

/* Takes bytes and keys (malloc'd) of what, makes its etags and modified: later than that of other
 * bytes before it. What put and get give lives until the next put, drop or return to the loop. */
struct feed_body *feed_cache_put(struct feed_cache *f, const char *token, enum feed_kind kind,
                                 const struct feed_body *what, long long modified);
struct feed_body *feed_cache_get(struct feed_cache *f, const char *token, enum feed_kind kind);
bool feed_cache_zip(struct feed_cache *f, struct feed_body *b); /* it has its gz now */
/* To be asked whenever it is sent as it is: a long one has a file from the second time on. */
struct memfile *feed_cache_file(struct feed_cache *f, struct feed_body *b,
                                instant now); /* or NULL */
void feed_cache_drop(struct feed_cache *f, const char *token);
void feed_cache_reach(struct feed_cache *f, const json_t *keys); /* NULL: all; they become stale */
json_t *feed_keys(const char *keys); /* separated by blanks, as a set; NULL of NULL */

/* Who fetched it last, and when; [{"hash", "at", "agent"}] of what nobody was told, at most n. */
void feed_cache_note(struct feed_cache *f, struct feed_body *b, instant at, const char *agent);
json_t *feed_cache_notes(struct feed_cache *f, size_t n);

/* A waiting call goes on when the database has said what is now, or that it cannot. */
struct feed_watch *feed_watch_new(struct store *s, struct feed_cache *feeds,
                                  struct dav_calendars *dav, int64_t fresh_ms);
void feed_watch_free(struct feed_watch *w); /* accepts NULL; before its store goes */
/* What it said last still holds: it is not older than feed_fresh, nor than most_ms. */
bool feed_watch_knows(const struct feed_watch *w, int64_t most_ms);
void feed_watch_wait(struct feed_watch *w, struct call *c);
bool feed_watch_fresh(const struct feed_watch *w,
                      long long until); /* as of then; until: its time */
/* A body of this version of the log comes too late for something that was told already. Where
 * nothing was told yet, the log is asked from this version on. */
bool feed_watch_missed(struct feed_watch *w, long long version);
void feed_watch_doubt(struct feed_watch *w); /* something was written; accepts NULL */
void feed_watch_lost(struct feed_watch *w);  /* what comes back may be a restored database */

/* Texts of events by "appointment number viewer zone". The least recently used ones go. */
struct feed_texts *feed_texts_new(size_t bytes_max);
void feed_texts_free(struct feed_texts *t); /* accepts NULL */
void feed_texts_clear(struct feed_texts *t);
void feed_texts_put(struct feed_texts *t, const char *key, const char *text, size_t len);
const char *feed_texts_get(struct feed_texts *t, const char *key, size_t *ret_len); /* or NULL */

/* Writes now and then what was fetched: never a write for each fetch. */
struct feed_seen *feed_seen_new(struct app *app);
void feed_seen_free(struct feed_seen *s); /* accepts NULL */
void feed_seen_flush(struct feed_seen *s);

#endif
