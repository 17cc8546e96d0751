/* Calendars as they are kept for calendar programs. */
#include "../../src/work/dav_calendar.h"

#include "work/feeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const keys[] = {"0000a", "0000b", "fff0c"};

static struct dav_entry *entry(const char *id, int64_t version)
{
    return dav_entry_new(&(struct dav_entry){.uid = "u",
                                             .partstat = "ACCEPTED",
                                             .state = "booked",
                                             .version = version,
                                             .shown = true,
                                             .item = {.id = id, .etag = "\"1\"", .tag = "\"2\""}});
}

static struct dav_calendar *calendar(const char *expert, int64_t log, size_t room)
{
    struct dav_calendar *k = dav_calendar_new(&(struct dav_facts){.base = "",
                                                                  .expert = expert,
                                                                  .name = "법무-01 전문위원",
                                                                  .email = "a@example.kr",
                                                                  .title = "t",
                                                                  .version = "1",
                                                                  .token = "k"},
                                              room);
    k->log = log;
    return k;
}

/* Puts one without entries there; it is held by nobody else. */
static struct dav_calendar *put(struct dav_calendars *all, const char *key, const char *expert,
                                int64_t log)
{
    struct dav_calendar *k = calendar(expert, log, 0);
    dav_calendars_put(all, key, k);
    dav_calendar_drop(k);
    return dav_calendars_get(all, key);
}

static void entries_are_in_order_and_found(void **state)
{
    (void)state;
    struct dav_calendar *k = calendar("e", 1, 3);
    dav_calendar_add(k, entry("b0", 7));
    dav_calendar_add(k, entry("a0", 5));
    dav_calendar_index(k);
    dav_calendar_add(k, entry("c0", 6));
    assert_null(dav_calendar_find(k, "c0")); /* not yet */
    dav_calendar_index(k);
    assert_int_equal(k->entries[0]->version, 5);
    assert_int_equal(k->entries[1]->version, 6);
    assert_int_equal(k->entries[2]->version, 7);
    assert_string_equal(dav_calendar_find(k, "C0")->item.id, "c0");
    assert_null(dav_calendar_find(k, "d0"));
    dav_calendar_drop(k);
}

/* One of them is in both, and outlives the first. */
static void entries_are_shared(void **state)
{
    (void)state;
    struct dav_calendar *old = calendar("e", 1, 1), *k = calendar("e", 2, 1);
    struct dav_entry *e = entry("a0", 1);
    dav_calendar_add(old, e);
    dav_entry_text(e, "A<\r\n", 4);
    dav_calendar_add(k, e);
    dav_calendar_index(k);
    dav_calendar_drop(old);
    assert_ptr_equal(dav_calendar_find(k, "a0"), e);
    assert_string_equal(e->item.text, "A<\r\n");
    assert_string_equal(e->item.xml, "A&lt;&#13;\n");
    assert_int_equal(e->item.xml_len, strlen(e->item.xml));
    const char *first = e->item.text;
    dav_entry_text(e, "other", 5); /* whoever has the first may be sending it */
    assert_ptr_equal(e->item.text, first);
    assert_int_equal(e->item.len, 4);
    dav_calendar_drop(k);
}

static void the_later_of_two_stays(void **state)
{
    (void)state;
    struct dav_calendars *all = dav_calendars_new(4, 1 << 20);
    struct dav_calendar *later = put(all, keys[0], "e", 9);
    assert_ptr_equal(put(all, keys[0], "e", 8), later);
    assert_int_equal(put(all, keys[0], "e", 10)->log, 10);
    dav_calendars_free(all);
}

static void the_least_recently_asked_goes(void **state)
{
    (void)state;
    struct dav_calendars *all = dav_calendars_new(2, 1 << 20);
    struct dav_calendar *held = dav_calendar_hold(put(all, keys[0], "e", 1));
    put(all, keys[1], "f", 1);
    assert_non_null(dav_calendars_get(all, keys[0]));
    put(all, keys[2], "g", 1);
    assert_null(dav_calendars_get(all, keys[1]));
    put(all, keys[1], "f", 1);
    assert_null(dav_calendars_get(all, keys[0]));
    assert_string_equal(held->facts.expert, "e"); /* whoever holds it has it still */
    dav_calendar_drop(held);
    dav_calendars_free(all);
}

/* Texts that come later weigh, too. */
static void too_many_bytes_push_others_out(void **state)
{
    (void)state;
    enum { BYTES = 64 << 10 };
    static char text[BYTES];
    struct dav_calendars *all = dav_calendars_new(4, BYTES);
    struct dav_calendar *k = calendar("e", 1, 1);
    memset(text, 'x', sizeof text);
    dav_calendar_add(k, entry("a0", 1));
    dav_calendar_index(k);
    put(all, keys[1], "f", 1);
    dav_calendars_put(all, keys[0], k);
    assert_non_null(dav_calendars_get(all, keys[1]));
    assert_non_null(dav_calendars_get(all, keys[0]));
    dav_calendars_text(all, k->entries[0], text, sizeof text);
    assert_null(dav_calendars_get(all, keys[1]));
    assert_ptr_equal(dav_calendars_get(all, keys[0]), k); /* never the one that was got last */
    dav_calendar_drop(k);
    dav_calendars_free(all);
}

static struct dav_calendar *keep(struct dav_calendars *all, const char *key, const char *expert,
                                 struct dav_entry *e)
{
    struct dav_calendar *k = calendar(expert, 1, 1);
    dav_calendar_add(k, e);
    dav_calendars_put(all, key, k);
    dav_calendar_drop(k);
    return k;
}

/* And as long as one of those who have it is kept. */
static void what_is_shared_weighs_once(void **state)
{
    (void)state;
    enum { BYTES = 64 << 10, TEXT = 20 << 10 }; /* which is there twice: escaped, too */
    static char text[TEXT];
    struct dav_calendars *all = dav_calendars_new(4, BYTES);
    struct dav_entry *e = entry("a0", 1), *other = entry("b0", 1);
    memset(text, 'x', sizeof text);
    keep(all, keys[0], "e", e);
    struct dav_calendar *same = keep(all, keys[1], "e", e);
    dav_calendars_text(all, e, text, sizeof text);
    assert_non_null(dav_calendars_get(all, keys[0]));
    assert_ptr_equal(dav_calendars_get(all, keys[1]), same);
    dav_calendars_cut(all, keys[0]);
    struct dav_calendar *last = keep(all, keys[2], "f", other);
    assert_ptr_equal(dav_calendars_get(all, keys[1]), same);
    assert_ptr_equal(dav_calendars_get(all, keys[2]), last);
    dav_calendars_text(all, other, text, sizeof text);
    assert_null(dav_calendars_get(all, keys[1]));
    assert_ptr_equal(dav_calendars_get(all, keys[2]), last);
    dav_calendars_free(all);
}

static void what_a_change_reached_is_stale(void **state)
{
    (void)state;
    struct dav_calendars *all = dav_calendars_new(4, 1 << 20);
    json_t *reached = feed_keys("user:x expert:e field:tax");
    put(all, keys[0], "e", 1);
    put(all, keys[1], "x", 1);
    put(all, keys[2], "e", 1);
    dav_calendars_reach(all, reached);
    assert_true(dav_calendars_get(all, keys[0])->stale && dav_calendars_get(all, keys[2])->stale);
    assert_false(dav_calendars_get(all, keys[1])->stale);
    assert_ptr_equal(dav_calendars_of(all, "x"), dav_calendars_get(all, keys[1]));
    assert_null(dav_calendars_of(all, "tax"));
    dav_calendars_cut(all, keys[0]);
    assert_null(dav_calendars_get(all, keys[0]));
    dav_calendars_reach(all, NULL); /* maybe another database: what is of no use is not mended */
    assert_null(dav_calendars_get(all, keys[1]));
    json_decref(reached);
    dav_calendars_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_in_order_and_found),
        cmocka_unit_test(entries_are_shared),
        cmocka_unit_test(the_later_of_two_stays),
        cmocka_unit_test(the_least_recently_asked_goes),
        cmocka_unit_test(too_many_bytes_push_others_out),
        cmocka_unit_test(what_is_shared_weighs_once),
        cmocka_unit_test(what_a_change_reached_is_stale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
