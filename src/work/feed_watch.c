#include "base/arena.h"
#include "base/log.h"
#include "dav_calendar.h"
#include "flow/call.h"
#include "work/feeds.h"

#include <stdio.h>
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
    struct feed_cache *feeds;
    struct dav_calendars *dav;
    int64_t fresh_ms;
    struct ticket *ticket; /* one at a time */
    unsigned long round;
    TAILQ_HEAD(, waiter) waiting; /* in the order of rounds, those without one last */
    bool known, doubted;          /* doubted: something was written here since it was asked */
    int64_t asked_ms;             /* for what is known; sent_ms: for what is under way */
    int64_t sent_ms;
    long long version, at;
};

static void ask_now(struct feed_watch *w);
static void answered(void *watch, const struct answer *a);
static void left(void *waiter);

struct feed_watch *feed_watch_new(struct store *s, struct feed_cache *feeds,
                                  struct dav_calendars *dav, int64_t fresh_ms)
{
    struct feed_watch *w = calloc(1, sizeof *w);
    if (!w)
        fatal("out of memory");
    w->store = s;
    w->feeds = feeds;
    w->dav = dav;
    w->fresh_ms = fresh_ms;
    TAILQ_INIT(&w->waiting);
    return w;
}

void feed_watch_free(struct feed_watch *w)
{
    if (w)
        ticket_drop(w->ticket);
    free(w);
}

bool feed_watch_knows(const struct feed_watch *w, int64_t most_ms)
{
    int64_t good = most_ms < w->fresh_ms ? most_ms : w->fresh_ms;
    return w->known && !w->doubted && clock_mono_ms() - w->asked_ms < good;
}

bool feed_watch_fresh(const struct feed_watch *w, long long until)
{
    int64_t since = (clock_mono_ms() - w->asked_ms) / 1000;
    return w->known && w->at + since < until;
}

bool feed_watch_missed(struct feed_watch *w, long long version)
{
    if (w->version == 0)
        w->version = version;
    return version < w->version;
}

void feed_watch_doubt(struct feed_watch *w)
{
    if (w)
        w->doubted = true;
}

static void reach(struct feed_watch *w, const char *keys)
{
    if (keys && !*keys)
        return;
    json_t *set = feed_keys(keys);
    feed_cache_reach(w->feeds, set);
    dav_calendars_reach(w->dav, set);
    json_decref(set);
}

void feed_watch_lost(struct feed_watch *w)
{
    w->known = false;
    w->version = 0;
    reach(w, NULL);
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
    char since[24];
    w->round++;
    TAILQ_FOREACH(one, &w->waiting, link)
    one->round = w->round;
    w->doubted = false;
    w->sent_ms = clock_mono_ms();
    snprintf(since, sizeof since, "%lld", w->version);
    w->ticket = store_ask(w->store, ASK_feeds_now, (const char *[]){since}, answered, w);
}

static void learn(struct feed_watch *w, const struct answer *a)
{
    w->known = a->err == OK;
    if (!w->known)
        return;
    w->version = rows_int(a->rows, 0, "version");
    w->at = rows_int(a->rows, 0, "at");
    w->asked_ms = w->sent_ms;
    reach(w, rows_null(a->rows, 0, "keys") ? NULL : rows_text(a->rows, 0, "keys"));
}

/* A failure is left to what the call does next. Who comes meanwhile belongs to the next round. */
static void answered(void *watch, const struct answer *a)
{
    struct feed_watch *w = watch;
    struct waiter *one;
    w->ticket = NULL;
    learn(w, a);
    while ((one = TAILQ_FIRST(&w->waiting)) && one->round == w->round) {
        TAILQ_REMOVE(&w->waiting, one, link);
        one->watch = NULL;
        call_go_on(one->call);
    }
    if (!w->ticket && !TAILQ_EMPTY(&w->waiting))
        ask_now(w);
}
