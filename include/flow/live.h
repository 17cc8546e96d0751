/*
 * The change log, live: one reader per daemon looks at it every so often (and soon after the
 * daemon's own writes), keeps the newest changes in memory and hands them to every stream of
 * /v1/changes, in order, each once. A stream has a position, the last version that it has or that
 * was not for it. Who is further behind than memory goes is read to from the database, page by
 * page, a few at a time. Nobody's position is ever guessed: a version that the log does not have,
 * or one too far back, gets the event `reset`, and so does everybody when the log was replaced by
 * an older one.
 *
 * The database says with each change which roles may see it. Tokens are looked at again every
 * recheck_ms, all in one ask. While PostgreSQL is away streams stay open and get their heartbeat.
 */
#ifndef FLOW_LIVE_H
#define FLOW_LIVE_H

#include "flow/call.h"

struct live;

struct live_conf {
    struct event_base *base;
    struct store *store;
    int64_t every_ms, heartbeat_ms, recheck_ms;
    int64_t replay_max;      /* changes that a stream may be behind */
    size_t kept;             /* changes in memory */
    size_t streams_max;      /* one more is answered 503 */
    void (*news)(void *ctx); /* the log has grown, or is another one; may be NULL */
    void *ctx;
};

struct live_stats {
    uint64_t sent, resets, replays; /* changes, to all streams; pages read for those behind */
    size_t streams;                 /* now */
};

struct live *live_new(const struct live_conf *conf);
void live_free(struct live *l);  /* the doors are closed; accepts NULL */
void live_kick(struct live *l);  /* there may be news: looks soon; accepts NULL */
void live_drain(struct live *l); /* tells all streams and ends them; takes no more */
struct live_stats live_stats(const struct live *l);

/* A step: makes the call a stream. from: the version after which it goes on, < 0 for what comes
 * from now on. entity: the only one that is wanted, or NULL. Returns STEP_DONE. */
enum step live_follow(struct live *l, struct call *c, int64_t from, const char *entity);

#endif
