/* What becomes of an ask: answered, refused, tried again, lost, dropped. */
#include "fake_pq.h"
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool is_ready(void)
{
    return store_ready(rig.store);
}

static bool sent_again(void)
{
    return fake_in_flight(fake_conn("write", 0)) > 0;
}

static bool waits_to_retry(void)
{
    return store_stats(rig.store, LANE_WRITE).retried > 0;
}

static void an_ask_without_a_connection_fails_on_the_next_turn(void **state)
{
    (void)state;
    struct note n = {0};
    rig_begin();
    rig_ask(LOOK, "a", &n);
    assert_int_equal(n.calls, 0); /* never from inside */
    rig_settle();
    assert_int_equal(n.calls, 1);
    assert_int_equal(n.err, ERR_UNAVAILABLE);
}

static void an_answer_counts_only_after_the_sync(void **state)
{
    (void)state;
    struct note n = {0};
    rig_open();
    rig_ask(CHANGE, "a", &n);
    rig_settle();
    int c = fake_conn("write", 0);
    fake_rows(c, 1);
    fake_end(c);
    rig_settle();
    assert_int_equal(n.calls, 0);
    fake_sync(c);
    rig_settle();
    assert_int_equal(n.calls, 1);
    assert_int_equal(n.err, OK);
    assert_string_equal(n.name, "one");
}

static void pipelined_answers_find_their_askers(void **state)
{
    (void)state;
    struct note a = {0}, b = {0}, c = {0};
    rig_open();
    rig_ask(LOOK, "a", &a);
    rig_ask(LOOK, "b", &b);
    rig_ask(LOOK_MANY, "c", &c);
    rig_settle();
    assert_int_equal(fake_in_flight(fake_conn("read", 0)), 3);
    rig_answer("read", 0, 1);
    assert_int_equal(a.calls + b.calls + c.calls, 1);
    rig_fail("read", 0, "23P01"); /* touches only its own */
    rig_answer("read", 0, 2);
    assert_int_equal(a.err, OK);
    assert_int_equal(b.err, ERR_SLOT_TAKEN);
    assert_string_equal(b.message, "the server's words");
    assert_string_equal(b.constraint, "some_key");
    assert_int_equal(c.err, OK);
    assert_int_equal(c.rows, 2);
}

static void reads_go_to_the_least_loaded_connection(void **state)
{
    (void)state;
    struct note n[3] = {0};
    rig.conf.read_conns = 2;
    rig_open();
    for (int i = 0; i < 3; i++)
        rig_ask(LOOK, "a", &n[i]);
    rig_settle();
    int x = fake_in_flight(fake_conn("read", 0)), y = fake_in_flight(fake_conn("read", 1));
    assert_true((x == 2 && y == 1) || (x == 1 && y == 2));
}

static void writes_go_one_at_a_time(void **state)
{
    (void)state;
    struct note a = {0}, b = {0};
    rig_open();
    rig_ask(CHANGE, "a", &a);
    rig_ask(CHANGE, "b", &b);
    rig_settle();
    assert_int_equal(fake_in_flight(fake_conn("write", 0)), 1);
    assert_int_equal(store_stats(rig.store, LANE_WRITE).queued, 1);
    rig_answer("write", 0, 1);
    assert_string_equal(fake_arg(fake_conn("write", 0), 1), "b");
    rig_answer("write", 0, 1);
    assert_int_equal(a.calls + b.calls, 2);
}

static void a_full_queue_says_busy(void **state)
{
    (void)state;
    struct note n[6] = {0};
    rig_open();
    rig_ask(CHANGE, "first", &n[0]);
    rig_settle();
    for (int i = 1; i < 6; i++)
        rig_ask(CHANGE, "more", &n[i]);
    rig_settle();
    assert_int_equal(n[4].calls, 0);
    assert_int_equal(n[5].err, ERR_BUSY);
    assert_int_equal(store_stats(rig.store, LANE_WRITE).queued, 4);
}

static void the_number_of_rows_is_judged_in_one_place(void **state)
{
    (void)state;
    static const struct {
        int ask, rows;
        enum err err;
    } rows[] = {
        {LOOK, 0, ERR_NOT_FOUND}, {LOOK, 1, OK},       {LOOK, 2, ERR_INTERNAL},
        {LOOK_MAYBE, 0, OK},      {LOOK_MAYBE, 1, OK}, {LOOK_MAYBE, 2, ERR_INTERNAL},
        {LOOK_MANY, 0, OK},       {LOOK_MANY, 2, OK},  {LOOK_NONE, 0, OK},
        {LOOK_NONE, 1, OK},
    };
    rig_open();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct note n = {0};
        rig_ask(rows[i].ask, "a", &n);
        rig_settle();
        rig_answer("read", 0, rows[i].rows);
        assert_int_equal(n.calls, 1);
        assert_int_equal(n.err, rows[i].err);
    }
}

static void errors_map_by_sqlstate(void **state)
{
    (void)state;
    static const struct {
        const char *state;
        enum err err;
    } rows[] = {{"57014", ERR_DEADLINE}, {"23505", ERR_DUPLICATE},      {"P0002", ERR_NOT_FOUND},
                {"22P02", ERR_VALUE},    {"JM004", ERR_NEEDS_OVERRIDE}, {"XX000", ERR_INTERNAL}};
    rig_open();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct note n = {0};
        rig_ask(CHANGE, "a", &n);
        rig_settle();
        rig_fail("write", 0, rows[i].state);
        assert_int_equal(n.err, rows[i].err);
    }
}

static void a_deadlock_is_tried_once_more(void **state)
{
    (void)state;
    struct note n = {0};
    rig_open();
    rig_ask(CHANGE, "again", &n);
    rig_settle();
    rig_fail("write", 0, "40P01");
    assert_int_equal(n.calls, 0);
    assert_true(rig_until(sent_again));
    assert_string_equal(fake_arg(fake_conn("write", 0), 1), "again");
    rig_answer("write", 0, 1);
    assert_int_equal(n.calls, 1);
    assert_int_equal(n.err, OK);
    assert_int_equal(store_stats(rig.store, LANE_WRITE).retried, 1);
}

static void a_second_serialization_failure_is_told(void **state)
{
    (void)state;
    struct note n = {0};
    rig_open();
    rig_ask(CHANGE, "again", &n);
    rig_settle();
    rig_fail("write", 0, "40001");
    assert_true(rig_until(sent_again));
    rig_fail("write", 0, "40001");
    assert_int_equal(n.calls, 1);
    assert_int_equal(n.err, ERR_RETRY);
}

static void a_lost_read_goes_once_to_another_connection(void **state)
{
    (void)state;
    struct note n = {0};
    rig.conf.read_conns = 3;
    rig_open();
    rig_ask(LOOK, "a", &n);
    rig_settle();
    int first = fake_with("a");
    fake_rows(first, 1); /* the result came, its sync did not */
    fake_break(first);
    rig_settle();
    assert_int_equal(n.calls, 0);
    assert_true(fake_with("a") >= 0);
    fake_break(fake_with("a"));
    rig_settle();
    assert_int_equal(n.calls, 1); /* though the third one is ready */
    assert_int_equal(n.err, ERR_UNAVAILABLE);
    assert_int_equal(fake_with("a"), -1);
    assert_int_equal(store_stats(rig.store, LANE_READ).requeued, 1);
}

static void lost_reads_keep_their_order(void **state)
{
    (void)state;
    struct note n[4] = {0};
    rig.conf.read_conns = 2;
    rig_open();
    for (int i = 0; i < 4; i++)
        rig_ask(LOOK, (const char *const[]){"0", "1", "2", "3"}[i], &n[i]);
    rig_settle();
    int second = fake_with("3");
    fake_break(fake_with("2"));
    rig_settle();
    assert_int_equal(fake_sent(second), 4);
    assert_string_equal(fake_arg(second, 2), "0");
    assert_string_equal(fake_arg(second, 3), "2");
}

static void a_lost_write_is_never_sent_again(void **state)
{
    (void)state;
    struct note n = {0};
    rig.conf.write_conns = 2;
    rig_open();
    rig_ask(CHANGE, "a", &n);
    rig_settle();
    int c = fake_with("a");
    fake_rows(c, 1);
    fake_end(c);
    fake_break(c);
    rig_settle();
    assert_int_equal(n.calls, 1);
    assert_int_equal(n.err, ERR_UNAVAILABLE);
    for (int i = 0; fake_conn("write", i) >= 0; i++)
        assert_int_equal(fake_sent(fake_conn("write", i)), 0);
}

static void who_waits_is_told_when_the_last_connection_goes(void **state)
{
    (void)state;
    struct note a = {0}, b = {0};
    rig_open();
    rig_ask(CHANGE, "a", &a);
    rig_ask(CHANGE, "b", &b);
    rig_settle();
    fake_break(fake_conn("write", 0));
    rig_settle();
    assert_int_equal(b.calls, 1);
    assert_int_equal(b.err, ERR_UNAVAILABLE);
    assert_true(rig_until(is_ready)); /* and then it works again */
    struct note c = {0};
    rig_ask(CHANGE, "c", &c);
    rig_settle();
    rig_answer("write", 0, 1);
    assert_int_equal(c.err, OK);
}

static void a_dropped_read_disturbs_nobody(void **state)
{
    (void)state;
    struct note gone = {0}, stays = {0};
    rig_open();
    struct ticket *t = rig_ask(LOOK, "gone", &gone);
    rig_ask(LOOK, "stays", &stays);
    rig_settle();
    ticket_drop(t);
    rig_answer("read", 0, 1);
    rig_answer("read", 0, 1);
    assert_int_equal(gone.calls, 0);
    assert_int_equal(stays.calls, 1);
    assert_int_equal(stays.err, OK);
}

static void a_dropped_ticket_is_forgotten_wherever_it_is(void **state)
{
    (void)state;
    struct note n = {0};
    rig_open();
    ticket_drop(NULL);
    ticket_drop(rig_ask(CHANGE, "queued", &n));
    struct ticket *sent = rig_ask(CHANGE, "sent", &n);
    rig_settle();
    assert_string_equal(fake_arg(fake_conn("write", 0), 0), "sent");
    fake_rows(fake_conn("write", 0), 1);
    rig_settle(); /* its result is there, its sync is not */
    ticket_drop(sent);
    fake_end(fake_conn("write", 0));
    fake_sync(fake_conn("write", 0));
    rig_settle();
    struct ticket *retrying = rig_ask(CHANGE, "retrying", &n);
    rig_settle();
    fake_error(fake_conn("write", 0), "40001", "the server's words", NULL);
    fake_end(fake_conn("write", 0));
    fake_sync(fake_conn("write", 0));
    assert_true(rig_until(waits_to_retry)); /* no turn longer: it may be sent then */
    ticket_drop(retrying);
    struct ticket *lost = rig_ask(LOOK, "lost", &n);
    rig_settle();
    ticket_drop(lost);
    fake_break(fake_conn("read", 0));
    rig_settle();
    ticket_drop(rig_ask(LOOK, "refused", &n)); /* already waits to be called back */
    rig_settle();
    assert_int_equal(n.calls, 0);
    assert_true(store_idle(rig.store));
}

struct chain {
    struct note next;
    struct ticket *other;
};

static void ask_more(void *ctx, const struct answer *a)
{
    struct chain *c = ctx;
    (void)a;
    ticket_drop(c->other);
    rig_ask(LOOK, "next", &c->next);
}

static void a_callback_may_ask_and_drop(void **state)
{
    (void)state;
    struct chain c = {0};
    struct note other = {0};
    rig_open();
    store_ask(rig.store, (enum ask)LOOK, (const char *const[]){"a"}, ask_more, &c);
    c.other = rig_ask(LOOK, "other", &other);
    rig_settle();
    int conn = fake_conn("read", 0);
    for (int i = 0; i < 2; i++) { /* both answers come in one packet */
        fake_rows(conn, 1);
        fake_end(conn);
        fake_sync(conn);
    }
    rig_settle();
    rig_answer("read", 0, 1);
    assert_int_equal(other.calls, 0);
    assert_int_equal(c.next.calls, 1);
}

static void kept_rows_outlive_the_callback(void **state)
{
    (void)state;
    struct note n = {.keep = true};
    rig_open();
    rig_ask(LOOK_MANY, "a", &n);
    rig_settle();
    rig_answer("read", 0, 2);
    assert_int_equal(rows_count(n.kept), 2);
    assert_int_equal(rows_int(n.kept, 1, "id"), 2);
    assert_true(rows_null(n.kept, 1, "name"));
    assert_false(rows_null(n.kept, 0, "name"));
    assert_string_equal(rows_text(n.kept, 1, "name"), "");
    rows_free(n.kept);
}

static void draining_finishes_what_is_under_way(void **state)
{
    (void)state;
    struct note old = {0}, young = {0};
    rig_open();
    rig_ask(CHANGE, "old", &old);
    rig_settle();
    store_drain(rig.store);
    rig_ask(CHANGE, "young", &young);
    assert_false(store_idle(rig.store));
    rig_settle();
    assert_int_equal(young.err, ERR_UNAVAILABLE);
    assert_false(store_idle(rig.store));
    rig_answer("write", 0, 1);
    assert_int_equal(old.err, OK);
    assert_true(store_idle(rig.store));
}

static void closing_calls_nobody(void **state)
{
    (void)state;
    struct note n = {0};
    rig_open();
    rig_ask(CHANGE, "in flight", &n);
    rig_ask(CHANGE, "queued", &n);
    struct note r = {0};
    rig_ask(LOOK, "retrying", &r);
    rig_settle();
    rig_fail("read", 0, "40001");
    fake_rows(fake_conn("write", 0), 1);
    rig_settle();
    store_close(rig.store);
    rig.store = NULL;
    rig_settle();
    assert_int_equal(n.calls + r.calls, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, rig_up, rig_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_ask_without_a_connection_fails_on_the_next_turn),
        CASE(an_answer_counts_only_after_the_sync),
        CASE(pipelined_answers_find_their_askers),
        CASE(reads_go_to_the_least_loaded_connection),
        CASE(writes_go_one_at_a_time),
        CASE(a_full_queue_says_busy),
        CASE(the_number_of_rows_is_judged_in_one_place),
        CASE(errors_map_by_sqlstate),
        CASE(a_deadlock_is_tried_once_more),
        CASE(a_second_serialization_failure_is_told),
        CASE(a_lost_read_goes_once_to_another_connection),
        CASE(lost_reads_keep_their_order),
        CASE(a_lost_write_is_never_sent_again),
        CASE(who_waits_is_told_when_the_last_connection_goes),
        CASE(a_dropped_read_disturbs_nobody),
        CASE(a_dropped_ticket_is_forgotten_wherever_it_is),
        CASE(a_callback_may_ask_and_drop),
        CASE(kept_rows_outlive_the_callback),
        CASE(draining_finishes_what_is_under_way),
        CASE(closing_calls_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
