#include "store/pg.h"

#include <event2/event.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 10000, PROBLEM_MAX = 512, SILENT_MAX = 3 };

enum state { DOWN, CONNECTING, PREPARING, READY };

struct pg {
    struct pg_conf conf;
    enum state state;
    PGconn *conn;
    struct event *read;  /* while CONNECTING: whatever PQconnectPoll() waits for */
    struct event *write; /* pending only while PQflush() has more to write */
    struct event *timer; /* backoff, deadline to connect, or no answer for too long */
    int attempts;        /* since it was last ready */
    size_t prepared;     /* asks prepared so far */
    uint64_t readied;    /* times it got ready */
    char *problem;
    struct ticket_list sent; /* first = next result */
    size_t load;
    bool dirty; /* something to flush */
};

static void on_timer(evutil_socket_t fd, short what, void *ctx);
static void on_connecting(evutil_socket_t fd, short what, void *ctx);
static void on_readable(evutil_socket_t fd, short what, void *ctx);
static void on_writable(evutil_socket_t fd, short what, void *ctx);
static void connect_start(struct pg *p);
static void connect_wait(struct pg *p, short what);
static void prepare_start(struct pg *p);
static void prepare_result(struct pg *p, const PGresult *res);
static void prepare_end(struct pg *p);
static void results_take(struct pg *p);
static bool expecting(const struct pg *p);
static void result_take(struct pg *p, PGresult *res);
static void answered(struct pg *p);
static void stall_watch(struct pg *p);
static void broken(struct pg *p, const char *why);
static void log_outage(const struct pg *p, const char *why);
static void hang_up(struct pg *p);
static const struct ask_row *lane_ask(const struct pg *p, size_t n);
static void silent(void *ctx, const PGresult *notice);
static void arm(struct pg *p, int ms);

struct pg *pg_new(const struct pg_conf *conf)
{
    struct pg *p = need(calloc(1, sizeof *p));
    p->conf = *conf;
    TAILQ_INIT(&p->sent);
    p->timer = need(evtimer_new(conf->base, on_timer, p));
    arm(p, 0);
    return p;
}

void pg_free(struct pg *p)
{
    struct ticket *t;
    hang_up(p);
    while ((t = TAILQ_FIRST(&p->sent))) {
        TAILQ_REMOVE(&p->sent, t, link);
        ticket_free(t);
    }
    event_free(p->timer);
    free(p->problem);
    free(p);
}

bool pg_ready(const struct pg *p)
{
    return p->state == READY;
}

size_t pg_load(const struct pg *p)
{
    return p->load;
}

bool pg_has_room(const struct pg *p)
{
    return p->state == READY && p->load < (size_t)p->conf.depth;
}

uint64_t pg_reconnects(const struct pg *p)
{
    return p->readied > 1 ? p->readied - 1 : 0;
}

const char *pg_problem(const struct pg *p)
{
    return p->problem;
}

void pg_send(struct pg *p, struct ticket *t)
{
    t->state = TICKET_SENT;
    TAILQ_INSERT_TAIL(&p->sent, t, link);
    p->dirty = true;
    if (p->load++ == 0)
        stall_watch(p);
    if (!PQsendQueryPrepared(p->conn, t->row->name, (int)t->nargs, t->args, NULL, NULL, 0) ||
        !PQpipelineSync(p->conn))
        broken(p, PQerrorMessage(p->conn));
}

void pg_flush(struct pg *p)
{
    if (!p->dirty)
        return;
    int left = PQflush(p->conn);
    if (left < 0) {
        broken(p, PQerrorMessage(p->conn));
        return;
    }
    p->dirty = left > 0;
    if (left > 0)
        event_add(p->write, NULL);
}

/* One timer for three waits: at most one of them is on. */
static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct pg *p = ctx;
    (void)fd, (void)what;
    if (p->state == DOWN)
        connect_start(p);
    else
        broken(p, p->state == READY ? "no answer in time" : "no connection in time");
}

static void connect_start(struct pg *p)
{
    p->state = CONNECTING;
    arm(p, CONNECT_MS);
    p->conn = need(PQconnectStartParams(p->conf.keys, p->conf.values, 1));
    PQsetNoticeReceiver(p->conn, silent, NULL);
    if (PQstatus(p->conn) == CONNECTION_BAD)
        broken(p, PQerrorMessage(p->conn));
    else
        connect_wait(p, EV_WRITE);
}

/* The socket may be another one after each poll, so the event is made anew each time. */
static void connect_wait(struct pg *p, short what)
{
    p->read = need(event_new(p->conf.base, PQsocket(p->conn), what, on_connecting, p));
    event_add(p->read, NULL);
}

static void on_connecting(evutil_socket_t fd, short what, void *ctx)
{
    struct pg *p = ctx;
    (void)fd, (void)what;
    event_free(p->read); /* before libpq may close the socket under it */
    p->read = NULL;
    switch (PQconnectPoll(p->conn)) {
    case PGRES_POLLING_READING:
        connect_wait(p, EV_READ);
        break;
    case PGRES_POLLING_WRITING:
        connect_wait(p, EV_WRITE);
        break;
    case PGRES_POLLING_OK:
        prepare_start(p);
        break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
    default:
        broken(p, PQerrorMessage(p->conn));
    }
}

/* All asks of the lane in one pipeline with one sync: the first that fails names itself. */
static void prepare_start(struct pg *p)
{
    int fd = PQsocket(p->conn);
    p->state = PREPARING;
    p->prepared = 0;
    free(p->problem);
    p->problem = NULL;
    p->read = need(event_new(p->conf.base, fd, EV_READ | EV_PERSIST, on_readable, p));
    p->write = need(event_new(p->conf.base, fd, EV_WRITE, on_writable, p));
    event_add(p->read, NULL);
    bool ok = PQsetnonblocking(p->conn, 1) == 0 && PQenterPipelineMode(p->conn);
    const struct ask_row *row;
    for (size_t n = 0; ok && (row = lane_ask(p, n)); n++) {
        char *sql = ask_sql(row);
        ok = PQsendPrepare(p->conn, row->name, sql, 0, NULL);
        free(sql);
    }
    p->dirty = true;
    if (ok && PQpipelineSync(p->conn))
        pg_flush(p);
    else
        broken(p, PQerrorMessage(p->conn));
}

/* Notices may quote data; what matters is raised as an error. */
static void silent(void *ctx, const PGresult *notice)
{
    (void)ctx, (void)notice;
}

static const struct ask_row *lane_ask(const struct pg *p, size_t n)
{
    for (size_t i = 0; i < p->conf.ask_count; i++)
        if (p->conf.asks[i].lane == p->conf.lane && n-- == 0)
            return &p->conf.asks[i];
    return NULL;
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    pg_flush(ctx);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct pg *p = ctx;
    (void)fd, (void)what;
    if (!PQconsumeInput(p->conn)) {
        broken(p, PQerrorMessage(p->conn));
        return;
    }
    results_take(p);
    pg_flush(p);
}

/* NULL ends one statement's results; several in a row mean that libpq expects nothing more. */
static void results_take(struct pg *p)
{
    int nothing = 0;
    while (p->state != DOWN && !PQisBusy(p->conn) && expecting(p)) {
        PGresult *res = PQgetResult(p->conn);
        nothing = res ? 0 : nothing + 1;
        if (res)
            result_take(p, res);
        else if (nothing > SILENT_MAX)
            broken(p, "results out of step");
    }
}

static bool expecting(const struct pg *p)
{
    return p->state == PREPARING || p->load > 0;
}

/* Only the sync says that the transaction is committed; until then the result waits. */
static void result_take(struct pg *p, PGresult *res)
{
    struct ticket *head = TAILQ_FIRST(&p->sent);
    bool sync = PQresultStatus(res) == PGRES_PIPELINE_SYNC;
    if (p->state == PREPARING && sync) {
        prepare_end(p);
    } else if (p->state == PREPARING) {
        prepare_result(p, res);
    } else if (sync) {
        answered(p);
    } else if (head->fn && !head->res) {
        head->res = res;
        return;
    }
    PQclear(res);
}

static void prepare_result(struct pg *p, const PGresult *res)
{
    const struct ask_row *row = lane_ask(p, p->prepared);
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    p->prepared += PQresultStatus(res) == PGRES_COMMAND_OK;
    if (PQresultStatus(res) != PGRES_FATAL_ERROR || !row)
        return;
    /* 42: no such function, or not allowed; 3F: no such schema. Anything else is the weather. */
    if (!state || (strncmp(state, "42", 2) != 0 && strncmp(state, "3F", 2) != 0))
        return;
    const char *words = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    char text[PROBLEM_MAX];
    snprintf(text, sizeof text, "api.%s(%s): %s", row->name, row->types, words ? words : state);
    free(p->problem);
    p->problem = need(strdup(text));
}

static void prepare_end(struct pg *p)
{
    if (lane_ask(p, p->prepared) || p->problem) {
        broken(p, p->problem ? p->problem : "asks could not be prepared");
        return;
    }
    if (p->attempts > 0) /* the end of an outage */
        log_info("store.ready", F_STR("lane", ask_lane_name(p->conf.lane)));
    p->state = READY;
    p->attempts = 0;
    p->readied++;
    event_del(p->timer);
    p->conf.changed(p->conf.owner);
}

static void answered(struct pg *p)
{
    struct ticket *t = TAILQ_FIRST(&p->sent);
    TAILQ_REMOVE(&p->sent, t, link);
    p->load--;
    stall_watch(p);
    p->conf.answered(p->conf.owner, t);
}

/* The server keeps its own time-out; this is for a server or a network that has gone silent. */
static void stall_watch(struct pg *p)
{
    if (p->load > 0)
        arm(p, p->conf.stall_ms);
    else
        event_del(p->timer);
}

static void broken(struct pg *p, const char *why)
{
    struct ticket *t;
    if (p->attempts == 0)
        log_outage(p, why);
    hang_up(p);
    int64_t wait = p->conf.backoff_min_ms;
    for (int i = 0; i < p->attempts && wait < p->conf.backoff_max_ms; i++)
        wait *= 2;
    wait = wait < p->conf.backoff_max_ms ? wait : p->conf.backoff_max_ms;
    arm(p, (int)(wait / 2 + randombytes_uniform((uint32_t)wait / 2 + 1)));
    p->attempts++;
    p->load = 0;
    while ((t = TAILQ_LAST(&p->sent, ticket_list))) {
        TAILQ_REMOVE(&p->sent, t, link);
        p->conf.lost(p->conf.owner, t);
    }
    p->conf.changed(p->conf.owner);
}

/* One line per outage, whatever number of attempts it takes. */
static void log_outage(const struct pg *p, const char *why)
{
    char text[PROBLEM_MAX];
    const char *line = text;
    snprintf(text, sizeof text, "%.*s", (int)strcspn(why, "\n"), why);
    log_warn("store.down", F_STR("lane", ask_lane_name(p->conf.lane)), F_STR("why", line),
             F_INT("lost", p->load));
}

/* The events go first: epoll must not watch a number that the next socket gets. */
static void hang_up(struct pg *p)
{
    if (p->read)
        event_free(p->read);
    if (p->write)
        event_free(p->write);
    p->read = p->write = NULL;
    PQfinish(p->conn);
    p->conn = NULL;
    p->dirty = false;
    p->state = DOWN;
}

static void arm(struct pg *p, int ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    evtimer_add(p->timer, &tv);
}
