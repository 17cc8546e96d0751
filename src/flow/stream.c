#include "flow/stream.h"

#include "door_in.h"

#include "base/log.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void begin(struct conn *c);
static bool settled(struct conn *c);
static void detach(struct conn *c);
static void cut(struct conn *c);

struct stream *exchange_stream(struct exchange *x, const struct http_reply *head,
                               const struct stream_ears *ears, void *arg)
{
    struct http_reply endless = *head;
    struct conn *c = x->conn;
    endless.endless = true;
    if (!c || x->req.method == HTTP_HEAD) {
        exchange_reply(x, &endless);
        return NULL;
    }
    struct stream *s = malloc(sizeof *s);
    if (!s)
        fatal("out of memory");
    *s = (struct stream){.conn = c, .ears = ears, .arg = arg};
    buf_init(&c->out, c->door->conf.stream_max);
    reply_head(c->door, &endless, false, &c->out);
    c->door->stats.replies[head->status / 100]++;
    exchange_part(x); /* after: the head may point into the request */
    c->stream = s;
    begin(c);
    if (settled(c))
        return s;
    cut(c);
    return NULL;
}

/* The socket's own buffer is bounded too, and TCP gives up a peer that is silent for so long. */
static void begin(struct conn *c)
{
    unsigned give_up = 2 * (unsigned)c->door->conf.write_deadline_ms; /* ours comes first */
    int most = (int)c->door->conf.stream_max;
    size_t max = c->in.max;
    c->state = CONN_STREAM;
    c->last = true;
    c->door->stats.streams++;
    c->deadline = clock_mono_ms() + c->door->conf.write_deadline_ms;
    setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
    if (c->address)
        setsockopt(c->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &give_up, sizeof give_up);
    buf_done(&c->in); /* nothing is read any more */
    c->in.max = max;
    c->used = c->scanned = 0;
}

/* Sends what can be sent; false: there is no going on. */
static bool settled(struct conn *c)
{
    c->door->stats.slow += c->out.full;
    if (c->out.full || (!reply_flush(c) && c->state == CONN_DEAD))
        return false;
    if (stream_idle(c->stream)) {
        reply_done(c);
        c->deadline = INT64_MAX;
    }
    return true;
}

bool stream_send(struct stream *s, const char *bytes, size_t len)
{
    struct conn *c = s->conn;
    if (stream_idle(s)) {
        buf_init(&c->out, c->door->conf.stream_max);
        c->deadline = clock_mono_ms() + c->door->conf.write_deadline_ms;
    } else if (c->sent > 0) {
        buf_cut(&c->out, c->sent);
        c->sent = 0;
    }
    buf_add(&c->out, bytes, len);
    if (settled(c))
        return true;
    cut(c);
    return false;
}

bool stream_idle(const struct stream *s)
{
    return s->conn->sent == s->conn->out.len;
}

void stream_end(struct stream *s)
{
    struct conn *c = s->conn;
    detach(c);
    reply_done(c);
    buf_init(&c->in, c->in.max);
    conn_end(c);
}

bool stream_turn(struct conn *c)
{
    struct stream *s = c->stream;
    bool waited = !stream_idle(s);
    if (c->closed || !settled(c))
        c->state = CONN_DEAD;
    else if (waited && stream_idle(s))
        s->ears->taken(s->arg);
    return false;
}

void stream_drop(struct conn *c)
{
    struct stream s = *c->stream;
    detach(c);
    s.ears->gone(s.arg);
}

static void detach(struct conn *c)
{
    free(c->stream);
    c->stream = NULL;
    c->door->stats.streams--;
}

/* Whoever is sending learns it from the return: nobody is called. */
static void cut(struct conn *c)
{
    detach(c);
    if (c->running)
        c->state = CONN_DEAD;
    else
        conn_free(c);
}
