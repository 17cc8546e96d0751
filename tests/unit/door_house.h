/*
 * For tests of flow/door: a door on the loopback and its clients in one process. A client turns the
 * loop while it waits, so nothing sleeps.
 */
#ifndef UNIT_DOOR_HOUSE_H
#define UNIT_DOOR_HOUSE_H

#include "base/clock.h"
#include "base/log.h"
#include "base/memfile.h"
#include "flow/door.h"
#include "flow/stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(fields, body) "POST /echo HTTP/1.1\r\nHost: a\r\n" fields "\r\n" body

enum { HELD_MAX = 8, QUIET = 8, PATIENCE = 5000, ARRIVES_SECONDS = 60, BIG = 4 << 20 };

static struct house {
    struct event_base *base;
    struct door *door;
    struct exchange *held[HELD_MAX];  /* asked for /later, oldest first */
    struct stream *streams[HELD_MAX]; /* asked for /stream */
    int held_count, stream_count, served, gone, taken;
    bool reply_when_gone, serving;
    struct memfile *file; /* the body of /file */
} h;

static inline void reply(struct exchange *x, int status, const char *body, size_t len)
{
    exchange_reply(x, &(struct http_reply){
                          .status = status, .type = "text/plain", .body = body, .body_len = len});
}

static inline void on_gone(void *arg)
{
    h.gone++;
    if (h.reply_when_gone)
        reply(arg, 200, "late", 4);
}

static inline void on_left(void *arg)
{
    assert_ptr_equal(arg, &h);
    h.gone++;
}

static inline void on_taken(void *arg)
{
    assert_ptr_equal(arg, &h);
    h.taken++;
}

static inline struct stream *begin(struct exchange *x)
{
    static const struct stream_ears ears = {on_left, on_taken};
    static const struct http_reply head = {.status = 200, .type = "text/event-stream"};
    return exchange_stream(x, &head, &ears, &h);
}

static inline void serve(void *ctx, struct exchange *x)
{
    static char big[BIG];
    const struct http_request *r = exchange_request(x);
    assert_ptr_equal(ctx, &h);
    assert_false(h.serving); /* never from within another */
    h.serving = true;
    h.served++;
    if (strcmp(r->path, "/later") == 0) {
        h.held[h.held_count++] = x;
        exchange_on_gone(x, on_gone, x);
    } else if (strcmp(r->path, "/deaf") == 0) {
        h.held[h.held_count++] = x;
    } else if (strcmp(r->path, "/big") == 0) {
        memset(big, 'x', sizeof big);
        reply(x, 200, big, sizeof big);
    } else if (strcmp(r->path, "/file") == 0) {
        exchange_reply(x, &(struct http_reply){.status = 200,
                                               .type = "text/plain",
                                               .body = h.file->bytes,
                                               .body_len = h.file->len,
                                               .file = h.file});
    } else if (strcmp(r->path, "/304") == 0 || strcmp(r->path, "/204") == 0) {
        reply(x, atoi(r->path + 1), "never", 5);
    } else if (strcmp(r->path, "/stream") == 0) {
        h.streams[h.stream_count++] = begin(x);
    } else if (strcmp(r->path, "/fields") == 0) {
        const struct http_field f[] = {{"Location", "/a\r\nSet-Cookie: x"}, {"ETag", "\"1\""}};
        exchange_reply(x, &(struct http_reply){.status = 201, .fields = f, .field_count = 2});
    } else {
        reply(x, 200, r->body_len ? r->body : r->path, r->body_len ? r->body_len : strlen(r->path));
    }
    h.serving = false;
}

static inline void reply_held(int i, const char *body)
{
    h.serving = true; /* no other request may start within the reply */
    reply(h.held[i], 200, body, strlen(body));
    h.serving = false;
}

/* A datagram of ours to ourselves, and this process on the CPU that it is on. */
static inline int open_marker(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    static const struct timeval most = {.tv_sec = ARRIVES_SECONDS};
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET((size_t)sched_getcpu(), &here);
    assert_int_equal(sched_setaffinity(0, sizeof here, &here), 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    return fd;
}

/* The kernel may bring what is sent to the loopback only after a while, but in order, CPU by CPU:
 * when the marker is there, all is there that was sent before it. */
static inline void arrive(void)
{
    static int marker = -1;
    char byte = 0;
    if (marker < 0)
        marker = open_marker();
    assert_int_equal(send(marker, &byte, 1, 0), 1);
    assert_int_equal(recv(marker, &byte, 1, 0), 1);
}

static inline void open_house(const struct door_conf *conf)
{
    struct door_conf c = *conf;
    memset(&h, 0, sizeof h);
    h.base = event_base_new();
    c.listen = c.listen ? c.listen : "127.0.0.1:0";
    assert_int_equal(door_open(h.base, &c, serve, &h, &h.door), OK);
}

static inline int close_house(void **state)
{
    (void)state;
    door_close(h.door);
    event_base_free(h.base);
    clock_fake(-1);
    return 0;
}

static inline void turn(void)
{
    for (int i = 0; i < 4; i++) {
        arrive();
        event_base_loop(h.base, EVLOOP_NONBLOCK);
    }
}

static inline int dial(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)door_port(h.door))};
    static const int on = 1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* byte by byte means it */
    turn();
    return fd;
}

static inline void say_bytes(int fd, const char *bytes, size_t len)
{
    for (int i = 0; len > 0 && i < PATIENCE; i++) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        assert_true(n > 0 || errno == EAGAIN);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
        turn();
    }
}

static inline void say(int fd, const char *text)
{
    say_bytes(fd, text, strlen(text));
}

/* Reads until there are len bytes (0: until it is quiet); says how the connection ended, if it did.
 */
static inline const char *hear_bytes(int fd, struct buf *into, size_t len)
{
    static char chunk[65536];
    for (int quiet = 0; quiet < (len ? PATIENCE : QUIET);) {
        ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return n ? "<reset>" : "<end>";
        if (n > 0)
            buf_add(into, chunk, (size_t)n);
        if (len > 0 && into->len >= len)
            return "";
        turn();
        if (n < 0 && poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 1) == 0)
            quiet++;
    }
    return "";
}

/* What came by now; the last one is kept until the next. */
static const char *hear(int fd)
{
    static struct buf text;
    if (!text.data)
        buf_init(&text, BUF_MAX_DEFAULT);
    buf_reset(&text);
    buf_str(&text, hear_bytes(fd, &text, 0));
    return text.data;
}

static inline bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

#define assert_starts(text, start) assert_memory_equal((text), (start), strlen(start))
#define assert_ends(text, end) assert_true(ends_with((text), (end)))

#define test(name) cmocka_unit_test_teardown(name, close_house)

#endif
