/* flow/door: deadlines, clients that leave, draining, limits and addresses. */
#include "door_house.h"

#include <sys/un.h>
#include <sys/wait.h>

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
    assert_string_equal(hear_bytes(quick, &text, BIG), "");
    assert_int_equal(h.served, 2); /* the pipelined one waits for the reply before it */
    sweep_at(1003999);
    assert_int_equal(door_stats(h.door)->open, 2);
    sweep_at(1004000);
    assert_int_equal(door_stats(h.door)->open, 1);
    buf_done(&text);
    close(slow);
    close(quick);
}

/* Whatever was waited for before, and however much of a request came at once. */
static void each_wait_has_its_own_deadline(void **state)
{
    (void)state;
    clock_fake(1000000);
    open_house(&(struct door_conf){
        .idle_deadline_ms = 9000, .head_deadline_ms = 1000, .body_deadline_ms = 3000});
    int half = dial(), body = dial(), held = dial(), idle = dial();
    for (int i = 0; i < 2; i++) {
        say(half, POST("Content-Length: 1\r\n", "x"));
        assert_ends(hear(half), "x");
    }
    say(half, POST("Content-Length: 1\r\n", "y") "GET /x HT"); /* behind a whole one */
    assert_ends(hear(half), "y");
    say(body, "POST /echo HTTP/1.1\r\nHost: a\r\n");
    say(held, "GET /later HTTP/1.1\r\n");
    say(idle, "GET /x HTTP/1.1\r\n");
    sweep_at(1000999);
    say(body, "Transfer-Encoding: chunked\r\n\r\n1\r\nx");
    say(held, "Host: a\r\n\r\n");
    say(idle, "Host: a\r\n\r\n");
    assert_ends(hear(idle), "/x");
    assert_string_equal(hear(half), "");
    sweep_at(1001000);
    assert_starts(hear(half), "HTTP/1.1 408 ");
    sweep_at(1003998);
    assert_string_equal(hear(body), "");
    sweep_at(1003999);
    assert_starts(hear(body), "HTTP/1.1 408 ");
    sweep_at(1009998);
    assert_string_equal(hear(idle), "");
    sweep_at(1009999);
    assert_string_equal(hear(idle), "<end>");
    reply_held(0, "done");
    assert_ends(hear(held), "done");
    sweep_at(1018998);
    assert_string_equal(hear(held), "");
    sweep_at(1018999);
    assert_string_equal(hear(held), "<end>");
    close(half);
    close(body);
    close(held);
    close(idle);
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
    arrive();
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
    arrive();
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

static void draining_takes_all_who_wait(void **state)
{
    enum { CROWD = 200 };
    static int fds[CROWD];
    (void)state;
    open_house(&(struct door_conf){0});
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)door_port(h.door))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < CROWD; i++) { /* the loop does not turn */
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(fds[i], (struct sockaddr *)&at, sizeof at), 0);
        assert_true(send(fds[i], GET("/x"), strlen(GET("/x")), MSG_NOSIGNAL) > 0);
    }
    arrive();
    door_drain(h.door);
    for (int i = 0; i < CROWD; i++) {
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        assert_ends(hear(fds[i]), "/x<end>");
        close(fds[i]);
    }
    assert_int_equal(h.served, CROWD);
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
    door_drain(h.door);
    assert_int_equal(door_open(h.base, &same, serve, &h, &second), OK);
    door_close(h.door);
    h.door = NULL;
    assert_int_equal(access(path, F_OK), 0); /* the successor's, while its predecessor ends */
    door_close(second);
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
    struct buf log;
    buf_init(&log, 4096);
    log_capture(&log);
    enum err e = door_open(h.base, &(struct door_conf){.listen = "[::1]:0"}, serve, &h, &h.door);
    log_capture(NULL);
    buf_done(&log);
    assert_true(e == OK || e == ERR_UNAVAILABLE); /* a machine without IPv6 still understands */
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

int main(void)
{
    log_set_level(LOG_WARN);
    const struct CMUnitTest tests[] = {
        test(a_slow_head_is_cut_by_an_absolute_deadline),
        test(a_slow_body_is_cut),
        test(idle_connections_are_closed_without_a_word),
        test(who_does_not_take_the_reply_is_cut),
        test(each_wait_has_its_own_deadline),
        test(who_leaves_is_gone_once),
        test(a_reply_to_nobody_goes_nowhere),
        test(who_leaves_while_served_is_gone_after),
        test(a_whole_conversation_may_be_half_closed),
        test(closing_the_door_tells_those_in_work),
        test(draining_finishes_what_has_begun),
        test(draining_takes_all_who_wait),
        test(limits_turn_connections_away),
        test(an_address_has_its_own_limit),
        test(a_unix_socket_outlives_a_killed_process),
        test(addresses_are_exact),
        cmocka_unit_test(a_socket_passed_by_systemd_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
