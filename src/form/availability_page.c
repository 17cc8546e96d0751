/* An expert's own page: hours, absences, pause, and what is coming; beside it what
 * availability_calendars.c says. */
#include "assets.h"
#include "availability_in.h"
#include "base/buf.h"
#include "core/day.h"
#include "form/page.h"
#include "form/template.h"
#include "page_in.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct {
    const char *tone;
    struct both text;
} states[] = {
    {"good", {"자문 요청을 받고 있습니다.", "You take consultations."}},
    {"ended",
     {"쉬는 중입니다. 새 요청을 보내지 않습니다.", "You are paused. No new requests come."}},
};

static const struct page_notice notices[] = {
    {"done", {"저장했습니다.", "Saved."}},
    {"changed",
     {"그사이 내용이 바뀌어 저장하지 않았습니다. 아래를 다시 확인해 주세요.",
      "Nothing was saved: it has changed in the meantime. Please look at it again."}},
    {"hours",
     {"표시한 칸의 시간을 읽을 수 없어 저장하지 않았습니다. 09:00-12:00, 13:00-18:00처럼 적어 "
      "주세요.",
      "Nothing was saved: the hours marked cannot be read. Write them as 09:00-12:00, "
      "13:00-18:00."}},
    {"date",
     {"오늘부터 2년 안의 날짜를 적어 주세요. 저장하지 않았습니다.",
      "Nothing was saved: please give a date from today on, within two years."}},
    {"absence",
     {"부재의 끝은 시작보다, 그리고 지금보다 늦어야 합니다. 저장하지 않았습니다.",
      "Nothing was saved: an absence ends after it begins, and not in the past."}},
    {"calendar",
     {"https://로 시작하는 캘린더 주소를 적어 주세요. 저장하지 않았습니다.",
      "Nothing was saved: please give an address that begins with https://."}},
    {"full",
     {"더 추가할 수 없습니다. 지난 것이나 필요 없는 것을 먼저 지워 주세요.",
      "Nothing was saved: there are too many. Please remove some first."}},
    {"unreadable",
     {"보내신 내용을 읽을 수 없었습니다. 다시 시도해 주세요.",
      "What you sent could not be read. Please try again."}},
};

static json_t *week_json(const json_t *facts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < PAGE_WEEKDAYS; i++) {
        const char *stored = page_text(json_object_get(facts, "week"), page_weekdays[i].key);
        json_t *day = page_field(facts, "week", page_weekdays[i].key, stored);
        json_object_set_new(day, "key", json_string(page_weekdays[i].key));
        json_object_set_new(day, "ko", json_string(page_weekdays[i].label.ko));
        json_object_set_new(day, "en", json_string(page_weekdays[i].label.en));
        json_array_append_new(list, day);
    }
    return list;
}

/* "… 14:00 – 15:00", with the day of the end where it is another one. */
static json_t *span_json(int64_t from, int64_t until)
{
    char ko[MOMENT_BYTES], en[MOMENT_BYTES], ko_end[MOMENT_BYTES], en_end[MOMENT_BYTES];
    bool same = day_of(from) == day_of(until);
    page_moment(from, 0, ko, en);
    page_moment(until, 0, ko_end, en_end);
    return json_pack("{s:o, s:o}", "ko",
                     json_sprintf("%s – %s", ko, same ? strrchr(ko_end, ' ') + 1 : ko_end), "en",
                     json_sprintf("%s – %s", en, same ? strrchr(en_end, ' ') + 1 : en_end));
}

static json_t *open_json(int64_t from)
{
    char ko[MOMENT_BYTES], en[MOMENT_BYTES];
    page_moment(from, 0, ko, en);
    return json_pack("{s:o, s:o}", "ko", json_sprintf("%s부터 기한 없음", ko), "en",
                     json_sprintf("from %s on", en));
}

/* Whole days by their names: "6월 4일 (목) – 6월 5일 (금)"; `until` is the midnight after them. */
static json_t *days_json(int64_t from, int64_t until)
{
    json_t *first = page_wall(from, true), *last = page_wall(until - DAY_SECONDS, true);
    const char *ko = page_line(first, "ko"), *en = page_line(first, "en");
    bool one = until - from == DAY_SECONDS;
    json_t *days = json_pack(
        "{s:o, s:o}", "ko",
        one ? json_sprintf("%s 하루 종일", ko) : json_sprintf("%s – %s", ko, page_line(last, "ko")),
        "en",
        one ? json_sprintf("%s, all day", en) : json_sprintf("%s – %s", en, page_line(last, "en")));
    json_decref(first);
    json_decref(last);
    return days;
}

static json_t *absence_when(int64_t from, const json_t *until)
{
    if (!json_is_integer(until))
        return open_json(from);
    int64_t end = json_integer_value(until);
    return from % DAY_SECONDS || end % DAY_SECONDS ? span_json(from, end) : days_json(from, end);
}

static json_t *dates_json(const json_t *facts)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(facts, "dates"), i, one)
    {
        int32_t day;
        if (day_parse(page_line(one, "date"), &day))
            json_array_append_new(list, json_pack("{s:o, s:s, s:s}", "day",
                                                  page_wall((int64_t)day * DAY_SECONDS, true),
                                                  "date", page_line(one, "date"), "hours",
                                                  page_line(one, "hours")));
    }
    return list;
}

static json_t *absences_json(const json_t *facts)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(facts, "absences"), i, one)
    {
        int64_t from = page_number(one, "from");
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o, s:s}", "id", page_line(one, "id"), "when",
                                        absence_when(from, json_object_get(one, "until")), "from",
                                        page_wall(from, true), "reason", page_line(one, "reason")));
    }
    return list;
}

static struct both seat_words(const char *state)
{
    static const struct {
        const char *state;
        struct both text;
    } words[] = {{"offered", {"답을 기다립니다", "waits for your answer"}},
                 {"countered", {"다른 시간을 제안하셨습니다", "you proposed other times"}},
                 {"accepted", {"수락하셨습니다", "you accepted"}}};
    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(words[i].state, state) == 0)
            return words[i].text;
    return (struct both){"", ""};
}

static json_t *coming_json(const json_t *facts, bool *ret_colliding)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    *ret_colliding = false;
    json_array_foreach(json_object_get(facts, "coming"), i, one)
    {
        bool collides = json_is_true(json_object_get(one, "collides"));
        struct both field = {page_line(one, "field.ko"), page_line(one, "field.en")};
        *ret_colliding |= collides;
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:s, s:o, s:b}", "when",
                            span_json(page_number(one, "start"), page_number(one, "end")), "field",
                            page_both(field), "company", page_line(one, "company"), "state",
                            page_both(seat_words(page_line(one, "state"))), "collides", collides));
    }
    return list;
}

static json_t *duties_json(const json_t *facts)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(facts, "duties"), i, one)
    {
        struct both place = {page_line(one, "place"), page_line(one, "place_en")};
        json_array_append_new(
            list, json_pack("{s:o, s:o}", "when",
                            span_json(page_number(one, "from"), page_number(one, "until")), "place",
                            page_both(place)));
    }
    return list;
}

static json_t *zone_json(const json_t *facts)
{
    const char *zone = page_line(facts, "zone");
    return strcmp(zone, "Asia/Seoul") == 0
               ? page_both((struct both){"한국 시간", "Korea time"})
               : json_pack("{s:o, s:s}", "ko", json_sprintf("%s 시간", zone), "en", zone);
}

static json_t *context_of(const json_t *facts)
{
    static const char *const date[] = {"day", "hours", NULL};
    static const char *const absence[] = {"from_day",   "from_time", "until_day",
                                          "until_time", "reason",    NULL};
    bool paused = json_is_true(json_object_get(facts, "paused")), colliding;
    json_t *coming = coming_json(facts, &colliding);
    const json_t *other = json_object_get(facts, "other_weeks");
    json_t *context = json_pack(
        "{s:s, s:s, s:o, s:s, s:o, s:o, s:I, s:s, s:b, s:o, s:b, s:o, s:b, s:o, s:b, s:o,"
        " s:o, s:o, s:o, s:o}",
        "office", page_office(facts), "name", page_line(facts, "name"), "notice",
        page_notice(facts, notices, COUNT(notices)), "tone", states[paused].tone, "state",
        page_both(states[paused].text), "zone", zone_json(facts), "version",
        page_number(facts, "version"), "today", page_line(facts, "today"), "paused", paused,
        "coming", coming, "on_duty", json_array_size(json_object_get(facts, "duties")) > 0,
        "duties", duties_json(facts), "colliding", colliding, "week", week_json(facts), "broad",
        json_array_size(other) > 0, "other_weeks", page_other_weeks(other), "dates",
        dates_json(facts), "date_form", page_fields(facts, "date", date), "absences",
        absences_json(facts), "absence_form", page_fields(facts, "absence", absence));
    page_calendars(context, facts);
    return context;
}

enum err page_availability(struct buf *out, const json_t *facts)
{
    json_t *context = context_of(facts);
    enum err e = template_render(out, web_availability_html, context, TEMPLATE_HTML);
    json_decref(context);
    return e;
}

const char *page_availability_check(struct arena *a, const json_t *facts)
{
    json_t *context = context_of(facts);
    const char *wrong = template_check(a, web_availability_html, context);
    json_decref(context);
    return wrong;
}
