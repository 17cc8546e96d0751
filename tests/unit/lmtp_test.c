/* LMTP as bytes: commands, and where a message ends, however it comes in pieces. */
#include "form/lmtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static struct lmtp_command command(const char *line)
{
    struct lmtp_command c;
    lmtp_command_read(line, strlen(line), &c);
    return c;
}

static void commands_are_read(void **state)
{
    (void)state;
    assert_int_equal(command("LHLO mx.example.kr").verb, LMTP_LHLO);
    assert_int_equal(command("lhlo mx").verb, LMTP_LHLO);
    assert_int_equal(command("EHLO mx").verb, LMTP_UNKNOWN);
    assert_int_equal(command("DATA").verb, LMTP_DATA);
    assert_true(command("DATA now").bad);
    assert_int_equal(command("").verb, LMTP_UNKNOWN);
    assert_int_equal(command("MAILX FROM:<a@b.kr>").verb, LMTP_UNKNOWN);
}

static void addresses_are_read(void **state)
{
    (void)state;
    struct lmtp_command c = command("MAIL FROM:<a@b.kr> SIZE=123 BODY=8BITMIME");
    assert_false(c.bad);
    assert_string_equal(c.address, "a@b.kr");
    assert_int_equal(c.size, 123);
    assert_string_equal(command("RCPT TO:<jamund+x@example.kr>").address, "jamund+x@example.kr");
    assert_string_equal(command("rcpt to: <@relay:x@example.kr>").address, "x@example.kr");
    c = command("MAIL FROM:<>");
    assert_false(c.bad);
    assert_string_equal(c.address, "");
    assert_int_equal(c.size, -1);
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {
        "MAIL FROM:a@b.kr", "MAIL TO:<a@b.kr>", "RCPT TO:<a b@c.kr>", "RCPT TO:<a@b.kr", "RCPT",
        "RCPT TO:<a@b.kr>x"};
    char longer[400];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_true(command(bad[i]).bad);
    memset(longer, 'a', sizeof longer);
    memcpy(longer, "RCPT TO:<", 9);
    memcpy(longer + sizeof longer - 2, ">", 2);
    assert_true(command(longer).bad);
}

/* Every way to cut the bytes in two gives the same message, and leaves what follows it. */
static void a_message(const char *sent, const char *wanted, const char *rest)
{
    for (size_t cut = 0; cut <= strlen(sent); cut++) {
        struct lmtp_dots d = {0};
        struct buf out;
        bool ended = false;
        buf_init(&out, 1000);
        size_t n = lmtp_dots_take(&d, sent, cut, &out, &ended);
        if (!ended) {
            assert_int_equal(n, cut);
            n += lmtp_dots_take(&d, sent + cut, strlen(sent) - cut, &out, &ended);
        }
        assert_int_equal(ended, rest != NULL);
        assert_string_equal(out.data, wanted);
        if (rest)
            assert_string_equal(sent + n, rest);
        buf_done(&out);
    }
}

static void a_message_ends_at_its_dot(void **state)
{
    (void)state;
    a_message("a\r\nb\r\n.\r\nQUIT", "a\r\nb\r\n", "QUIT");
    a_message(".\r\n", "", "");
    a_message("..a\r\n...\r\n.\r\n", ".a\r\n..\r\n", "");
    a_message("a\r\n.b\r\n.\r\n", "a\r\nb\r\n", "");
    a_message("a.\r\n.\r\n", "a.\r\n", "");
    a_message("a\r\n.", "a\r\n", NULL);
}

/* What other programs may take for an end is text: no message hides in another one. */
static void nothing_else_ends_it(void **state)
{
    (void)state;
    a_message("a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", "");
    a_message("a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", "");
    a_message("a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", "");
    a_message("a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", "");
    a_message("a\r\n.\r\rb\r\n.\r\n", "a\r\n\r\rb\r\n", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_read),
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_message_ends_at_its_dot),
        cmocka_unit_test(nothing_else_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
