/* flow/door: conversations over real sockets on the loopback. */
#include "door_house.h"

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
    static char request[300000];
    snprintf(request, sizeof request, "%s", POST("Content-Length: 299900\r\n", ""));
    open_house(&(struct door_conf){.body_max = 10});
    int fd = dial();
    say_bytes(fd, request, sizeof request / 2);
    say_bytes(fd, request, sizeof request / 2);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
