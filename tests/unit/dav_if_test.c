/* form/dav_if: which If headers hold, and which cannot be read (RFC 4918 10.4). */
#include "form/dav_if.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct dav_state here[] = {{"/x/dav/c/1/panel/2.ics", "\"7-Aab\"", NULL},
                                        {"/x/dav/c/1/panel/", NULL, "https://a.kr/dav/sync/9"}};

static void judged(enum dav_if want, const char *const *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum dav_if got = dav_if_judge(headers[i], here, 2);
        if (got != want)
            fail_msg("%s: %d instead of %d", headers[i], (int)got, (int)want);
    }
}

static void a_list_holds_when_all_of_it_does(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "([\"7-Aab\"])",           " ( [ \"7-Aab\" ] ) ",
        "([W/\"7-Aab\"])",         "([\"7-Aab\"] Not <DAV:no-lock>)",
        "(Not <urn:uuid:1>)",      "(not [\"8\"])",
        "([\"8\"]) ([\"7-Aab\"])", "(<urn:uuid:1>)([\"8\"])(Not <urn:uuid:1> [\"7-Aab\"])",
    };
    static const char *const no[] = {
        "(<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2>)",
        "(<urn:uuid:1> [\"7-Aab\"])",
        "([\"8\"])",
        "([\"7-aab\"])",
        "(Not [\"7-Aab\"])",
        "([\"7-Aab\"] [\"8\"])",
        "(<DAV:no-lock>)",
        "(<https://a.kr/dav/sync/9>)",
    };
    judged(DAV_IF_HOLDS, yes, sizeof yes / sizeof *yes);
    judged(DAV_IF_FAILS, no, sizeof no / sizeof *no);
}

static void a_list_may_be_about_another_resource(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "<https://a.kr/x/dav/c/1/panel/2.ics> ([\"7-Aab\"])",
        "</x/dav/c/1/panel> (<https://a.kr/dav/sync/9>)",
        "</x/dav/c/1/panel/> (<https://a.kr/dav/sync/8>) (<https://a.kr/dav/sync/9>)",
        "</x/dav/c/1/panel/3.ics> ([\"7-Aab\"]) </x/dav/c/1/panel/2.ics> ([\"7-Aab\"])",
        "</elsewhere> (Not [\"7-Aab\"])",
        "<https://a.kr> (Not <urn:uuid:1>)",
    };
    static const char *const no[] = {
        "</x/dav/c/1/panel/3.ics> ([\"7-Aab\"])",
        "</x/dav/c/1/panel/> (<https://a.kr/dav/sync/8>)",
        "</x/dav/c/1/panel/> ([\"7-Aab\"])",
        "</> (<https://a.kr/dav/sync/9>)",
    };
    judged(DAV_IF_HOLDS, yes, sizeof yes / sizeof *yes);
    judged(DAV_IF_FAILS, no, sizeof no / sizeof *no);
}

static void an_etag_may_hold_any_character(void **state)
{
    (void)state;
    static const struct dav_state odd = {"/a", "\"])>\"", NULL};
    assert_int_equal(dav_if_judge("([\"])>\"])", &odd, 1), DAV_IF_HOLDS);
    assert_int_equal(dav_if_judge("([\")\"])", &odd, 1), DAV_IF_FAILS);
}

static void what_cannot_be_read_is_told(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "\"7-Aab\"",
        "(",
        ")",
        "()",
        "(<>)",
        "(<urn:uuid:1)",
        "([7-Aab])",
        "([\"7-Aab])",
        "([\"7-Aab\")",
        "([\"7-Aab\"]",
        "([])",
        "(Not)",
        "(Not Not <a:b>)",
        "(urn:uuid:1)",
        "<>",
        "<> (<a:b>)",
        "</a>",
        "</a> </b> (<a:b>)",
        "(<a:b>) </a> (<a:b>)",
        "</a> (<a:b>) </b>",
        "([\"7-Aab\"]) x",
        "([\"7-Aab\"]), ([\"8\"])",
    };
    judged(DAV_IF_BAD, bad, sizeof bad / sizeof *bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_holds_when_all_of_it_does),
        cmocka_unit_test(a_list_may_be_about_another_resource),
        cmocka_unit_test(an_etag_may_hold_any_character),
        cmocka_unit_test(what_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
