/*
 * Rendered feeds, kept so that they need not be read again and go on while PostgreSQL is away. A
 * body is found by the hash of its secret; the least recently fetched one goes when there are too
 * many.
 *
 * A body is as good as new while the change log has not grown since and its expert's day has not
 * ended. Only the database knows that, so it is asked: once for all calls that wait at that moment,
 * and never before they came. So whoever fetches a feed after a change sees the change.
 */
#ifndef WORK_FEEDS_H
#define WORK_FEEDS_H

#include "base/id.h"

#include <stdbool.h>
#include <stddef.h>

struct call;
struct feed_cache;
struct feed_watch;
struct store;

struct feed_body {
    char etag[ID_HASH_LEN + 3]; /* quoted; a hash of the bytes */
    char modified[40];          /* IMF-fixdate */
    char *bytes;
    size_t len;
    long long version, until; /* of the change log; epoch seconds */
};

struct feed_cache *feed_cache_new(size_t max);
void feed_cache_free(struct feed_cache *f); /* accepts NULL */

/* Takes bytes (malloc'd) of what, makes its etag and modified. Lives until the next put or drop. */
const struct feed_body *feed_cache_put(struct feed_cache *f, const char *hash,
                                       const struct feed_body *what, long long modified);
const struct feed_body *feed_cache_get(struct feed_cache *f, const char *hash);
void feed_cache_drop(struct feed_cache *f, const char *hash);
void feed_cache_doubt(struct feed_cache *f); /* what comes back may be a restored database */

/* A waiting call goes on when the database has said what is now, or that it cannot. */
struct feed_watch *feed_watch_new(struct store *s);
void feed_watch_free(struct feed_watch *w); /* accepts NULL; before its store goes */
void feed_watch_wait(struct feed_watch *w, struct call *c);
bool feed_watch_fresh(const struct feed_watch *w, const struct feed_body *b); /* as of then */

#endif
