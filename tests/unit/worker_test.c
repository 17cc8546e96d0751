/* work/worker: the child is this very program, told by its task's name how to behave. */
#include "work/worker.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the child ---- */

static int child_echo(void) /* how much it read; what it was given besides */
{
    size_t n = 0, lines = 0;
    for (int c; (c = getchar()) != EOF; n++)
        lines += c == '\n';
    int files = 0;
    for (int fd = 3; fd < 256; fd++)
        files += fcntl(fd, F_GETFD) >= 0;
    printf("read %zu bytes %zu lines\nenvironment %d files %d\n\nno end", n, lines,
           environ && environ[0], files);
    return 0;
}

static int child_wait(void)
{
    puts("waiting");
    fflush(stdout);
    for (;;)
        pause();
    return 0;
}

static int child_fork(void) /* leaves one behind, and says who */
{
    pid_t kept = fork();
    if (kept == 0)
        return pause();
    printf("%d\n", (int)kept);
    fflush(stdout);
    pause();
    return 0;
}

static int child_flood(void) /* one line that never ends */
{
    static char block[1 << 20];
    memset(block, 'x', sizeof block);
    for (;;)
        if (fwrite(block, 1, sizeof block, stdout) == 0)
            return 1;
}

static int child_deaf(void) /* reads nothing, and leaves */
{
    puts("gone");
    return 3;
}

static int child_close(void) /* closes its lines and lives on */
{
    puts("closing");
    fflush(stdout);
    close(0);
    close(1);
    pause();
    return 0;
}

static int child_die(void)
{
    raise(SIGXCPU);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(void);
} children[] = {{"echo", child_echo}, {"wait", child_wait},   {"fork", child_fork},
                {"deaf", child_deaf}, {"flood", child_flood}, {"close", child_close},
                {"die", child_die}};

static int child(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof children / sizeof *children; i++)
        if (strcmp(children[i].name, argv[argc - 1]) == 0)
            return children[i].run();
    return 99;
}

/* ---- the parent ---- */

struct seen {
    struct event_base *base;
    struct worker *worker;
    char text[4096];
    size_t lines;
    int dones;
    enum worker_end end;
    bool foreign, stop_at_line, stop_at_done;
};

static void on_line(void *arg, const char *line, size_t len)
{
    struct seen *s = arg;
    assert_int_equal(strlen(line), len);
    snprintf(s->text + strlen(s->text), sizeof s->text - strlen(s->text), "%s|", line);
    s->lines++;
    if (s->stop_at_line) {
        worker_stop(s->worker);
        event_base_loopbreak(s->base);
    }
}

static void on_done(void *arg, enum worker_end end)
{
    struct seen *s = arg;
    s->dones++;
    s->end = end;
    if (s->stop_at_done)
        worker_stop(s->worker);
    event_base_loopbreak(s->base);
}

static struct seen run(const char *name, const char *input, size_t len, int64_t wall_ms,
                       struct seen s)
{
    s.base = event_base_new();
    struct worker_task task = {.name = name,
                               .foreign = s.foreign,
                               .input = input,
                               .len = len,
                               .wall_ms = wall_ms,
                               .cpu_seconds = 100,
                               .line = on_line,
                               .done = on_done,
                               .arg = &s};
    assert_int_equal(worker_start(s.base, &task, &s.worker), OK);
    event_base_dispatch(s.base);
    event_base_loop(s.base, EVLOOP_NONBLOCK); /* nothing comes afterwards */
    event_base_free(s.base);
    return s;
}

enum { LONG = 60000 };

static void the_input_goes_in_and_lines_come_out(void **state)
{
    (void)state;
    size_t len = 5 << 20;
    char *input = malloc(len);
    memset(input, '\n', len);
    setenv("PGPASSWORD", "secret", 1);
    struct seen s = run("echo", input, len, LONG, (struct seen){0});
    assert_string_equal(s.text, "read 5242880 bytes 5242880 lines|environment 0 files 0||");
    assert_int_equal(s.end, WORKER_DONE);
    assert_int_equal(s.dones, 1);
    free(input);
}

static void no_input_is_an_input(void **state)
{
    (void)state;
    struct seen s = run("echo", "", 0, LONG, (struct seen){0});
    assert_string_equal(s.text, "read 0 bytes 0 lines|environment 0 files 0||");
    assert_int_equal(s.end, WORKER_DONE);
}

static void who_is_late_is_killed(void **state)
{
    (void)state;
    struct seen s = run("wait", "", 0, 100, (struct seen){0});
    assert_int_equal(s.end, WORKER_LATE);
    assert_int_equal(s.dones, 1);
    /* So late that the child has come to its lines, however slow the machine is. */
    s = (struct seen){0};
    for (int64_t wall = 100; !s.lines && wall < LONG; wall *= 2) {
        s = run("close", "", 0, wall, (struct seen){0});
        assert_int_equal(s.end, WORKER_LATE);
    }
    assert_string_equal(s.text, "closing|");
}

static void the_kernel_s_limit_is_told_apart(void **state)
{
    (void)state;
    assert_int_equal(run("die", "", 0, LONG, (struct seen){0}).end, WORKER_LIMITED);
}

static void a_child_that_reads_nothing_is_judged_by_its_end(void **state)
{
    (void)state;
    size_t len = 5 << 20;
    char *input = calloc(1, len);
    struct seen s = run("deaf", input, len, LONG, (struct seen){0});
    assert_string_equal(s.text, "gone|");
    assert_int_equal(s.end, WORKER_FAILED);
    free(input);
}

static void a_line_without_an_end_is_cut_off(void **state)
{
    (void)state;
    struct seen s = run("flood", "", 0, LONG, (struct seen){0});
    assert_int_equal(s.lines, 0);
    assert_int_equal(s.end, WORKER_BROKEN);
}

static bool dead(pid_t pid) /* or one that nobody has reaped */
{
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return true;
    if (fscanf(f, "%*d %*s %c", &state) != 1)
        state = 'X';
    fclose(f);
    return state == 'Z' || state == 'X';
}

static void stopping_kills_all_of_it_and_tells_nothing(void **state)
{
    (void)state;
    struct seen s = run("fork", "", 0, LONG, (struct seen){.stop_at_line = true});
    pid_t kept = atoi(s.text);
    assert_true(kept > 0);
    assert_int_equal(s.dones, 0);
    for (int i = 0; i < LONG && !dead(kept); i++) /* killed; the kernel takes it down by and by */
        usleep(1000);
    assert_true(dead(kept));
}

static void stopping_at_its_end_changes_nothing(void **state)
{
    (void)state;
    struct seen s = run("echo", "", 0, LONG, (struct seen){.stop_at_done = true});
    assert_int_equal(s.dones, 1);
    worker_stop(NULL);
}

static void a_task_that_there_is_not_fails(void **state)
{
    (void)state;
    assert_int_equal(run("nothing", "", 0, LONG, (struct seen){0}).end, WORKER_FAILED);
    assert_string_equal(worker_end_name(WORKER_FAILED), "failed");
}

/* The reader is looked for beside the program that asks: here that is this test. */
static void foreign_bytes_go_to_the_reader(void **state)
{
    static const char object[] = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n";
    char self[4096] = {0}, there[4096 + 32];
    (void)state;
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    *strrchr(self, '/') = '\0';
    snprintf(there, sizeof there, "%s/jamund-reader", self);
    assert_true(symlink("../../jamund-reader", there) == 0 || errno == EEXIST);
    struct seen s = run("object", object, sizeof object - 1, LONG, (struct seen){.foreign = true});
    assert_string_equal(s.text, "{\"method\":\"REPLY\",\"prodid\":null,\"malformed\":0,"
                                "\"others\":[],\"events\":[]}|");
    assert_int_equal(s.end, WORKER_DONE);
    s = run("object", object, sizeof object - 1, LONG, (struct seen){0});
    assert_int_equal(s.end, WORKER_FAILED);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "worker") == 0)
        return child(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_input_goes_in_and_lines_come_out),
        cmocka_unit_test(no_input_is_an_input),
        cmocka_unit_test(who_is_late_is_killed),
        cmocka_unit_test(the_kernel_s_limit_is_told_apart),
        cmocka_unit_test(a_child_that_reads_nothing_is_judged_by_its_end),
        cmocka_unit_test(a_line_without_an_end_is_cut_off),
        cmocka_unit_test(stopping_kills_all_of_it_and_tells_nothing),
        cmocka_unit_test(stopping_at_its_end_changes_nothing),
        cmocka_unit_test(a_task_that_there_is_not_fails),
        cmocka_unit_test(foreign_bytes_go_to_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
