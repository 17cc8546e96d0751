/* Answers to PROPFIND and REPORT as they are kept: programs ask the same again and again, and
 * hardly ever has anything changed. A kept answer is found by all that it depends on of its call,
 * who signed in with what among it, and is given again while no change has reached the expert
 * (work/feeds.h) and time alone has taken nothing out. That is asked after the call came, once for
 * all that wait: so a password that was revoked ends with the next call, and nothing is older than
 * it would be if it were made anew. */
#include "base/arena.h"
#include "base/log.h"
#include "dav_in.h"
#include "work/feeds.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void add(crypto_generichash_state *h, const char *s)
{
    s = s ? s : "";
    crypto_generichash_update(h, (const unsigned char *)s, strlen(s) + 1);
}

static void name_question(struct call *c, struct dav *d)
{
    static const char *const headers[] = {"depth", "prefer", "brief"};
    const struct http_request *r = call_request(c);
    unsigned char digest[ID_HASH_LEN / 2];
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, sizeof digest);
    add(&h, http_method_name(r->method));
    add(&h, r->path);
    add(&h, d->who);
    add(&h, d->hash);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        add(&h, http_header(r, headers[i]));
    crypto_generichash_update(&h, (const unsigned char *)r->body, r->body_len);
    crypto_generichash_final(&h, digest, sizeof digest);
    sodium_bin2hex(d->question, sizeof d->question, digest, sizeof digest);
}

enum step dav_kept(struct call *c)
{
    struct app *app = call_app(c);
    struct dav *d = call_work(c);
    if (d->verb->method != HTTP_PROPFIND && d->verb->method != HTTP_REPORT)
        return STEP_MORE;
    name_question(c, d);
    const struct feed_body *b = feed_cache_get(app->dav_kept, d->question, FEED_DAV);
    if (!b || b->stale)
        return STEP_MORE;
    feed_watch_wait(app->feed_watch, c);
    return STEP_WAIT;
}

enum step dav_kept_reply(struct call *c)
{
    struct app *app = call_app(c);
    const struct dav *d = call_work(c);
    const struct feed_body *b =
        *d->question ? feed_cache_get(app->dav_kept, d->question, FEED_DAV) : NULL;
    return b && feed_watch_fresh(app->feed_watch, b) ? dav_send_bytes(c, 207, b->bytes, b->len)
                                                     : STEP_MORE;
}

void dav_keep(struct call *c, const char *bytes, size_t len)
{
    struct app *app = call_app(c);
    const struct dav *d = call_work(c);
    struct feed_body b = {
        .len = len, .until = d->until, .stale = feed_watch_missed(app->feed_watch, d->log)};
    if (!*d->question || len > DAV_KEPT_BYTES / DAV_KEPT_PARTS)
        return;
    b.bytes = malloc(len);
    b.keys = strdup(arena_printf(call_arena(c), "expert:%s", d->facts.expert));
    if (!b.bytes || !b.keys)
        fatal("out of memory");
    memcpy(b.bytes, bytes, len);
    feed_cache_put(app->dav_kept, d->question, FEED_DAV, &b, 0);
}
