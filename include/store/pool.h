/*
 * Inside the store only: the connections and the queue of one lane. Tickets wait in order; the
 * least loaded connection with room takes the first. Without a ready connection nobody waits.
 */
#ifndef STORE_POOL_H
#define STORE_POOL_H

#include "store/target.h"
#include "store/ticket.h"

struct event_base;
struct pg;

struct pool_conf {
    struct event_base *base;
    const char *conninfo;
    const struct ask_row *asks;
    size_t ask_count;
    enum lane lane;
    int conns, depth, timeout_ms, queue_max, backoff_min_ms, backoff_max_ms;
    void (*changed)(void *owner); /* a connection got ready or went down */
    void (*wake)(void *owner);    /* pool_dispatch() has something to do */
    void (*done)(void *owner, struct ticket *t);
    void *owner;
};

struct pool *pool_new(const struct pool_conf *conf);
void pool_free(struct pool *p); /* frees the tickets in it too */

void pool_put(struct pool *p, struct ticket *t);    /* queued, or done with ERR_BUSY */
void pool_remove(struct pool *p, struct ticket *t); /* one that is queued or retrying */
void pool_dispatch(struct pool *p);

bool pool_ready(const struct pool *p);
bool pool_idle(const struct pool *p);
const char *pool_problem(const struct pool *p);
struct lane_stats pool_stats(const struct pool *p);

#endif
