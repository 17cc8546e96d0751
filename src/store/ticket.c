#include "store/ticket.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

static bool rows_right(const PGresult *res, enum card card);

struct ticket *ticket_new(const struct ask_row *row, const char *const args[], answer_fn *fn,
                          void *ctx)
{
    size_t n = ask_args(row), text = 0;
    assert(n <= ASK_ARGS_MAX && (n == 0 || args));
    for (size_t i = 0; i < n; i++)
        text += args[i] ? strlen(args[i]) + 1 : 0;

    struct ticket *t = need(calloc(1, sizeof *t + n * sizeof t->args[0] + text));
    t->row = row;
    t->fn = fn;
    t->ctx = ctx;
    t->nargs = n;
    char *end = (char *)&t->args[n];
    for (size_t i = 0; i < n; i++) {
        if (!args[i])
            continue;
        t->args[i] = end;
        end = stpcpy(end, args[i]) + 1;
    }
    return t;
}

void ticket_free(struct ticket *t)
{
    if (t->jitter)
        event_free(t->jitter);
    PQclear(t->res);
    free(t);
}

void ticket_clear(struct ticket *t)
{
    PQclear(t->res);
    t->res = NULL;
}

void ticket_answer(struct ticket *t)
{
    struct answer a;
    if (!t->fn)
        return;
    result_answer(t->res, t->err, t->why, &a);
    if (a.rows)
        t->res = NULL; /* the rows own it now */
    t->fn(t->ctx, &a);
    rows_free(a.rows);
}

enum err result_err(const PGresult *res, enum card card)
{
    switch ((int)PQresultStatus(res)) {
    case PGRES_TUPLES_OK:
        if (rows_right(res, card))
            return OK;
        return PQntuples(res) == 0 ? ERR_NOT_FOUND : ERR_INTERNAL;
    case PGRES_FATAL_ERROR:
        return err_from_sqlstate(PQresultErrorField(res, PG_DIAG_SQLSTATE));
    default:
        return ERR_INTERNAL;
    }
}

/* The one place where it is said how many rows an ask may give. */
static bool rows_right(const PGresult *res, enum card card)
{
    switch (card) {
    case CARD_ONE:
        return PQntuples(res) == 1;
    case CARD_MAYBE:
        return PQntuples(res) <= 1;
    case CARD_MANY:
    case CARD_NONE:
        break;
    }
    return true;
}

void result_answer(PGresult *res, enum err err, const char *why, struct answer *ret_answer)
{
    const char *message = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    *ret_answer = (struct answer){
        .err = err,
        .rows = err == OK ? rows_new(res) : NULL,
        .message = message ? message
                   : why   ? why
                           : err_row(err)->title,
        .detail = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL) : NULL,
        .constraint = res ? PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME) : NULL,
        .sqlstate = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL,
    };
}
