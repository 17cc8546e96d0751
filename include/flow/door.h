/*
 * The door: HTTP/1.1 connections on one listening socket. It reads a whole request (form/http_head
 * says what is acceptable), hands it out as an exchange, sends the reply, and keeps the connection
 * for the next one. One request at a time per connection; pipelined ones wait. Whatever cannot be
 * read is answered here with problem+json, and the connection closed.
 *
 * An exchange ends in one of two ways: exchange_reply(), inside the serve function or later; or the
 * client leaves first (closing its sending half is leaving too), and the gone function is called,
 * once; x is invalid when it returns. Without a gone function exchange_reply() is still due, and
 * goes nowhere. The serve function is never called from within exchange_reply(), nor the gone
 * function from within either: the door does not recurse, however many requests are pipelined. Both
 * are called from the event loop, the gone function also from door_close(); neither may call
 * door_drain() or door_close().
 *
 * A file is sent by sendfile(2), which knows no MSG_NOSIGNAL: the process ignores SIGPIPE.
 *
 * Every limit has a default (0 in the configuration); deadlines are absolute and checked by one
 * sweep each half second.
 */
#ifndef FLOW_DOOR_H
#define FLOW_DOOR_H

#include "base/err.h"
#include "form/http_head.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct door;
struct exchange;
struct memfile;

struct door_conf {
    const char *listen;        /* "127.0.0.1:8080", "[::1]:8080" or "unix:/path"; port 0: any */
    bool shared;               /* other processes may listen there too (SO_REUSEPORT) */
    size_t head_max;           /* 16 KiB, else 431 */
    size_t body_max;           /* 1 MiB, else 413 */
    size_t bodies_max;         /* 64 MiB in all bodies held, else 503 */
    int head_deadline_ms;      /* 5,000 from a request's first byte, else 408 */
    int body_deadline_ms;      /* 20,000 from the end of the head, else 408 */
    int write_deadline_ms;     /* 30,000 for a whole reply, then it is cut */
    int idle_deadline_ms;      /* 60,000 between requests */
    int conns_max;             /* 4,096, else 503 */
    size_t stream_max;         /* 64 KiB waiting in one stream, else it is cut (flow/stream.h) */
    int conns_per_address_max; /* 0: no limit (behind a proxy); an IPv6 address counts by its /64 */
};

struct door_stats {
    uint64_t accepted, refused; /* connections; refused: over a limit, answered 503 */
    uint64_t requests, gone;    /* handed out; left before their reply */
    uint64_t bad, timeouts;     /* refused by the door itself; those of them with 408 */
    uint64_t replies[6];        /* by the status's first digit */
    uint64_t slow;              /* streams cut because their client took too little */
    int open, busy, streams;    /* connections now; those with a request in work; with a stream */
    size_t body_bytes;          /* held now */
};

struct http_reply {
    int status;
    const char *type; /* media type; NULL without a body */
    const char *body;
    size_t body_len;
    struct memfile *file; /* the body once more, sent instead without a copy; may be NULL */
    const struct http_field *fields; /* a field with a control byte is dropped and logged */
    size_t field_count;
    bool endless; /* set by exchange_stream() alone */
};

typedef void door_serve_fn(void *ctx, struct exchange *x);
typedef void exchange_gone_fn(void *arg);

/* Listens, or takes the socket that systemd passed (LISTEN_FDS) for the same address. conf is
 * copied. ERR_VALUE: not an address; ERR_UNAVAILABLE: cannot listen there (logged). */
enum err door_open(struct event_base *base, const struct door_conf *conf, door_serve_fn *serve,
                   void *ctx, struct door **ret) MUST;
void door_drain(
    struct door *d); /* no new connections; idle ones close, busy ones after their reply */
bool door_idle(const struct door *d); /* no request in work, no reply unsent */
void door_close(
    struct door *d); /* cuts what is left (their gone functions are called); accepts NULL */
unsigned door_port(const struct door *d);
void door_sweep(struct door *d); /* what the half-second timer does; for tests */
const struct door_stats *door_stats(const struct door *d);

const struct http_request *exchange_request(const struct exchange *x); /* valid until the reply */
const char *exchange_peer(const struct exchange *x);                   /* "192.0.2.1", or "unix" */
void exchange_on_gone(struct exchange *x, exchange_gone_fn *fn,
                      void *arg); /* fn NULL: nobody is told */
/* Sends and ends x; everything in r is copied, held or sent before this returns. HEAD gets the head
 * alone. */
void exchange_reply(struct exchange *x, const struct http_reply *r);

#endif
