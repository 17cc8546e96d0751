/*
 * Inside the store only: one ask on its way. A ticket is in exactly one list at a time (state says
 * which): its pool's queue, a connection's sent ones, its pool's retrying ones, or the store's done
 * ones. fn NULL means that nobody listens any more.
 */
#ifndef STORE_TICKET_H
#define STORE_TICKET_H

#include "base/log.h"
#include "store/store.h"

#include <libpq-fe.h>
#include <sys/queue.h>

enum ticket_state { TICKET_QUEUED, TICKET_SENT, TICKET_RETRYING, TICKET_DONE, TICKET_ANSWERING };

struct pool;
struct event;

struct ticket {
    TAILQ_ENTRY(ticket) link;
    enum ticket_state state;
    struct store *store;
    struct pool *pool;
    const struct ask_row *row;
    answer_fn *fn;
    void *ctx;
    bool requeued;        /* its connection broke once */
    bool retried;         /* the server asked for another try once */
    struct event *jitter; /* while RETRYING */
    PGresult *res;        /* what came before the sync; owned */
    enum err err;
    const char *why; /* our own words where there is no result; static text */
    size_t nargs;
    const char *args[]; /* into the same block of memory */
};
TAILQ_HEAD(ticket_list, ticket);

struct ticket *ticket_new(const struct ask_row *row, const char *const args[], answer_fn *fn,
                          void *ctx);
void ticket_free(struct ticket *t);
void ticket_clear(struct ticket *t);  /* forgets the result */
void ticket_answer(struct ticket *t); /* calls back, if anybody listens */

/* What a result means for an ask that wants that many rows. NULL: no result ever came. */
enum err result_err(const PGresult *res, enum card card);
void result_answer(PGresult *res, enum err err, const char *why, struct answer *ret_answer);
struct rows *rows_new(PGresult *res); /* takes the result */

static inline void *need(void *p)
{
    if (!p)
        fatal("out of memory");
    return p;
}

#endif
