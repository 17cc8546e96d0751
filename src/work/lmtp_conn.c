/* One LMTP connection: commands, a message, its reading, and what became of it for each recipient.
 */
#include "lmtp_in.h"

#include "base/log.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

static void on_read(struct bufferevent *bev, void *conn);
static void on_written(struct bufferevent *bev, void *conn);
static void on_event(struct bufferevent *bev, short what, void *conn);
static bool take_line(struct lmtp_conn *c);
static bool take_message(struct lmtp_conn *c);
static void obey(struct lmtp_conn *c, const struct lmtp_command *cmd);
static void on_letter(void *conn, enum letter_end end, const char *doc);
static void take_next(struct lmtp_conn *c);
static void on_taken(void *conn, const struct answer *a);

static void say(struct lmtp_conn *c, const char *line)
{
    evbuffer_add_printf(bufferevent_get_output(c->bev), "%s\r\n", line);
}

static void forget(struct lmtp_conn *c)
{
    c->has_from = false;
    c->n_to = c->next_to = 0;
    c->dots = (struct lmtp_dots){0};
    buf_done(&c->message);
    buf_init(&c->message, (size_t)conf_int(c->lmtp->app->conf, CONF_mail_in_max));
    free(c->doc);
    c->doc = NULL;
}

void lmtp_conn_open(struct lmtp *l, int fd)
{
    struct timeval idle = {LMTP_IDLE_S, 0};
    struct lmtp_conn *c = calloc(1, sizeof *c);
    if (!c)
        fatal("out of memory");
    c->lmtp = l;
    c->bev = bufferevent_socket_new(l->app->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!c->bev)
        fatal("no bufferevent");
    TAILQ_INSERT_TAIL(&l->conns, c, link);
    l->n++;
    buf_init(&c->message, 0);
    forget(c);
    bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
    bufferevent_setwatermark(c->bev, EV_READ, 0, LMTP_AHEAD_MAX);
    bufferevent_set_timeouts(c->bev, &idle, &idle);
    say(c, "220 jamund LMTP");
    bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

void lmtp_conn_close(struct lmtp_conn *c)
{
    struct lmtp *l = c->lmtp;
    l->reading -= c->mode == LMTP_READING;
    TAILQ_REMOVE(&l->conns, c, link);
    l->n--;
    letter_drop(c->letter);
    ticket_drop(c->ticket);
    bufferevent_free(c->bev);
    buf_done(&c->message);
    free(c->doc);
    free(c);
    if (!l->draining)
        lmtp_turn(l);
}

static void leave(struct lmtp_conn *c, const char *last)
{
    c->mode = LMTP_LEAVING;
    bufferevent_disable(c->bev, EV_READ);
    say(c, last);
}

void lmtp_conn_drain(struct lmtp_conn *c)
{
    if (c->mode == LMTP_COMMANDS || c->mode == LMTP_MESSAGE)
        leave(c, "421 4.3.2 the service ends");
}

static void on_written(struct bufferevent *bev, void *conn)
{
    struct lmtp_conn *c = conn;
    (void)bev;
    if (c->mode == LMTP_LEAVING)
        lmtp_conn_close(c);
}

/* End of file, error, too slow. What the database has in hand goes on; it will be the same then. */
static void on_event(struct bufferevent *bev, short what, void *conn)
{
    (void)bev;
    (void)what;
    lmtp_conn_close(conn);
}

static void on_read(struct bufferevent *bev, void *conn)
{
    struct lmtp_conn *c = conn;
    (void)bev;
    while ((c->mode == LMTP_COMMANDS && take_line(c)) ||
           (c->mode == LMTP_MESSAGE && take_message(c)))
        ;
}

/* ---- commands ---- */

/* False: not all of a line is there. */
static bool take_line(struct lmtp_conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->bev);
    struct lmtp_command cmd;
    size_t len = 0;
    if (evbuffer_get_length(bufferevent_get_output(c->bev)) > LMTP_AHEAD_MAX) {
        leave(c, "421 4.7.0 nobody reads the replies");
        return false;
    }
    char *line = evbuffer_readln(in, &len, EVBUFFER_EOL_CRLF);
    if (!line) {
        if (evbuffer_get_length(in) > LMTP_LINE_MAX)
            leave(c, "421 4.7.0 the line is too long");
        return false;
    }
    lmtp_command_read(line, len, &cmd);
    free(line);
    obey(c, &cmd);
    return true;
}

static void greet(struct lmtp_conn *c)
{
    c->greeted = true;
    forget(c);
    evbuffer_add_printf(bufferevent_get_output(c->bev),
                        "250-jamund\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n"
                        "250-8BITMIME\r\n250 SIZE %lld\r\n",
                        (long long)c->message.max);
}

static void begin(struct lmtp_conn *c, const struct lmtp_command *cmd)
{
    if (!c->greeted || c->has_from) {
        say(c, "503 5.5.1 not now");
    } else if (cmd->size > (long long)c->message.max) {
        say(c, "552 5.3.4 the message is too long");
    } else {
        c->has_from = true;
        memcpy(c->from, cmd->address, sizeof c->from);
        say(c, "250 2.1.0 ok");
    }
}

static void add_recipient(struct lmtp_conn *c, const struct lmtp_command *cmd)
{
    if (!c->has_from) {
        say(c, "503 5.5.1 MAIL comes first");
    } else if (!*cmd->address) {
        say(c, "501 5.1.3 no address");
    } else if (c->n_to == LMTP_RECIPIENTS_MAX) {
        say(c, "452 4.5.3 too many recipients");
    } else {
        memcpy(c->to[c->n_to++], cmd->address, sizeof c->to[0]);
        say(c, "250 2.1.5 ok");
    }
}

static void start_message(struct lmtp_conn *c)
{
    if (c->n_to == 0) {
        say(c, "503 5.5.1 no recipient");
        return;
    }
    c->mode = LMTP_MESSAGE;
    say(c, "354 go on");
}

static void obey(struct lmtp_conn *c, const struct lmtp_command *cmd)
{
    if (cmd->bad || cmd->verb == LMTP_UNKNOWN) {
        if (++c->bad == LMTP_BAD_MAX)
            leave(c, "421 4.7.0 too many errors");
        else
            say(c, cmd->bad ? "501 5.5.4 its arguments cannot be read"
                            : "500 5.5.1 LHLO, MAIL, RCPT, DATA");
        return;
    }
    switch (cmd->verb) {
    case LMTP_LHLO:
        greet(c);
        break;
    case LMTP_MAIL:
        begin(c, cmd);
        break;
    case LMTP_RCPT:
        add_recipient(c, cmd);
        break;
    case LMTP_DATA:
        start_message(c);
        break;
    case LMTP_RSET:
        forget(c);
        say(c, "250 2.0.0 ok");
        break;
    case LMTP_QUIT:
        leave(c, "221 2.0.0 bye");
        break;
    case LMTP_VRFY:
        say(c, "252 2.5.0 try it");
        break;
    case LMTP_NOOP:
    case LMTP_UNKNOWN:
        say(c, "250 2.0.0 ok");
        break;
    }
}

/* ---- the message ---- */

static bool take_message(struct lmtp_conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->bev);
    size_t n = evbuffer_get_contiguous_space(in);
    bool ended = false;
    if (n == 0)
        return false;
    const char *bytes = (const char *)evbuffer_pullup(in, (ev_ssize_t)n);
    evbuffer_drain(in, lmtp_dots_take(&c->dots, bytes, n, &c->message, &ended));
    if (!ended)
        return true;
    bufferevent_disable(c->bev, EV_READ);
    c->mode = LMTP_WAITING;
    lmtp_turn(c->lmtp);
    return false;
}

/* Back to commands; what the client sent meanwhile is there already. */
static void go_on(struct lmtp_conn *c)
{
    forget(c);
    c->mode = LMTP_COMMANDS;
    if (c->lmtp->draining) {
        leave(c, "421 4.3.2 the service ends");
        return;
    }
    bufferevent_enable(c->bev, EV_READ);
    bufferevent_trigger(c->bev, EV_READ, BEV_OPT_DEFER_CALLBACKS);
}

static void say_all(struct lmtp_conn *c, const char *line)
{
    for (; c->next_to < c->n_to; c->next_to++)
        say(c, line);
    go_on(c);
}

void lmtp_conn_read(struct lmtp_conn *c)
{
    if (c->message.full) {
        say_all(c, "552 5.3.4 the message is too long");
        return;
    }
    c->letter = letter_read(c->lmtp->app->base, c->message.data, c->message.len, on_letter, c);
    if (!c->letter) {
        say_all(c, "451 4.3.2 not now");
        return;
    }
    c->mode = LMTP_READING;
    c->lmtp->reading++;
}

static void on_letter(void *conn, enum letter_end end, const char *doc)
{
    struct lmtp_conn *c = conn;
    c->letter = NULL;
    c->lmtp->reading--;
    c->mode = LMTP_TAKING;
    if (end == LETTER_READ) {
        c->doc = strdup(doc);
        take_next(c);
    } else {
        say_all(c, end == LETTER_BAD ? "554 5.6.0 it cannot be read" : "451 4.3.2 not now");
    }
    lmtp_turn(c->lmtp);
}

static void take_next(struct lmtp_conn *c)
{
    if (c->next_to == c->n_to) {
        app_wrote(c->lmtp->app);
        go_on(c);
        return;
    }
    char *env = letter_env("lmtp", c->from, c->to[c->next_to], c->message.data, c->message.len);
    if (env)
        c->ticket = store_ask(c->lmtp->app->store, ASK_mail_take, (const char *[]){env, c->doc},
                              on_taken, c);
    else
        say_all(c, "554 5.6.7 an address is not UTF-8");
    free(env);
}

static const char *reply_to(enum err err)
{
    if (err == OK)
        return "250 2.0.0 taken";
    return letter_is_refused(err) ? "554 5.6.0 it cannot be taken" : "451 4.3.0 not now";
}

/* Whatever it said, it is written down; else it comes again, unless it never can be. */
static void on_taken(void *conn, const struct answer *a)
{
    struct lmtp_conn *c = conn;
    c->ticket = NULL;
    c->next_to++;
    counts_answers(&c->lmtp->app->counts, a->err == OK ? rows_value(a->rows) : "not_taken");
    if (a->err == OK)
        log_info("mail.in", F_STR("via", "lmtp"), F_STR("outcome", rows_value(a->rows)));
    else
        log_warn("mail.in", F_STR("via", "lmtp"), F_STR("error", err_row(a->err)->code),
                 F_STR("sqlstate", a->sqlstate));
    say(c, reply_to(a->err));
    take_next(c);
}
