/* form/page: what each state shows, and that nothing hostile gets through. Given a folder, the
 * program writes the pages there instead, for eyes and for axe. */
#include "base/arena.h"
#include "base/buf.h"
#include "form/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const states[] = {"offered", "accepted",  "countered", "declined",
                                     "expired", "withdrawn", "cancelled", "over"};

static json_t *facts_new(const char *state)
{
    json_t *facts = json_loads(
        "{\"utc_offset_minutes\":540,\"respond_by\":1795924800,\"reason\":null,\"notice\":null,"
        "\"office\":\"원스톱기업지원센터\",\"revision\":{\"number\":3,\"start\":1796101200,"
        "\"end\":1796104800,\"zone\":\"Asia/Seoul\",\"mode\":\"visit\",\"place\":{\"ko\":\"기업 "
        "사무실\",\"en\":\"Company office\"},\"online_url\":null,\"field\":{\"code\":\"tax\","
        "\"ko\":\"세무\",\"en\":\"Tax\"},\"company\":{\"name\":\"(주)가나다정밀\",\"district\":{"
        "\"ko\":\"수성구\",\"en\":\"Suseong-gu\"},\"address\":\"대구 수성구 없는길 1, "
        "2층\",\"contact\":{\"name\":\"김담당\",\"email\":\"contact@example.kr\",\"phone\":"
        "\"053-000-0000\"}},\"case\":{\"title\":\"수출 대금 부가세 환급\",\"text\":\"작년 수출분의 "
        "환급이 늦어지고 있습니다.\\n필요한 서류와 다음 절차를 알고 싶습니다.\"},\"owner\":{"
        "\"name\":\"박코디\",\"email\":\"coordinator@example.kr\"}}}",
        0, NULL);
    assert_non_null(facts);
    json_object_set_new(facts, "state", json_string(state));
    json_object_set_new(facts, "token", json_string("t0ken"));
    return facts;
}

static char *page_of(struct arena *a, const json_t *facts)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(page_link(&out, facts), OK);
    char *text = arena_strndup(a, out.data, out.len);
    buf_done(&out);
    return text;
}

static bool has(const char *page, const char *text)
{
    return strstr(page, text) != NULL;
}

static size_t times(const char *page, const char *text)
{
    size_t n = 0;
    for (; (page = strstr(page, text)); page++)
        n++;
    return n;
}

static void a_visit_names_its_place_once(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new("offered"), *revision = json_object_get(facts, "revision");
    assert_true(has(page_of(a, facts), "기업 주소"));
    json_object_set_new(revision, "place",
                        json_pack("{s:s, s:s}", "ko", "대구 수성구 없는길 1, 2층", "en",
                                  "대구 수성구 없는길 1, 2층"));
    assert_int_equal(times(page_of(a, facts), "대구 수성구 없는길 1, 2층"), 1);
    assert_false(has(page_of(a, facts), "기업 주소"));
    json_decref(facts);
    arena_free(a);
}

static void each_state_has_the_forms_it_can_take(void **state)
{
    static const int forms[COUNT(states)] = {3, 1, 3}; /* accept, counter, decline; drop out */
    (void)state;
    for (size_t i = 0; i < COUNT(states); i++) {
        struct arena *a = arena_new();
        json_t *facts = facts_new(states[i]);
        const char *page = page_of(a, facts);
        assert_int_equal(times(page, "<form method=\"post\">"), forms[i]);
        assert_int_equal(times(page, "method=\"post\" action=\"t0ken/hours\">"), forms[i] > 0);
        assert_int_equal(has(page, "2026년 11월 29일 (일) 13:00까지"), i == 0);
        assert_true(has(page, "2026년 12월 1일 (화) 14:00 – 15:00 (한국 시간)"));
        assert_true(has(page, "Tue 1 Dec 2026, 14:00 – 15:00 (Korea time)"));
        assert_true(has(page, "수출 대금 부가세 환급"));
        assert_int_equal(has(page, "053-000-0000"), forms[i] > 0);
        assert_false(has(page, "<script"));
        assert_false(has(page, "style="));
        json_decref(facts);
        arena_free(a);
    }
}

static void an_offer_carries_what_the_form_needs(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new("offered");
    const char *page = page_of(a, facts);
    assert_true(has(page, "name=\"answer\" value=\"accept\""));
    assert_true(has(page, "name=\"answer\" value=\"decline\""));
    assert_true(has(page, "name=\"revision\" value=\"3\""));
    assert_true(has(page, "<label for=\"reason\">"));
    assert_true(has(page, "maxlength=\"2000\" required></textarea>"));
    assert_false(has(page, "class=\"notice\""));
    json_object_set_new(facts, "notice", json_string("changed"));
    assert_true(has(page_of(a, facts), "그사이 일정이 바뀌었습니다"));
    json_decref(facts);
    arena_free(a);
}

static void missing_facts_are_left_out(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = json_loads("{\"state\":\"offered\",\"revision\":{\"number\":1}}", 0, NULL);
    const char *page = page_of(a, facts);
    assert_false(has(page, "<dt>"));
    assert_false(has(page, "문의"));
    json_object_set_new(facts, "state", json_string("something new"));
    assert_true(has(page_of(a, facts), "This consultation is over"));
    json_decref(facts);
    arena_free(a);
}

static void other_zones_and_days_are_told(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new("accepted"), *revision = json_object_get(facts, "revision");
    json_object_set_new(facts, "utc_offset_minutes", json_integer(-300));
    json_object_set_new(revision, "zone", json_string("America/New_York"));
    json_object_set_new(revision, "end", json_integer(1796101200 + 86400));
    const char *page = page_of(a, facts);
    assert_true(has(page, "Tue 1 Dec 2026, 00:00 – Wed 2 Dec 2026, 00:00 (America/New_York)"));
    json_decref(facts);
    arena_free(a);
}

/* Puts the text into every string of the document. */
static void poison(json_t *v, const char *text)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(v, next, key, value)
    {
        if (json_is_string(value))
            json_object_set_new(v, key, json_string(text));
        else
            poison(value, text);
    }
}

static void nothing_hostile_gets_through(void **state)
{
    (void)state;
    static const char *const hostile[] = {"<script>x</script>",     "\"><img src=x onerror=y>",
                                          "' autofocus onfocus='y", "https://e.kr/\"><b>",
                                          "javascript:alert(1)",    "{{office}}<b>"};
    for (size_t s = 0; s < COUNT(states); s++)
        for (size_t i = 0; i < COUNT(hostile); i++) {
            struct arena *a = arena_new();
            json_t *facts = facts_new(states[s]);
            poison(facts, hostile[i]);
            json_object_set_new(facts, "reason", json_string(hostile[i]));
            json_object_set_new(facts, "state", json_string(states[s]));
            json_object_set_new(json_object_get(facts, "revision"), "online_url",
                                json_string(hostile[i]));
            const char *page = page_of(a, facts);
            assert_false(has(page, "<script"));
            assert_false(has(page, "<img"));
            assert_false(has(page, "<b>"));
            assert_false(has(page, "href=\"javascript"));
            assert_false(has(page, "' autofocus"));
            json_decref(facts);
            arena_free(a);
        }
}

static void an_online_link_is_a_link(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new("accepted"), *revision = json_object_get(facts, "revision");
    json_object_set_new(revision, "online_url", json_string("https://meet.example.kr/a?b=1&c=2"));
    assert_true(has(page_of(a, facts), "<a href=\"https://meet.example.kr/a?b=1&amp;c=2\""));
    json_decref(facts);
    arena_free(a);
}

static void templates_name_only_what_they_are_given(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new("offered");
    json_object_set_new(facts, "notice", json_string("changed"));
    const char *wrong = page_check(a, facts);
    assert_string_equal(wrong ? wrong : "", "");
    json_decref(facts);
    arena_free(a);
}

static void every_error_has_a_page(void **state)
{
    (void)state;
    for (int e = 1; e < ERR_COUNT; e++) {
        struct buf out;
        buf_init(&out, 1 << 20);
        assert_int_equal(page_error(&out, (enum err)e), OK);
        assert_true(has(out.data, "</html>"));
        assert_int_equal(has(out.data, "This link is no longer in use"),
                         e == ERR_NOT_FOUND || e == ERR_GONE);
        buf_done(&out);
    }
}

static void a_page_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct buf out;
    json_t *facts = facts_new("offered");
    buf_init(&out, 1000);
    assert_int_equal(page_link(&out, facts), ERR_INTERNAL);
    buf_done(&out);
    json_decref(facts);
}

static void assets_are_found_by_their_path_alone(void **state)
{
    (void)state;
    const struct page_asset *css = page_asset("/assets/page.css");
    assert_non_null(css);
    assert_int_equal(css->len, strlen(css->text));
    assert_true(has(css->text, "@media (prefers-color-scheme: dark)"));
    assert_null(page_asset("/assets/"));
    assert_null(page_asset("/assets/../page.css"));
}

static void save(const char *folder, const char *name, const struct buf *page)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fwrite(page->data, 1, page->len, f);
    fclose(f);
}

static int save_all(const char *folder)
{
    struct buf out;
    char name[64];
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < COUNT(states); i++) {
        json_t *facts = facts_new(states[i]);
        buf_reset(&out);
        assert_int_equal(page_link(&out, facts), OK);
        snprintf(name, sizeof name, "%s.html", states[i]);
        save(folder, name, &out);
        json_decref(facts);
    }
    buf_reset(&out);
    assert_int_equal(page_error(&out, ERR_NOT_FOUND), OK);
    save(folder, "stale.html", &out);
    buf_reset(&out);
    buf_str(&out, page_asset("/assets/page.css")->text);
    save(folder, "page.css", &out);
    buf_done(&out);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return save_all(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visit_names_its_place_once),
        cmocka_unit_test(each_state_has_the_forms_it_can_take),
        cmocka_unit_test(an_offer_carries_what_the_form_needs),
        cmocka_unit_test(missing_facts_are_left_out),
        cmocka_unit_test(other_zones_and_days_are_told),
        cmocka_unit_test(nothing_hostile_gets_through),
        cmocka_unit_test(an_online_link_is_a_link),
        cmocka_unit_test(templates_name_only_what_they_are_given),
        cmocka_unit_test(every_error_has_a_page),
        cmocka_unit_test(a_page_that_does_not_fit_is_an_error),
        cmocka_unit_test(assets_are_found_by_their_path_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
