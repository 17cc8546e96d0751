#include "base/arena.h"
#include "base/log.h"
#include "flow/call.h"
#include "work/feeds.h"

#include <stdlib.h>
#include <sys/queue.h>

struct waiter {
    TAILQ_ENTRY(waiter) link;
    struct feed_watch *watch;
    struct call *call;
    unsigned long round; /* of the ask that it waits for; 0: of the next one */
};

struct feed_watch {
    struct store *store;
    struct ticket *ticket; /* one at a time */
    unsigned long round;
    TAILQ_HEAD(, waiter) waiting; /* in the order of rounds, those without one last */
    bool known;
    long long version, at;
};

static void ask_now(struct feed_watch *w);
static void answered(void *watch, const struct answer *a);
static void left(void *waiter);

struct feed_watch *feed_watch_new(struct store *s)
{
    struct feed_watch *w = calloc(1, sizeof *w);
    if (!w)
        fatal("out of memory");
    w->store = s;
    TAILQ_INIT(&w->waiting);
    return w;
}

void feed_watch_free(struct feed_watch *w)
{
    if (w)
        ticket_drop(w->ticket);
    free(w);
}

bool feed_watch_fresh(const struct feed_watch *w, const struct feed_body *b)
{
    return w->known && b->version == w->version && w->at < b->until;
}

void feed_watch_wait(struct feed_watch *w, struct call *c)
{
    struct waiter *one = arena_new_of(call_arena(c), struct waiter);
    one->watch = w;
    one->call = c;
    TAILQ_INSERT_TAIL(&w->waiting, one, link);
    arena_hook(call_arena(c), left, one);
    if (!w->ticket)
        ask_now(w);
    else if (!ticket_sent(w->ticket))
        one->round = w->round;
}

/* The call ended, maybe before its turn came. */
static void left(void *waiter)
{
    struct waiter *one = waiter;
    if (one->watch)
        TAILQ_REMOVE(&one->watch->waiting, one, link);
}

static void ask_now(struct feed_watch *w)
{
    struct waiter *one;
    w->round++;
    TAILQ_FOREACH(one, &w->waiting, link)
    one->round = w->round;
    w->ticket = store_ask(w->store, ASK_feeds_now, NULL, answered, w);
}

/* A failure is left to what the call does next. Who comes meanwhile belongs to the next round. */
static void answered(void *watch, const struct answer *a)
{
    struct feed_watch *w = watch;
    struct waiter *one;
    w->ticket = NULL;
    w->known = a->err == OK;
    w->version = w->known ? rows_int(a->rows, 0, "version") : 0;
    w->at = w->known ? rows_int(a->rows, 0, "at") : 0;
    while ((one = TAILQ_FIRST(&w->waiting)) && one->round == w->round) {
        TAILQ_REMOVE(&w->waiting, one, link);
        one->watch = NULL;
        call_go_on(one->call);
    }
    if (!w->ticket && !TAILQ_EMPTY(&w->waiting))
        ask_now(w);
}
