/* The store on a real server: what a scripted libpq cannot know. */
#include "base/log.h"
#include "real.h"

#include <event2/event.h>

#define DAEMON "dbname=jamund_store_test user=jamund"

enum { ECHO, FAILS, SLEEPS, AGAIN, PUTS, LEAVES, ASKS };
enum { GUARD_SECONDS = 60, MANY = 400, LARGE = 3 << 20 };

static const struct ask_row asks[ASKS] = {
    [ECHO] = {"echo", "text", LANE_READ, CARD_ONE},
    [FAILS] = {"fails", "text", LANE_READ, CARD_ONE},
    [SLEEPS] = {"sleeps", "float8", LANE_READ, CARD_NONE},
    [AGAIN] = {"again", "", LANE_WRITE, CARD_ONE},
    [PUTS] = {"puts", "int,text", LANE_WRITE, CARD_ONE},
    [LEAVES] = {"leaves", "int", LANE_LONG, CARD_MANY},
};

static const char functions[] =
    "create function api.echo(t text) returns text language sql as 'select t';"
    "create function api.fails(t text) returns int language plpgsql as"
    " $$begin raise exception using errcode = t, message = 'as asked'; end$$;"
    "create function api.sleeps(s float8) returns void language sql as 'select pg_sleep(s)';"
    "create function api.again() returns int language plpgsql security definer as"
    " $$begin perform nextval('jamund.tries'); raise exception using errcode = '40001'; end$$;"
    "create function api.puts(i int, t text) returns int language sql security definer as"
    " 'insert into jamund.things values (i, t) returning id';"
    "create function api.leaves(n int) returns setof int language sql as"
    " 'select generate_series(1, n)';";

struct note {
    int calls;
    enum err err;
    size_t rows, len;
    bool null;
    char text[64], constraint[64];
};

static struct event_base *base;
static struct store *store;
static struct store_conf conf;
static int answered;

static int database_up(void **state)
{
    (void)state;
    real_database("jamund_store_test");
    real_exec("dbname=jamund_store_test user=jamund_owner",
              "create schema jamund; create schema api; create sequence jamund.tries;"
              "create table jamund.things (id int primary key, name text)");
    real_exec("dbname=jamund_store_test user=jamund_owner", functions);
    real_exec("dbname=jamund_store_test user=jamund_owner", "grant usage on schema api to jamund");
    return 0;
}

static void give_up(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
    fatal("the test hangs");
}

static int up(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    base = event_base_new();
    answered = 0;
    conf = (struct store_conf){.conninfo = DAEMON,
                               .queue_max = MANY,
                               .read_timeout_ms = 60000,
                               .backoff_min_ms = 5,
                               .backoff_max_ms = 20,
                               .asks = asks,
                               .ask_count = ASKS};
    return 0;
}

static int down(void **state)
{
    (void)state;
    store_close(store);
    store = NULL;
    event_base_free(base);
    return 0;
}

static void turn_until(bool (*holds)(void))
{
    struct event *guard = evtimer_new(base, give_up, NULL);
    evtimer_add(guard, &(struct timeval){.tv_sec = GUARD_SECONDS});
    while (!holds())
        event_base_loop(base, EVLOOP_ONCE);
    event_free(guard);
}

static bool all_ready(void)
{
    return store_ready(store) && store_stats(store, LANE_READ).ready == 2;
}

static bool some_ready(void)
{
    return store_ready(store);
}

static bool has_problem(void)
{
    return store_problem(store);
}

static int awaited;

static bool all_answered(void)
{
    return answered >= awaited;
}

static bool idle(void)
{
    return store_idle(store);
}

static void open_store(void)
{
    assert_int_equal(store_open(base, &conf, &store), OK);
    turn_until(all_ready);
}

static void note_answer(void *ctx, const struct answer *a)
{
    struct note *n = ctx;
    answered++;
    n->calls++;
    n->err = a->err;
    snprintf(n->constraint, sizeof n->constraint, "%s", a->constraint ? a->constraint : "");
    n->rows = a->rows ? rows_count(a->rows) : 0;
    if (a->err == OK && n->rows && rows_has(a->rows, "echo")) {
        snprintf(n->text, sizeof n->text, "%s", rows_text(a->rows, 0, "echo"));
        n->len = rows_len(a->rows, 0, "echo");
        n->null = rows_null(a->rows, 0, "echo");
    }
}

static struct ticket *ask(int which, const char *arg, struct note *n)
{
    return store_ask(store, (enum ask)which, (const char *const[]){arg, "x"}, note_answer, n);
}

static void wait_for(int n)
{
    awaited = n;
    turn_until(all_answered);
}

static void pipelined_errors_touch_only_their_own(void **state)
{
    (void)state;
    static struct note n[MANY];
    char text[16];
    open_store();
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "%d", i);
        ask(i % 3 ? ECHO : FAILS, i % 3 ? text : "23P01", &n[i]);
    }
    wait_for(MANY);
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "%d", i);
        assert_int_equal(n[i].calls, 1);
        assert_int_equal(n[i].err, i % 3 ? OK : ERR_SLOT_TAKEN);
        assert_string_equal(n[i].text, i % 3 ? text : "");
    }
}

static void values_come_back_as_they_went(void **state)
{
    (void)state;
    struct note null = {0}, korean = {0}, bad = {0}, large = {0};
    char *text = calloc(1, LARGE + 1);
    memset(text, 'x', LARGE);
    open_store();
    ask(ECHO, NULL, &null);
    ask(ECHO, "똠방각하 '; drop table x; --", &korean);
    ask(ECHO, "\xff", &bad);
    ask(ECHO, text, &large); /* more than a socket takes at once, both ways */
    wait_for(4);
    assert_true(null.null);
    assert_string_equal(korean.text, "똠방각하 '; drop table x; --");
    assert_int_equal(bad.err, ERR_VALUE);
    assert_int_equal(large.len, LARGE);
    free(text);
}

static void a_violated_constraint_is_named(void **state)
{
    (void)state;
    struct note a = {0}, b = {0};
    open_store();
    ask(PUTS, "1", &a);
    wait_for(1);
    ask(PUTS, "1", &b);
    wait_for(2);
    assert_int_equal(a.err, OK);
    assert_int_equal(b.err, ERR_DUPLICATE);
    assert_string_equal(b.constraint, "things_pkey");
}

static void a_long_statement_ends_by_the_lanes_time_out(void **state)
{
    (void)state;
    struct note slow = {0}, next = {0};
    conf.read_conns = 1;
    conf.read_timeout_ms = 3000; /* the next one, and what is prepared, must come within it */
    assert_int_equal(store_open(base, &conf, &store), OK);
    turn_until(some_ready);
    ask(SLEEPS, "30", &slow);
    ask(ECHO, "after", &next);
    wait_for(2);
    assert_int_equal(slow.err, ERR_DEADLINE);
    assert_string_equal(next.text, "after");
}

static void a_serialization_failure_runs_twice(void **state)
{
    (void)state;
    struct note n = {0};
    struct rows *rows;
    open_store();
    ask(AGAIN, NULL, &n);
    wait_for(1);
    assert_int_equal(n.err, ERR_RETRY);
    struct sync *s = real_connect("dbname=jamund_store_test user=jamund_owner");
    assert_int_equal(sync_query(s, "select last_value from jamund.tries", 0, NULL, &rows), OK);
    assert_string_equal(rows_value(rows), "2");
    rows_free(rows);
    sync_close(s);
}

static void killed_backends_are_replaced(void **state)
{
    (void)state;
    struct note sleeping[2] = {0}, after = {0};
    open_store();
    ask(SLEEPS, "600", &sleeping[0]);
    ask(SLEEPS, "600", &sleeping[1]);
    event_base_loop(base, EVLOOP_NONBLOCK);
    event_base_loop(base, EVLOOP_NONBLOCK);
    /* Until both are gone: else one is asked again on the other's next connection. */
    real_exec(REAL_SUPER, "select pg_terminate_backend(pid, 60000) from pg_stat_activity"
                          " where datname = 'jamund_store_test' and usename = 'jamund'");
    wait_for(2);
    assert_int_equal(sleeping[0].err, ERR_UNAVAILABLE);
    assert_int_equal(sleeping[1].err, ERR_UNAVAILABLE);
    turn_until(all_ready);
    assert_int_equal(store_stats(store, LANE_READ).reconnects, 2);
    ask(ECHO, "back", &after);
    wait_for(3);
    assert_string_equal(after.text, "back");
}

static void askers_that_leave_disturb_nobody(void **state)
{
    (void)state;
    static struct note n[MANY];
    struct ticket *t[MANY];
    open_store();
    for (int i = 0; i < MANY; i++)
        t[i] = ask(i % 2 ? ECHO : LEAVES, i % 2 ? "stays" : "50", &n[i]);
    event_base_loop(base, EVLOOP_ONCE);
    for (int i = 0; i < MANY; i++)
        if (i % 4 && n[i].calls == 0)
            ticket_drop(t[i]);
    turn_until(idle);
    for (int i = 0; i < MANY; i++) {
        assert_true(n[i].calls <= 1);
        if (i % 4 == 0)
            assert_int_equal(n[i].err, OK);
        if (i % 4 == 0)
            assert_int_equal(n[i].rows, 50);
    }
}

static void a_function_with_other_arguments_is_named(void **state)
{
    (void)state;
    static const struct ask_row wrong[] = {{"echo", "int,int", LANE_READ, CARD_ONE},
                                           {"again", "", LANE_WRITE, CARD_ONE},
                                           {"leaves", "int", LANE_LONG, CARD_MANY}};
    conf.asks = wrong;
    conf.ask_count = 3;
    assert_int_equal(store_open(base, &conf, &store), OK);
    turn_until(has_problem);
    assert_string_equal(store_problem(store),
                        "api.echo(int,int): function api.echo(integer, integer) does not exist");
    assert_false(store_ready(store));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, up, down)

int main(void)
{
    real_skip_without_server();
    const struct CMUnitTest tests[] = {
        CASE(pipelined_errors_touch_only_their_own),
        CASE(values_come_back_as_they_went),
        CASE(a_violated_constraint_is_named),
        CASE(a_long_statement_ends_by_the_lanes_time_out),
        CASE(a_serialization_failure_runs_twice),
        CASE(killed_backends_are_replaced),
        CASE(askers_that_leave_disturb_nobody),
        CASE(a_function_with_other_arguments_is_named),
    };
    return cmocka_run_group_tests(tests, database_up, NULL);
}
