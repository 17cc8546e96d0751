/* form/mime: headers and parts, ASCII on the wire. */
#include "form/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct buf out;

static int begin(void **state)
{
    (void)state;
    buf_init(&out, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_done(&out);
    return 0;
}

static void plain_words_stay_plain(void **state)
{
    (void)state;
    mime_header(&out, "Subject", "Consultation 1");
    mime_mailbox(&out, "To", "Kim, \"Hana\" \\", "hana@example.kr");
    mime_mailbox(&out, "Cc", NULL, "hana@example.kr");
    assert_string_equal(out.data, "Subject: Consultation 1\r\n"
                                  "To: \"Kim, \\\"Hana\\\" \\\\\"\r\n <hana@example.kr>\r\n"
                                  "Cc: <hana@example.kr>\r\n");
}

static void other_words_are_encoded_whole(void **state)
{
    (void)state;
    mime_header(&out, "Subject", "자문");
    assert_string_equal(out.data, "Subject: =?UTF-8?B?7J6Q66y4?=\r\n");
    buf_reset(&out);
    mime_header(&out, "Subject", "looks =?UTF-8?B?YQ==?= encoded");
    assert_null(strstr(out.data, "looks"));
    buf_reset(&out);
    mime_header(&out, "Subject", "가각힣가각힣가각힣가각힣가각힣가각힣가각힣가각힣");
    assert_string_equal(
        out.data, "Subject: =?UTF-8?B?6rCA6rCB7Z6j6rCA6rCB7Z6j6rCA6rCB7Z6j6rCA6rCB7Z6j6rCA?=\r\n"
                  " =?UTF-8?B?6rCB7Z6j6rCA6rCB7Z6j6rCA6rCB7Z6j6rCA6rCB7Z6j?=\r\n");
}

static void encoded_words_end_between_characters(void **state)
{
    (void)state;
    char text[80] = "";
    for (size_t shift = 0; shift < 8; shift++) {
        memset(text, 'a', shift);
        memcpy(text + shift, "😀가😀가😀가😀가😀가😀가", sizeof "😀가😀가😀가😀가😀가😀가");
        buf_reset(&out);
        mime_header(&out, "Subject", text);
        for (char *line = out.data, *stop; *line; line = stop + 2) {
            stop = strstr(line, "\r\n");
            assert_in_range(stop - line, 1, 76);
        }
        /* a word cut inside a character would begin with a continuation byte: gICA, n5iA, ... */
        for (char *word = out.data; (word = strstr(word, "?B?")); word += 3)
            assert_true(word[3] == '8' || word[3] == '6' || word[3] == 'Y');
    }
}

static void nothing_begins_a_header_of_its_own(void **state)
{
    (void)state;
    mime_header(&out, "Subject", "a\r\nBcc: all@example.kr");
    mime_mailbox(&out, "To", "a\r\nBcc: all@example.kr\r\n\r\nbody", "hana@example.kr");
    mime_mailbox(&out, "To", "\x01\x7f", "hana@example.kr");
    assert_null(strstr(out.data, "\nBcc"));
    assert_null(strstr(out.data, "\r\n\r\n"));
    for (const char *s = out.data; *s; s++)
        assert_true((*s >= ' ' && *s <= '~') || *s == '\r' || *s == '\n');
}

static void bodies_are_wrapped_base64(void **state)
{
    (void)state;
    char bytes[58];
    memset(bytes, 'a', sizeof bytes);
    mime_base64(&out, bytes, 57);
    assert_int_equal(out.len, 78);
    buf_reset(&out);
    mime_base64(&out, bytes, 58);
    assert_string_equal(out.data + 76, "\r\nYQ==\r\n");
    buf_reset(&out);
    mime_base64(&out, "", 0);
    assert_int_equal(out.len, 0);
    mime_crlf(&out, "a\nb\n");
    assert_string_equal(out.data, "a\r\nb\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_words_stay_plain, begin, end),
        cmocka_unit_test_setup_teardown(other_words_are_encoded_whole, begin, end),
        cmocka_unit_test_setup_teardown(encoded_words_end_between_characters, begin, end),
        cmocka_unit_test_setup_teardown(nothing_begins_a_header_of_its_own, begin, end),
        cmocka_unit_test_setup_teardown(bodies_are_wrapped_base64, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
