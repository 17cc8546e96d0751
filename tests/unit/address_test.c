/* form/address: what may be printed raw in a mail header or a calendar. */
#include "base/arena.h"
#include "form/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *s;
    bool valid;
};

static const struct row emails[] = {
    {"kim@example.kr", true},
    {"a.b+c_d-e@mail.example.kr", true},
    {"o'neil!#$%&*/=?^`{|}~@example.kr", true},
    {"k@1.kr", true},
    {"", false},
    {"@example.kr", false},
    {"kim@", false},
    {"kim", false},
    {"kim@localhost", false},
    {"kim@127.0.0.1", false},
    {"kim@[127.0.0.1]", false},
    {".kim@example.kr", false},
    {"kim.@example.kr", false},
    {"k..im@example.kr", false},
    {"kim@example..kr", false},
    {"kim@.example.kr", false},
    {"kim@example.kr.", false},
    {"kim@-example.kr", false},
    {"kim@example-.kr", false},
    {"kim@exam_ple.kr", false},
    {"kim@a@example.kr", false},
    {"kim lee@example.kr", false},
    {"\"kim\"@example.kr", false},
    {"Kim <kim@example.kr>", false},
    {"kim@example.kr,lee@example.kr", false},
    {"kim@example.kr\r\nBcc: all@example.kr", false},
    {"kim\r\n@example.kr", false},
    {"kim@example.kr\n", false},
    {"김하나@example.kr", false},
    {"kim@예시.kr", false},
    {"kim\x7f@example.kr", false},
    {"kim@example.kr ", false},
    {"mailto:kim@example.kr", false},
    {"kim;x@example.kr", false},
};

static const struct row urls[] = {
    {"https://example.kr", true},
    {"https://example.kr/", true},
    {"https://example.kr:8443/a/b;c=d,e?f=g&h=%EA%B0%80#i", true},
    {"https://meet.example.kr?room=1", true},
    {"http://example.kr/", false},
    {"HTTPS://example.kr/", false},
    {"https://", false},
    {"https:///path", false},
    {"https://user@example.kr/", false},
    {"https://example.kr:/", false},
    {"https://example.kr:123456/", false},
    {"https://example.kr:80a/", false},
    {"https://example.kr/a b", false},
    {"https://example.kr/\"onclick=", false},
    {"https://example.kr/<script>", false},
    {"https://example.kr/%zz", false},
    {"https://example.kr/%2", false},
    {"https://example.kr/%", false},
    {"https://example.kr/#a#b", false},
    {"https://example.kr/\r\nX-INJECT:1", false},
    {"https://example.kr\r\n.evil.kr/", false},
    {"https://예시.kr/", false},
    {"https://-a.kr/", false},
    {"https://example.kr\\@evil.kr/", false},
    {"javascript:alert(1)", false},
    {"http://localhost:8080/r/x", false},
    {"", false},
};

static const struct row links[] = {
    {"https://example.kr/r/x", true},        {"http://localhost:8080/r/x", true},
    {"http://127.0.0.1:8080/r/x", true},     {"http://127.0.0.1", true},
    {"http://127.0.0.1.evil.kr/r/x", false}, {"http://localhost@evil.kr/", false},
    {"http://localhost:80@evil.kr/", false}, {"http://example.kr/r/x", false},
};

static void walk(const struct row *rows, size_t n, bool (*valid)(const char *))
{
    for (size_t i = 0; i < n; i++)
        if (valid(rows[i].s) != rows[i].valid)
            fail_msg("wrong about: %s", rows[i].s);
}

static void emails_follow_the_grammar(void **state)
{
    (void)state;
    walk(emails, sizeof emails / sizeof *emails, address_valid);
    assert_false(address_valid(NULL));
}

static void urls_follow_the_grammar(void **state)
{
    (void)state;
    walk(urls, sizeof urls / sizeof *urls, url_valid);
    assert_false(url_valid(NULL));
}

static void links_may_lead_to_this_machine(void **state)
{
    (void)state;
    walk(links, sizeof links / sizeof *links, link_valid);
    assert_false(link_valid(NULL));
}

static char *times(struct arena *a, char c, size_t n)
{
    char *s = arena_alloc(a, n + 1);
    memset(s, c, n);
    return s;
}

static void lengths_end_where_rfc_5321_says(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const char *label = times(a, 'd', 63);
    assert_true(address_valid(arena_printf(a, "%s@example.kr", times(a, 'l', 64))));
    assert_false(address_valid(arena_printf(a, "%s@example.kr", times(a, 'l', 65))));
    assert_true(host_valid(label));
    assert_false(host_valid(times(a, 'd', 64)));
    char *host = arena_printf(a, "%s.%s.%s.%s", label, label, label, times(a, 'd', 61));
    assert_true(host_valid(host));
    assert_false(host_valid(arena_printf(a, "%sd", host)));
    host = arena_printf(a, "%s.%s.%s", label, label, times(a, 'd', 61));
    assert_true(address_valid(arena_printf(a, "%s@%s", times(a, 'l', 64), host)));
    assert_false(address_valid(arena_printf(a, "%s@d%s", times(a, 'l', 64), host)));
    const char *url = arena_printf(a, "https://example.kr/%s", times(a, 'p', 1981));
    assert_true(url_valid(url));
    assert_false(url_valid(arena_printf(a, "%sp", url)));
    arena_free(a);
}

static void no_byte_that_needs_quoting_passes(void **state)
{
    (void)state;
    char email[] = "k?m@example.kr", url[] = "https://example.kr/?";
    for (int c = 1; c < 256; c++) {
        email[1] = (char)c;
        url[strlen(url) - 1] = (char)c;
        bool risky = c <= ' ' || c >= 0x7f || strchr("\"<>,;:\\()[]", c);
        if (risky && address_valid(email))
            fail_msg("address with byte %d", c);
        if ((c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}%", c)) && url_valid(url))
            fail_msg("URL with byte %d", c);
    }
}

static void a_tag_is_put_in_and_read_again(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_string_equal(address_tagged(a, "panel@example.kr", "abc"), "panel+abc@example.kr");
    assert_string_equal(address_tagged(a, "a+b@example.kr", "abc"), "a+b+abc@example.kr");
    assert_non_null(address_tagged(a, "panel@example.kr", times(a, 't', 64 - 6)));
    assert_null(address_tagged(a, "panel@example.kr", times(a, 't', 65 - 6)));
    assert_null(address_tagged(a, "panel", "abc"));
    assert_string_equal(address_tag(a, "Panel+AbC2@Example.KR"), "abc2");
    assert_string_equal(address_tag(a, "a+b+abc@example.kr"), "abc");
    static const char *const none[] = {"panel@example.kr",  "panel+@example.kr", "panel", "", "+@",
                                       "panel@example+x.kr"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(address_tag(a, none[i]));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emails_follow_the_grammar),
        cmocka_unit_test(urls_follow_the_grammar),
        cmocka_unit_test(links_may_lead_to_this_machine),
        cmocka_unit_test(lengths_end_where_rfc_5321_says),
        cmocka_unit_test(a_tag_is_put_in_and_read_again),
        cmocka_unit_test(no_byte_that_needs_quoting_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
