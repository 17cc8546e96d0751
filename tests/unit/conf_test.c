/* base/conf: where settings come from and what they may be. */
#include "base/arena.h"
#include "base/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const no_env[] = {NULL};
static char why[CONF_WHY];
static struct arena *memory;

static char **copy(const char *const *list, char **into)
{
    for (; list && *list; list++)
        *into++ = arena_strdup(memory, *list);
    *into = NULL;
    return into;
}

/* loads from a file with this text (NULL: none), environment and flags, which end with NULL */
static struct conf *load(const char *file, const char *const *env, const char *const *flags)
{
    char path[] = "/tmp/conf_test.XXXXXX";
    char *argv[16] = {arena_strdup(memory, "jamund")}, *environ_[16];
    int argc = 1;
    if (file) {
        int fd = mkstemp(path);
        assert_int_equal(write(fd, file, strlen(file)), strlen(file));
        close(fd);
        argv[argc++] = arena_printf(memory, "--config=%s", path);
    }
    argc = (int)(copy(flags, argv + argc) - argv);
    copy(env, environ_);
    why[0] = '\0';
    struct conf *c = conf_load(&argc, argv, environ_, why);
    if (file)
        unlink(path);
    return c;
}

static void refuses(struct conf *c, const char *part, const char *name)
{
    if (c)
        print_error("%s: was taken\n", name);
    assert_null(c);
    if (!strstr(why, part) || !strstr(why, name))
        print_error("why: %s\n", why);
    assert_non_null(strstr(why, part));
    assert_non_null(strstr(why, name));
}

static void defaults_hold_without_anything(void **state)
{
    (void)state;
    struct conf *c = load(NULL, no_env, NULL);
    assert_non_null(c);
    assert_string_equal(conf_str(c, CONF_listen), "127.0.0.1:8080");
    assert_int_equal(conf_int(c, CONF_head_max), 16384);
    assert_int_equal(conf_int(c, CONF_body_max), 1048576);
    assert_int_equal(conf_int(c, CONF_outbox_lease), 120000);
    assert_int_equal(conf_int(c, CONF_work_from), 540);
    assert_int_equal(conf_int(c, CONF_smtp_tls), 1);
    assert_string_equal(conf_from(c, CONF_listen), "default");
    conf_free(c);
}

static void flag_beats_environment_beats_file(void **state)
{
    (void)state;
    const char *file = "# a comment\n\n  read_conns = 3\nwrite_conns=4\r\nlong_conns = 2";
    const char *const env[] = {"HOME=/x", "JAMUND_WRITE_CONNS=5", "JAMUND_LONG_CONNS=3", NULL};
    const char *const flags[] = {"--long-conns=4", NULL};
    struct conf *c = load(file, env, flags);
    assert_non_null(c);
    assert_int_equal(conf_int(c, CONF_read_conns), 3);
    assert_non_null(strstr(conf_from(c, CONF_read_conns), ":3"));
    assert_int_equal(conf_int(c, CONF_write_conns), 5);
    assert_string_equal(conf_from(c, CONF_write_conns), "environment");
    assert_int_equal(conf_int(c, CONF_long_conns), 4);
    assert_string_equal(conf_from(c, CONF_long_conns), "flag");
    conf_free(c);
}

static void flags_leave_the_other_words(void **state)
{
    (void)state;
    const char *const words[] = {"jamund", "--zone=UTC", "import", "--dry-run", "--work_from=08:30",
                                 "--",     "--zone=X",   NULL};
    char *argv[8], *env[1] = {NULL};
    int argc = (int)(copy(words, argv) - argv);
    struct conf *c = conf_load(&argc, argv, env, why);
    assert_non_null(c);
    assert_int_equal(argc, 5);
    assert_string_equal(argv[1], "import");
    assert_string_equal(argv[2], "--dry-run");
    assert_string_equal(argv[4], "--zone=X");
    assert_null(argv[5]);
    assert_string_equal(conf_str(c, CONF_zone), "UTC");
    assert_int_equal(conf_int(c, CONF_work_from), 510);
    conf_free(c);
}

static void a_mistake_names_the_setting_and_its_source(void **state)
{
    (void)state;
    refuses(load("\nlisten = here\n", no_env, NULL), ":2:", "listen");
    refuses(load("zone = UTC\nlisten_on = x", no_env, NULL), ":2:", "listen_on");
    refuses(load("zone = UTC\nzone = UTC", no_env, NULL), ":2:", "zone was set before");
    refuses(load("zone", no_env, NULL), ":1:", "name = value");
    const char *const typo[] = {"JAMUND_LISTNE=x", NULL};
    refuses(load(NULL, typo, NULL), "environment", "JAMUND_LISTNE");
    const char *const large[] = {"JAMUND_READ_CONNS=33", NULL};
    refuses(load(NULL, large, NULL), "environment: read_conns", "from 1 to 32 connections");
    const char *const secret[] = {"--smtp-password=x", NULL};
    refuses(load(NULL, no_env, secret), "flag", "smtp_password");
    const char *const hours[] = {"--work-until=09:00", NULL};
    refuses(load(NULL, no_env, hours), "flag", "work_until is not after work_from");
    const char *const inside[] = {"--imap-url=imaps://me:secret@mail.example.kr", NULL};
    refuses(load(NULL, no_env, inside), "flag: imap_url", "a host and a port alone");
    const char *const nobody[] = {"--imap-url=imaps://mail.example.kr", NULL};
    refuses(load(NULL, no_env, nobody), "imap_user", "must be given with imap_url");
    const char *const gone[] = {"JAMUND_CONFIG=/nowhere/jamund.conf", NULL};
    refuses(load(NULL, gone, NULL), "/nowhere/jamund.conf", "No such file");
}

static void each_type_says_what_it_takes(void **state)
{
    (void)state;
    static const struct {
        enum conf_key key;
        const char *text;
        int64_t num; /* -1: refused */
    } cases[] = {
        {CONF_head_max, "16k", 16384},
        {CONF_head_max, "2000", 2000},
        {CONF_head_max, "16K", -1},
        {CONF_head_max, "1G", -1},
        {CONF_head_max, "-1", -1},
        {CONF_head_max, "", -1},
        {CONF_head_max, "99999999999", -1},
        {CONF_call_deadline, "500ms", 500},
        {CONF_call_deadline, "1m", 60000},
        {CONF_call_deadline, "5", -1},
        {CONF_call_deadline, "5 s", -1},
        {CONF_outbox_backoff, "1d", 86400000},
        {CONF_outbox_backoff, "2d", -1},
        {CONF_work_until, "24:00", 1440},
        {CONF_work_until, "24:01", -1},
        {CONF_work_until, "9:00", -1},
        {CONF_work_until, "09:60", -1},
        {CONF_work_until, "09:0x", -1},
        {CONF_log_level, "debug", 0},
        {CONF_log_level, "error", 3},
        {CONF_log_level, "err", -1},
        {CONF_log_level, "debug|info", -1},
        {CONF_listen, "0.0.0.0:80", 0},
        {CONF_listen, "[::1]:0", 0},
        {CONF_listen, "::1:80", -1},
        {CONF_listen, "localhost:80", -1},
        {CONF_listen, "127.0.0.1", -1},
        {CONF_listen, "127.0.0.1:65536", -1},
        {CONF_listen, "[]:1", -1},
        {CONF_public_url, "https://jamund.example.kr", 1},
        {CONF_public_url, "", -1},
        {CONF_public_url, "https://a/", -1},
        {CONF_public_url, "ftp://a", -1},
        {CONF_public_url, "https://a b", -1},
        {CONF_public_url, "https://a\r\nb", -1},
        {CONF_public_url, "https://", -1},
        {CONF_smtp_url, "", 0},
        {CONF_smtp_url, "smtp://127.0.0.1:25", 0},
        {CONF_mail_from_name, "자문단", 0},
        {CONF_mail_from_name, "a\nBcc: b", -1},
        {CONF_mail_from_name, "\xff", -1},
        {CONF_zone, "", -1},
        {CONF_calendar_networks, "", 0},
        {CONF_webhook_networks, "", 0},
        {CONF_webhook_networks, "127.0.0.0/8, fd00::/8", 0},
        {CONF_webhook_networks, "localhost", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t num = 77;
        char must[CONF_MUST];
        bool good = conf_check(conf_row(cases[i].key), cases[i].text, &num, must);
        if (good != (cases[i].num >= 0) || num != (good ? cases[i].num : 77))
            fail_msg("%s = %s", conf_row(cases[i].key)->name, cases[i].text);
    }
}

static void printing_hides_secrets(void **state)
{
    (void)state;
    const char *const env[] = {
        "JAMUND_SMTP_PASSWORD=hunter2", "JAMUND_DATABASE=host=/tmp password=swordfish",
        "JAMUND_OWNER_DATABASE=postgresql://o:tiger@127.0.0.1/x", "JAMUND_ZONE=UTC", NULL};
    struct conf *c = load(NULL, env, NULL);
    assert_non_null(c);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    conf_print(c, out);
    fclose(out);
    assert_null(strstr(text, "hunter2"));
    assert_null(strstr(text, "swordfish"));
    assert_null(strstr(text, "tiger"));
    assert_non_null(strstr(text, "UTC"));
    assert_string_equal(conf_str(c, CONF_smtp_password), "hunter2");
    free(text);
    conf_free(c);
}

static void rows_are_in_order(void **state)
{
    (void)state;
    for (int i = 0; i < CONF_COUNT; i++) {
        const struct conf_row *r = conf_row((enum conf_key)i);
        assert_true(r->text[strlen(r->text) - 1] == '.');
        assert_true(r->least <= r->most);
        for (int j = i + 1; j < CONF_COUNT; j++)
            assert_string_not_equal(r->name, conf_row((enum conf_key)j)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold_without_anything),
        cmocka_unit_test(flag_beats_environment_beats_file),
        cmocka_unit_test(flags_leave_the_other_words),
        cmocka_unit_test(a_mistake_names_the_setting_and_its_source),
        cmocka_unit_test(each_type_says_what_it_takes),
        cmocka_unit_test(printing_hides_secrets),
        cmocka_unit_test(rows_are_in_order),
    };
    memory = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(memory);
    return failed;
}
