/* Getting connected, being told why not, and coming back. */
#include "fake_pq.h"
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_ready(void)
{
    return store_ready(rig.store);
}

static bool is_away(void)
{
    return !store_ready(rig.store);
}

static bool has_changed(void)
{
    return rig.changes > 0;
}

static bool has_problem(void)
{
    return store_problem(rig.store);
}

static bool tried_often(void)
{
    return fake_count() >= 12;
}

static void gets_ready_and_says_so(void **state)
{
    (void)state;
    rig_begin();
    assert_false(store_ready(rig.store));
    assert_true(rig_until(is_ready));
    rig_settle();
    assert_true(rig.changes > 0);
    assert_int_equal(fake_count(), 3);
    assert_null(store_problem(rig.store));
}

static void tries_again_after_refusals(void **state)
{
    (void)state;
    fake_connecting(FAKE_REFUSED, 6);
    rig_begin();
    assert_true(rig_until(is_ready));
    assert_int_equal(fake_count(), 9);
}

static void tries_again_when_connecting_fails_at_once(void **state)
{
    (void)state;
    fake_connecting(FAKE_BAD, 3);
    rig_begin();
    assert_true(rig_until(is_ready));
    assert_int_equal(fake_count(), 6);
}

static void follows_a_socket_that_changes_while_connecting(void **state)
{
    (void)state;
    fake_connecting(FAKE_SWITCH, 3);
    rig_begin();
    assert_true(rig_until(is_ready));
    assert_int_equal(fake_count(), 3);
}

static void names_the_function_that_is_missing_and_recovers(void **state)
{
    (void)state;
    fake_prepare_fails("look_many", "42883");
    rig_begin();
    assert_true(rig_until(has_problem)); /* forgotten as soon as it tries again */
    assert_string_equal(store_problem(rig.store), "api.look_many(text): no such function");
    assert_false(store_ready(rig.store));
    assert_true(rig_until(has_changed));
    fake_prepare_fails(NULL, NULL);
    assert_true(rig_until(is_ready));
    assert_null(store_problem(rig.store));
}

static void a_server_in_trouble_is_not_a_broken_contract(void **state)
{
    (void)state;
    fake_prepare_fails("look_many", "53200");
    rig_begin();
    assert_true(rig_until(tried_often));
    assert_null(store_problem(rig.store));
    assert_false(store_ready(rig.store));
    fake_prepare_fails(NULL, NULL);
    assert_true(rig_until(is_ready));
}

static void an_idle_connection_that_closes_is_replaced(void **state)
{
    (void)state;
    rig_open();
    fake_break(fake_conn("write", 0));
    assert_true(rig_until(is_away));
    assert_true(rig_until(is_ready));
    assert_int_equal(store_stats(rig.store, LANE_WRITE).reconnects, 1);
    assert_int_equal(store_stats(rig.store, LANE_READ).reconnects, 0);
}

static void what_does_not_fit_the_socket_is_sent_later(void **state)
{
    (void)state;
    struct note n = {0};
    rig_open();
    fake_flush_stalls(3);
    rig_ask(LOOK, "a", &n);
    rig_settle();
    rig_answer("read", 0, 1);
    assert_int_equal(n.calls, 1);
}

static struct note silent_note;

static bool silent_was_told(void)
{
    return silent_note.calls > 0;
}

static void a_server_gone_silent_is_given_up(void **state)
{
    (void)state;
    rig.conf.write_timeout_ms = 5;
    rig_open();
    rig_ask(CHANGE, "a", &silent_note);
    assert_true(rig_until(silent_was_told));
    assert_int_equal(silent_note.err, ERR_UNAVAILABLE);
    assert_true(rig_until(is_ready));
}

static void nothing_that_needs_a_name_resolved_is_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *conninfo;
        bool fine;
    } rows[] = {
        {"", true},
        {"host=/run/postgresql dbname=x", true},
        {"host=@abstract", true},
        {"host=127.0.0.1", true},
        {"host=::1,/tmp", true},
        {"host=db.example.kr hostaddr=10.0.0.1", true},
        {"postgresql://u@[::1]:5433/x", true},
        {"host=localhost", false},
        {"host=/tmp,db.example.kr", false},
        {"hostaddr=db.example.kr", false},
        {"postgresql://db.example.kr/x", false},
        {"service=panel", false},
        {"no equals sign", false},
    };
    char why[256];
    unsetenv("PGHOST"), unsetenv("PGHOSTADDR"), unsetenv("PGSERVICE");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (store_conninfo_ok(rows[i].conninfo, why, sizeof why) != rows[i].fine)
            fail_msg("%s", rows[i].conninfo);
    store_conninfo_ok("host=localhost", why, sizeof why);
    assert_non_null(strstr(why, "localhost"));
    setenv("PGHOST", "db.example.kr", 1);
    assert_false(store_conninfo_ok("dbname=x", why, sizeof why));
    unsetenv("PGHOST");
}

static void the_statement_is_made_from_the_row(void **state)
{
    (void)state;
    const struct ask_row two = {"seat_accept", "uuid,text[]", LANE_WRITE, CARD_ONE};
    const struct ask_row none = {"clock", "", LANE_READ, CARD_ONE};
    char *a = ask_sql(&two), *b = ask_sql(&none);
    assert_string_equal(a, "select * from api.seat_accept($1::uuid, $2::text[])");
    assert_string_equal(b, "select * from api.clock()");
    assert_int_equal(ask_args(&two), 2);
    assert_int_equal(ask_args(&none), 0);
    free(a), free(b);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, rig_up, rig_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(gets_ready_and_says_so),
        CASE(tries_again_after_refusals),
        CASE(tries_again_when_connecting_fails_at_once),
        CASE(follows_a_socket_that_changes_while_connecting),
        CASE(names_the_function_that_is_missing_and_recovers),
        CASE(a_server_in_trouble_is_not_a_broken_contract),
        CASE(an_idle_connection_that_closes_is_replaced),
        CASE(what_does_not_fit_the_socket_is_sent_later),
        CASE(a_server_gone_silent_is_given_up),
        cmocka_unit_test(nothing_that_needs_a_name_resolved_is_accepted),
        cmocka_unit_test(the_statement_is_made_from_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
