/* form/availability_page: what the expert's own page shows, what it keeps of a refused form, and
 * that nothing hostile gets through. Given a folder, it writes pages there instead, for eyes and
 * for axe. */
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

static const char *const outcomes[] = {"done",    "changed",  "hours", "date",
                                       "absence", "calendar", "full",  "unreadable"};

static json_t *parse(const char *text)
{
    char copy[8192];
    snprintf(copy, sizeof copy, "%s", text);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    json_t *v = json_loads(copy, 0, NULL);
    assert_non_null(v);
    return v;
}

/* Wall clock seconds: 1780565400 is 2026-06-04 09:30. */
static json_t *facts_new(void)
{
    return parse(
        "{'name':'세무-01','zone':'Asia/Seoul','version':7,'paused':false,'today':'2026-06-01',"
        "'week':{'mon':'09:00-12:00, 13:00-18:00','tue':'','wed':'09:00-18:00','thu':'','fri':'',"
        "'sat':'','sun':''},"
        "'other_weeks':[{'weekday':'tue','from':'14:00','until':'17:00','nth':[2,-1],"
        "'last_day':'2026-12-31'},{'weekday':'mon','from':'09:00','until':'12:00','every':2,"
        "'first_day':'2026-03-02'}],"
        "'dates':[{'date':'2026-06-04','hours':'10:00-12:00'},{'date':'2026-06-05','hours':''}],"
        "'calendars':[{'id':'2b0f3c6e-2f52-4c7e-9a38-6a0c4b8a2f11','label':'','host':'cal.example."
        "kr',"
        "'state':'failing','reason':'http-404','seen':1780565400},{'id':'3b0f3c6e-2f52-4c7e-9a38-"
        "6a0c4b8a2f11','label':'구글','state':'new','reason':null,'seen':null}],"
        "'absences':[{'id':'0b0f3c6e-2f52-4c7e-9a38-6a0c4b8a2f11','from':1780531200,"
        "'until':1780704000,'reason':'출장'},"
        "{'id':'1b0f3c6e-2f52-4c7e-9a38-6a0c4b8a2f11','from':1780565400,'until':null,'reason':''}],"
        "'coming':[{'start':1780565400,'end':1780569000,'state':'accepted','field':{'ko':'세무',"
        "'en':'Tax'},'company':'(주)가나다정밀','collides':true},"
        "{'start':1780565400,'end':1780740000,'state':'offered','field':{'ko':'세무','en':'Tax'},"
        "'company':'라마바','collides':false}],"
        "'duties':[{'from':1780565400,'until':1780572600,'place':'상담 창구','place_en':'Desk'},"
        "{'from':1780651800,'until':1780659000,'place':null,'place_en':null}],"
        "'email':'law-01@example.kr','dav_url':'https://example.kr/dav/','app_passwords':[{'id':"
        "'2b0f3c6e-2f52-4c7e-9a38-6a0c4b8a2f11','label':'휴대전화','used':1780531200},"
        "{'id':'3b0f3c6e-2f52-4c7e-9a38-6a0c4b8a2f11','label':'PC','used':null}],"
        "'feeds':[{'id':'4b0f3c6e-2f52-4c7e-9a38-6a0c4b8a2f11','label':'','made':1780531200,'seen':"
        "1780565400,'agent':'Google-Calendar-Importer'},{'id':'5b0f3c6e-2f52-4c7e-9a38-"
        "6a0c4b8a2f11','label':'집','made':1780531200,'seen':1780565400,'agent':'curl/8.1'},"
        "{'id':'6b0f3c6e-2f52-4c7e-9a38-6a0c4b8a2f11','label':'PC','made':1780531200,'seen':null,"
        "'agent':null}],'invitations':{'alarm_minutes':45,'language':'en'},"
        "'notice':null}");
}

static char *page_of(struct arena *a, const json_t *facts)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(page_availability(&out, facts), OK);
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

static const char *const shown[] = {
    "세무-01님의 상담 가능 시간",
    "한국 시간",
    "name=\"mon\" value=\"09:00-12:00, 13:00-18:00\"",
    "name=\"tue\" value=\"\"",
    "<li>매월 둘째·마지막 화요일 14:00-17:00, 2026-12-31까지 "
    "<span lang=\"en\">each month&#39;s 2nd and last Tuesday 14:00-17:00, until 2026-12-31<",
    "<li>2주마다 월요일 09:00-12:00, 2026-03-02부터 "
    "<span lang=\"en\">every 2 weeks, Monday 09:00-12:00, from 2026-03-02<",
    "2026년 6월 4일 (목) 지우기",
    "10:00-12:00",
    "상담하지 않음",
    "name=\"day\" value=\"2026-06-05\"",
    "2026년 6월 4일 (목) – 2026년 6월 5일 (금)",
    "2026년 6월 4일 (목) 09:30부터 기한 없음",
    "from Thu 4 Jun 2026, 09:30 on",
    "2026년 6월 4일 (목) 09:30 – 10:30",
    "Thu 4 Jun 2026, 09:30 – Sat 6 Jun 2026, 10:00",
    "세무 · (주)가나다정밀 · 수락하셨습니다",
    "세무 · 라마바 · 답을 기다립니다",
    "<li>2026년 6월 4일 (목) 09:30 – 11:30 · 상담 창구 "
    "<span lang=\"en\">Thu 4 Jun 2026, 09:30 – 11:30 · Desk</span></li>",
    "<li>2026년 6월 5일 (금) 09:30 – 11:30 <span lang=\"en\">",
    "min=\"2026-06-01\"",
    "자문 요청을 받고 있습니다",
    "value=\"pause\"",
    "<p>출장</p>",
    "<li><strong>cal.example.kr</strong>\n<p>그 주소에 캘린더가 없습니다.",
    "<li><strong>구글</strong>\n<p>곧 읽습니다.",
    "마지막 확인 2026년 6월 4일 (목) 09:30",
    "<li><strong>기본 주소</strong> <span lang=\"en\">Main address</span>\n<p>2026년 6월 4일 "
    "(목) 09:30에 "
    "마지막으로 "
    "가져감 · Google Calendar <span lang=\"en\">last fetched Thu 4 Jun 2026, 09:30 · Google "
    "Calendar</span></p>",
    "<li><strong>집</strong>\n<p>2026년 6월 4일 (목) 09:30에 마지막으로 가져감 · curl/8.1 ",
    "<li><strong>PC</strong>\n<p>아직 가져가지 않음 · 2026년 6월 4일 (목)에 만듦 ",
    "<option value=\"30\">30분 전 · 30 minutes before</option>\n"
    "<option value=\"45\" selected>45분 전 · 45 minutes before</option>\n"
    "<option value=\"60\">1시간 전 · 1 hour before</option>",
    "<option value=\"0\">시작할 때 · at the start</option>",
    "<option value=\"2880\">2일 전 · 2 days before</option>",
    "<option value=\"en\" selected>",
};

/* Of a calendar that is read it is told what its expert should know of the time that counts. */
static void what_a_calendar_lacks_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *calendar, *told;
    } rows[] = {
        {"{'state':'failing','reason':'http-503','stale':true,'warnings':['unknown-zone']}",
         "전에 읽은 바쁜 시간은 그대로 피합니다."},
        {"{'state':'failing','reason':'http-503','stale':false,'warnings':[]}", NULL},
        {"{'state':'fresh','stale':false,'warnings':['malformed','unknown-zone']}",
         "시간대를 알 수 없는 일정은"},
        {"{'state':'fresh','stale':false,'warnings':['this-and-future']}",
         "다 읽지 못한 반복 일정이 있습니다."},
        {"{'state':'fresh','stale':false,'warnings':['malformed']}", NULL},
        {"{'state':'fresh','stale':false,'warnings':[null,'bad-rule']}",
         "다 읽지 못한 반복 일정이 있습니다."},
        {"{'state':'fresh','stale':false,'warnings':[]}", NULL},
    };
    struct arena *a = arena_new();
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *facts = facts_new(), *list = json_array();
        json_array_append_new(list, parse(rows[i].calendar));
        json_object_set_new(facts, "calendars", list);
        const char *page = page_of(a, facts);
        static const char *const notes[] = {"전에 읽은", "시간대를 알 수", "다 읽지 못한"};
        size_t told = 0;
        for (size_t k = 0; k < COUNT(notes); k++)
            told += has(page, notes[k]);
        assert_int_equal(told, rows[i].told ? 1 : 0);
        assert_true(!rows[i].told || has(page, rows[i].told));
        json_decref(facts);
    }
    arena_free(a);
}

static void all_that_is_stored_is_shown(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new();
    const char *page = page_of(a, facts);
    for (size_t i = 0; i < COUNT(shown); i++)
        if (!has(page, shown[i]))
            fail_msg("%s is not in %s", shown[i], page);
    assert_int_equal(times(page, "<strong>시간이 겹칩니다"), 1);
    assert_int_equal(times(page, "센터가 이 목록을 보고"), 1);
    assert_int_equal(times(page, "<form method=\"post\">"), 19);
    assert_int_equal(times(page, "name=\"version\" value=\"7\""), 19);
    assert_int_equal(times(page, " selected>"), 2);
    assert_false(has(page, "class=\"notice\" id"));
    assert_false(has(page, "aria-invalid"));
    assert_false(has(page, "<script"));
    assert_false(has(page, "style="));
    assert_false(has(page, "value=\"resume\""));
    json_decref(facts);
    arena_free(a);
}

/* A screen reader names each field: an id, and a label for it. */
static void every_field_has_its_label(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new();
    const char *page = page_of(a, facts);
    size_t fields = 0;
    for (const char *at = page; (at = strchr(at, '<')); at++) {
        bool input = strncmp(at, "<input ", 7) == 0,
             hidden = strstr(at, "type=\"hidden\"") == at + 7;
        if ((!input || hidden) && strncmp(at, "<select ", 8) != 0)
            continue;
        const char *id = strstr(at, "id=\"") + 4;
        const char *label = arena_printf(a, "<label for=\"%.*s\">", (int)strcspn(id, "\""), id);
        assert_int_equal(times(page, label), 1);
        fields++;
    }
    assert_int_equal(fields, 21);
    json_decref(facts);
    arena_free(a);
}

static void a_pause_can_be_ended_and_not_begun_again(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new();
    json_object_set_new(facts, "paused", json_true());
    const char *page = page_of(a, facts);
    assert_true(has(page, "value=\"resume\""));
    assert_false(has(page, "value=\"pause\""));
    assert_true(has(page, "쉬는 중입니다"));
    json_decref(facts);
    arena_free(a);
}

static void the_alarm_that_is_set_is_chosen(void **state)
{
    static const struct {
        const char *set, *chosen;
        int of;
    } rows[] = {{"{'alarm_minutes':null}", "value=\"\" selected>알림 없음", 8},
                {"{'alarm_minutes':0}", "value=\"0\" selected>시작할 때", 8},
                {"{'alarm_minutes':60}", "value=\"60\" selected>1시간 전", 8},
                {"{'alarm_minutes':40320}", "value=\"40320\" selected>28일 전 · 28 days before", 9},
                {"{'alarm_minutes':5}", "value=\"5\" selected>5분 전", 9},
                {"{}", "value=\"\" selected>알림 없음", 8}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena *a = arena_new();
        json_t *facts = facts_new();
        json_object_set_new(facts, "invitations", parse(rows[i].set));
        const char *page = page_of(a, facts);
        assert_true(has(page, rows[i].chosen));
        assert_int_equal(times(page, " selected>"), 1);
        assert_int_equal(times(page, "<option "), rows[i].of + 2);
        json_decref(facts);
        arena_free(a);
    }
}

static void a_new_address_is_shown_with_what_made_it(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new();
    assert_false(has(page_of(a, facts), "지금만 보입니다"));
    json_object_set_new(facts, "feed_url", json_string("https://example.kr/feeds/x.ics"));
    json_object_set_new(facts, "feed_open", json_string("webcal://example.kr/feeds/x.ics"));
    const char *page = page_of(a, facts);
    assert_true(has(page, "<code>https://example.kr/feeds/x.ics</code>"));
    assert_true(has(page, "<a href=\"webcal://example.kr/feeds/x.ics\" rel=\"noreferrer\">"));
    json_decref(facts);
    arena_free(a);
}

static void nothing_collides_and_nothing_comes(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new();
    json_array_remove(json_object_get(facts, "coming"), 0);
    assert_false(has(page_of(a, facts), "겹칩니다"));
    assert_false(has(page_of(a, facts), "겹치는"));
    json_array_clear(json_object_get(facts, "coming"));
    assert_true(has(page_of(a, facts), "<p>없습니다."));
    json_decref(facts);
    arena_free(a);
}

static void each_outcome_has_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(outcomes); i++) {
        struct arena *a = arena_new();
        json_t *facts = facts_new();
        json_object_set_new(facts, "notice", json_string(outcomes[i]));
        assert_int_equal(times(page_of(a, facts), "id=\"notice\" role=\"alert\""), 1);
        json_decref(facts);
        arena_free(a);
    }
}

static void a_refused_form_keeps_what_was_typed_and_marks_its_field(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new();
    json_object_set_new(facts, "notice", json_string("hours"));
    json_object_set_new(facts, "wrong", json_string("tue"));
    json_object_set_new(facts, "form", parse("{'change':'week','version':7,'tue':'아침'}"));
    const char *page = page_of(a, facts);
    assert_true(has(page, "name=\"tue\" value=\"아침\" maxlength=\"200\" autocomplete=\"off\" "
                          "aria-describedby=\"line notice\" aria-invalid=\"true\""));
    assert_true(has(page, "name=\"mon\" value=\"\"")); /* as it was sent, not as it is stored */
    assert_int_equal(times(page, "aria-invalid"), 1);

    json_object_set_new(facts, "wrong", json_string("until_day"));
    json_object_set_new(facts, "form",
                        parse("{'change':'absence','from_day':'2026-06-09',"
                              "'until_day':'2026-06-01','reason':'휴가'}"));
    page = page_of(a, facts);
    assert_true(has(page, "name=\"until_day\" value=\"2026-06-01\" aria-invalid=\"true\""));
    assert_true(has(page, "name=\"reason\" value=\"휴가\""));
    assert_true(has(page, "name=\"mon\" value=\"09:00-12:00, 13:00-18:00\""));
    json_decref(facts);
    arena_free(a);
}

static void other_zones_are_named(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new();
    json_object_set_new(facts, "zone", json_string("America/New_York"));
    assert_true(has(page_of(a, facts), "모든 시각은 America/New_York 시간입니다"));
    json_decref(facts);
    arena_free(a);
}

static void missing_facts_are_left_out(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = json_object();
    const char *page = page_of(a, facts);
    assert_true(has(page, "</html>"));
    assert_int_equal(times(page, "<li>"), 0);
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
                                          "' autofocus onfocus='y", "</main><b>",
                                          "javascript:alert(1)",    "{{office}}<b>"};
    static const char *const changes[] = {"week", "date", "absence", "feed"};
    for (size_t i = 0; i < COUNT(hostile); i++)
        for (size_t c = 0; c < COUNT(changes); c++) {
            struct arena *a = arena_new();
            json_t *facts = facts_new();
            json_object_set_new(facts, "form",
                                parse("{'label':'x','mon':'x','hours':'x','day':'x','from_day':'x',"
                                      "'until_time':'x','reason':'x'}"));
            poison(facts, hostile[i]);
            json_object_set_new(json_object_get(facts, "form"), "change", json_string(changes[c]));
            const char *page = page_of(a, facts);
            assert_false(has(page, "<script"));
            assert_false(has(page, "<img"));
            assert_false(has(page, "<b>"));
            assert_false(has(page, "href=\"javascript"));
            assert_false(has(page, "' autofocus"));
            assert_int_equal(times(page, "</main>"), 1);
            json_decref(facts);
            arena_free(a);
        }
}

static void the_template_names_only_what_it_is_given(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *facts = facts_new();
    json_object_set_new(facts, "notice", json_string("done"));
    const char *wrong = page_availability_check(a, facts);
    assert_string_equal(wrong ? wrong : "", "");
    json_decref(facts);
    arena_free(a);
}

static void a_page_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct buf out;
    json_t *facts = facts_new();
    buf_init(&out, 1000);
    assert_int_equal(page_availability(&out, facts), ERR_INTERNAL);
    buf_done(&out);
    json_decref(facts);
}

static json_t *facts_with_secrets(void)
{
    json_t *facts = facts_new();
    json_object_set_new(facts, "notice", json_string("done"));
    json_object_set_new(facts, "password", json_string("abcd-efgh-ijkl-mnop-qrst-uvwx-yz23"));
    json_object_set_new(facts, "feed_url",
                        json_string("https://expert.example.kr/feeds/"
                                    "Zm9yLWV5ZXMtb25seS1mb3ItZXllcy1vbmx5LWZv.ics"));
    json_object_set_new(facts, "feed_open", json_string("webcal://expert.example.kr/feeds/x.ics"));
    return facts;
}

static int save(const char *folder, const char *name, const json_t *facts)
{
    char path[512];
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(page_availability(&out, facts), OK);
    snprintf(path, sizeof path, "%s/%s.html", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fwrite(out.data, 1, out.len, f);
    fclose(f);
    buf_done(&out);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return save(argv[1], "availability", facts_with_secrets());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_stored_is_shown),
        cmocka_unit_test(what_a_calendar_lacks_is_told),
        cmocka_unit_test(every_field_has_its_label),
        cmocka_unit_test(a_pause_can_be_ended_and_not_begun_again),
        cmocka_unit_test(the_alarm_that_is_set_is_chosen),
        cmocka_unit_test(a_new_address_is_shown_with_what_made_it),
        cmocka_unit_test(nothing_collides_and_nothing_comes),
        cmocka_unit_test(each_outcome_has_its_words),
        cmocka_unit_test(a_refused_form_keeps_what_was_typed_and_marks_its_field),
        cmocka_unit_test(other_zones_are_named),
        cmocka_unit_test(missing_facts_are_left_out),
        cmocka_unit_test(nothing_hostile_gets_through),
        cmocka_unit_test(the_template_names_only_what_it_is_given),
        cmocka_unit_test(a_page_that_does_not_fit_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
