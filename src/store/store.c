#include "store/store.h"

#include "store/pool.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

enum { WHY_MAX = 256 };

/* All that calls back does so from the turn: connections and pools never run a stranger's code. */
struct store {
    struct store_conf conf;
    struct pool *pools[LANE_COUNT];
    struct event *turn;
    struct ticket_list done;
    size_t done_count;
    bool awake; /* a turn is due */
    bool changed;
    bool draining;
};

static void fill_defaults(struct store_conf *c);
static struct pool *lane_open(struct store *s, struct event_base *base, enum lane lane);
static void on_changed(void *owner);
static void on_wake(void *owner);
static void on_done(void *owner, struct ticket *t);
static void on_turn(evutil_socket_t fd, short what, void *ctx);

enum err store_open(struct event_base *base, const struct store_conf *conf,
                    struct store **ret_store)
{
    char text[WHY_MAX];
    const char *why = text;
    if (!store_conninfo_ok(conf->conninfo, text, sizeof text)) {
        log_error("store.conninfo", F_STR("why", why));
        return ERR_INVALID;
    }
    struct store *s = need(calloc(1, sizeof *s));
    s->conf = *conf;
    fill_defaults(&s->conf);
    TAILQ_INIT(&s->done);
    s->turn = need(evtimer_new(base, on_turn, s));
    for (int lane = 0; lane < LANE_COUNT; lane++)
        s->pools[lane] = lane_open(s, base, (enum lane)lane);
    *ret_store = s;
    return OK;
}

static void fill_defaults(struct store_conf *c)
{
    const struct {
        int *field;
        int value;
    } rows[] = {
        {&c->read_conns, 2},          {&c->read_depth, 16},         {&c->write_conns, 8},
        {&c->long_conns, 1},          {&c->queue_max, 256},         {&c->read_timeout_ms, 2000},
        {&c->write_timeout_ms, 5000}, {&c->long_timeout_ms, 60000}, {&c->backoff_min_ms, 100},
        {&c->backoff_max_ms, 5000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (*rows[i].field <= 0)
            *rows[i].field = rows[i].value;
    if (!c->asks) {
        c->asks = ask_rows;
        c->ask_count = ASK_COUNT;
    }
}

static struct pool *lane_open(struct store *s, struct event_base *base, enum lane lane)
{
    const struct store_conf *c = &s->conf;
    const struct {
        int conns, depth, timeout_ms;
    } rows[LANE_COUNT] = {
        [LANE_READ] = {c->read_conns, c->read_depth, c->read_timeout_ms},
        [LANE_WRITE] = {c->write_conns, 1, c->write_timeout_ms},
        [LANE_LONG] = {c->long_conns, 1, c->long_timeout_ms},
    };
    return pool_new(&(struct pool_conf){.base = base,
                                        .conninfo = c->conninfo,
                                        .asks = c->asks,
                                        .ask_count = c->ask_count,
                                        .lane = lane,
                                        .conns = rows[lane].conns,
                                        .depth = rows[lane].depth,
                                        .timeout_ms = rows[lane].timeout_ms,
                                        .queue_max = c->queue_max,
                                        .backoff_min_ms = c->backoff_min_ms,
                                        .backoff_max_ms = c->backoff_max_ms,
                                        .changed = on_changed,
                                        .wake = on_wake,
                                        .done = on_done,
                                        .owner = s});
}

struct ticket *store_ask(struct store *s, enum ask ask, const char *const args[], answer_fn *fn,
                         void *ctx)
{
    assert((size_t)ask < s->conf.ask_count);
    const struct ask_row *row = &s->conf.asks[ask];
    struct ticket *t = ticket_new(row, args, fn, ctx);
    t->store = s;
    if (s->draining) {
        t->err = ERR_UNAVAILABLE;
        t->why = "the service is shutting down";
        on_done(s, t);
    } else {
        pool_put(s->pools[row->lane], t);
    }
    return t;
}

void ticket_drop(struct ticket *t)
{
    if (!t || t->state == TICKET_ANSWERING)
        return;
    t->fn = NULL;
    if (t->state == TICKET_SENT)
        return; /* freed when its result comes */
    if (t->state == TICKET_DONE) {
        TAILQ_REMOVE(&t->store->done, t, link);
        t->store->done_count--;
    } else {
        pool_remove(t->pool, t);
    }
    ticket_free(t);
}

bool ticket_sent(const struct ticket *t)
{
    return t->state != TICKET_QUEUED;
}

bool store_ready(const struct store *s)
{
    for (int lane = 0; lane < LANE_COUNT; lane++)
        if (!pool_ready(s->pools[lane]))
            return false;
    return true;
}

const char *store_problem(const struct store *s)
{
    const char *problem = NULL;
    for (int lane = 0; lane < LANE_COUNT && !problem; lane++)
        problem = pool_problem(s->pools[lane]);
    return problem;
}

struct lane_stats store_stats(const struct store *s, enum lane lane)
{
    return pool_stats(s->pools[lane]);
}

void store_drain(struct store *s)
{
    s->draining = true;
}

bool store_idle(const struct store *s)
{
    for (int lane = 0; lane < LANE_COUNT; lane++)
        if (!pool_idle(s->pools[lane]))
            return false;
    return TAILQ_EMPTY(&s->done);
}

void store_close(struct store *s)
{
    struct ticket *t;
    if (!s)
        return;
    for (int lane = 0; lane < LANE_COUNT; lane++)
        pool_free(s->pools[lane]);
    while ((t = TAILQ_FIRST(&s->done))) {
        TAILQ_REMOVE(&s->done, t, link);
        ticket_free(t);
    }
    event_free(s->turn);
    free(s);
}

static void on_changed(void *owner)
{
    struct store *s = owner;
    s->changed = true;
    on_wake(s);
}

static void on_wake(void *owner)
{
    struct store *s = owner;
    if (s->awake)
        return;
    s->awake = true;
    evtimer_add(s->turn, &(struct timeval){0}); /* the next turn, after other events */
}

static void on_done(void *owner, struct ticket *t)
{
    struct store *s = owner;
    t->state = TICKET_DONE;
    TAILQ_INSERT_TAIL(&s->done, t, link);
    s->done_count++;
    on_wake(s);
}

/* Answers that come due while answering wait for the next turn, so that the loop stays fair. */
static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
    struct store *s = ctx;
    struct ticket *t;
    (void)fd, (void)what;
    s->awake = false;
    for (size_t n = s->done_count; n > 0 && (t = TAILQ_FIRST(&s->done)); n--) {
        TAILQ_REMOVE(&s->done, t, link);
        s->done_count--;
        t->state = TICKET_ANSWERING;
        ticket_answer(t);
        ticket_free(t);
    }
    for (int lane = 0; lane < LANE_COUNT; lane++)
        pool_dispatch(s->pools[lane]);
    if (s->changed && s->conf.changed)
        s->conf.changed(s->conf.ctx, s);
    s->changed = false;
}
