#include "work/outbox.h"

#include "base/arena.h"
#include "base/log.h"
#include "carrier.h"
#include "form/json.h"

#include <event2/event.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

enum { KICK_MS = 20, MARK_AGAIN_MS = 1000, BYTES_MAX = 1 << 20, BACKOFF_MAX_S = 6 * 3600 };

/* One claimed row: handed over, marked; then freed. */
struct work {
    struct job job; /* first: a carrier's job is our work */
    TAILQ_ENTRY(work) link;
    struct outbox *outbox;
    int attempts;
    bool ok, gone, dead;
    const char *why;
    struct ticket *ticket;
    struct event *again;
    int marks;
};

struct outbox {
    struct app *app;
    const struct carrier *carrier;
    struct outbox_limits limits;
    void *way; /* the carrier's */
    char worker[64];
    struct event *timer;
    struct ticket *claim;
    TAILQ_HEAD(, work) list;
    size_t count;
    bool kicked, draining;
    struct outbox_stats stats;
};

static void on_timer(evutil_socket_t fd, short what, void *outbox);
static void claimed(void *outbox, const struct answer *a);
static void start(struct outbox *o, const struct rows *rows, size_t row);
static void mark(struct work *w);

struct outbox *outbox_new(struct app *app, const struct carrier *carrier)
{
    struct outbox *o = calloc(1, sizeof *o);
    if (!o)
        fatal("out of memory");
    o->app = app;
    o->carrier = carrier;
    o->limits = carrier->limits(app->conf);
    TAILQ_INIT(&o->list);
    snprintf(o->worker, sizeof o->worker, "%ld-%08" PRIx32, (long)getpid(), randombytes_random());
    o->timer = evtimer_new(app->base, on_timer, o);
    if (!o->timer)
        fatal("no timer");
    o->way = carrier->open(app);
    outbox_kick(o);
    return o;
}

static void work_free(struct work *w)
{
    struct outbox *o = w->outbox;
    TAILQ_REMOVE(&o->list, w, link);
    o->count--;
    ticket_drop(w->ticket);
    if (w->again)
        event_free(w->again);
    buf_done(&w->job.bytes);
    arena_free(w->job.arena);
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    o->carrier->close(o->way);
    while (!TAILQ_EMPTY(&o->list))
        work_free(TAILQ_FIRST(&o->list));
    ticket_drop(o->claim);
    event_free(o->timer);
    free(o);
}

static int64_t room(const struct outbox *o)
{
    return o->limits.most - (int64_t)o->count;
}

void outbox_kick(struct outbox *o)
{
    if (o->draining)
        return;
    if (o->claim || room(o) <= 0) {
        o->kicked = true; /* looks again when the work in hand is done */
        return;
    }
    if (!evtimer_pending(o->timer, NULL))
        event_add(o->timer, &(struct timeval){0, KICK_MS * 1000});
}

void outbox_drain(struct outbox *o)
{
    o->draining = true;
    event_del(o->timer);
}

bool outbox_idle(const struct outbox *o)
{
    return !o->claim && o->count == 0;
}

const struct outbox_stats *outbox_stats(const struct outbox *o)
{
    return &o->stats;
}

static void on_timer(evutil_socket_t fd, short what, void *outbox)
{
    struct outbox *o = outbox;
    char n[24], lease[24], *fresh = NULL;
    (void)fd;
    (void)what;
    if (o->claim || o->draining || room(o) <= 0)
        return;
    o->kicked = false;
    snprintf(n, sizeof n, "%" PRId64, room(o));
    snprintf(lease, sizeof lease, "%" PRId64, o->limits.lease_ms / 1000);
    if (o->carrier->fresh)
        fresh = o->carrier->fresh(o->way, (size_t)room(o));
    o->claim = store_ask(o->app->store, o->carrier->claim,
                         (const char *[]){o->worker, n, lease, fresh}, claimed, o);
    free(fresh);
}

static void claimed(void *outbox, const struct answer *a)
{
    struct outbox *o = outbox;
    o->claim = NULL;
    if (a->err != OK) {
        log_warn("outbox.claim", F_STR("of", o->carrier->name),
                 F_STR("error", err_row(a->err)->code));
        return;
    }
    size_t n = rows_count(a->rows);
    for (size_t i = 0; i < n; i++)
        start(o, a->rows, i);
    if (n > 0 || o->kicked)
        outbox_kick(o);
    if (n > 0 && o == o->app->outbox)
        outbox_kick(o->app->hooks); /* a mail that leaves is an event */
}

static void start(struct outbox *o, const struct rows *rows, size_t row)
{
    struct arena *a = arena_new();
    struct work *w = arena_new_of(a, struct work);
    w->outbox = o;
    w->job.arena = a;
    w->job.worker = o->worker;
    w->job.id = arena_strdup(a, rows_text(rows, row, "id"));
    w->attempts = (int)rows_int(rows, row, "attempts");
    buf_init(&w->job.bytes, BYTES_MAX);
    TAILQ_INSERT_TAIL(&o->list, w, link);
    o->count++;
    json_t *message = json_loads(rows_text(rows, row, "message"), 0, NULL);
    arena_hook(a, json_hook, message);
    o->carrier->carry(o->way, &w->job, message);
}

void job_done(void *job, const struct talk_result *r)
{
    struct work *w = job;
    struct outbox *o = w->outbox;
    w->ok = r->ok;
    w->gone = r->gone;
    w->dead = !r->ok && (r->permanent || r->gone || w->attempts >= o->limits.attempts_max);
    w->why = arena_strdup(w->job.arena, r->ok ? "" : r->why);
    *(r->ok ? &o->stats.sent : w->dead ? &o->stats.dead : &o->stats.failed) += 1;
    if (r->ok) /* the server's words may hold an address: they go to the database, not the log */
        log_info("outbox.sent", F_STR("of", o->carrier->name), F_STR("id", w->job.id),
                 F_INT("attempt", w->attempts));
    else
        log_warn(w->dead ? "outbox.dead" : "outbox.failed", F_STR("of", o->carrier->name),
                 F_STR("id", w->job.id), F_INT("attempt", w->attempts));
    mark(w);
}

/* Doubles with each attempt, up to six hours; up to a fifth more, so that they do not march. */
static int64_t backoff_seconds(const struct work *w)
{
    int64_t s = w->outbox->limits.backoff_ms / 1000;
    for (int i = 1; i < w->attempts && s < BACKOFF_MAX_S; i++)
        s *= 2;
    s = s < 1 ? 1 : s > BACKOFF_MAX_S ? BACKOFF_MAX_S : s;
    return s + randombytes_uniform((uint32_t)(s / 5 + 1));
}

static void mark_again(evutil_socket_t fd, short what, void *work)
{
    (void)fd;
    (void)what;
    mark(work);
}

/* A mark that the database did not take is tried again while the lease lasts: what was sent should
 * not be sent twice because PostgreSQL was away for a moment. */
static void marked(void *work, const struct answer *a)
{
    struct work *w = work;
    struct outbox *o = w->outbox;
    w->ticket = NULL;
    if (a->err != OK && !o->draining && ++w->marks * MARK_AGAIN_MS < o->limits.lease_ms) {
        if (!w->again)
            w->again = evtimer_new(o->app->base, mark_again, w);
        event_add(w->again, &(struct timeval){MARK_AGAIN_MS / 1000, 0});
        return;
    }
    if (a->err == OK && strcmp(rows_value(a->rows), "t") != 0)
        o->stats.lost++;
    work_free(w);
    if (o->kicked && o->count == 0)
        outbox_kick(o);
}

static void mark(struct work *w)
{
    struct outbox *o = w->outbox;
    const struct carrier *c = o->carrier;
    const char *id = w->job.id;
    if (w->ok) {
        char hash[ID_HASH_LEN + 1];
        id_hash(w->job.bytes.data, w->job.bytes.len, hash);
        w->ticket =
            store_ask(o->app->store, c->sent, (const char *[]){id, o->worker, hash}, marked, w);
        return;
    }
    if (w->gone) {
        w->ticket =
            store_ask(o->app->store, c->gone, (const char *[]){id, o->worker, w->why}, marked, w);
        return;
    }
    w->ticket =
        store_ask(o->app->store, c->failed,
                  (const char *[]){id, o->worker, w->why, w->dead ? "true" : "false",
                                   arena_printf(w->job.arena, "%" PRId64, backoff_seconds(w))},
                  marked, w);
}
