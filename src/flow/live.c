/* The streams of /v1/changes. Work is done in slices, so that a change for thousands of streams
 * does not hold up the loop: the pump serves some followers and lets the loop turn. */
#include "base/clock.h"
#include "base/log.h"
#include "call_in.h"
#include "live_in.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 128, TICK_MS = 250, RETRY_MS = 1000, LINE = 160 };

typedef void follower_fn(struct follower *k, void *arg);

static void on_news(void *live);
static void on_anew(void *live);
static void pump(evutil_socket_t fd, short what, void *live);
static void pump_soon(struct live *l);
static void go_on(struct follower *k);
static void take_kept(struct follower *k);
static bool say(struct follower *k, const char *bytes, size_t len);
static struct follower *follower_new(struct live *l, struct call *c, int64_t from,
                                     const char *entity);
static void follower_free(struct follower *k);
static void greet(struct follower *k);
static void part(struct follower *k, const char *reason);
static void on_gone(void *follower);
static void on_taken(void *follower);
static void each(struct live *l, follower_fn *fn, void *arg);
static void tick(evutil_socket_t fd, short what, void *live);
static void beat(struct live *l, struct followers *list, int64_t now);
static void recheck(struct live *l);
static void rechecked(void *live, const struct answer *a);

struct live *live_new(const struct live_conf *conf)
{
    static const struct timeval every = {0, TICK_MS * 1000};
    struct live *l = calloc(1, sizeof *l);
    if (!l)
        fatal("out of memory");
    l->conf = *conf;
    for (int i = 0; i < WAITS; i++)
        TAILQ_INIT(&l->lists[i]);
    buf_init(&l->batch, BATCH_MAX);
    l->pump = event_new(conf->base, -1, 0, pump, l);
    l->tick = event_new(conf->base, -1, EV_PERSIST, tick, l);
    if (!l->pump || !l->tick || event_add(l->tick, &every) != 0)
        fatal("no timer");
    l->tail = tail_new(&(struct tail_conf){.base = conf->base,
                                           .store = conf->store,
                                           .every_ms = conf->every_ms,
                                           .kept = conf->kept,
                                           .news = on_news,
                                           .anew = on_anew,
                                           .ctx = l});
    return l;
}

void live_free(struct live *l)
{
    if (!l)
        return;
    ticket_drop(l->recheck);
    tail_free(l->tail);
    event_free(l->tick);
    event_free(l->pump);
    buf_done(&l->batch);
    free(l);
}

void live_kick(struct live *l)
{
    if (l)
        tail_kick(l->tail);
}

static void part_of(struct follower *k, void *reason)
{
    part(k, reason);
}

void live_drain(struct live *l)
{
    static char reason[] = "restart";
    l->draining = true;
    each(l, part_of, reason);
}

struct live_stats live_stats(const struct live *l)
{
    return l->stats;
}

enum step live_follow(struct live *l, struct call *c, int64_t from, const char *entity)
{
    static const struct stream_ears ears = {on_gone, on_taken};
    static const struct http_field fields[] = {{"Cache-Control", "no-store"},
                                               {"X-Accel-Buffering", "no"}};
    static const struct http_reply head = {
        .status = 200, .type = "text/event-stream", .fields = fields, .field_count = 2};
    if (l->draining)
        return call_fail(c, ERR_UNAVAILABLE, NULL);
    if (l->stats.streams >= l->conf.streams_max)
        return call_fail(c, ERR_BUSY, "There are too many streams.");
    struct follower *k = follower_new(l, c, from, entity);
    k->stream = exchange_stream(c->exchange, &head, &ears, k);
    call_end(c);
    if (k->stream)
        greet(k);
    else
        follower_free(k);
    return STEP_DONE;
}

static struct follower *follower_new(struct live *l, struct call *c, int64_t from,
                                     const char *entity)
{
    struct follower *k = calloc(1, sizeof *k);
    if (!k)
        fatal("out of memory");
    k->live = l;
    k->at = from < 0 ? HERE : from;
    k->role = role_of(c->role);
    snprintf(k->role_name, sizeof k->role_name, "%s", c->role);
    snprintf(k->entity, sizeof k->entity, "%s", entity ? entity : "");
    snprintf(k->token, sizeof k->token, "%s", c->token);
    k->waits = BEHIND;
    TAILQ_INSERT_TAIL(&l->lists[BEHIND], k, link);
    l->stats.streams++;
    return k;
}

static void follower_free(struct follower *k)
{
    live_replay_drop(k);
    TAILQ_REMOVE(&k->live->lists[k->waits], k, link);
    k->live->stats.streams--;
    free(k);
}

/* The first bytes. Clients of a daemon that ends come back spread over two seconds. */
static void greet(struct follower *k)
{
    char text[LINE];
    int len =
        snprintf(text, sizeof text, "retry: %d\n\n", (int)(1000 + k->live->serial++ % 20 * 100));
    pump_soon(k->live);
    (void)say(k, text, (size_t)len);
}

/* False: k is gone. */
static bool say(struct follower *k, const char *bytes, size_t len)
{
    k->beat = clock_mono_ms();
    if (stream_send(k->stream, bytes, len))
        return true;
    follower_free(k);
    return false;
}

static void part(struct follower *k, const char *reason)
{
    char text[LINE];
    int len = snprintf(text, sizeof text, "event: end\ndata: {\"reason\": \"%s\"}\n\n", reason);
    struct stream *s = k->stream;
    if (!say(k, text, (size_t)len))
        return;
    stream_end(s);
    follower_free(k);
}

static void on_gone(void *follower)
{
    follower_free(follower);
}

static void on_taken(void *follower)
{
    struct follower *k = follower;
    if (k->waits == BUSY)
        live_move(k, BEHIND);
}

void live_move(struct follower *k, enum waits to)
{
    TAILQ_REMOVE(&k->live->lists[k->waits], k, link);
    TAILQ_INSERT_TAIL(&k->live->lists[to], k, link);
    k->waits = to;
    if (to == BEHIND)
        pump_soon(k->live);
}

/* fn may move or end the follower that it gets, no other; one that it moves on may come again. */
static void each(struct live *l, follower_fn *fn, void *arg)
{
    for (int i = 0; i < WAITS; i++)
        for (struct follower *k = TAILQ_FIRST(&l->lists[i]), *next; k; k = next) {
            next = TAILQ_NEXT(k, link);
            fn(k, arg);
        }
}

static void tell(const struct live *l)
{
    if (l->conf.news)
        l->conf.news(l->conf.ctx);
}

static void on_news(void *live)
{
    struct live *l = live;
    struct follower *k;
    tell(l);
    while ((k = TAILQ_FIRST(&l->lists[CALM])))
        live_move(k, BEHIND);
    pump_soon(l);
}

static void lose(struct follower *k, void *arg)
{
    (void)arg;
    live_replay_drop(k);
    k->at = RELOAD;
    if (k->waits != BUSY && k->waits != BEHIND)
        live_move(k, BEHIND);
}

static void on_anew(void *live)
{
    tell(live);
    each(live, lose, NULL);
    pump_soon(live);
}

static void pump_soon(struct live *l)
{
    static const struct timeval at_once = {0};
    if (!evtimer_pending(l->pump, NULL) && event_add(l->pump, &at_once) != 0)
        fatal("no timer");
}

static void pump(evutil_socket_t fd, short what, void *live)
{
    struct live *l = live;
    struct follower *k;
    (void)fd;
    (void)what;
    if (!tail_known(l->tail))
        return;
    for (int i = 0; i < SLICE && (k = TAILQ_FIRST(&l->lists[BEHIND])); i++)
        go_on(k);
    if (!TAILQ_EMPTY(&l->lists[BEHIND]))
        pump_soon(l);
}

static void go_on(struct follower *k)
{
    struct live *l = k->live;
    int64_t newest = tail_newest(l->tail);
    buf_reset(&l->batch);
    k->proven |= k->at == 0 || (k->at + 1 >= tail_oldest(l->tail) && k->at <= newest);
    if (k->at == HERE) {
        buf_printf(&l->batch, "id: %lld\n\n", (long long)newest); /* where to come back to */
        k->at = newest;
        k->proven = true;
    } else if (k->at == RELOAD || newest - k->at > l->conf.replay_max) {
        buf_printf(&l->batch, "id: %lld\nevent: reset\ndata: {\"version\": %lld}\n\n",
                   (long long)newest, (long long)newest);
        k->at = newest;
        k->proven = true;
        l->stats.resets++;
    } else if (!k->proven || k->at + 1 < tail_oldest(l->tail)) {
        live_move(k, FAR);
        live_replay(l);
        return;
    } else {
        take_kept(k);
    }
    live_settle(k);
}

static void take_kept(struct follower *k)
{
    struct live *l = k->live;
    const struct change *c;
    while ((c = tail_after(l->tail, k->at)) && l->batch.len + c->len <= l->batch.max) {
        if (live_wants(k, c->roles, c->entity)) {
            buf_add(&l->batch, c->text, c->len);
            l->stats.sent++;
        }
        k->at = c->version;
    }
}

bool live_wants(const struct follower *k, unsigned roles, const char *entity)
{
    return (roles & k->role) && (!*k->entity || strcmp(k->entity, entity) == 0);
}

void live_settle(struct follower *k)
{
    struct live *l = k->live;
    if (l->batch.len > 0 && !say(k, l->batch.data, l->batch.len))
        return;
    live_move(k, !stream_idle(k->stream) ? BUSY : k->at < tail_newest(l->tail) ? BEHIND : CALM);
}

static void tick(evutil_socket_t fd, short what, void *live)
{
    struct live *l = live;
    int64_t now = clock_mono_ms();
    (void)fd;
    (void)what;
    for (int i = 0; i < WAITS; i++)
        beat(l, &l->lists[i], now);
    if (now >= l->recheck_at)
        recheck(l);
    live_replay(l);
}

/* An id without data moves only the client's position: whoever may see little comes back from where
 * the log is, not from its last event. */
static void beat(struct live *l, struct followers *list, int64_t now)
{
    char text[LINE];
    int said = 0;
    for (struct follower *k = TAILQ_FIRST(list), *next; k && said < SLICE; k = next) {
        next = TAILQ_NEXT(k, link);
        if (now - k->beat < l->conf.heartbeat_ms || !stream_idle(k->stream))
            continue;
        int len = k->proven && k->at >= 0
                      ? snprintf(text, sizeof text, ":\nid: %lld\n\n", (long long)k->at)
                      : snprintf(text, sizeof text, ":\n\n");
        (void)say(k, text, (size_t)len);
        said++;
    }
}

static void list_token(struct follower *k, void *tokens)
{
    json_array_append_new(tokens, json_pack("[s, s]", k->token, k->role_name));
}

static void recheck(struct live *l)
{
    if (l->recheck || l->stats.streams == 0)
        return;
    json_t *tokens = json_array();
    each(l, list_token, tokens);
    char *text = json_dumps(tokens, JSON_COMPACT);
    l->recheck = store_ask(l->conf.store, ASK_tokens_ended, (const char *[]){text}, rechecked, l);
    free(text);
    json_decref(tokens);
}

struct ended {
    const char *token, *role;
};

static void part_ended(struct follower *k, void *arg)
{
    const struct ended *e = arg;
    if (strcmp(k->token, e->token) == 0 && strcmp(k->role_name, e->role) == 0)
        part(k, "unauthenticated");
}

static void rechecked(void *live, const struct answer *a)
{
    struct live *l = live;
    l->recheck = NULL;
    l->recheck_at = clock_mono_ms() + (a->err == OK ? l->conf.recheck_ms : RETRY_MS);
    for (size_t i = 0; a->err == OK && i < rows_count(a->rows); i++)
        each(l, part_ended,
             &(struct ended){rows_text(a->rows, i, "hash"), rows_text(a->rows, i, "role")});
}
