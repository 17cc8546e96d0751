#include "base/log.h"
#include "work/feeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

struct kept {
    TAILQ_ENTRY(kept) link; /* most recently used first */
    char hash[ID_HASH_LEN + 1];
    struct feed_body body;
};

struct feed_cache {
    TAILQ_HEAD(kept_list, kept) list;
    size_t count, max;
};

struct feed_cache *feed_cache_new(size_t max)
{
    struct feed_cache *f = calloc(1, sizeof *f);
    if (!f)
        fatal("out of memory");
    f->max = max ? max : 1;
    TAILQ_INIT(&f->list);
    return f;
}

static void kept_free(struct feed_cache *f, struct kept *k)
{
    TAILQ_REMOVE(&f->list, k, link);
    f->count--;
    free(k->body.bytes);
    free(k);
}

void feed_cache_free(struct feed_cache *f)
{
    if (!f)
        return;
    while (!TAILQ_EMPTY(&f->list))
        kept_free(f, TAILQ_FIRST(&f->list));
    free(f);
}

static struct kept *find(struct feed_cache *f, const char *hash)
{
    struct kept *k;
    TAILQ_FOREACH(k, &f->list, link)
    if (strcmp(k->hash, hash) == 0)
        break;
    if (k) {
        TAILQ_REMOVE(&f->list, k, link);
        TAILQ_INSERT_HEAD(&f->list, k, link);
    }
    return k;
}

const struct feed_body *feed_cache_get(struct feed_cache *f, const char *hash)
{
    struct kept *k = find(f, hash);
    return k ? &k->body : NULL;
}

void feed_cache_drop(struct feed_cache *f, const char *hash)
{
    struct kept *k = find(f, hash);
    if (k)
        kept_free(f, k);
}

void feed_cache_doubt(struct feed_cache *f)
{
    struct kept *k;
    TAILQ_FOREACH(k, &f->list, link)
    k->body.until = 0;
}

const struct feed_body *feed_cache_put(struct feed_cache *f, const char *hash,
                                       const struct feed_body *what, long long modified)
{
    time_t when = (time_t)modified;
    struct tm tm;
    char digest[ID_HASH_LEN + 1];
    feed_cache_drop(f, hash);
    if (f->count >= f->max)
        kept_free(f, TAILQ_LAST(&f->list, kept_list));
    struct kept *k = calloc(1, sizeof *k);
    if (!k)
        fatal("out of memory");
    snprintf(k->hash, sizeof k->hash, "%s", hash);
    k->body = *what;
    id_hash(what->bytes, what->len, digest);
    snprintf(k->body.etag, sizeof k->body.etag, "\"%.32s\"", digest);
    gmtime_r(&when, &tm);
    strftime(k->body.modified, sizeof k->body.modified, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    TAILQ_INSERT_HEAD(&f->list, k, link);
    f->count++;
    return &k->body;
}
