/*
 * PostgreSQL, asked without waiting. The store keeps a few connections per lane, prepares every ask
 * of the lane on them, and reconnects with backoff for as long as it lives. An ask is one function
 * call, one transaction, one round trip; its callback comes exactly once, always from the event
 * loop and never from inside store_ask(), unless the ticket was dropped before.
 *
 * An answer counts only after the server's sync, so OK means committed. 40001 and 40P01 are tried
 * once more after a jitter, then ERR_RETRY. When a connection breaks, a READ goes once to another
 * one; a WRITE fails with ERR_UNAVAILABLE, its outcome unknown (that is what Idempotency-Key is
 * for). A lane without a ready connection fails its asks at once, so nobody waits without bound.
 *
 * libpq resolves host names blocking, so conninfo (with the PG* environment behind it) must name a
 * socket directory, an IP address, or hostaddr; store_conninfo_ok() says what is wrong.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "store/ask.h"
#include "store/rows.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct store;
struct ticket;

/* Called from the loop when readiness or the problem changed. */
typedef void store_change_fn(void *ctx, const struct store *s);

struct store_conf { /* 0 means the default in brackets */
    const char *conninfo;
    int read_conns;           /* [2] */
    int read_depth;           /* [16] statements in flight on one read connection */
    int write_conns;          /* [8] */
    int long_conns;           /* [1] */
    int queue_max;            /* [256] asks waiting per lane; beyond it ERR_BUSY */
    int read_timeout_ms;      /* [2000] statement_timeout of the lane */
    int write_timeout_ms;     /* [5000] */
    int long_timeout_ms;      /* [60000] */
    int backoff_min_ms;       /* [100] between attempts to connect, doubled up to ... */
    int backoff_max_ms;       /* [5000] */
    store_change_fn *changed; /* may be NULL */
    void *ctx;
    const struct ask_row *asks; /* [ask_rows] another table, for tests */
    size_t ask_count;
};

struct answer {
    enum err err;
    struct rows *rows;      /* NULL unless OK; gone after the callback unless rows_keep() */
    const char *message;    /* the server's words where it answered, else our own; never NULL */
    const char *detail;     /* DETAIL of the error, or NULL */
    const char *constraint; /* name of the violated constraint, or NULL */
    const char *sqlstate;   /* or NULL */
};

typedef void answer_fn(void *ctx, const struct answer *a);

/* ERR_INVALID: conninfo is not acceptable (logged). Connecting itself goes on in the loop. */
enum err store_open(struct event_base *base, const struct store_conf *conf,
                    struct store **ret_store) MUST;

/* Copies args (as many as the ask takes; may be NULL for none). The ticket is gone once called
 * back. */
struct ticket *store_ask(struct store *s, enum ask ask, const char *const args[], answer_fn *fn,
                         void *ctx);

/* The asker is gone: no callback. What was not sent yet is not sent; what was sent goes on (a write
 * is decided, a read or long one is bounded by its statement_timeout). NULL is accepted. */
void ticket_drop(struct ticket *t);

bool ticket_sent(const struct ticket *t); /* the server may have begun with it */

bool store_ready(const struct store *s);          /* every lane has a ready connection */
const char *store_problem(const struct store *s); /* a broken contract in words, or NULL */

struct lane_stats {
    uint64_t asked, failed, retried, requeued, reconnects;
    size_t queued, in_flight, ready;
};
struct lane_stats store_stats(const struct store *s, enum lane lane);

void store_drain(struct store *s);      /* from now on asks fail; what is under way goes on */
bool store_idle(const struct store *s); /* nothing queued, in flight or to be called back */
void store_close(struct store *s);      /* drops what is left; tickets are dead. NULL is accepted */

/* false: why (at most size bytes) says what is not acceptable about it. */
bool store_conninfo_ok(const char *conninfo, char *why, size_t size);

#endif
