/* flow/stream: replies without an end, over real sockets on the loopback. */
#include "door_house.h"

#define HEAD_OF_STREAM "Content-Type: text/event-stream\r\nConnection: close\r\n\r\n"

/* By the clock that stands still; twice as long by the kernel's own, which does not. */
enum { DEADLINE = 60000 };

/* One stream and the client that reads it, its head read. */
static int listen_to(const struct door_conf *conf)
{
    open_house(conf);
    int fd = dial();
    say(fd, GET("/stream"));
    assert_ends(hear(fd), HEAD_OF_STREAM);
    assert_non_null(h.streams[0]);
    return fd;
}

static bool tell(const char *text)
{
    return stream_send(h.streams[0], text, strlen(text));
}

/* Until the client's and our own socket are full. */
static void fill(void)
{
    static const char event[1000] = {0};
    while (stream_idle(h.streams[0])) {
        assert_true(stream_send(h.streams[0], event, sizeof event));
        arrive();
    }
}

static void events_are_sent_as_they_come(void **state)
{
    (void)state;
    int fd = listen_to(&(struct door_conf){0});
    assert_true(tell("id: 1\n\n"));
    assert_string_equal(hear(fd), "id: 1\n\n");
    assert_true(tell("id: 2\n\n") && tell("id: 3\n\n") && stream_idle(h.streams[0]));
    assert_string_equal(hear(fd), "id: 2\n\nid: 3\n\n");
    const struct door_stats *s = door_stats(h.door);
    assert_true(s->streams == 1 && s->busy == 0 && s->body_bytes == 0 && s->replies[2] == 1);
    stream_end(h.streams[0]);
    assert_string_equal(hear(fd), "<end>");
    close(fd);
    turn();
    assert_true(s->streams == 0 && s->open == 0 && h.gone == 0);
}

static void a_stream_may_begin_later(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int fd = dial();
    say(fd, GET("/later"));
    h.streams[0] = begin(h.held[0]);
    assert_true(tell("late\n\n"));
    assert_ends(hear(fd), HEAD_OF_STREAM "late\n\n");
    say(fd, GET("/later")); /* not read: this connection has its last reply */
    assert_true(tell("more\n\n"));
    assert_string_equal(hear(fd), "more\n\n");
    assert_int_equal(h.served, 1);
    close(fd);
    turn();
    assert_int_equal(h.gone, 1);
}

static void head_gets_no_stream(void **state)
{
    (void)state;
    open_house(&(struct door_conf){0});
    int fd = dial();
    say(fd, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_ends(hear(fd), HEAD_OF_STREAM "<end>");
    assert_true(h.stream_count == 1 && !h.streams[0] && door_stats(h.door)->streams == 0);
    close(fd);
}

static void an_idle_stream_outlives_every_deadline(void **state)
{
    (void)state;
    clock_fake(0);
    int fd =
        listen_to(&(struct door_conf){.write_deadline_ms = DEADLINE, .idle_deadline_ms = DEADLINE});
    for (int i = 1; i <= 3; i++) {
        clock_fake(i * 3600000);
        door_sweep(h.door);
        assert_true(tell("\n"));
        assert_string_equal(hear(fd), "\n");
    }
    close(fd);
}

static void who_takes_nothing_is_cut_at_the_cap(void **state)
{
    (void)state;
    int fd = listen_to(&(struct door_conf){.stream_max = 8000});
    static const char event[1000] = {0};
    int sent = 0;
    while (stream_send(h.streams[0], event, sizeof event))
        assert_in_range(++sent, 1, 10000); /* both sockets' buffers have an end, too */
    assert_int_equal(door_stats(h.door)->slow, 1);
    assert_true(door_stats(h.door)->open == 0 && h.gone == 0); /* who sends knows */
    close(fd);
}

static void who_takes_nothing_is_cut_at_the_deadline(void **state)
{
    (void)state;
    clock_fake(0);
    int fd = listen_to(&(struct door_conf){.write_deadline_ms = DEADLINE});
    fill();
    clock_fake(DEADLINE - 1);
    door_sweep(h.door);
    assert_int_equal(h.gone, 0);
    clock_fake(DEADLINE);
    door_sweep(h.door);
    assert_true(h.gone == 1 && door_stats(h.door)->slow == 1 && door_stats(h.door)->open == 0);
    close(fd);
}

static void the_deadline_ends_when_all_is_taken(void **state)
{
    (void)state;
    struct buf all;
    buf_init(&all, BUF_MAX_DEFAULT);
    clock_fake(0);
    int fd = listen_to(&(struct door_conf){.write_deadline_ms = DEADLINE});
    fill();
    assert_int_equal(h.taken, 0);
    hear_bytes(fd, &all, 0);
    assert_true(h.taken == 1 && stream_idle(h.streams[0]));
    clock_fake(10 * DEADLINE);
    door_sweep(h.door);
    assert_int_equal(h.gone, 0);
    fill(); /* and the next one begins anew */
    clock_fake(11 * DEADLINE - 1);
    door_sweep(h.door);
    assert_int_equal(h.gone, 0);
    clock_fake(11 * DEADLINE);
    door_sweep(h.door);
    assert_int_equal(h.gone, 1);
    buf_done(&all);
    close(fd);
}

static void a_client_that_leaves_is_told_once(void **state)
{
    (void)state;
    static const struct linger reset = {.l_onoff = 1};
    for (int how = 0; how < 3; how++) {
        int fd = listen_to(&(struct door_conf){0});
        if (how == 1)
            shutdown(fd, SHUT_WR);
        if (how == 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        if (how != 1)
            close(fd);
        turn();
        assert_true(h.gone == 1 && door_stats(h.door)->streams == 0 &&
                    door_stats(h.door)->open == 0);
        if (how == 1)
            close(fd);
        if (how < 2)
            close_house(NULL);
    }
}

static void sending_to_who_left_says_so(void **state)
{
    (void)state;
    int fd = listen_to(&(struct door_conf){0});
    static const struct linger reset = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    arrive();
    assert_false(tell("id: 1\n\n")); /* before the loop could notice */
    turn();
    assert_true(h.gone == 0 && door_stats(h.door)->streams == 0 && door_stats(h.door)->open == 0);
}

static void an_end_waits_for_nobody(void **state)
{
    (void)state;
    int fd = listen_to(&(struct door_conf){0});
    fill();
    stream_end(h.streams[0]);
    assert_true(door_idle(h.door) && h.gone == 0);
    struct buf all;
    buf_init(&all, BUF_MAX_DEFAULT);
    assert_string_equal(hear_bytes(fd, &all, 0), "<end>");
    buf_done(&all);
    close(fd);
    turn();
    assert_int_equal(door_stats(h.door)->open, 0);
}

static void draining_cuts_streams(void **state)
{
    (void)state;
    int fd = listen_to(&(struct door_conf){0});
    int other = dial();
    say(other, GET("/stream"));
    hear(other);
    assert_true(tell("bye\n\n"));
    stream_end(h.streams[0]);
    door_drain(h.door);
    assert_true(h.gone == 1 && door_stats(h.door)->streams == 0 && door_idle(h.door));
    assert_string_equal(hear(fd), "bye\n\n<end>");
    assert_string_equal(hear(other), "<end>");
    close(fd);
    close(other);
}

static void closing_the_door_cuts_streams(void **state)
{
    (void)state;
    int fd = listen_to(&(struct door_conf){0});
    door_close(h.door);
    h.door = NULL;
    assert_int_equal(h.gone, 1);
    close(fd);
}

int main(void)
{
    log_set_level(LOG_WARN);
    const struct CMUnitTest tests[] = {
        test(events_are_sent_as_they_come),
        test(a_stream_may_begin_later),
        test(head_gets_no_stream),
        test(an_idle_stream_outlives_every_deadline),
        test(who_takes_nothing_is_cut_at_the_cap),
        test(who_takes_nothing_is_cut_at_the_deadline),
        test(the_deadline_ends_when_all_is_taken),
        test(a_client_that_leaves_is_told_once),
        test(sending_to_who_left_says_so),
        test(an_end_waits_for_nobody),
        test(draining_cuts_streams),
        test(closing_the_door_cuts_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
