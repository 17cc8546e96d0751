/* core/weights and form/weights_json: words and objects become weights, or say why not. */
#include "form/weights_json.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void words_change_what_they_name(void **state)
{
    (void)state;
    struct shape_errors errors = {.arena = arena_new()};
    struct weights w = weights_default;
    assert_true(weights_parse(&w, "fairness:0,place:300", "/weights", &errors));
    assert_int_equal(w.most[PART_fairness], 0);
    assert_int_equal(w.most[PART_place], 300);
    assert_int_equal(w.most[PART_topics], weights_default.most[PART_topics]);
    arena_free(errors.arena);
}

static void bad_words_are_named(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "\"\": must be"},
        {"fairness", "\"fairness\": must be part:points"},
        {"magic:1", "\"magic:1\": must be"},
        {"fairness:", "\"fairness:\": must be"},
        {"fairness:-1", "\"fairness:-1\""},
        {"fairness:1001", "0 to 1000"},
        {"fairness:99999999999", "0 to 1000"},
        {"fairness:1x", "0 to 1000"},
        {"fairness: 1", "0 to 1000"},
        {"fairness:1,fairness:1", "each part once"},
        {"fairness:1,,place:1", "\"\": must be"},
        {"fairness:1000,place:1000", "the weights' sum must be 2000 at most"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct shape_errors errors = {.arena = arena_new()};
        struct weights w = weights_default;
        assert_false(weights_parse(&w, rows[i][0], "/weights", &errors));
        assert_int_equal(errors.n, 1);
        assert_string_equal(errors.list[0].pointer, "/weights");
        if (!strstr(errors.list[0].en, rows[i][1]))
            fail_msg("%s: %s", rows[i][0], errors.list[0].en);
        assert_true(strlen(errors.list[0].ko) > 0);
        arena_free(errors.arena);
    }
}

static void an_object_is_read_and_written(void **state)
{
    (void)state;
    struct weights w = weights_default, again = {{0}};
    json_t *set = json_pack("{s:i, s:i}", "topics", 7, "later", 9);
    weights_take(&w, set);
    assert_int_equal(w.most[PART_topics], 7);
    json_t *all = weights_json(&w);
    assert_int_equal(json_object_size(all), PART_COUNT);
    weights_take(&again, all);
    assert_memory_equal(&w, &again, sizeof w);
    json_decref(set);
    json_decref(all);
}

static void the_table_is_in_order(void **state)
{
    (void)state;
    assert_true(weights_sum(&weights_default) <= WEIGHTS_SUM_MOST);
    for (int i = 0; i < PART_COUNT; i++) {
        const struct part_row *row = part_row((enum part_code)i);
        assert_int_equal(part_find(row->code), i);
        assert_true(strlen(row->ko) > 0 && strlen(row->en) > 0);
    }
    assert_int_equal(part_find("magic"), PART_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_change_what_they_name),
        cmocka_unit_test(bad_words_are_named),
        cmocka_unit_test(an_object_is_read_and_written),
        cmocka_unit_test(the_table_is_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
