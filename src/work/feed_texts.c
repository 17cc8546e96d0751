#include "base/log.h"
#include "work/feeds.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { BUCKETS = 1 << 12 };

struct text {
    TAILQ_ENTRY(text) link; /* most recently used first */
    LIST_ENTRY(text) same;
    size_t len, size;
    char *bytes; /* behind the key */
    char key[];
};

TAILQ_HEAD(text_list, text);
LIST_HEAD(text_bucket, text);

struct feed_texts {
    struct text_list list;
    struct text_bucket buckets[BUCKETS];
    size_t bytes, bytes_max;
};

struct feed_texts *feed_texts_new(size_t bytes_max)
{
    struct feed_texts *t = calloc(1, sizeof *t);
    if (!t)
        fatal("out of memory");
    t->bytes_max = bytes_max;
    TAILQ_INIT(&t->list);
    return t;
}

static void text_free(struct feed_texts *t, struct text *one)
{
    TAILQ_REMOVE(&t->list, one, link);
    LIST_REMOVE(one, same);
    t->bytes -= one->size;
    free(one);
}

void feed_texts_clear(struct feed_texts *t)
{
    while (!TAILQ_EMPTY(&t->list))
        text_free(t, TAILQ_FIRST(&t->list));
}

void feed_texts_free(struct feed_texts *t)
{
    if (t)
        feed_texts_clear(t);
    free(t);
}

/* A key begins with a random UUID: three of its digits. */
static struct text_bucket *bucket_of(struct feed_texts *t, const char *key)
{
    char digits[4] = {0};
    memcpy(digits, key, strnlen(key, 3));
    return &t->buckets[strtoul(digits, NULL, 16) % BUCKETS];
}

static struct text *find(struct feed_texts *t, const char *key)
{
    struct text *one;
    LIST_FOREACH(one, bucket_of(t, key), same)
    if (strcmp(one->key, key) == 0)
        break;
    return one;
}

const char *feed_texts_get(struct feed_texts *t, const char *key, size_t *ret_len)
{
    struct text *one = find(t, key);
    if (!one)
        return NULL;
    TAILQ_REMOVE(&t->list, one, link);
    TAILQ_INSERT_HEAD(&t->list, one, link);
    *ret_len = one->len;
    return one->bytes;
}

void feed_texts_put(struct feed_texts *t, const char *key, const char *text, size_t len)
{
    size_t key_size = strlen(key) + 1, size = sizeof(struct text) + key_size + len;
    struct text *old = find(t, key), *one = malloc(size);
    if (!one)
        fatal("out of memory");
    if (old)
        text_free(t, old);
    one->bytes = one->key + key_size;
    one->len = len;
    one->size = size;
    memcpy(one->key, key, key_size);
    memcpy(one->bytes, text, len);
    TAILQ_INSERT_HEAD(&t->list, one, link);
    LIST_INSERT_HEAD(bucket_of(t, key), one, same);
    t->bytes += size;
    while (t->bytes > t->bytes_max && TAILQ_NEXT(one, link))
        text_free(t, TAILQ_LAST(&t->list, text_list));
}
