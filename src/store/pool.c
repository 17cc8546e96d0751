#include "store/pool.h"

#include "store/pg.h"

#include <event2/event.h>
#include <sodium.h>
#include <stdlib.h>

enum { JITTER_MIN_MS = 5, JITTER_MAX_MS = 50 };

struct pool {
    struct pool_conf conf;
    struct target target;
    struct pg **conns;
    struct ticket_list queue;
    struct ticket_list retrying;
    struct lane_stats stats; /* counters, and how many are queued */
};

static void on_changed(void *owner);
static void on_answered(void *owner, struct ticket *t);
static void on_lost(void *owner, struct ticket *t);
static void on_jitter(evutil_socket_t fd, short what, void *ctx);
static void enqueue_first(struct pool *p, struct ticket *t);
static struct ticket *dequeue(struct pool *p);
static struct pg *least_loaded(const struct pool *p);
static void retry(struct pool *p, struct ticket *t);
static void finish(struct pool *p, struct ticket *t, enum err err, const char *why);
static void free_all(struct ticket_list *list);

struct pool *pool_new(const struct pool_conf *conf)
{
    struct pool *p = need(calloc(1, sizeof *p));
    p->conf = *conf;
    TAILQ_INIT(&p->queue);
    TAILQ_INIT(&p->retrying);
    target_init(&p->target, conf->conninfo, ask_lane_name(conf->lane), conf->timeout_ms);
    const struct pg_conf pg = {.base = conf->base,
                               .keys = p->target.keys,
                               .values = p->target.values,
                               .asks = conf->asks,
                               .ask_count = conf->ask_count,
                               .lane = conf->lane,
                               .depth = conf->depth,
                               .stall_ms = conf->timeout_ms * 2,
                               .backoff_min_ms = conf->backoff_min_ms,
                               .backoff_max_ms = conf->backoff_max_ms,
                               .changed = on_changed,
                               .answered = on_answered,
                               .lost = on_lost,
                               .owner = p};
    p->conns = need(calloc((size_t)conf->conns, sizeof *p->conns));
    for (int i = 0; i < conf->conns; i++)
        p->conns[i] = pg_new(&pg);
    return p;
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->conf.conns; i++)
        pg_free(p->conns[i]);
    free_all(&p->queue);
    free_all(&p->retrying);
    target_done(&p->target);
    free(p->conns);
    free(p);
}

void pool_put(struct pool *p, struct ticket *t)
{
    t->pool = p;
    p->stats.asked++;
    if (p->stats.queued >= (size_t)p->conf.queue_max) {
        finish(p, t, ERR_BUSY, "too many asks are waiting");
    } else {
        t->state = TICKET_QUEUED;
        TAILQ_INSERT_TAIL(&p->queue, t, link);
        p->stats.queued++;
        p->conf.wake(p->conf.owner);
    }
}

void pool_remove(struct pool *p, struct ticket *t)
{
    bool queued = t->state == TICKET_QUEUED;
    TAILQ_REMOVE(queued ? &p->queue : &p->retrying, t, link);
    p->stats.queued -= queued;
}

void pool_dispatch(struct pool *p)
{
    struct pg *to;
    while (!TAILQ_EMPTY(&p->queue) && (to = least_loaded(p)))
        pg_send(to, dequeue(p));
    for (int i = 0; i < p->conf.conns; i++)
        pg_flush(p->conns[i]);
    while (!TAILQ_EMPTY(&p->queue) && !pool_ready(p))
        finish(p, dequeue(p), ERR_UNAVAILABLE, "no connection to the database");
}

static struct pg *least_loaded(const struct pool *p)
{
    struct pg *best = NULL;
    for (int i = 0; i < p->conf.conns; i++)
        if (pg_has_room(p->conns[i]) && (!best || pg_load(p->conns[i]) < pg_load(best)))
            best = p->conns[i];
    return best;
}

bool pool_ready(const struct pool *p)
{
    for (int i = 0; i < p->conf.conns; i++)
        if (pg_ready(p->conns[i]))
            return true;
    return false;
}

bool pool_idle(const struct pool *p)
{
    return TAILQ_EMPTY(&p->queue) && TAILQ_EMPTY(&p->retrying) && pool_stats(p).in_flight == 0;
}

const char *pool_problem(const struct pool *p)
{
    for (int i = 0; i < p->conf.conns; i++)
        if (pg_problem(p->conns[i]))
            return pg_problem(p->conns[i]);
    return NULL;
}

struct lane_stats pool_stats(const struct pool *p)
{
    struct lane_stats s = p->stats;
    for (int i = 0; i < p->conf.conns; i++) {
        s.in_flight += pg_load(p->conns[i]);
        s.reconnects += pg_reconnects(p->conns[i]);
        s.ready += pg_ready(p->conns[i]);
    }
    return s;
}

static void on_changed(void *owner)
{
    struct pool *p = owner;
    p->conf.changed(p->conf.owner);
}

static void on_answered(void *owner, struct ticket *t)
{
    struct pool *p = owner;
    p->conf.wake(p->conf.owner);
    enum err err = t->fn && t->res ? result_err(t->res, t->row->card) : ERR_INTERNAL;
    if (err == ERR_RETRY && !t->retried)
        retry(p, t);
    else
        finish(p, t, err, t->res ? NULL : "no result came");
}

/* Rivals that met once should not meet again: the second try comes after a random moment. */
static void retry(struct pool *p, struct ticket *t)
{
    int ms = JITTER_MIN_MS + (int)randombytes_uniform(JITTER_MAX_MS - JITTER_MIN_MS);
    struct timeval tv = {.tv_usec = ms * 1000};
    ticket_clear(t);
    t->retried = true;
    t->state = TICKET_RETRYING;
    TAILQ_INSERT_TAIL(&p->retrying, t, link);
    t->jitter = need(evtimer_new(p->conf.base, on_jitter, t));
    evtimer_add(t->jitter, &tv);
    p->stats.retried++;
}

static void on_jitter(evutil_socket_t fd, short what, void *ctx)
{
    struct ticket *t = ctx;
    struct pool *p = t->pool;
    (void)fd, (void)what;
    event_free(t->jitter);
    t->jitter = NULL;
    TAILQ_REMOVE(&p->retrying, t, link);
    enqueue_first(p, t);
}

static void on_lost(void *owner, struct ticket *t)
{
    struct pool *p = owner;
    ticket_clear(t);
    if (t->fn && t->row->lane == LANE_READ && !t->requeued) {
        t->requeued = true;
        p->stats.requeued++;
        enqueue_first(p, t);
    } else {
        finish(p, t, ERR_UNAVAILABLE, "the connection to the database broke");
    }
}

/* Beyond queue_max by what was in flight at most. */
static void enqueue_first(struct pool *p, struct ticket *t)
{
    t->state = TICKET_QUEUED;
    TAILQ_INSERT_HEAD(&p->queue, t, link);
    p->stats.queued++;
    p->conf.wake(p->conf.owner);
}

static struct ticket *dequeue(struct pool *p)
{
    struct ticket *t = TAILQ_FIRST(&p->queue);
    TAILQ_REMOVE(&p->queue, t, link);
    p->stats.queued--;
    return t;
}

static void finish(struct pool *p, struct ticket *t, enum err err, const char *why)
{
    if (!t->fn) { /* nobody listens */
        ticket_free(t);
        return;
    }
    t->err = err;
    t->why = why;
    p->stats.failed += err != OK;
    p->conf.done(p->conf.owner, t);
}

static void free_all(struct ticket_list *list)
{
    struct ticket *t;
    while ((t = TAILQ_FIRST(list))) {
        TAILQ_REMOVE(list, t, link);
        ticket_free(t);
    }
}
