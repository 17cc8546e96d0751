#include "store/sync.h"

#include "store/ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_MAX = 512 };

struct sync {
    PGconn *conn;
    PGresult *failed; /* what failure quotes */
    char why[WHY_MAX];
    struct sync_failure failure;
};

static enum err judge(struct sync *s, PGresult *res, enum card card, struct rows **ret_rows);
static void fail(struct sync *s, PGresult *res, enum err err);
static void first_line(char *to, size_t size, const char *text);

struct sync *sync_open(const char *conninfo, char *why, size_t size)
{
    const char *const keys[] = {"fallback_application_name", "dbname", "client_encoding", NULL};
    const char *const values[] = {"jamund command", conninfo, "UTF8", NULL};
    struct sync *s = need(calloc(1, sizeof *s));
    s->conn = need(PQconnectdbParams(keys, values, 1));
    if (PQstatus(s->conn) != CONNECTION_OK) {
        first_line(why, size, PQerrorMessage(s->conn));
    } else if (sync_exec(s, "set client_min_messages = warning; set jit = off") != OK) {
        first_line(why, size, s->failure.answer.message);
    } else {
        return s;
    }
    sync_close(s);
    return NULL;
}

void sync_close(struct sync *s)
{
    if (!s)
        return;
    PQclear(s->failed);
    PQfinish(s->conn);
    free(s);
}

enum err sync_ask(struct sync *s, enum ask ask, const char *const args[], struct rows **ret_rows)
{
    const struct ask_row *row = &ask_rows[ask];
    char *sql = ask_sql(row);
    PGresult *res = PQexecParams(s->conn, sql, (int)ask_args(row), NULL, args, NULL, NULL, 0);
    free(sql);
    return judge(s, res, row->card, ret_rows);
}

enum err sync_query(struct sync *s, const char *sql, int nargs, const char *const args[],
                    struct rows **ret_rows)
{
    PGresult *res = PQexecParams(s->conn, sql, nargs, NULL, args, NULL, NULL, 0);
    return judge(s, res, CARD_MANY, ret_rows);
}

enum err sync_exec(struct sync *s, const char *sql)
{
    return judge(s, PQexec(s->conn, sql), CARD_NONE, NULL);
}

bool sync_in_transaction(const struct sync *s)
{
    return PQtransactionStatus(s->conn) == PQTRANS_INTRANS;
}

const struct sync_failure *sync_failure(const struct sync *s)
{
    return &s->failure;
}

static enum err judge(struct sync *s, PGresult *res, enum card card, struct rows **ret_rows)
{
    enum err err = OK;
    if (PQresultStatus(res) != PGRES_COMMAND_OK && PQresultStatus(res) != PGRES_EMPTY_QUERY)
        err = result_err(res, card);
    if (err != OK)
        fail(s, res, err);
    else if (ret_rows)
        *ret_rows = rows_new(res);
    else
        PQclear(res);
    return err;
}

static void fail(struct sync *s, PGresult *res, enum err err)
{
    PQclear(s->failed);
    s->failed = res;
    first_line(s->why, sizeof s->why, PQerrorMessage(s->conn));
    result_answer(res, err, *s->why ? s->why : NULL, &s->failure.answer);
    const char *position = PQresultErrorField(res, PG_DIAG_STATEMENT_POSITION);
    s->failure.position = position ? atoi(position) : 0;
}

static void first_line(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%.*s", (int)strcspn(text, "\n"), text);
}
