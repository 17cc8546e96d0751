/*
 * Rendered feeds, kept so that they go on while PostgreSQL is away. A body is found by the hash of
 * its secret; the least recently fetched one goes when there are too many.
 */
#ifndef WORK_FEEDS_H
#define WORK_FEEDS_H

#include "base/id.h"

#include <stddef.h>

struct feed_cache;

struct feed_body {
    char etag[ID_HASH_LEN + 3]; /* quoted; a hash of the bytes */
    char modified[40];          /* IMF-fixdate */
    char *bytes;
    size_t len;
};

struct feed_cache *feed_cache_new(size_t max);
void feed_cache_free(struct feed_cache *f); /* accepts NULL */

/* Takes bytes (malloc'd). The body lives until the next put or drop. */
const struct feed_body *feed_cache_put(struct feed_cache *f, const char *hash, char *bytes,
                                       size_t len, long long modified);
const struct feed_body *feed_cache_get(struct feed_cache *f, const char *hash);
void feed_cache_drop(struct feed_cache *f, const char *hash);

#endif
