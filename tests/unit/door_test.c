/* flow/door over real sockets on the loopback. The client lives in the same process and turns the
 * loop while it waits. */
#include "base/clock.h"
#include "base/log.h"
#include "flow/door.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(fields, body) "POST /echo HTTP/1.1\r\nHost: a\r\n" fields "\r\n" body

enum { HELD_MAX = 8, PATIENCE = 5000, BIG = 4 << 20 };

static struct house {
    struct event_base *base;
    struct door *door;
    struct exchange *held[HELD_MAX]; /* asked for /later, oldest first */
    int held_count, served, gone;
    bool reply_when_gone, serving;
} h;

static void reply(struct exchange *x, int status, const char *body, size_t len)
{
    exchange_reply(x, &(struct http_reply){status, "text/plain", body, len, NULL, 0});
}

static void on_gone(void *arg)
{
    h.gone++;
    if (h.reply_when_gone)
        reply(arg, 200, "late", 4);
}

static void serve(void *ctx, struct exchange *x)
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
    } else if (strcmp(r->path, "/304") == 0 || strcmp(r->path, "/204") == 0) {
        reply(x, atoi(r->path + 1), "never", 5);
    } else if (strcmp(r->path, "/fields") == 0) {
        const struct http_field f[] = {{"Location", "/a\r\nSet-Cookie: x"}, {"ETag", "\"1\""}};
        exchange_reply(x, &(struct http_reply){201, NULL, NULL, 0, f, 2});
    } else {
        reply(x, 200, r->body_len ? r->body : r->path, r->body_len ? r->body_len : strlen(r->path));
    }
    h.serving = false;
}

static void reply_held(int i, const char *body)
{
    h.serving = true; /* no other request may start within the reply */
    reply(h.held[i], 200, body, strlen(body));
    h.serving = false;
}

static void open_house(const struct door_conf *conf)
{
    struct door_conf c = *conf;
    memset(&h, 0, sizeof h);
    h.base = event_base_new();
    c.listen = c.listen ? c.listen : "127.0.0.1:0";
    assert_int_equal(door_open(h.base, &c, serve, &h, &h.door), OK);
}

static int close_house(void **state)
{
    (void)state;
    door_close(h.door);
    event_base_free(h.base);
    clock_fake(-1);
    return 0;
}

static void turn(void)
{
    for (int i = 0; i < 4; i++)
        event_base_loop(h.base, EVLOOP_NONBLOCK);
}

static int dial(void)
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

static void say_bytes(int fd, const char *bytes, size_t len)
{
    for (int i = 0; len > 0 && i < PATIENCE; i++) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
        turn();
    }
}

static void say(int fd, const char *text)
{
    say_bytes(fd, text, strlen(text));
}

/* Reads until there are len bytes (0: any number), or the end, which closes fd's side of things:
 * true then. */
static bool hear_bytes(int fd, struct buf *into, size_t len)
{
    static char chunk[65536];
    for (int i = 0; i < PATIENCE; i++) {
        ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return true;
        if (n > 0)
            buf_add(into, chunk, (size_t)n);
        if (len > 0 && into->len >= len)
            return false;
        if (n < 0 && len == 0 && i > 20)
            return false;
        turn();
        if (n < 0)
            poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, len ? 1 : 0);
    }
    return false;
}

/* What came by now; the last one is kept until the next. */
static const char *hear(int fd)
{
    static struct buf text;
    if (!text.data)
        buf_init(&text, BUF_MAX_DEFAULT);
    buf_reset(&text);
    bool end = hear_bytes(fd, &text, 0);
    buf_str(&text, end ? "<end>" : "");
    return text.data;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

#define assert_starts(text, start) assert_memory_equal((text), (start), strlen(start))
#define assert_ends(text, end) assert_true(ends_with((text), (end)))

static void a_connection_is_kept(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    clock_fake(784111777000);
    int fd = dial();
    for (int i = 0; i < 3; i++) {
        say(fd, GET("/x"));
        assert_string_equal(hear(fd), "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                      "Content-Type: text/plain\r\nContent-Length: 2\r\n"
                                      "Connection: keep-alive\r\n\r\n/x");
    }
    say(fd, "GET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_ends(hear(fd), "Connection: close\r\n\r\n/y<end>");
    close(fd);
    turn();
    assert_int_equal(door_stats(h.door)->open, 0);
    assert_int_equal(door_stats(h.door)->replies[2], 4);
}

static void pipelined_requests_wait(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int fd = dial();
    say(fd, GET("/later") GET("/later") GET("/x"));
    assert_int_equal(h.served, 1);
    reply_held(0, "one");
    assert_int_equal(h.served, 1);
    assert_ends(hear(fd), "one");
    assert_int_equal(h.served, 2);
    reply_held(1, "two");
    const char *text = hear(fd);
    assert_non_null(strstr(text, "twoHTTP/1.1 200"));
    assert_ends(text, "/x");
    close(fd);
}

static void ten_thousand_pipelined_requests_are_served(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    struct buf in, out;
    open_house(&(struct door_conf){0});
    buf_init(&in, BUF_MAX_DEFAULT);
    buf_init(&out, BUF_MAX_DEFAULT);
    int fd = dial();
    for (int i = 0; i < MANY; i++)
        buf_str(&in, GET("/x"));
    for (size_t at = 0; at < in.len; at += 50000) {
        say_bytes(fd, in.data + at, in.len - at < 50000 ? in.len - at : 50000);
        hear_bytes(fd, &out, 0);
    }
    hear_bytes(fd, &out, 0);
    assert_int_equal(h.served, MANY);
    assert_int_equal(out.len % MANY, 0);
    buf_done(&in);
    buf_done(&out);
    close(fd);
}

static void head_gets_the_head_alone(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int fd = dial();
    say(fd, "HEAD /xyz HTTP/1.1\r\nHost: a\r\n\r\n");
    const char *text = hear(fd);
    assert_non_null(strstr(text, "Content-Length: 4\r\n"));
    assert_ends(text, "\r\n\r\n");
    say(fd, GET("/304"));
    text = hear(fd);
    assert_starts(text, "HTTP/1.1 304 Not Modified\r\n");
    assert_null(strstr(text, "Content-Length"));
    assert_ends(text, "\r\n\r\n");
    say(fd, GET("/204"));
    assert_null(strstr(hear(fd), "never"));
    close(fd);
}

static void a_field_with_a_line_end_is_dropped(void **state)
{
    (void)state;
    struct buf log;
    buf_init(&log, 4096);
    open_house(&(struct door_conf){0});
    int fd = dial();
    log_capture(&log);
    say(fd, GET("/fields"));
    log_capture(NULL);
    const char *text = hear(fd);
    assert_null(strstr(text, "Set-Cookie"));
    assert_non_null(strstr(text, "\r\nETag: \"1\"\r\n"));
    assert_non_null(strstr(log.data, "dropped=Location"));
    buf_done(&log);
    close(fd);
}

static void bodies_arrive_whole_however_cut(void **state)
{
    (void)state;
    static const char *const requests[] = {
        POST("Content-Length: 5\r\n", "abcde"),
        POST("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n3\r\ncde\r\n0\r\nX: y\r\n\r\n"),
    };
    open_house(&(struct door_conf){0});
    int fd = dial();
    for (int i = 0; i < 2; i++) {
        say(fd, requests[i]);
        assert_ends(hear(fd), "\r\n\r\nabcde");
        for (const char *p = requests[i]; *p; p++)
            say_bytes(fd, p, 1);
        assert_ends(hear(fd), "\r\n\r\nabcde");
    }
    assert_int_equal(door_stats(h.door)->body_bytes, 0);
    close(fd);
}

static void tiny_chunks_make_a_body(void **state)
{
    (void)state;
    enum { CHUNKS = 20000 };
    struct buf in, out;
    open_house(&(struct door_conf){0});
    buf_init(&in, BUF_MAX_DEFAULT);
    buf_init(&out, BUF_MAX_DEFAULT);
    buf_str(&in, POST("Transfer-Encoding: chunked\r\n", ""));
    for (int i = 0; i < CHUNKS; i++)
        buf_str(&in, "1\r\nx\r\n");
    buf_str(&in, "0\r\n\r\n");
    int fd = dial();
    say_bytes(fd, in.data, in.len);
    hear_bytes(fd, &out, CHUNKS);
    assert_non_null(strstr(out.data, "Content-Length: 20000\r\n"));
    buf_done(&in);
    buf_done(&out);
    close(fd);
}

static void continue_is_said_when_waited_for(void **state)
{
    (void)state;
    open_house(&(struct door_conf){.body_max = 10});
    int fd = dial();
    say(fd, POST("Expect: 100-continue\r\nContent-Length: 1\r\n", ""));
    assert_string_equal(hear(fd), "HTTP/1.1 100 Continue\r\n\r\n");
    say(fd, "x");
    assert_ends(hear(fd), "\r\n\r\nx");
    say(fd, POST("Expect: 100-continue\r\nContent-Length: 1\r\n", "y"));
    assert_starts(hear(fd), "HTTP/1.1 200 OK\r\n");
    say(fd, POST("Expect: 100-continue\r\nContent-Length: 11\r\n", ""));
    assert_starts(hear(fd), "HTTP/1.1 413 ");
    close(fd);
}

static void what_cannot_be_read_is_refused_and_closed(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *status, *code;
    } rows[] = {
        {"GET / HTTP/1.1\r\n\r\n", "400", "bad-request"},
        {"GET / HTTP/1.1\nHost: a\n\n", "400", "bad-request"},
        {GET("/%00"), "400", "bad-request"},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501", "method-unknown"},
        {"PRI * HTTP/2.0\r\n\r\n", "505", "http-version"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789012345678901234567890123456789", "431",
         "head-too-large"},
        {"GET /012345678901234567890123456789012345678901234567890123456789", "414",
         "uri-too-long"},
        {POST("Content-Length: 11\r\n", "x"), "413", "too-large"},
        {POST("Transfer-Encoding: chunked\r\n", "b\r\n"), "413", "too-large"},
        {POST("Transfer-Encoding: chunked\r\n", "1\r\nxx\r\n"), "400", "bad-request"},
    };
    open_house(&(struct door_conf){.head_max = 64, .body_max = 10});
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        char line[64];
        const char *bytes = rows[i / 2].bytes;
        int fd = dial();
        for (const char *p = bytes; i % 2 && *p; p++)
            say_bytes(fd, p, 1);
        say(fd, i % 2 ? "" : bytes);
        const char *text = hear(fd);
        snprintf(line, sizeof line, "HTTP/1.1 %s ", rows[i / 2].status);
        assert_starts(text, line);
        snprintf(line, sizeof line, "\"code\":\"%s\"", rows[i / 2].code);
        assert_non_null(strstr(text, line));
        assert_non_null(strstr(text, "\r\nContent-Type: application/problem+json\r\n"));
        assert_non_null(strstr(text, "\r\nConnection: close\r\n"));
        assert_ends(text, "<end>");
        close(fd);
        turn();
    }
    assert_int_equal(h.served, 0);
    assert_int_equal(door_stats(h.door)->open, 0);
}

static void a_refusal_reaches_who_still_sends(void **state)
{
    (void)state;
    static char body[300000];
    open_house(&(struct door_conf){.body_max = 10});
    int fd = dial();
    say(fd, POST("Content-Length: 300000\r\n", ""));
    say_bytes(fd, body, sizeof body);
    const char *text = hear(fd);
    assert_starts(text, "HTTP/1.1 413 ");
    assert_ends(text, "}<end>");
    close(fd);
}

static void too_many_bodies_at_once_are_refused(void **state)
{
    (void)state;
    open_house(&(struct door_conf){.body_max = 10, .bodies_max = 15});
    int one = dial(), two = dial();
    say(one, POST("Content-Length: 10\r\n", "123456789"));
    say(two, POST("Content-Length: 10\r\n", "1234567"));
    const char *text = hear(two);
    assert_starts(text, "HTTP/1.1 503 ");
    assert_non_null(strstr(text, "\r\nRetry-After: 1\r\n"));
    say(one, "0");
    assert_starts(hear(one), "HTTP/1.1 200 ");
    assert_int_equal(door_stats(h.door)->body_bytes, 0);
    close(one);
    close(two);
}

static void sweep_at(int64_t ms)
{
    clock_fake(ms);
    door_sweep(h.door);
    turn();
}

static void a_slow_head_is_cut_by_an_absolute_deadline(void **state)
{
    (void)state;
    clock_fake(1000000);
    open_house(&(struct door_conf){0});
    int fd = dial();
    sweep_at(1050000); /* waiting before the first byte is idling */
    for (int i = 0; i < 4; i++) {
        say(fd, "G");
        sweep_at(1051000 + i * 1000);
        assert_string_equal(hear(fd), "");
    }
    sweep_at(1055000);
    const char *text = hear(fd);
    assert_starts(text, "HTTP/1.1 408 ");
    assert_ends(text, "<end>");
    close(fd);
    assert_int_equal(door_stats(h.door)->timeouts, 1);
}

static void a_slow_body_is_cut(void **state)
{
    (void)state;
    clock_fake(1000000);
    open_house(&(struct door_conf){.body_deadline_ms = 3000});
    int fd = dial();
    say(fd, POST("Content-Length: 9\r\n", "x"));
    sweep_at(1002000);
    say(fd, "x");
    assert_string_equal(hear(fd), "");
    sweep_at(1003000);
    assert_starts(hear(fd), "HTTP/1.1 408 ");
    close(fd);
}

static void idle_connections_are_closed_without_a_word(void **state)
{
    (void)state;
    clock_fake(1000000);
    open_house(&(struct door_conf){.idle_deadline_ms = 2000});
    int fresh = dial(), used = dial(), busy = dial();
    say(busy, GET("/later"));
    clock_fake(1001000);
    say(used, GET("/x"));
    assert_ends(hear(used), "/x");
    sweep_at(1002000);
    assert_string_equal(hear(fresh), "<end>");
    assert_string_equal(hear(used), "");
    sweep_at(1003000);
    assert_string_equal(hear(used), "<end>");
    assert_string_equal(hear(busy), ""); /* how long work may take is not the door's affair */
    reply_held(0, "done");
    assert_ends(hear(busy), "done");
    close(fresh);
    close(used);
    close(busy);
}

static void who_does_not_take_the_reply_is_cut(void **state)
{
    (void)state;
    clock_fake(1000000);
    open_house(&(struct door_conf){.write_deadline_ms = 4000});
    int slow = dial(), quick = dial();
    struct buf text;
    buf_init(&text, 2 * BIG);
    say(slow, GET("/big") GET("/x"));
    say(quick, GET("/big"));
    assert_false(hear_bytes(quick, &text, BIG));
    assert_int_equal(h.served, 2); /* the pipelined one waits for the reply before it */
    sweep_at(1003999);
    assert_int_equal(door_stats(h.door)->open, 2);
    sweep_at(1004000);
    assert_int_equal(door_stats(h.door)->open, 1);
    buf_done(&text);
    close(slow);
    close(quick);
}

static void leave(int fd, int how)
{
    static const struct linger hard = {1, 0};
    if (how == 0)
        close(fd);
    else if (how == 1)
        shutdown(fd, SHUT_WR);
    else {
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(fd);
    }
    turn();
    if (how == 1)
        close(fd);
}

static void who_leaves_is_gone_once(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        for (int pipelined = 0; pipelined < 2; pipelined++) {
            open_house(&(struct door_conf){0});
            h.reply_when_gone = pipelined;
            int fd = dial();
            say(fd, GET("/later"));
            say(fd, pipelined ? GET("/x") : "");
            leave(fd, how);
            assert_int_equal(h.gone, 1);
            assert_int_equal(h.served, 1);
            assert_int_equal(door_stats(h.door)->open, 0);
            assert_int_equal(door_stats(h.door)->busy, 0);
            assert_int_equal(door_stats(h.door)->gone, 1);
            if (how < 2 || !pipelined)
                close_house(NULL);
        }
    }
}

static void a_reply_to_nobody_goes_nowhere(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int fd = dial();
    say(fd, GET("/deaf"));
    leave(fd, 0);
    assert_int_equal(door_stats(h.door)->open, 0);
    assert_string_equal(exchange_request(h.held[0])->path, "/deaf");
    reply_held(0, "x");
    assert_int_equal(h.gone, 0);
}

static void who_leaves_while_served_is_gone_after(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int fd = dial();
    send(fd, GET("/later"), strlen(GET("/later")), MSG_NOSIGNAL); /* both seen in one turn */
    shutdown(fd, SHUT_WR);
    turn();
    assert_int_equal(h.served, 1);
    assert_int_equal(h.gone, 1);
    close(fd);
}

static void a_whole_conversation_may_be_half_closed(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int fd = dial();
    send(fd, GET("/x") GET("/y"), strlen(GET("/x") GET("/y")), MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    assert_ends(hear(fd), "/y<end>");
    close(fd);
}

static void closing_the_door_tells_those_in_work(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int fd = dial();
    say(fd, GET("/later"));
    door_close(h.door);
    h.door = NULL;
    assert_int_equal(h.gone, 1);
    assert_string_equal(hear(fd), "<end>");
    close(fd);
}

static void draining_finishes_what_has_begun(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int idle = dial(), busy = dial(), half = dial(), sent = dial();
    say(idle, GET("/x"));
    hear(idle);
    say(busy, GET("/later"));
    say(half, "GET /x HTT");
    send(sent, GET("/x"), strlen(GET("/x")), MSG_NOSIGNAL); /* not read when the drain begins */
    door_drain(h.door);
    assert_false(door_idle(h.door));
    assert_string_equal(hear(idle), "<end>");
    assert_ends(hear(sent), "Connection: close\r\n\r\n/x<end>");
    say(half, "P/1.1\r\nHost: a\r\n\r\n");
    assert_ends(hear(half), "Connection: close\r\n\r\n/x<end>");
    assert_false(door_idle(h.door));
    reply_held(0, "done");
    assert_ends(hear(busy), "Connection: close\r\n\r\ndone<end>");
    assert_true(door_idle(h.door));
    close(idle);
    close(busy);
    close(half);
    close(sent);
}

static void limits_turn_connections_away(void **state)
{
    (void)state;
    open_house(&(struct door_conf){.conns_max = 2});
    int one = dial(), two = dial(), three = dial();
    const char *text = hear(three);
    assert_starts(text, "HTTP/1.1 503 ");
    assert_ends(text, "<end>");
    close(one);
    turn();
    int four = dial();
    say(four, GET("/x"));
    assert_ends(hear(four), "/x");
    assert_int_equal(door_stats(h.door)->refused, 1);
    close(two);
    close(three);
    close(four);
}

static void an_address_has_its_own_limit(void **state)
{
    (void)state;
    open_house(&(struct door_conf){.conns_per_address_max = 1});
    int one = dial(), two = dial();
    assert_starts(hear(two), "HTTP/1.1 503 ");
    close(one);
    turn();
    int three = dial();
    say(three, GET("/later"));
    assert_string_equal(exchange_peer(h.held[0]), "127.0.0.1");
    reply_held(0, "x");
    close(two);
    close(three);
}

static int dial_unix(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void a_unix_socket_outlives_a_killed_process(void **state)
{
    (void)state;
    char dir[] = "/tmp/door_test.XXXXXX", listen_on[64], path[48];
    struct door *second;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/s", dir);
    snprintf(listen_on, sizeof listen_on, "unix:%s", path);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int stale = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(stale, (struct sockaddr *)&at, sizeof at), 0);
    close(stale);
    open_house(&(struct door_conf){.listen = listen_on, .conns_per_address_max = 1});
    int one = dial_unix(path), two = dial_unix(path);
    say(two, GET("/later"));
    assert_string_equal(exchange_peer(h.held[0]), "unix");
    reply_held(0, "x");
    assert_ends(hear(two), "x");
    struct buf log;
    buf_init(&log, 4096);
    log_capture(&log);
    struct door_conf same = {.listen = listen_on};
    assert_int_equal(door_open(h.base, &same, serve, &h, &second), ERR_UNAVAILABLE);
    log_capture(NULL);
    buf_done(&log);
    door_close(h.door);
    h.door = NULL;
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(dir), 0);
    close(one);
    close(two);
}

static void addresses_are_exact(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",          "8080",       "localhost:80",   ":8080",
                                        "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",    "[::1]",
                                        "::1",       "unix:s",     "127.0.0.1:65536"};
    struct door *d;
    h.base = event_base_new();
    h.door = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(door_open(h.base, &(struct door_conf){.listen = wrong[i]}, serve, &h, &d),
                         ERR_VALUE);
}

/* In a child: the passed socket has to be file descriptor 3. */
static int take_passed_socket(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    char text[32];
    struct door *d;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 8) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) < 0 || dup2(fd, 3) < 0)
        return 1;
    snprintf(text, sizeof text, "%d", (int)getpid());
    setenv("LISTEN_PID", text, 1);
    setenv("LISTEN_FDS", "1", 1);
    snprintf(text, sizeof text, "127.0.0.1:%d", ntohs(at.sin_port));
    if (door_open(event_base_new(), &(struct door_conf){.listen = text}, serve, &h, &d))
        return 2; /* without SO_REUSEPORT an own socket is refused */
    return door_port(d) == ntohs(at.sin_port) ? 0 : 3;
}

static void a_socket_passed_by_systemd_is_taken(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(take_passed_socket());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define test(name) cmocka_unit_test_teardown(name, close_house)

int main(void)
{
    log_set_level(LOG_WARN);
    const struct CMUnitTest tests[] = {
        test(a_connection_is_kept),
        test(pipelined_requests_wait),
        test(ten_thousand_pipelined_requests_are_served),
        test(head_gets_the_head_alone),
        test(a_field_with_a_line_end_is_dropped),
        test(bodies_arrive_whole_however_cut),
        test(tiny_chunks_make_a_body),
        test(continue_is_said_when_waited_for),
        test(what_cannot_be_read_is_refused_and_closed),
        test(a_refusal_reaches_who_still_sends),
        test(too_many_bodies_at_once_are_refused),
        test(a_slow_head_is_cut_by_an_absolute_deadline),
        test(a_slow_body_is_cut),
        test(idle_connections_are_closed_without_a_word),
        test(who_does_not_take_the_reply_is_cut),
        test(who_leaves_is_gone_once),
        test(a_reply_to_nobody_goes_nowhere),
        test(who_leaves_while_served_is_gone_after),
        test(a_whole_conversation_may_be_half_closed),
        test(closing_the_door_tells_those_in_work),
        test(draining_finishes_what_has_begun),
        test(limits_turn_connections_away),
        test(an_address_has_its_own_limit),
        test(a_unix_socket_outlives_a_killed_process),
        test(addresses_are_exact),
        cmocka_unit_test(a_socket_passed_by_systemd_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
