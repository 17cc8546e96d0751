/*
 * Inside the store only: one connection in pipeline mode, one sync after each statement.
 *     DOWN (backoff) -> CONNECTING -> PREPARING -> READY -> DOWN ...
 * It lives until pg_free() and never gives up. Tickets sent on it come back to the owner: answered
 * (with the result, after the sync) or lost (the connection broke; oldest last, so that putting
 * each at the head of a queue keeps their order). The owner's functions are called from the loop
 * and from pg_send() and pg_flush(); they must not free the connection.
 */
#ifndef STORE_PG_H
#define STORE_PG_H

#include "store/ticket.h"

struct event_base;
struct pg;

struct pg_conf {
    struct event_base *base;
    const char *const *keys; /* libpq's keywords and values; outlive the connection */
    const char *const *values;
    const struct ask_row *asks; /* those of its lane are prepared */
    size_t ask_count;
    enum lane lane;
    int depth;    /* statements in flight at most */
    int stall_ms; /* no answer for so long: the connection is given up */
    int backoff_min_ms, backoff_max_ms;
    void (*changed)(void *owner); /* it got ready or went down */
    void (*answered)(void *owner, struct ticket *t);
    void (*lost)(void *owner, struct ticket *t);
    void *owner;
};

struct pg *pg_new(const struct pg_conf *conf);
void pg_free(struct pg *p); /* frees the tickets on it too */

bool pg_ready(const struct pg *p);
size_t pg_load(const struct pg *p);   /* statements in flight */
bool pg_has_room(const struct pg *p); /* ready, and below its depth */
uint64_t pg_reconnects(const struct pg *p);
const char *pg_problem(const struct pg *p);   /* why an ask could not be prepared, or NULL */
void pg_send(struct pg *p, struct ticket *t); /* only with room; leaves the bytes for pg_flush() */
void pg_flush(struct pg *p);

#endif
