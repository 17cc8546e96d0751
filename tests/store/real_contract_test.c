/* Our own migrations and our own asks fit each other. */
#include "real.h"

#define DATABASE "dbname=jamund_contract_test "

static void say(void *ctx, const char *line)
{
    (void)ctx;
    print_message("# %s\n", line);
}

static int migrated(void **state)
{
    (void)state;
    real_database("jamund_contract_test");
    const struct migrate_conf conf = {.conninfo = DATABASE "user=jamund_owner",
                                      .dir = "migrations",
                                      .daemon_role = "jamund",
                                      .say = say};
    return migrate_run(&conf) == OK ? 0 : -1;
}

static void the_daemon_can_prepare_every_ask(void **state)
{
    (void)state;
    struct sync *s = real_connect(DATABASE "user=jamund");
    int missing = 0;
    for (size_t i = 0; i < ASK_COUNT; i++) {
        char *sql = ask_sql(&ask_rows[i]), text[4200];
        snprintf(text, sizeof text, "prepare a%zu as %s", i, sql);
        if (sync_exec(s, text) != OK) {
            print_message("# %s(%s): %s\n", ask_rows[i].name, ask_rows[i].types,
                          sync_failure(s)->answer.message);
            missing++;
        }
        free(sql);
    }
    sync_close(s);
    assert_int_equal(missing, 0);
}

int main(void)
{
    real_skip_without_server();
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_daemon_can_prepare_every_ask)};
    return cmocka_run_group_tests(tests, migrated, NULL);
}
