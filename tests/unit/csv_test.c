/* form/csv: reading and writing. */
#include "form/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOM "\xef\xbb\xbf"

static struct arena *arena;
static struct csv csv;

static int arena_open(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int arena_close(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static enum csv_fault csv_of(const char *text)
{
    return csv_open(&csv, arena, text, strlen(text));
}

/* The next record is on this line, has these fields (the last one NULL) and this fault. */
static void expect(size_t line, enum csv_fault fault, const char *const *fields)
{
    assert_true(csv_next(&csv));
    assert_int_equal(csv.line, line);
    assert_int_equal(csv.fault, fault);
    size_t n = 0;
    for (; fields[n]; n++) {
        assert_true(n < csv.count);
        assert_string_equal(csv.fields[n], fields[n]);
    }
    assert_int_equal(csv.count, n);
}
#define EXPECT(line, fault, ...) expect((line), (fault), (const char *const[]){__VA_ARGS__, NULL})

static void records_end_in_crlf_or_lf_or_the_end_of_the_file(void **state)
{
    (void)state;
    assert_int_equal(csv_of("a,b\r\nc,\n\r\n,d"), CSV_FINE);
    EXPECT(1, CSV_FINE, "a", "b");
    EXPECT(2, CSV_FINE, "c", "");
    EXPECT(4, CSV_FINE, "", "d");
    assert_false(csv_next(&csv));
    assert_int_equal(csv_of("a,"), CSV_FINE);
    EXPECT(1, CSV_FINE, "a", "");
    assert_int_equal(csv_open(&csv, arena, NULL, 0), CSV_FINE);
    assert_false(csv_next(&csv));
}

static void quoted_fields_hold_commas_newlines_and_quotes(void **state)
{
    (void)state;
    assert_int_equal(csv_of("\"a,1\",\"b\r\n\"\"c\"\"\n\",d\n\"\",x\n"), CSV_FINE);
    EXPECT(1, CSV_FINE, "a,1", "b\r\n\"c\"\n", "d");
    EXPECT(4, CSV_FINE, "", "x");
    assert_false(csv_next(&csv));
}

static void a_faulty_record_does_not_hide_the_next(void **state)
{
    (void)state;
    assert_int_equal(csv_of("a\"b,c\n\"d\"e,f\ng,\"h\"\n\"i,j\nk"), CSV_FINE);
    EXPECT(1, CSV_STRAY_QUOTE, "a\"b", "c");
    assert_int_equal(csv.fault_column, 1);
    EXPECT(2, CSV_STRAY_QUOTE, "d", "f");
    EXPECT(3, CSV_FINE, "g", "h");
    EXPECT(4, CSV_UNCLOSED, "i,j\nk");
    assert_false(csv_next(&csv));
}

static void the_encoding_is_found_out(void **state)
{
    (void)state;
    assert_int_equal(csv_of(BOM "똠방각하,x\n"), CSV_FINE);
    EXPECT(1, CSV_FINE, "똠방각하", "x");
    assert_int_equal(csv_of("\x8c\x63\xb9\xe6\xb0\xa2\xc7\xcf,x\n"), CSV_FINE);
    EXPECT(1, CSV_FINE, "똠방각하", "x");
}

static void bytes_of_no_encoding_are_pointed_at(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len, line, byte;
    } cases[] = {
        {"ab\n가\xff\n", 8, 2, 4},                 /* UTF-8 leads further */
        {BOM "a\n\xb0\xa1\n", 8, 2, 1},            /* marked as UTF-8, and is not */
        {"\xb0\xa1\n\xb0\xa1\xb0\x20\n", 8, 2, 3}, /* CP949 with half a syllable */
        {"a\nb\0c", 5, 2, 2},
        {"\xff\xfe"
         "a\0",
         4, 1, 1}, /* UTF-16 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(csv_open(&csv, arena, cases[i].bytes, cases[i].len), CSV_ENCODING);
        assert_int_equal(csv.line, cases[i].line);
        assert_int_equal(csv.fault_column, cases[i].byte);
        assert_false(csv_next(&csv));
    }
}

static void limits_are_faults_of_their_record(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, CSV_MAX_BYTES + 1);
    for (int i = 0; i < CSV_MAX_COLUMNS; i++)
        buf_str(&b, i ? ",x" : "x");
    buf_str(&b, "\n");
    for (int i = 0; i <= CSV_MAX_COLUMNS; i++)
        buf_str(&b, i ? ",x" : "x");
    buf_str(&b, "\n");
    for (int i = 0; i <= CSV_MAX_FIELD; i++)
        buf_char(&b, 'x');
    assert_int_equal(csv_of(b.data), CSV_FINE);
    assert_true(csv_next(&csv) && csv.fault == CSV_FINE && csv.count == CSV_MAX_COLUMNS);
    assert_true(csv_next(&csv) && csv.fault == CSV_TOO_WIDE && csv.count == CSV_MAX_COLUMNS);
    assert_true(csv_next(&csv) && csv.fault == CSV_TOO_LONG);
    buf_reset(&b);
    for (int i = 0; i < CSV_MAX_ROWS + 2; i++)
        buf_str(&b, "x\n");
    assert_int_equal(csv_of(b.data), CSV_FINE);
    for (int i = 0; i < CSV_MAX_ROWS; i++)
        assert_true(csv_next(&csv) && csv.fault == CSV_FINE);
    assert_true(csv_next(&csv) && csv.fault == CSV_TOO_MANY);
    assert_false(csv_next(&csv));
    buf_reset(&b);
    for (int i = 0; i <= CSV_MAX_BYTES; i++)
        buf_char(&b, 'x');
    assert_false(b.full);
    assert_int_equal(csv_open(&csv, arena, b.data, b.len), CSV_TOO_LARGE);
    buf_done(&b);
}

static void what_a_spreadsheet_would_run_is_guarded(void **state)
{
    (void)state;
    static const char *const cells[] = {"=1+1", "+82", "-1", "@a", "\tb", "'=c", "d=1", "'e"};
    struct buf b;
    buf_init(&b, 1000);
    csv_row(&b, cells, 8);
    assert_string_equal(b.data, "'=1+1,'+82,'-1,'@a,'\tb,''=c,d=1,''e\r\n");
    buf_done(&b);
}

/* Any fields, written and read again, are the same: 3000 rows of the characters that matter. */
static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *const bits[] = {"a", "가", ",", "\"", "\r",  "\n",
                                       "=", "'",  "+", " ",  "\r\n"};
    char text[5][64];
    const char *fields[5];
    struct buf b;
    buf_init(&b, 10000);
    uint32_t x = 1;
    for (int round = 0; round < 3000; round++) {
        size_t n = 1 + (x >> 8) % 5;
        buf_reset(&b);
        for (size_t i = 0; i < n; i++) {
            text[i][0] = '\0';
            fields[i] = text[i];
            for (x = x * 1664525 + 1013904223; (x >> 20) % 4; x = x * 1664525 + 1013904223)
                if (strlen(text[i]) < 56)
                    strcat(text[i], bits[(x >> 9) % 11]);
        }
        csv_row(&b, fields, n);
        assert_int_equal(csv_of(b.data), CSV_FINE);
        assert_true(csv_next(&csv));
        assert_int_equal(csv.fault, CSV_FINE);
        assert_int_equal(csv.count, n);
        for (size_t i = 0; i < n; i++)
            assert_string_equal(csv_unguard(csv.fields[i]), text[i]);
        assert_false(csv_next(&csv));
    }
    buf_done(&b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, arena_open, arena_close)
    const struct CMUnitTest tests[] = {
        T(records_end_in_crlf_or_lf_or_the_end_of_the_file),
        T(quoted_fields_hold_commas_newlines_and_quotes),
        T(a_faulty_record_does_not_hide_the_next),
        T(the_encoding_is_found_out),
        T(bytes_of_no_encoding_are_pointed_at),
        T(limits_are_faults_of_their_record),
        T(what_a_spreadsheet_would_run_is_guarded),
        T(what_is_written_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
