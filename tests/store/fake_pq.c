#include "fake_pq.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { QUEUE = 512, ERRORS = 64, ARG = 64 };

struct pg_conn {
    int id;
    int ours, peer; /* the two ends of its socket */
    char app[32];
    enum fake_connect how;
    int polls;
    bool bad, preparing;
    PGresult *queue[QUEUE]; /* NULL: the end of a statement's results */
    int head, tail;
    int syncs, in_flight, sent;
    char args[FAKE_SENT][ARG];
};

static struct pg_conn *conns[FAKE_CONNS];
static int count, times, stalls;
static enum fake_connect next;
static char failing[64], failing_state[6];
static struct {
    const PGresult *res;
    char state[6], message[64], constraint[64];
} errors[ERRORS];
static int error_count;

void fake_reset(void)
{
    for (int i = 0; i < count; i++)
        assert(!conns[i]); /* all were finished */
    count = times = stalls = error_count = 0;
    failing[0] = '\0';
    next = FAKE_FINE;
}

void fake_connecting(enum fake_connect how, int n)
{
    next = how;
    times = n;
}

void fake_prepare_fails(const char *name, const char *sqlstate)
{
    stpncpy(failing, name ? name : "", sizeof failing - 1);
    stpncpy(failing_state, sqlstate ? sqlstate : "", sizeof failing_state - 1);
}

void fake_flush_stalls(int n)
{
    stalls = n;
}

int fake_count(void)
{
    return count;
}

bool fake_open(int conn)
{
    return conns[conn] && !conns[conn]->bad;
}

int fake_conn(const char *lane, int nth)
{
    for (int i = 0; i < count; i++)
        if (fake_open(i) && strcmp(conns[i]->app + strlen("jamund "), lane) == 0 && nth-- == 0)
            return i;
    return -1;
}

int fake_with(const char *arg)
{
    for (int i = 0; i < count; i++)
        if (fake_open(i) && conns[i]->sent && strcmp(conns[i]->args[conns[i]->sent - 1], arg) == 0)
            return i;
    return -1;
}

int fake_in_flight(int conn)
{
    return conns[conn]->in_flight;
}

int fake_sent(int conn)
{
    return conns[conn]->sent;
}

const char *fake_arg(int conn, int nth)
{
    return conns[conn]->args[nth];
}

static void push(PGconn *c, PGresult *res)
{
    assert(c->tail < QUEUE);
    c->queue[c->tail++] = res;
    (void)!write(c->peer, "x", 1);
}

static PGresult *error_result(const char *state, const char *message, const char *constraint)
{
    PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_FATAL_ERROR);
    int i = error_count++ % ERRORS;
    errors[i].res = res;
    stpncpy(errors[i].state, state, 5);
    stpncpy(errors[i].message, message, 63);
    stpncpy(errors[i].constraint, constraint ? constraint : "", 63);
    return res;
}

void fake_rows(int conn, int rows)
{
    static char id[] = "id", name[] = "name", one[] = "1", text[] = "one", two[] = "2";
    PGresAttDesc columns[2] = {{.name = id}, {.name = name}};
    PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PQsetResultAttrs(res, 2, columns);
    for (int i = 0; i < rows; i++) {
        PQsetvalue(res, i, 0, i ? two : one, 1);
        PQsetvalue(res, i, 1, i ? NULL : text, i ? -1 : 3);
    }
    push(conns[conn], res);
}

void fake_error(int conn, const char *sqlstate, const char *message, const char *constraint)
{
    push(conns[conn], error_result(sqlstate, message, constraint));
}

void fake_end(int conn)
{
    push(conns[conn], NULL);
}

void fake_sync(int conn)
{
    push(conns[conn], PQmakeEmptyPGresult(NULL, PGRES_PIPELINE_SYNC));
}

void fake_break(int conn)
{
    conns[conn]->bad = true;
    shutdown(conns[conn]->peer, SHUT_RDWR);
}

/* libpq from here on. */

static void sockets(PGconn *c)
{
    int pair[2];
    int rc = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
    assert(rc == 0);
    c->ours = pair[0];
    c->peer = pair[1];
}

PGconn *PQconnectStartParams(const char *const *keys, const char *const *values, int expand)
{
    PGconn *c = calloc(1, sizeof *c);
    assert(c && expand && count < FAKE_CONNS);
    for (int i = 0; keys[i]; i++)
        if (strcmp(keys[i], "fallback_application_name") == 0)
            stpncpy(c->app, values[i], sizeof c->app - 1);
    c->how = times > 0 ? next : FAKE_FINE;
    times -= times > 0;
    c->bad = c->how == FAKE_BAD;
    c->preparing = true;
    c->id = count;
    sockets(c);
    conns[count++] = c;
    return c;
}

PostgresPollingStatusType PQconnectPoll(PGconn *c)
{
    c->polls++;
    switch (c->how) {
    case FAKE_REFUSED:
    case FAKE_BAD:
        c->bad = true;
        return PGRES_POLLING_FAILED;
    case FAKE_SILENT:
        return PGRES_POLLING_READING;
    case FAKE_SWITCH:
        if (c->polls > 2)
            return PGRES_POLLING_OK;
        int old = c->ours, old_peer = c->peer;
        sockets(c); /* before the old one is closed, so that the number differs */
        close(old);
        close(old_peer);
        return PGRES_POLLING_WRITING;
    case FAKE_FINE:
        break;
    }
    if (c->polls > 1)
        return PGRES_POLLING_OK;
    (void)!write(c->peer, "x", 1);
    return PGRES_POLLING_READING;
}

ConnStatusType PQstatus(const PGconn *c)
{
    return c->bad ? CONNECTION_BAD : CONNECTION_OK;
}

int PQsocket(const PGconn *c)
{
    return c->ours;
}

char *PQerrorMessage(const PGconn *c)
{
    static char words[] = "the fake server is away\n";
    (void)c;
    return words;
}

void PQfinish(PGconn *c)
{
    if (!c)
        return;
    while (c->head < c->tail)
        PQclear(c->queue[c->head++]);
    close(c->ours);
    close(c->peer);
    conns[c->id] = NULL;
    free(c);
}

int PQsetnonblocking(PGconn *c, int on)
{
    (void)c;
    return on == 1 ? 0 : -1;
}

int PQenterPipelineMode(PGconn *c)
{
    return !c->bad;
}

PQnoticeReceiver PQsetNoticeReceiver(PGconn *c, PQnoticeReceiver fn, void *arg)
{
    (void)c, (void)arg;
    return fn;
}

int PQsendPrepare(PGconn *c, const char *name, const char *sql, int n, const Oid *types)
{
    (void)sql, (void)n, (void)types;
    if (c->bad)
        return 0;
    if (strcmp(name, failing) == 0)
        push(c, error_result(failing_state, "no such function", NULL));
    else
        push(c, PQmakeEmptyPGresult(NULL, PGRES_COMMAND_OK));
    push(c, NULL);
    return 1;
}

int PQsendQueryPrepared(PGconn *c, const char *name, int n, const char *const *values,
                        const int *lengths, const int *formats, int format)
{
    (void)name, (void)lengths, (void)formats, (void)format;
    assert(c->sent < FAKE_SENT);
    if (c->bad)
        return 0;
    stpncpy(c->args[c->sent++], n && values[0] ? values[0] : "-", ARG - 1);
    c->in_flight++;
    return 1;
}

int PQpipelineSync(PGconn *c)
{
    c->syncs++;
    if (c->preparing)
        push(c, PQmakeEmptyPGresult(NULL, PGRES_PIPELINE_SYNC));
    c->preparing = false;
    return !c->bad;
}

int PQflush(PGconn *c)
{
    if (stalls > 0) {
        stalls--;
        return 1;
    }
    return c->bad ? -1 : 0;
}

int PQconsumeInput(PGconn *c)
{
    char bytes[QUEUE];
    return read(c->ours, bytes, sizeof bytes) > 0;
}

int PQisBusy(PGconn *c)
{
    return c->head == c->tail && c->syncs > 0;
}

PGresult *PQgetResult(PGconn *c)
{
    PGresult *res = c->head < c->tail ? c->queue[c->head++] : NULL;
    if (res && PQresultStatus(res) == PGRES_PIPELINE_SYNC) {
        c->syncs--;
        c->in_flight -= c->in_flight > 0;
    }
    return res;
}

char *PQresultErrorField(const PGresult *res, int field)
{
    for (int i = ERRORS - 1; i >= 0 && PQresultStatus(res) == PGRES_FATAL_ERROR; i--) {
        if (errors[i].res != res || i >= error_count)
            continue;
        if (field == PG_DIAG_SQLSTATE)
            return errors[i].state;
        if (field == PG_DIAG_MESSAGE_PRIMARY)
            return errors[i].message;
        return field == PG_DIAG_CONSTRAINT_NAME && *errors[i].constraint ? errors[i].constraint
                                                                         : NULL;
    }
    return NULL;
}
