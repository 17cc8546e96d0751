#include "work/reply_cache.h"

#include "base/arena.h"
#include "base/log.h"
#include "form/json.h"
#include "work/app.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct kept {
    TAILQ_ENTRY(kept) link;
    char *key, *bytes;
    size_t len, size; /* of the bytes; with the key */
    int64_t version, minute;
};

struct reply_cache {
    TAILQ_HEAD(kept_list, kept) list; /* most recently used first */
    size_t count, bytes;
};

struct reply_cache *reply_cache_new(void)
{
    struct reply_cache *k = calloc(1, sizeof *k);
    if (!k)
        fatal("out of memory");
    TAILQ_INIT(&k->list);
    return k;
}

static void drop(struct reply_cache *k, struct kept *one)
{
    TAILQ_REMOVE(&k->list, one, link);
    k->count--;
    k->bytes -= one->size;
    free(one->key);
    free(one->bytes);
    free(one);
}

void reply_cache_free(struct reply_cache *k)
{
    if (!k)
        return;
    while (!TAILQ_EMPTY(&k->list))
        drop(k, TAILQ_FIRST(&k->list));
    free(k);
}

/* A start on the minute can be taken in that very second, not in the next one. */
static int64_t minute_of(instant t)
{
    return (t + 59) / 60;
}

static const char *key_of(struct call *c)
{
    const struct http_request *r = call_request(c);
    const char *key = arena_printf(call_arena(c), "%s %s", call_role(c), r->path);
    for (size_t i = 0; i < r->param_count; i++) /* no control byte is in a name or value */
        key = arena_printf(call_arena(c), "%s\n%s\n%s", key, r->params[i].name, r->params[i].value);
    return key;
}

static struct kept *find(struct reply_cache *k, const char *key)
{
    struct kept *one;
    TAILQ_FOREACH(one, &k->list, link)
    if (strcmp(one->key, key) == 0)
        break;
    return one;
}

static enum step reply(struct call *c, const struct kept *one)
{
    static const struct http_field no_store = {"Cache-Control", "no-store"};
    return call_reply(c, &(struct http_reply){.status = 200,
                                              .type = "application/json",
                                              .body = one->bytes,
                                              .body_len = one->len,
                                              .fields = &no_store,
                                              .field_count = 1});
}

enum step reply_kept(struct call *c)
{
    struct reply_cache *k = ((struct app *)call_app(c))->replies;
    struct kept *one = find(k, key_of(c));
    if (!one || one->version != call_version(c) || one->minute != minute_of(call_now(c)))
        return STEP_MORE;
    TAILQ_REMOVE(&k->list, one, link);
    TAILQ_INSERT_HEAD(&k->list, one, link);
    return reply(c, one);
}

static struct kept *put(struct reply_cache *k, const char *key, char *bytes, size_t len)
{
    struct kept *old = find(k, key), *one = calloc(1, sizeof *one);
    size_t size = len + strlen(key);
    if (old)
        drop(k, old);
    while (k->count > 0 && (k->count >= REPLIES_MAX || k->bytes + size > REPLIES_BYTES_MAX))
        drop(k, TAILQ_LAST(&k->list, kept_list));
    if (!one || !(one->key = strdup(key)))
        fatal("out of memory");
    one->bytes = bytes;
    one->len = len;
    one->size = size;
    k->count++;
    k->bytes += one->size;
    TAILQ_INSERT_HEAD(&k->list, one, link);
    return one;
}

enum step reply_keep(struct call *c, const struct panel *p, json_t *body)
{
    struct reply_cache *k = ((struct app *)call_app(c))->replies;
    char *bytes = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (!bytes)
        fatal("JSON that cannot be written");
    struct kept *one = put(k, key_of(c), bytes, strlen(bytes));
    one->version = p->version;
    one->minute = minute_of(p->now);
    enum step step = reply(c, one);
    if (one->size > REPLIES_BYTES_MAX)
        drop(k, one); /* it is alone here */
    return step;
}
