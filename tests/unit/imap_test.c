/* IMAP as bytes: where a response ends, in whatever pieces it comes, and what stands in it. */
#include "form/imap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

enum { LITERAL_MAX = 1000 };

static enum imap_end ends(const char *bytes, size_t *ret_len)
{
    size_t at = 0;
    return imap_response_end(bytes, strlen(bytes), LITERAL_MAX, &at, ret_len);
}

static struct imap_response response(const char *bytes)
{
    struct imap_response r;
    imap_response_read(bytes, strlen(bytes), "j7", &r);
    return r;
}

/* Of every length short of it it says MORE, all at once and piece by piece. */
static void is_whole(const char *bytes, size_t len)
{
    size_t got = 0, at = 0;
    for (size_t n = 0; n <= strlen(bytes); n++) {
        enum imap_end end = imap_response_end(bytes, n, LITERAL_MAX, &at, &got);
        assert_int_equal(end, n < len ? IMAP_MORE : IMAP_WHOLE);
        if (n >= len)
            assert_int_equal(got, len);
    }
    assert_int_equal(ends(bytes, &got), IMAP_WHOLE);
    assert_int_equal(got, len);
}

static void a_response_ends_with_its_line(void **state)
{
    (void)state;
    is_whole("* OK ready\r\n", 12);
    is_whole("* OK ready\r\n* BYE\r\n", 12);
    is_whole("* OK ready\n", 11);
    is_whole("\r\n", 2);
    is_whole("}\r\n", 3);
    is_whole("x}\r\n", 4);
    is_whole("{x}\r\n", 5);
    is_whole("{}\r\n", 4);
}

static void a_literal_goes_on_with_its_line(void **state)
{
    (void)state;
    is_whole("* 1 FETCH (BODY[] {5}\r\na\r\nj7 UID 3)\r\nnext", 37);
    is_whole("{0}\r\n\r\n", 7);
    is_whole("{3+}\r\nabc{2}\r\nxy\r\n", 18);
    is_whole("{4}\r\n}\r\n{\r\n", 11);
}

static void what_is_too_long_is_no_response(void **state)
{
    (void)state;
    size_t len = 0, at = 0;
    assert_int_equal(ends("* 1 FETCH (BODY[] {1000}\r\n", &len), IMAP_MORE);
    assert_int_equal(ends("* 1 FETCH (BODY[] {1001}\r\n", &len), IMAP_LONG);
    assert_int_equal(ends("{9223372036854775807}\r\n", &len), IMAP_LONG);
    assert_int_equal(ends("{9999999999999999999}\r\n", &len), IMAP_LONG);
    assert_int_equal(ends("{99999999999999999999999}\r\n", &len), IMAP_LONG);
    char *line = malloc(IMAP_LINE_MAX + 3);
    assert_non_null(line);
    memset(line, 'x', IMAP_LINE_MAX + 2);
    assert_int_equal(imap_response_end(line, IMAP_LINE_MAX, LITERAL_MAX, &at, &len), IMAP_MORE);
    assert_int_equal(imap_response_end(line, IMAP_LINE_MAX + 1, LITERAL_MAX, &at, &len),
                     IMAP_ENDLESS);
    line[IMAP_LINE_MAX + 1] = '\n';
    assert_int_equal(imap_response_end(line, IMAP_LINE_MAX + 2, LITERAL_MAX, &at, &len),
                     IMAP_ENDLESS);
    free(line);
}

static void the_end_of_a_command_has_its_tag(void **state)
{
    (void)state;
    assert_true(response("j7 OK done\r\n").tagged);
    assert_int_equal(response("j7 OK done\r\n").word, IMAP_OK);
    assert_int_equal(response("j7 ok\r\n").word, IMAP_OK);
    assert_int_equal(response("j7 NO [NONEXISTENT] x\r\n").word, IMAP_NO);
    assert_int_equal(response("j7 BAD x\r\n").word, IMAP_BAD);
    assert_int_equal(response("j7 OKAY x\r\n").word, IMAP_OTHER);
    assert_false(response("j77 OK done\r\n").tagged);
    assert_false(response("j OK done\r\n").tagged);
    assert_false(response("* OK done\r\n").tagged);
    assert_int_equal(response("* BYE x\r\n").word, IMAP_BYE);
    assert_int_equal(response("+ go on\r\n").word, IMAP_OTHER);
    assert_int_equal(response("").word, IMAP_OTHER);
}

static void codes_of_select_are_read(void **state)
{
    (void)state;
    assert_int_equal(response("* OK [UIDVALIDITY 1795856642] UIDs\r\n").uid_validity, 1795856642);
    assert_int_equal(response("* OK [UIDVALIDITY 4294967296] UIDs\r\n").uid_validity, 0);
    assert_int_equal(response("* NO [UIDVALIDITY 5] UIDs\r\n").uid_validity, 0);
    assert_true(response("j7 OK [READ-ONLY] x\r\n").read_only);
    assert_false(response("j7 OK [READ-WRITE] x\r\n").read_only);
}

static void a_fetch_is_read_in_any_order(void **state)
{
    static const char *const same[] = {
        "* 12 FETCH (UID 7 RFC822.SIZE 33 BODY[] {5}\r\na\r\nbc)\r\n",
        "* 12 FETCH (BODY[] {5}\r\na\r\nbc RFC822.SIZE 33 UID 7)\r\n",
        "* 12 FETCH (FLAGS (\\Seen) BODY[] ~{5}\r\na\r\nbc MODSEQ (55) UID 7 RFC822.SIZE 33)\r\n",
        "* 12 fetch ( X (a (b \"c)\\\")\" {1}\r\n)) NIL) Y \"(\" uid 7 BODY[HEADER.FIELDS (A "
        "B)]<0> {2}\r\nxx"
        " rfc822.size 33 body[] {5+}\r\na\r\nbc )\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct imap_response r = response(same[i]);
        assert_int_equal(r.word, IMAP_FETCH);
        assert_int_equal(r.uid, 7);
        assert_int_equal(r.size, 33);
        assert_int_equal(r.body_len, 5);
        assert_memory_equal(r.body, "a\r\nbc", 5);
    }
    assert_null(response("* 1 FETCH (UID 7 BODY[] NIL)\r\n").body);
    assert_int_equal(response("* 1 FETCH (UID 7 BODY[] \"\")\r\n").body_len, 0);
    assert_non_null(response("* 1 FETCH (UID 7 BODY[] \"\")\r\n").body);
    assert_int_equal(response("* 1 FETCH (UID 7)\r\n").size, -1);
    assert_int_equal(response("* 1 FETCH (RFC822.SIZE 99999999999)\r\n").size, INT64_MAX);
    assert_int_equal(response("* 1 FETCH (UID 99999999999)\r\n").uid, 0);
}

static void what_breaks_off_is_no_fetch(void **state)
{
    static const char *const bad[] = {
        "* 1 FETCH (UID 7\r\n",
        "* 1 FETCH (UID 7 BODY[] {5}\r\nabc",
        "* 1 FETCH (UID 7 X \"abc)\r\n",
        "* 1 FETCH (UID)\r\n",
        "* 1 FETCH UID 7\r\n",
        "* FETCH (UID 7)\r\n",
        "* 1 FETCH (UID 7 X (a)\r\n",
        "* 1 FETCH (UID 7 BODY[] {5)\r\n",
        "* 1 FETCH (UID 7 X \"\\\r\n",
        "* 1 FETCH (UID 7 X {99}\r\n",
        "* 1 FETCH (UID 7 BODY[HEADER (\r\n",
        "j7 1 FETCH (UID 7)\r\n",
    };
    char deep[200] = "* 1 FETCH (UID 7 X ";
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct imap_response r = response(bad[i]);
        assert_int_equal(r.word, IMAP_OTHER);
        assert_int_equal(r.uid, 0);
        assert_null(r.body);
    }
    size_t n = strlen(deep);
    memset(deep + n, '(', IMAP_DEPTH_MAX + 1);
    memset(deep + n + IMAP_DEPTH_MAX + 1, ')', IMAP_DEPTH_MAX + 2);
    assert_int_equal(response(deep).word, IMAP_OTHER);
}

static size_t search(const char *bytes, uint32_t after, uint32_t uids[3], bool *more)
{
    return imap_search_read(bytes, strlen(bytes), after, uids, 3, more);
}

static void the_least_of_a_search_are_taken(void **state)
{
    uint32_t u[3];
    bool more;
    (void)state;
    assert_int_equal(search("* SEARCH\r\n", 0, u, &more), 0);
    assert_false(more);
    assert_int_equal(search("* SEARCH 5 6 7\r\n", 0, u, &more), 3);
    assert_false(more);
    assert_int_equal(search("* SEARCH 9 6 7 5 (MODSEQ 3)\r\n", 0, u, &more), 3);
    assert_true(more);
    assert_true(u[0] == 5 && u[1] == 6 && u[2] == 7);
    assert_int_equal(search("* SEARCH 9 5 5 9 5 9\r\n", 0, u, &more), 2);
    assert_false(more);
    assert_true(u[0] == 5 && u[1] == 9);
    assert_int_equal(search("* SEARCH 5 6 7 4294967295\r\n", 6, u, &more), 2);
    assert_true(u[0] == 7 && u[1] == UINT32_MAX);
    assert_int_equal(search("* SEARCH 1 -2 3\r\n", 0, u, &more), 1);
    assert_int_equal(search("* SEARCH 1 4294967296 3\r\n", 0, u, &more), 1);
    assert_int_equal(search("* 5 EXISTS\r\n", 0, u, &more), 0);
}

static void folders_are_quoted(void **state)
{
    char out[2 * IMAP_FOLDER_MAX + 3], longest[IMAP_FOLDER_MAX + 2];
    (void)state;
    imap_folder_quote("a \"b\\c", out);
    assert_string_equal(out, "\"a \\\"b\\\\c\"");
    memset(longest, '"', sizeof longest);
    longest[IMAP_FOLDER_MAX + 1] = '\0';
    assert_false(imap_folder_valid(longest));
    longest[IMAP_FOLDER_MAX] = '\0';
    assert_true(imap_folder_valid(longest));
    imap_folder_quote(longest, out);
    assert_int_equal(strlen(out), 2 * IMAP_FOLDER_MAX + 2);
    assert_true(imap_folder_valid("INBOX") && imap_folder_valid("&sBQ-"));
    assert_false(imap_folder_valid("") || imap_folder_valid("a\r\nb") || imap_folder_valid("가"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_ends_with_its_line),
        cmocka_unit_test(a_literal_goes_on_with_its_line),
        cmocka_unit_test(what_is_too_long_is_no_response),
        cmocka_unit_test(the_end_of_a_command_has_its_tag),
        cmocka_unit_test(codes_of_select_are_read),
        cmocka_unit_test(a_fetch_is_read_in_any_order),
        cmocka_unit_test(what_breaks_off_is_no_fetch),
        cmocka_unit_test(the_least_of_a_search_are_taken),
        cmocka_unit_test(folders_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
