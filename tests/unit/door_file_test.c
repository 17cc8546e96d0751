/* flow/door: bodies that are in a file, over real sockets on the loopback. */
#include "door_house.h"

#include <dirent.h>
#include <signal.h>
#include <sys/un.h>

enum { LONG = 6 << 20 }; /* more than sockets hold */

static int open_files(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static char byte_at(size_t i)
{
    return (char)('a' + i * 7 % 23 + i / 4096 % 3);
}

/* A house with a file, which it alone holds. */
static void open_house_with_file(const struct door_conf *conf, size_t len)
{
    static char bytes[LONG];
    for (size_t i = 0; i < len; i++)
        bytes[i] = byte_at(i);
    open_house(conf);
    h.file = memfile_new(bytes, len);
    assert_non_null(h.file);
}

static int close_house_with_file(void **state)
{
    memfile_let_go(h.file);
    return close_house(state);
}

/* The reply's head, then exactly the file's bytes; what follows stays in text. */
static void hear_file(int fd, struct buf *text, size_t len)
{
    char line[64];
    hear_bytes(fd, text, len);
    const char *body = strstr(text->data, "\r\n\r\n") + 4;
    size_t head = (size_t)(body - text->data);
    if (text->len < head + len)
        hear_bytes(fd, text, head + len);
    snprintf(line, sizeof line, "\r\nContent-Length: %zu\r\n", len);
    assert_starts(text->data, "HTTP/1.1 200 OK\r\n");
    assert_non_null(strstr(text->data, line));
    body = text->data + head;
    for (size_t i = 0; i < len; i++)
        if (body[i] != byte_at(i))
            fail_msg("byte %zu is another", i);
    buf_cut(text, head + len);
}

/* So little at a time, and turns in between, that the door waits for room again and again. */
static void hear_slowly(int fd, struct buf *text, size_t len)
{
    static char some[3000];
    for (int quiet = 0; text->len < len && quiet < PATIENCE;) {
        ssize_t n = recv(fd, some, sizeof some, 0);
        assert_true(n > 0 || (n < 0 && errno == EAGAIN));
        buf_add(text, some, n > 0 ? (size_t)n : 0);
        quiet = n > 0 ? 0 : quiet + 1;
        event_base_loop(h.base, EVLOOP_NONBLOCK);
    }
}

static void a_file_is_sent_whole(void **state)
{
    (void)state;
    const size_t sizes[] = {1, 4095, 4096, 70000, LONG};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf text;
        buf_init(&text, 2 * LONG);
        open_house_with_file(&(struct door_conf){0}, sizes[i]);
        int fd = dial();
        for (int again = 0; again < 2; again++) {
            say(fd, GET("/file") GET("/x")); /* the pipelined one waits */
            hear_file(fd, &text, sizes[i]);
            hear_bytes(fd, &text, 0);
            assert_starts(text.data, "HTTP/1.1 200 OK\r\n");
            assert_ends(text.data, "\r\n\r\n/x");
            buf_reset(&text);
        }
        assert_int_equal(h.file->holders, 1);
        close(fd);
        buf_done(&text);
        if (i + 1 < sizeof sizes / sizeof *sizes)
            close_house_with_file(NULL);
    }
}

static void who_reads_slowly_gets_all_of_it(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 2 * LONG);
    open_house_with_file(&(struct door_conf){0}, LONG);
    int fd = dial();
    say(fd, "GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(h.file->holders, 2);
    hear_slowly(fd, &text, LONG);
    hear_file(fd, &text, LONG);
    assert_string_equal(hear(fd), "<end>");
    assert_int_equal(h.file->holders, 1);
    close(fd);
    buf_done(&text);
}

static void what_is_replaced_meanwhile_is_sent_as_it_was(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 2 * LONG);
    open_house_with_file(&(struct door_conf){0}, LONG);
    int fd = dial(), files = open_files();
    say(fd, GET("/file"));
    memfile_let_go(h.file);
    h.file = memfile_new("new", 3);
    assert_int_equal(open_files(), files + 1);
    hear_file(fd, &text, LONG);
    turn();
    assert_int_equal(open_files(), files);
    say(fd, GET("/file"));
    assert_ends(hear(fd), "\r\n\r\nnew");
    close(fd);
    buf_done(&text);
}

static void who_wants_the_head_alone_holds_no_file(void **state)
{
    (void)state;
    open_house_with_file(&(struct door_conf){0}, 70000);
    int fd = dial();
    say(fd, "HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n");
    const char *text = hear(fd);
    assert_non_null(strstr(text, "\r\nContent-Length: 70000\r\n"));
    assert_ends(text, "\r\n\r\n");
    assert_int_equal(h.file->holders, 1);
    say(fd, GET("/x"));
    assert_ends(hear(fd), "\r\n\r\n/x");
    close(fd);
}

/* However it ends, the connection lets go of the file. */
static void who_does_not_take_it_holds_nothing(void **state)
{
    (void)state;
    static const struct linger hard = {1, 0};
    for (int how = 0; how < 4; how++) {
        clock_fake(1000000);
        open_house_with_file(&(struct door_conf){.write_deadline_ms = 4000}, LONG);
        int fd = dial();
        say(fd, GET("/file"));
        assert_int_equal(h.file->holders, 2);
        if (how == 0) /* leaves; 1: with a reset */
            close(fd);
        if (how == 1) {
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
            close(fd);
        }
        turn();
        if (how == 2) {
            clock_fake(1004000);
            door_sweep(h.door);
        }
        if (how == 3) {
            door_close(h.door);
            h.door = NULL;
        } else {
            assert_int_equal(door_stats(h.door)->open, 0);
        }
        assert_int_equal(h.file->holders, 1);
        if (how > 1)
            close(fd);
        if (how < 3)
            close_house_with_file(NULL);
    }
}

static void draining_sends_the_rest(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 2 * LONG);
    open_house_with_file(&(struct door_conf){0}, LONG);
    int fd = dial();
    say(fd, GET("/file") GET("/x"));
    door_drain(h.door);
    assert_false(door_idle(h.door));
    hear_file(fd, &text, LONG);
    assert_ends(hear(fd), "<end>");
    assert_true(door_idle(h.door));
    close(fd);
    buf_done(&text);
}

static void a_unix_socket_takes_it_as_well(void **state)
{
    (void)state;
    char dir[] = "/tmp/door_test.XXXXXX", listen_on[64];
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct buf text;
    buf_init(&text, 2 * LONG);
    assert_non_null(mkdtemp(dir));
    snprintf(at.sun_path, sizeof at.sun_path, "%s/s", dir);
    snprintf(listen_on, sizeof listen_on, "unix:%s/s", dir);
    open_house_with_file(&(struct door_conf){.listen = listen_on}, LONG);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    say(fd, GET("/file"));
    hear_slowly(fd, &text, LONG);
    hear_file(fd, &text, LONG);
    close(fd);
    buf_done(&text);
    close_house_with_file(NULL);
    memset(&h, 0, sizeof h);
    h.base = event_base_new();
    assert_int_equal(rmdir(dir), 0);
}

#define test_file(name) cmocka_unit_test_teardown(name, close_house_with_file)

int main(void)
{
    log_set_level(LOG_WARN);
    signal(SIGPIPE, SIG_IGN); /* as the daemon does */
    const struct CMUnitTest tests[] = {
        test_file(a_file_is_sent_whole),
        test_file(who_reads_slowly_gets_all_of_it),
        test_file(what_is_replaced_meanwhile_is_sent_as_it_was),
        test_file(who_wants_the_head_alone_holds_no_file),
        test_file(who_does_not_take_it_holds_nothing),
        test_file(draining_sends_the_rest),
        test_file(a_unix_socket_takes_it_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
