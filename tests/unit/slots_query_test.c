/* What GET /v1/slots asks for, and how its page is cut. */
#include "base/arena.h"
#include "form/json.h"
#include "form/slots_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1780275600 /* 2026-06-01T01:00:00Z */
#define WINDOW "2026-06-04T00:00:00Z/2026-06-04T09:00:00Z"

static json_t *query(const char *fields, const char *windows)
{
    return json_pack("{s:s, s:s, s:s, s:i}", "fields", fields, "windows", windows, "mode", "visit",
                     "minutes", 60);
}

/* The pointers of what is wrong, each once; "" where nothing is. */
static const char *wrong(const char *fields, const char *windows, struct request *ret)
{
    static char text[64];
    static struct arena *a;
    arena_free(a);
    a = arena_new();
    struct shape_errors errors = {.arena = a};
    json_t *q = query(fields, windows);
    arena_hook(a, json_hook, q);
    text[0] = '\0';
    bool ok = slots_request_read(a, q, NOW, ret, &errors);
    for (size_t i = 0; i < errors.n; i++)
        if (!strstr(text, errors.list[i].pointer))
            strncat(text, errors.list[i].pointer, sizeof text - strlen(text) - 1);
    assert_int_equal(ok, errors.n == 0);
    return text;
}

static void fields_are_seats(void **state)
{
    struct request r;
    (void)state;
    assert_string_equal(wrong("tax:2,legal", WINDOW, &r), "");
    assert_int_equal(r.seat_count, 2);
    assert_string_equal(r.seats[0].field, "tax");
    assert_int_equal(r.seats[0].min_level * 10 + r.seats[0].no, 21);
    assert_string_equal(r.seats[1].field, "legal");
    assert_int_equal(r.seats[1].min_level * 10 + r.seats[1].no, 12);
    assert_string_equal(r.field, "tax");
    assert_int_equal(r.min_level, 2);
    static const char *const bad[] = {"",       ",",       "tax,",      "tax:",    "tax:0", "tax:4",
                                      "tax:22", "tax:2:1", "tax legal", "a,b,c,d", "세무",  ":1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_string_equal(wrong(bad[i], WINDOW, &r), "/fields");
}

static void windows_are_spans_within_the_weeks(void **state)
{
    struct request r;
    char many[SLOTS_WINDOWS_MAX * sizeof WINDOW + sizeof WINDOW] = WINDOW;
    (void)state;
    assert_string_equal(
        wrong("tax", "2026-06-05T09:00:00+09:00/2026-06-05T18:00:00+09:00," WINDOW, &r), "");
    assert_int_equal(r.windows.n, 2);
    assert_int_equal(r.windows.at[0].from, 1780531200);
    assert_int_equal(r.windows.at[1].until - r.windows.at[1].from, 9 * 3600);
    assert_string_equal(wrong("tax", "2026-07-26T00:00:00Z/2026-07-27T01:00:00Z", &r), "");
    static const char *const bad[] = {
        "",
        "/",
        "2026-06-04T00:00:00Z",
        "2026-06-04T00:00:00Z/",
        "2026-06-04/2026-06-05",
        "2026-06-04T00:00:00 09:00/2026-06-05T00:00:00 09:00", /* a + that was not written %2B */
        "2026-06-04T09:00:00Z/2026-06-04T09:00:00Z",
        "2026-06-04T09:00:00Z/2026-06-04T08:00:00Z",
        "2026-07-26T00:00:00Z/2026-07-27T01:00:01Z",
        WINDOW ",",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_string_equal(wrong("tax", bad[i], &r), "/windows");
    for (int i = 1; i < SLOTS_WINDOWS_MAX; i++)
        strcat(many, "," WINDOW);
    assert_string_equal(wrong("tax", many, &r), "");
    strcat(many, "," WINDOW);
    assert_string_equal(wrong("tax", many, &r), "/windows");
    assert_string_equal(wrong("", "", &r), "/fields/windows");
}

static void a_page_goes_on_after_its_cursor(void **state)
{
    struct arena *a = arena_new();
    struct shape_errors errors = {.arena = a};
    struct slots_page page;
    struct panel p = {.now = NOW, .request = {.deadline = INSTANT_NEVER}};
    struct span day = {NOW, NOW + 86400};
    (void)state;
    json_t *q = json_pack("{s:s, s:i}", "cursor", "2026-06-01T02:00:00Z", "limit", 7);
    assert_true(slots_page_read(q, zone_find("UTC"), &page, &errors));
    assert_int_equal(page.after, NOW + 3600);
    assert_int_equal(page.limit, 7);
    p.request.windows = span_list(a, &day, 1);
    slots_page_cut(a, &p, &page);
    assert_int_equal(p.request.windows.at[0].from, NOW + 3601);
    assert_int_equal(slots_wanted(&page), 7);
    page.packed = true; /* these follow from where the window begins */
    p.request.windows = span_list(a, &day, 1);
    slots_page_cut(a, &p, &page);
    assert_int_equal(p.request.windows.at[0].from, NOW);
    assert_int_equal(slots_wanted(&page), BOARD_STARTS_MAX);
    json_decref(q);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_seats),
        cmocka_unit_test(windows_are_spans_within_the_weeks),
        cmocka_unit_test(a_page_goes_on_after_its_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
