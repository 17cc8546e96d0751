/* Shared by the parts of the door only: door.c (connections as a whole), door_listen.c (the
 * socket), door_limit.c (who may connect), conn.c (one connection's life), exchange.c, door_reply.c
 * (bytes of a reply), stream.c (replies without an end). */
#ifndef FLOW_DOOR_IN_H
#define FLOW_DOOR_IN_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/memfile.h"
#include "flow/door.h"
#include "flow/listen.h"
#include "flow/stream.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <sys/queue.h>

enum { ADDRESS_BUCKETS = 256, PEER_TEXT = INET6_ADDRSTRLEN, DATE_TEXT = 30 };

LIST_HEAD(conns, conn);

struct door {
    struct door_conf conf;
    struct event_base *base;
    door_serve_fn *serve;
    void *ctx;
    int fd;            /* listening; -1 once draining */
    char *unlink_path; /* of a unix socket made here */
    struct event *accept_event, *sweep_event;
    struct conns conns, by_address[ADDRESS_BUCKETS];
    struct door_stats stats;
    bool draining, accept_paused;
    instant date_of;
    char date[DATE_TEXT];
};

/* What a connection is doing; each state has its own turn function in conn.c. */
enum conn_state {
    CONN_HEAD,   /* between requests, or within a head */
    CONN_BODY,   /* the head is read */
    CONN_SERVE,  /* the exchange is out there */
    CONN_WRITE,  /* a reply is not all gone yet */
    CONN_LINGER, /* waits for the client to close, so that no reset eats the reply */
    CONN_STREAM, /* a reply without an end */
    CONN_DEAD,   /* freed when its turn ends */
};

struct conn {
    LIST_ENTRY(conn) all, same_address;
    struct door *door;
    struct event *event; /* one, edge-triggered, for everything */
    int fd;
    enum conn_state state;
    bool readable, closed; /* what the edges said; closed: the client sends no more */
    bool running, last;    /* within run(); to be closed after this reply */
    int64_t deadline;
    struct buf in; /* received: `used` bytes done with, then `scanned` bytes of a head, then news */
    size_t used, scanned;
    struct http_scan scan;
    struct http_body body;
    struct exchange *x; /* from the head's end to the reply */
    struct buf out;     /* the reply; `sent` bytes of it are gone. data is NULL between replies */
    size_t sent;
    struct memfile *file; /* what follows it; `file_at` bytes of that are gone. NULL: nothing */
    off_t file_at;
    struct stream *stream; /* in CONN_STREAM */
    uint64_t address;      /* what the limit per address counts; 0: unix */
    char peer[PEER_TEXT];
};

struct exchange {
    struct conn *conn;    /* NULL: the client has left */
    bool served, leaving; /* handed out; within its gone function */
    struct http_request req;
    struct buf body;
    exchange_gone_fn *gone;
    void *gone_arg;
    char head[]; /* the strings of req */
};

struct stream {
    struct conn *conn;
    const struct stream_ears *ears;
    void *arg;
};

uint64_t door_address(const struct sockaddr *peer, char text[PEER_TEXT]); /* what limits count by */
struct conns *door_bucket(struct door *d, uint64_t address);
bool door_is_full(struct door *d, uint64_t address);
void door_turn_away(struct door *d, int fd); /* 503; closes fd */

/* conn.c */
void conn_new(struct door *d, int fd, const struct sockaddr *peer); /* or refuses it */
void conn_expire(struct conn *c, int64_t now);                      /* may free c */
void conn_drain(struct conn *c);                                    /* may free c */
void conn_free(struct conn *c);
bool conn_is_busy(const struct conn *c);
void conn_send(struct conn *c, const struct http_reply *r, bool head_only); /* never frees c */
void conn_end(struct conn *c); /* no more is sent; never frees c */

/* exchange.c */
struct exchange *exchange_new(struct conn *c, const char *head, size_t len);
void exchange_part(struct exchange *x); /* from its connection, which goes on; frees x */
void exchange_drop(struct exchange *x); /* the client has left; frees x, now or when replied to */

/* stream.c */
bool stream_turn(struct conn *c);
void stream_drop(struct conn *c); /* the client has left; tells the writer */

/* door_reply.c: a reply's bytes, how they leave, and the problem+json for a failure (its body stays
 * in the buf). */
void reply_head(struct door *d, const struct http_reply *r, bool keep, struct buf *out);
void reply_body(struct conn *c, const struct http_reply *r); /* behind the head in c->out */
bool reply_flush(struct conn *c); /* true: all is sent; the state may be CONN_DEAD now */
void reply_done(struct conn *c);  /* nothing waits to be sent any more */
void reply_refusal(enum err e, const char *why, struct buf *body, struct http_reply *ret);
bool reply_has_body(int status);

#endif
