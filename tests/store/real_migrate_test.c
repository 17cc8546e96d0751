/* The migration runner on a real server. */
#include "real.h"

#define OWNER "dbname=jamund_migrate_test user=jamund_owner"
#define DAEMON "dbname=jamund_migrate_test user=jamund"

static char said[4096];

static void note_line(void *ctx, const char *line)
{
    (void)ctx;
    strncat(said, line, sizeof said - strlen(said) - 2);
    strcat(said, "\n");
}

static enum err migrate(bool dry_run)
{
    said[0] = '\0';
    return migrate_run(&(struct migrate_conf){.conninfo = OWNER,
                                              .dir = real_dir,
                                              .daemon_role = "jamund",
                                              .dry_run = dry_run,
                                              .say = note_line});
}

static int64_t count(const char *from)
{
    char sql[128];
    struct rows *rows;
    struct sync *s = real_connect(OWNER);
    snprintf(sql, sizeof sql, "select count(*) as n from %s", from);
    assert_int_equal(sync_query(s, sql, 0, NULL, &rows), OK);
    int64_t n = rows_int(rows, 0, "n");
    rows_free(rows);
    sync_close(s);
    return n;
}

static int up(void **state)
{
    (void)state;
    real_database("jamund_migrate_test");
    real_folder();
    real_file("0001_things.sql", "create table jamund.things (id int primary key);\n");
    real_file("0002_more.sql", "insert into jamund.things values (1), (2);\n");
    real_file("roles.sql", "this is not a migration\n");
    real_file("api/things.sql",
              "create or replace function api.things() returns bigint language sql\n"
              "security definer as 'select count(*) from jamund.things';\n");
    return 0;
}

static int down(void **state)
{
    (void)state;
    char command[128];
    static const char *const names[] = {"0001_things.sql", "0002_more.sql", "0003_bad.sql",
                                        "0000_low.sql",    "roles.sql",     "api/things.sql",
                                        "api/zoo.sql"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(command, sizeof command, "%s/%s", real_dir, names[i]);
        unlink(command);
    }
    snprintf(command, sizeof command, "%s/api", real_dir);
    rmdir(command);
    rmdir(real_dir);
    return 0;
}

static void applies_each_file_once(void **state)
{
    (void)state;
    assert_int_equal(migrate(false), OK);
    assert_string_equal(said, "apply 0001_things\napply 0002_more\n"
                              "apply api/ (1 files), rights of jamund\n");
    assert_int_equal(count("jamund.things"), 2);
    assert_int_equal(migrate(false), OK);
    assert_string_equal(said, "up to date\n");
    assert_int_equal(count("jamund.things"), 2);
    real_file("api/zoo.sql", "create or replace function api.zoo() returns int language sql as "
                             "'select 1';");
    assert_int_equal(migrate(false), OK);
    assert_string_equal(said, "apply api/ (2 files), rights of jamund\n");
}

static void a_dry_run_only_says(void **state)
{
    (void)state;
    assert_int_equal(migrate(true), OK);
    assert_string_equal(said, "would apply 0001_things\nwould apply 0002_more\n"
                              "would apply api/ (1 files), rights of jamund\n");
    assert_int_equal(count("pg_namespace where nspname in ('jamund', 'api')"), 0);
}

static void a_changed_or_missing_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(migrate(false), OK);
    real_file("0001_things.sql", "-- changed\n");
    assert_int_equal(migrate(false), ERR_STATE);
    assert_non_null(strstr(said, "0001_things was changed"));
    real_unlink("0001_things.sql");
    assert_int_equal(migrate(false), ERR_STATE);
    assert_non_null(strstr(said, "0001_things was applied, but is not in"));
}

static void a_number_below_those_applied_is_refused(void **state)
{
    (void)state;
    real_file("0003_bad.sql", "select 1;");
    real_unlink("0002_more.sql");
    assert_int_equal(migrate(false), OK);
    real_file("0002_more.sql", "select 2;");
    assert_int_equal(migrate(false), ERR_STATE);
    assert_non_null(strstr(said, "0002_more comes before 0003"));
    real_file("0000_low.sql", "select 1;");
    assert_int_equal(migrate(false), ERR_STATE);
    assert_non_null(strstr(said, "0000_low: its number"));
}

static void a_faulty_file_is_rolled_back_and_its_line_named(void **state)
{
    (void)state;
    real_file("0003_bad.sql", "-- 똠방각하 자문위원\ninsert into jamund.things values (3);\n"
                              "insert into jamund.nothing values (4);\n");
    assert_int_not_equal(migrate(false), OK);
    assert_non_null(strstr(said, "0003_bad.sql:3: relation \"jamund.nothing\" does not exist"));
    assert_int_equal(count("jamund.things"), 2); /* what came before it stays */
    assert_int_equal(count("jamund.migrations"), 2);
    real_file("0003_bad.sql", "insert into jamund.things values (3); commit;");
    assert_int_equal(migrate(false), ERR_STATE);
    assert_non_null(strstr(said, "must not end its transaction"));
}

static void functions_come_all_or_none(void **state)
{
    (void)state;
    real_file("api/zoo.sql", "create function api.zoo() returns int language sql as 'select nix';");
    assert_int_not_equal(migrate(false), OK);
    assert_int_equal(count("pg_proc where pronamespace = to_regnamespace('api')"), 0);
    assert_int_equal(count("jamund.migrations where number = 0"), 0);
}

static void the_daemon_may_execute_and_nothing_else(void **state)
{
    (void)state;
    struct rows *rows;
    assert_int_equal(migrate(false), OK);
    struct sync *s = real_connect(DAEMON);
    assert_int_equal(sync_query(s, "select api.things()", 0, NULL, &rows), OK);
    assert_string_equal(rows_value(rows), "2");
    rows_free(rows);
    static const char *const forbidden[] = {
        "select from jamund.things",
        "create table api.x (a int)",
        "create function api.y() returns int language sql as 'select 1'",
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        assert_int_not_equal(sync_exec(s, forbidden[i]), OK);
        assert_string_equal(sync_failure(s)->answer.sqlstate, "42501");
    }
    sync_close(s);
    assert_int_equal(count("information_schema.routine_privileges"
                           " where specific_schema = 'api' and grantee = 'PUBLIC'"),
                     0);
}

static void a_database_that_is_away_is_told(void **state)
{
    (void)state;
    said[0] = '\0';
    assert_int_equal(migrate_run(&(struct migrate_conf){.conninfo = "host=/nowhere",
                                                        .dir = real_dir,
                                                        .daemon_role = "jamund",
                                                        .say = note_line}),
                     ERR_UNAVAILABLE);
    assert_non_null(strstr(said, "/nowhere"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    real_skip_without_server();
    const struct CMUnitTest tests[] = {
        CASE(applies_each_file_once),
        CASE(a_dry_run_only_says),
        CASE(a_changed_or_missing_file_is_refused),
        CASE(a_number_below_those_applied_is_refused),
        CASE(a_faulty_file_is_rolled_back_and_its_line_named),
        CASE(functions_come_all_or_none),
        CASE(the_daemon_may_execute_and_nothing_else),
        CASE(a_database_that_is_away_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
