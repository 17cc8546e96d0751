/* form/roster: files of experts and companies. Fixtures: tests/golden/roster (make.py). */
#include "form/roster.h"

#include "base/buf.h"
#include "form/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GOLDEN "tests/golden/roster/"

static struct arena *arena;
static struct buf file;
static json_t *rows, *errors;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    buf_init(&file, CSV_MAX_BYTES + 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    buf_done(&file);
    return 0;
}

static void load(const char *name)
{
    char block[4096];
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    buf_reset(&file);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        buf_add(&file, block, n);
    fclose(f);
}

static void read_file(enum roster_kind kind, const char *name)
{
    load(name);
    assert_int_equal(roster_read(arena, kind, file.data, file.len, &rows, &errors), OK);
}

static void read_text(enum roster_kind kind, const char *text)
{
    assert_int_equal(roster_read(arena, kind, text, strlen(text), &rows, &errors), OK);
}

static void rows_are(const char *name)
{
    json_t *expected = json_load_file(name, 0, NULL);
    assert_non_null(expected);
    assert_int_equal(json_array_size(errors), 0);
    assert_int_equal(json_array_size(rows), json_array_size(expected));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        char *is = json_dumps(json_array_get(rows, i), JSON_SORT_KEYS);
        char *should = json_dumps(json_array_get(expected, i), JSON_SORT_KEYS);
        assert_string_equal(is, should);
        free(is);
        free(should);
    }
    json_decref(expected);
}

/* Each error as "line|column|en", one a line, as the golden files have them. */
static void errors_are(const char *name)
{
    struct buf is;
    buf_init(&is, 100000);
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const char *column, *ko, *en;
        json_int_t line;
        assert_int_equal(json_unpack(json_array_get(errors, i), "{s:I, s:s, s:s, s:s !}", "line",
                                     &line, "column", &column, "ko", &ko, "en", &en),
                         0);
        assert_true(*ko != '\0');
        buf_printf(&is, "%d|%s|%s\n", (int)line, column, en);
    }
    load(name);
    assert_string_equal(is.data, file.data);
    buf_done(&is);
}

static void a_roster_is_the_same_in_every_encoding(void **state)
{
    (void)state;
    static const char *const files[] = {GOLDEN "experts-utf8.csv", GOLDEN "experts-bom-crlf.csv",
                                        GOLDEN "experts-cp949.csv"};
    for (size_t i = 0; i < 3; i++) {
        read_file(ROSTER_EXPERTS, files[i]);
        rows_are(GOLDEN "experts.json");
        assert_int_equal(json_array_size(rows), 119);
    }
}

static void companies_are_read(void **state)
{
    (void)state;
    read_file(ROSTER_COMPANIES, GOLDEN "companies.csv");
    rows_are(GOLDEN "companies.json");
}

static void every_fault_is_told(void **state)
{
    (void)state;
    read_file(ROSTER_EXPERTS, GOLDEN "experts-faulty.csv");
    errors_are(GOLDEN "experts-faulty.errors");
    assert_int_equal(json_array_size(rows), 1); /* 법무-08 alone is right */
    read_file(ROSTER_COMPANIES, GOLDEN "companies-faulty.csv");
    errors_are(GOLDEN "companies-faulty.errors");
}

static void errors_stop_at_their_maximum(void **state)
{
    (void)state;
    buf_str(&file, "registration_number,name,district\n");
    for (int i = 0; i < ROSTER_MAX_ERRORS; i++)
        buf_str(&file, "1,,\n");
    read_text(ROSTER_COMPANIES, file.data);
    assert_int_equal(json_array_size(errors), ROSTER_MAX_ERRORS);
}

static void a_file_without_text_has_one_error(void **state)
{
    (void)state;
    read_text(ROSTER_EXPERTS, "\n\n");
    assert_int_equal(json_array_size(errors), 1);
    assert_int_equal(roster_read(arena, ROSTER_EXPERTS, "a\n\0", 3, &rows, &errors), OK);
    assert_int_equal(json_array_size(errors), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(errors, 0), "en")),
                        "there is a byte that is neither UTF-8 nor CP949: ‘byte 1’");
    while (!file.full)
        buf_add(&file, GOLDEN, 1);
    rows = errors = NULL;
    assert_int_equal(roster_read(arena, ROSTER_EXPERTS, file.data, file.len, &rows, &errors),
                     ERR_TOO_LARGE);
    assert_null(rows);
    assert_null(errors);
}

static void a_column_goes_by_either_name(void **state)
{
    (void)state;
    for (int kind = 0; kind < ROSTER_KINDS; kind++) {
        const struct roster_column *col;
        buf_reset(&file);
        for (size_t i = 0; (col = roster_column((enum roster_kind)kind, i)); i++)
            buf_printf(&file, "%s%s", i ? "," : "", i % 2 ? col->code : col->ko);
        buf_str(&file, "\r\n");
        for (size_t i = 0; (col = roster_column((enum roster_kind)kind, i)); i++)
            buf_printf(&file, "%s%s", i ? "," : "", col->form);
        read_text((enum roster_kind)kind, file.data);
        assert_int_equal(json_array_size(errors), 0);
        assert_int_equal(json_array_size(rows), 1);
    }
}

static void phones_get_their_zero_back(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"1012345678", "010-1234-5678"},
        {"010.1234.5678", "010-1234-5678"},
        {"+82-10-1234-5678", "010-1234-5678"},
        {"+82 (0)10 1234 5678", "010-1234-5678"},
        {"534567890", "053-456-7890"},
        {"053)456-7890", "053-456-7890"},
        {"21234567", "02-123-4567"},
        {"212345678", "02-1234-5678"},
        {"112345678", "011-234-5678"},
        {"15881234", "1588-1234"},
        {"5051234567", "0505-123-4567"},
        {"050712345678", "0507-1234-5678"},
        {"7012345678", "070-1234-5678"},
        {"+1 650 253 0000", "+16502530000"},
        {"1.01E+09", NULL},
        {"010-123-4567", NULL},
        {"0", NULL},
        {"", NULL},
        {"+", NULL},
        {"+82", NULL},
        {"053-456-789", NULL},
        {"99912345678", NULL},
        {"0101234567a", NULL},
        {"010123456789012345678", NULL},
        {"02", NULL},
        {"2", NULL},
        {"+1 253x", NULL},
        {"+1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[ROSTER_PHONE];
        bool good = roster_phone(cases[i][0], out);
        assert_int_equal(good, cases[i][1] != NULL);
        if (good)
            assert_string_equal(out, cases[i][1]);
    }
}

static void registration_numbers_have_a_checksum(void **state)
{
    (void)state;
    char out[ROSTER_REGISTRATION], number[32];
    assert_true(roster_registration("1234567891", out));
    assert_string_equal(out, "123-45-67891");
    for (int last = 0; last < 10; last++) {
        snprintf(number, sizeof number, "123456789%d", last);
        assert_int_equal(roster_registration(number, out), last == 1);
    }
    assert_false(roster_registration("123-45-6789", out));
    assert_false(roster_registration("123-45-678911", out));
    assert_false(roster_registration("123-45-6789x", out));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_roster_is_the_same_in_every_encoding),
        T(companies_are_read),
        T(every_fault_is_told),
        T(errors_stop_at_their_maximum),
        T(a_file_without_text_has_one_error),
        T(a_column_goes_by_either_name),
        T(phones_get_their_zero_back),
        T(registration_numbers_have_a_checksum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
