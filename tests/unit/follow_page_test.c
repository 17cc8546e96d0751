/* The company's pages and the certificate: what each state shows, and that nothing hostile gets
 * through. Given a folder, the program writes them there instead, for eyes and for axe. */
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

static const char company_facts[] =
    "{\"utc_offset_minutes\":540,\"wish\":null,\"notice\":null,\"stars\":null,\"comment\":null,"
    "\"until\":1798729200,\"revision\":{\"number\":3,\"start\":1796101200,\"end\":1796104800,"
    "\"zone\":\"Asia/Seoul\",\"mode\":\"online\",\"place\":{\"ko\":\"온라인\",\"en\":\"Online\"},"
    "\"online_url\":\"https://meet.example.kr/a\",\"field\":{\"ko\":\"세무\",\"en\":\"Tax\"},"
    "\"company\":{\"name\":\"(주)가나다정밀\"},\"case\":{\"title\":\"부가세 환급\"},\"seats\":[{"
    "\"state\":\"accepted\",\"expert\":{\"name\":\"세무-01 "
    "전문위원\",\"affiliation\":\"예시회계\"}},"
    "{\"state\":\"offered\",\"expert\":{\"name\":\"법무-02 전문위원\"}}],"
    "\"owner\":{\"name\":\"박코디\",\"email\":\"coordinator@example.kr\"}}}";

static const char certificate_facts[] =
    "{\"number\":\"2026-000012-0003\",\"code\":\"3F9A21BC\",\"office\":\"예시센터\",\"expert\":{"
    "\"name\":\"세무-01 전문위원\",\"affiliation\":\"예시회계\"},\"field\":{\"ko\":\"세무\",\"en\":"
    "\"Tax\"},\"company\":{\"name\":\"(주)가나다정밀\",\"registration_number\":\"123-45-67891\"},"
    "\"case\":\"부가세 "
    "환급\",\"contact\":{\"name\":\"김담당\"},\"owner\":\"박코디\",\"minutes\":170,"
    "\"sessions\":[{\"start\":1796101200,\"end\":1796104800,\"minutes\":50,\"mode\":\"visit\","
    "\"place\":{\"ko\":\"대구 수성구 없는길 1\"},\"utc_offset_minutes\":540},{\"start\":1796706000,"
    "\"end\":1796713200,\"minutes\":120,\"mode\":\"online\",\"place\":{\"ko\":\"온라인\"},"
    "\"utc_offset_minutes\":540}]}";

static json_t *facts_of(const char *text, const char *state)
{
    json_t *facts = json_loads(text, 0, NULL);
    assert_non_null(facts);
    if (state)
        json_object_set_new(facts, "state", json_string(state));
    return facts;
}

typedef enum err page_fn(struct buf *out, const json_t *facts);

static char *page_of(struct arena *a, page_fn *write, const json_t *facts)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(write(&out, facts), OK);
    char *text = arena_strndup(a, out.data, out.len);
    buf_done(&out);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "style="));
    assert_null(strstr(text, " on"
                             "click"));
    return text;
}

static bool has(const char *page, const char *text)
{
    return strstr(page, text) != NULL;
}

static int times(const char *page, const char *text)
{
    int n = 0;
    for (; (page = strstr(page, text)); page++)
        n++;
    return n;
}

static const struct {
    page_fn *write;
    const char *state, *title;
    int forms;
    bool expert;
} states[] = {
    {page_company, "confirmed", "확정된 자문 일정입니다", 2, true},
    {page_company, "tentative", "일정을 다시 맞추고 있습니다", 2, true},
    {page_company, "begun", "진행 중인 자문입니다", 0, true},
    {page_company, "cancelled", "취소된 자문 일정입니다", 0, false},
    {page_company, "over", "지난 자문 일정입니다", 0, false},
    {page_company, "something new", "지난 자문 일정입니다", 0, false},
    {page_rating, "open", "자문이 도움이 되셨습니까?", 1, true},
    {page_rating, "rated", "알려 주셔서 고맙습니다", 1, true},
    {page_rating, "closed", "평가 기간이 지났습니다", 0, true},
    {page_rating, "void", "평가하실 것이 없습니다", 0, true},
};

static void each_state_has_its_words_and_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(states); i++) {
        struct arena *a = arena_new();
        json_t *facts = facts_of(company_facts, states[i].state);
        const char *page = page_of(a, states[i].write, facts);
        assert_true(has(page, states[i].title));
        assert_int_equal(times(page, "<form method=\"post\">"), states[i].forms);
        assert_int_equal(has(page, "세무-01 전문위원 (예시회계)"), states[i].expert);
        assert_false(has(page, "법무-02")); /* has not accepted */
        assert_true(has(page, "2026년 12월 1일 (화) 14:00 – 15:00 (한국 시간)"));
        assert_true(has(page, "박코디 coordinator@example.kr"));
        json_decref(facts);
        arena_free(a);
    }
}

static void a_wish_is_shown_while_it_is_open(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_of(company_facts, "confirmed");
    json_object_set_new(facts, "wish",
                        json_pack("{s:s, s:[I]}", "note", "그날은 감사입니다", "proposals",
                                  (json_int_t)1796187600));
    json_object_set_new(facts, "notice", json_string("told"));
    const char *page = page_of(a, page_company, facts);
    assert_true(has(page, "2026년 12월 2일 (수) 14:00"));
    assert_true(has(page, "그날은 감사입니다"));
    assert_true(has(page, "담당자에게 전달했습니다"));
    assert_true(has(page, "name=\"revision\" value=\"3\""));
    json_object_set_new(facts, "state", json_string("cancelled"));
    assert_false(has(page_of(a, page_company, facts), "그날은 감사입니다"));
    json_decref(facts);
    arena_free(a);
}

static void a_rating_given_can_be_seen_and_changed(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_of(company_facts, "open");
    const char *page = page_of(a, page_rating, facts);
    assert_int_equal(times(page, "type=\"radio\" name=\"stars\""), 5);
    assert_false(has(page, " checked"));
    assert_false(has(page, "까지 고치실 수 있습니다"));
    json_object_set_new(facts, "state", json_string("rated"));
    json_object_set_new(facts, "stars", json_integer(4));
    json_object_set_new(facts, "comment", json_string("</textarea>좋았습니다"));
    page = page_of(a, page_rating, facts);
    assert_int_equal(times(page, " checked"), 1);
    assert_true(has(page, "value=\"4\" checked"));
    assert_true(has(page, "maxlength=\"2000\">&lt;/textarea&gt;좋았습니다</textarea>"));
    assert_true(has(page, "2027년 1월 1일 (금) 00:00까지 고치실 수 있습니다"));
    json_decref(facts);
    arena_free(a);
}

static void a_certificate_lists_its_sessions(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_of(certificate_facts, NULL);
    const char *page = page_of(a, page_certificate, facts);
    assert_true(has(page, "제 2026-000012-0003 호"));
    assert_true(has(page, "<td>1</td><td>2026년 12월 1일 (화) 14:00 – 15:00</td>"
                          "<td>기업 방문, 대구 수성구 없는길 1</td><td>50분</td>"));
    assert_true(has(page, "<td>2</td><td>2026년 12월 8일 (화) 14:00 – 16:00</td>"
                          "<td>온라인</td><td>2시간</td>"));
    assert_true(has(page, "<td>2시간 50분</td>"));
    assert_int_equal(times(page, "(서명 또는 인)"), 3);
    assert_true(has(page, "김담당") && has(page, "박코디") && has(page, "3F9A21BC"));
    assert_true(has(page, "/assets/certificate.css"));
    assert_string_equal(page, page_of(a, page_certificate, facts));
    json_object_set_new(facts, "contact", json_null());
    assert_int_equal(times(page_of(a, page_certificate, facts), "(서명 또는 인)"), 3);
    json_decref(facts);
    arena_free(a);
}

/* Puts the text into every string of the document. */
static void poison(json_t *v, const char *text)
{
    const char *key;
    json_t *value;
    void *next;
    size_t i;
    json_array_foreach(v, i, value) poison(value, text);
    json_object_foreach_safe(v, next, key, value)
    {
        if (json_is_string(value) && strcmp(key, "state") != 0)
            json_object_set_new(v, key, json_string(text));
        else
            poison(value, text);
    }
}

static void nothing_hostile_gets_through(void **state)
{
    (void)state;
    static const char *const hostile[] = {"<script>x</script>",  "\"><img src=x>",
                                          "' autofocus x='",     "</textarea><b>",
                                          "javascript:alert(1)", "{{office}}<b>"};
    for (size_t s = 0; s <= COUNT(states); s++)
        for (size_t i = 0; i < COUNT(hostile); i++) {
            struct arena *a = arena_new();
            bool last = s == COUNT(states);
            json_t *facts =
                facts_of(last ? certificate_facts : company_facts, last ? NULL : states[s].state);
            json_object_set_new(facts, "wish", json_pack("{s:s}", "note", "x"));
            json_object_set_new(facts, "comment", json_string("x"));
            poison(facts, hostile[i]);
            const char *page = page_of(a, last ? page_certificate : states[s].write, facts);
            assert_false(has(page, "<img"));
            assert_false(has(page, "<b>"));
            assert_false(has(page, "href=\"javascript"));
            assert_false(has(page, "' autofocus"));
            json_decref(facts);
            arena_free(a);
        }
}

static void templates_name_only_what_they_are_given(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_of(company_facts, "rated"), *paper = facts_of(certificate_facts, NULL);
    json_object_set_new(facts, "notice", json_string("told"));
    const char *wrong = page_company_check(a, facts);
    assert_string_equal(wrong ? wrong : "", "");
    wrong = page_certificate_check(a, paper);
    assert_string_equal(wrong ? wrong : "", "");
    json_decref(facts);
    json_decref(paper);
    arena_free(a);
}

static void every_notice_has_words(void **state)
{
    (void)state;
    static const char *const names[] = {"changed", "reason", "wish",   "proposals", "told",
                                        "enough",  "stars",  "closed", "unreadable"};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct arena *a = arena_new();
        json_t *facts = facts_of(company_facts, "confirmed");
        json_object_set_new(facts, "notice", json_string(names[i]));
        assert_true(has(page_of(a, page_company, facts), "class=\"notice\""));
        json_object_set_new(facts, "notice", json_string("done"));
        assert_false(has(page_of(a, page_company, facts), "class=\"notice\""));
        json_decref(facts);
        arena_free(a);
    }
}

static void save(const char *folder, const char *name, page_fn *write, const json_t *facts)
{
    struct buf out;
    char path[512];
    buf_init(&out, 1 << 20);
    assert_int_equal(write(&out, facts), OK);
    snprintf(path, sizeof path, "%s/%s.html", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fwrite(out.data, 1, out.len, f);
    fclose(f);
    buf_done(&out);
}

static int save_all(const char *folder)
{
    char name[64];
    for (size_t i = 0; i < COUNT(states); i++) {
        json_t *facts = facts_of(company_facts, states[i].state);
        snprintf(name, sizeof name, "%s-%s", states[i].write == page_company ? "company" : "rating",
                 states[i].state);
        save(folder, name, states[i].write, facts);
        json_decref(facts);
    }
    json_t *facts = facts_of(certificate_facts, NULL);
    save(folder, "certificate", page_certificate, facts);
    json_decref(facts);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return save_all(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_words_and_forms),
        cmocka_unit_test(a_wish_is_shown_while_it_is_open),
        cmocka_unit_test(a_rating_given_can_be_seen_and_changed),
        cmocka_unit_test(a_certificate_lists_its_sessions),
        cmocka_unit_test(nothing_hostile_gets_through),
        cmocka_unit_test(templates_name_only_what_they_are_given),
        cmocka_unit_test(every_notice_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
