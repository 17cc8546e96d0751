#include "work/dav_texts.h"

#include "base/log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { BUCKETS = 16384 };

struct kept {
    TAILQ_ENTRY(kept) link; /* most recently used first */
    LIST_ENTRY(kept) same;
    size_t len;
    char *bytes;
    char key[];
};

LIST_HEAD(bucket, kept);

struct dav_texts {
    TAILQ_HEAD(kept_list, kept) list;
    struct bucket buckets[BUCKETS];
    size_t count, max;
};

struct dav_texts *dav_texts_new(size_t max)
{
    struct dav_texts *t = calloc(1, sizeof *t);
    if (!t)
        fatal("out of memory");
    t->max = max ? max : 1;
    TAILQ_INIT(&t->list);
    return t;
}

static void drop(struct dav_texts *t, struct kept *k)
{
    TAILQ_REMOVE(&t->list, k, link);
    LIST_REMOVE(k, same);
    t->count--;
    free(k->bytes);
    free(k);
}

void dav_texts_free(struct dav_texts *t)
{
    while (t && !TAILQ_EMPTY(&t->list))
        drop(t, TAILQ_FIRST(&t->list));
    free(t);
}

/* FNV-1a; keys are ours. */
static struct bucket *bucket_of(struct dav_texts *t, const char *key)
{
    uint64_t h = 14695981039346656037u;
    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return &t->buckets[(h ^ h >> 32) % BUCKETS];
}

static struct kept *find(struct dav_texts *t, const char *key)
{
    struct kept *k;
    LIST_FOREACH(k, bucket_of(t, key), same)
    if (strcmp(k->key, key) == 0)
        return k;
    return NULL;
}

const char *dav_texts_get(struct dav_texts *t, const char *key, struct arena *a, size_t *ret_len)
{
    struct kept *k = find(t, key);
    if (!k)
        return NULL;
    TAILQ_REMOVE(&t->list, k, link);
    TAILQ_INSERT_HEAD(&t->list, k, link);
    *ret_len = k->len;
    return arena_strndup(a, k->bytes, k->len);
}

void dav_texts_put(struct dav_texts *t, const char *key, const char *bytes, size_t len)
{
    struct kept *k = find(t, key);
    size_t size = strlen(key) + 1;
    if (k)
        drop(t, k);
    if (t->count == t->max)
        drop(t, TAILQ_LAST(&t->list, kept_list));
    k = calloc(1, sizeof *k + size);
    if (!k || !(k->bytes = malloc(len + 1)))
        fatal("out of memory");
    memcpy(k->key, key, size);
    memcpy(k->bytes, bytes, len);
    k->len = len;
    TAILQ_INSERT_HEAD(&t->list, k, link);
    LIST_INSERT_HEAD(bucket_of(t, key), k, same);
    t->count++;
}
