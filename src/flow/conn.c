/*
 * One connection's life: a state and a turn function per state. A turn does one thing (receive,
 * scan, serve, write) and says whether there may be more to do at once; run() is the only loop, so
 * nothing recurses. Events are edge-triggered: what an edge said is remembered (readable, closed)
 * until a receive finds nothing more.
 */
#include "door_in.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHUNK = 16 << 10,     /* read at once */
    TURNS_MAX = 256,      /* before others on the loop have theirs */
    IDLE_BYTES = 4 << 10, /* kept by a connection with nothing to read */
    REPLY_MAX = 64 << 20, /* a longer reply is cut, and logged */
    LINGER_MS = 2000,
};

typedef bool turn_fn(struct conn *c);

static void on_event(evutil_socket_t fd, short what, void *arg);
static bool hung_up(int fd);
static void run(struct conn *c);
static void come_back(struct conn *c);
static turn_fn turn_head, turn_body, turn_serve, turn_write, turn_linger, turn_dead;
static enum err open_exchange(struct conn *c, const char **why);
static enum err take_body(struct conn *c, bool *ret_done);
static void serve(struct conn *c);
static bool receive(struct conn *c);
static void received_nothing(struct conn *c);
static bool between_requests(const struct conn *c);
static void refuse(struct conn *c, enum err e, const char *why);
static void replied(struct conn *c);

static turn_fn *const turns[] = {
    [CONN_HEAD] = turn_head,   [CONN_BODY] = turn_body,     [CONN_SERVE] = turn_serve,
    [CONN_WRITE] = turn_write, [CONN_LINGER] = turn_linger, [CONN_STREAM] = stream_turn,
    [CONN_DEAD] = turn_dead,
};

void conn_new(struct door *d, int fd, const struct sockaddr *peer)
{
    static const int on = 1;
    struct conn *c = calloc(1, sizeof *c);
    if (!c)
        fatal("out of memory");
    c->address = door_address(peer, c->peer);
    if (door_is_full(d, c->address)) {
        door_turn_away(d, fd);
        free(c);
        return;
    }
    c->door = d;
    c->fd = fd;
    c->deadline = clock_mono_ms() + d->conf.idle_deadline_ms;
    buf_init(&c->in, d->conf.head_max + CHUNK);
    http_scan_init(&c->scan, d->conf.head_max);
    LIST_INSERT_HEAD(&d->conns, c, all);
    if (c->address) {
        LIST_INSERT_HEAD(door_bucket(d, c->address), c, same_address);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    d->stats.accepted++;
    d->stats.open++;
    c->event =
        event_new(d->base, fd, EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, on_event, c);
    if (!c->event || event_add(c->event, NULL) < 0)
        fatal("out of memory");
}

void conn_free(struct conn *c)
{
    c->state = CONN_DEAD;
    LIST_REMOVE(c, all);
    if (c->address)
        LIST_REMOVE(c, same_address);
    c->door->stats.open--;
    event_free(c->event);
    close(c->fd);
    if (c->x)
        exchange_drop(c->x);
    if (c->stream)
        stream_drop(c);
    buf_done(&c->in);
    reply_done(c);
    free(c);
}

void conn_expire(struct conn *c, int64_t now)
{
    bool reading = c->state == CONN_BODY || (c->state == CONN_HEAD && c->scanned > 0);
    if (c->state != CONN_DEAD && (c->state == CONN_SERVE || now < c->deadline))
        return;
    if (!reading) {
        c->door->stats.slow += c->state == CONN_STREAM;
        conn_free(c); /* idle, lingering, or does not take its reply */
        return;
    }
    c->door->stats.timeouts++;
    refuse(c, ERR_TIMEOUT, NULL);
}

void conn_drain(struct conn *c)
{
    char byte;
    if (conn_is_busy(c))
        return;
    if (c->state == CONN_HEAD && recv(c->fd, &byte, 1, MSG_PEEK) == 1)
        c->readable = true; /* its request came in time */
    else
        conn_free(c);
}

bool conn_is_busy(const struct conn *c)
{
    return c->state == CONN_HEAD ? c->readable || !between_requests(c) : c->state < CONN_LINGER;
}

void conn_send(struct conn *c, const struct http_reply *r, bool head_only)
{
    assert(r->status >= 200 && r->status < 600);
    c->last = c->last || c->door->draining || r->endless;
    c->door->stats.replies[r->status / 100]++;
    buf_init(&c->out, REPLY_MAX);
    reply_head(c->door, r, !c->last, &c->out);
    if (!head_only && reply_has_body(r->status))
        reply_body(c, r);
    if (c->out.full) {
        log_error("door.reply", F_STR("why", "too long"), F_INT("bytes", r->body_len));
        c->last = true;
    }
    c->state = CONN_WRITE;
    c->deadline = clock_mono_ms() + c->door->conf.write_deadline_ms;
    if (!c->running && turn_write(c) && (c->state != CONN_HEAD || conn_is_busy(c)))
        come_back(c); /* whoever replied must not find itself serving the next request */
}

void conn_end(struct conn *c)
{
    c->last = true;
    replied(c);
    if (!c->running)
        come_back(c);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;
    c->readable |= (what & (EV_READ | EV_CLOSED)) != 0;
    c->closed |= (what & EV_CLOSED) != 0;
    if ((c->state == CONN_SERVE || c->state == CONN_STREAM) && !c->closed)
        c->closed = hung_up(fd);
    run(c);
}

/* libevent shows a reset as EV_READ, never as EV_CLOSED. */
static bool hung_up(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};
    return poll(&p, 1, 0) == 1;
}

static void run(struct conn *c)
{
    int done = 0;
    c->running = true;
    while (turns[c->state](c))
        if (++done == TURNS_MAX) {
            come_back(c);
            break;
        }
    c->running = false;
    if (c->state == CONN_DEAD)
        conn_free(c);
}

/* Added anew, an edge-triggered event tells what is so now: after the loop has polled the others
 * too. */
static void come_back(struct conn *c)
{
    event_del(c->event);
    if (event_add(c->event, NULL) < 0)
        fatal("out of memory");
}

static bool turn_head(struct conn *c)
{
    const char *news = c->in.data + c->used + c->scanned;
    size_t len = c->in.len - c->used - c->scanned, taken = 0;
    bool done = false;
    if (len == 0)
        return receive(c);
    const char *why = NULL;
    enum err e = http_scan_feed(&c->scan, news, len, &taken, &done);
    if (e)
        why = c->scan.why;
    if (c->scanned == 0 && !done)
        c->deadline = clock_mono_ms() + c->door->conf.head_deadline_ms;
    c->scanned += taken;
    if (!e && done)
        e = open_exchange(c, &why);
    if (e)
        refuse(c, e, why);
    return true;
}

static enum err open_exchange(struct conn *c, const char **why)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct exchange *x = exchange_new(c, c->in.data + c->used, c->scanned);
    enum err e = http_head_parse(x->head, c->scanned, &x->req);
    c->x = x;
    c->used += c->scanned;
    c->scanned = 0;
    http_scan_init(&c->scan, c->door->conf.head_max);
    *why = x->req.why;
    if (e)
        return e;
    e = http_body_init(&c->body, &x->req, c->door->conf.body_max);
    *why = c->body.why;
    if (e)
        return e;
    c->last = !x->req.keep_alive;
    c->state = CONN_BODY;
    if (x->req.chunked || x->req.content_length) {
        c->deadline = clock_mono_ms() + c->door->conf.body_deadline_ms;
        buf_init(&x->body, c->door->conf.body_max);
    }
    if (x->req.wants_continue && c->used == c->in.len &&
        send(c->fd, go_on, sizeof go_on - 1, MSG_NOSIGNAL) != sizeof go_on - 1)
        c->state = CONN_DEAD; /* the socket is empty here: it fits, or is broken */
    return OK;
}

static bool turn_body(struct conn *c)
{
    bool had = c->used < c->in.len, done = false;
    enum err e = take_body(c, &done);
    if (e)
        refuse(c, e, e == ERR_BUSY ? "Too many bodies at once." : c->body.why);
    else if (done)
        serve(c);
    else if (!had)
        return receive(c);
    return true;
}

static enum err take_body(struct conn *c, bool *ret_done)
{
    struct buf *body = &c->x->body;
    struct door *d = c->door;
    size_t before = body->len, taken = 0;
    enum err e =
        http_body_feed(&c->body, c->in.data + c->used, c->in.len - c->used, body, &taken, ret_done);
    c->used += taken;
    d->stats.body_bytes += body->len - before;
    if (!e && d->stats.body_bytes > d->conf.bodies_max)
        return ERR_BUSY;
    return e;
}

static void serve(struct conn *c)
{
    struct exchange *x = c->x;
    if (x->body.data)
        x->req.body = x->body.data;
    x->req.body_len = x->body.len;
    x->served = true;
    c->state = CONN_SERVE;
    c->door->stats.requests++;
    c->door->stats.busy++;
    c->door->serve(c->door->ctx, x); /* x may be gone now */
}

static bool turn_serve(struct conn *c)
{
    if (c->closed)
        c->state = CONN_DEAD;
    return false;
}

static bool turn_write(struct conn *c)
{
    if (!reply_flush(c))
        return c->state == CONN_DEAD;
    replied(c);
    return true;
}

static bool turn_linger(struct conn *c)
{
    buf_reset(&c->in);
    c->used = 0;
    return receive(c);
}

static bool turn_dead(struct conn *c)
{
    (void)c;
    return false;
}

/* True if bytes came. */
static bool receive(struct conn *c)
{
    char chunk[CHUNK];
    if (c->used > 0) {
        buf_cut(&c->in, c->used);
        c->used = 0;
    }
    ssize_t n = c->readable ? recv(c->fd, chunk, sizeof chunk, 0) : -1;
    if (n > 0) {
        buf_add(&c->in, chunk, (size_t)n);
        c->readable = c->closed || n == sizeof chunk; /* a close later on is a new edge */
        return true;
    }
    if (n == 0 || (c->readable && errno != EAGAIN && errno != EINTR))
        c->state = CONN_DEAD; /* it sends no more, and what it sent is no request */
    else
        received_nothing(c);
    return false;
}

static void received_nothing(struct conn *c)
{
    c->readable = false;
    if (c->state != CONN_HEAD || !between_requests(c))
        return;
    if (c->door->draining)
        c->state = CONN_DEAD;
    if (c->in.cap > IDLE_BYTES) {
        size_t max = c->in.max;
        buf_done(&c->in);
        buf_init(&c->in, max);
    }
}

static bool between_requests(const struct conn *c)
{
    return c->in.len == c->used;
}

static void refuse(struct conn *c, enum err e, const char *why)
{
    struct buf body;
    struct http_reply reply;
    bool head_only = c->x && c->x->req.method == HTTP_HEAD;
    log_debug("door.refuse", F_STR("code", err_row(e)->code), F_STR("why", why),
              F_STR("peer", c->peer));
    c->door->stats.bad++;
    if (c->x) {
        exchange_drop(c->x);
        c->x = NULL;
    }
    c->last = true;
    buf_init(&body, BUF_MAX_DEFAULT);
    reply_refusal(e, why, &body, &reply);
    conn_send(c, &reply, head_only);
    buf_done(&body);
}

static void replied(struct conn *c)
{
    struct door *d = c->door;
    reply_done(c);
    if (c->last) {
        shutdown(c->fd, SHUT_WR);
        c->state = CONN_LINGER;
        c->readable = true;
        c->deadline = clock_mono_ms() + LINGER_MS;
    } else {
        c->state = CONN_HEAD;
        c->deadline = clock_mono_ms() + d->conf.idle_deadline_ms;
    }
}
