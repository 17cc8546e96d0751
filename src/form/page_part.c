#include "form/address.h"
#include "page_in.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const struct page_weekday page_weekdays[PAGE_WEEKDAYS] = {
    {"mon", {"월요일", "Monday"}},    {"tue", {"화요일", "Tuesday"}},
    {"wed", {"수요일", "Wednesday"}}, {"thu", {"목요일", "Thursday"}},
    {"fri", {"금요일", "Friday"}},    {"sat", {"토요일", "Saturday"}},
    {"sun", {"일요일", "Sunday"}},
};

json_t *page_both(struct both t)
{
    return json_pack("{s:s, s:s}", "ko", t.ko, "en", t.en);
}

const char *page_text(const json_t *v, const char *path)
{
    for (const char *dot; v && (dot = strchr(path, '.')); path = dot + 1) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
        v = json_object_get(v, name);
    }
    const char *text = json_string_value(json_object_get(v, path));
    return text && *text ? text : NULL;
}

json_t *page_row(struct both label, const char *value, const char *value_en)
{
    json_t *r = page_both(label);
    json_object_set_new(r, "url", json_string(""));
    json_object_set_new(r, "value", json_string(value));
    json_object_set_new(r, "value_en", json_string(value_en ? value_en : ""));
    return r;
}

json_t *page_url_row(struct both label, const char *url)
{
    json_t *r = page_row(label, "", NULL);
    json_object_set_new(r, "url", json_string(url));
    return r;
}

json_t *page_moment_row(struct both label, int64_t t, int offset)
{
    char ko[MOMENT_BYTES], en[MOMENT_BYTES];
    page_moment(t, offset, ko, en);
    return page_row(label, ko, en);
}

void page_moment(int64_t t, int offset, char ko[MOMENT_BYTES], char en[MOMENT_BYTES])
{
    static const char *const days[] = {"일", "월", "화", "수", "목", "금", "토"};
    static const char *const days_en[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm = {0};
    time_t wall = (time_t)(t + (int64_t)offset * 60);
    gmtime_r(&wall, &tm);
    snprintf(ko, MOMENT_BYTES, "%d년 %d월 %d일 (%s) %02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
             tm.tm_mday, days[tm.tm_wday], tm.tm_hour, tm.tm_min);
    snprintf(en, MOMENT_BYTES, "%s %d %s %d, %02d:%02d", days_en[tm.tm_wday], tm.tm_mday,
             months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min);
}

/* Only the clock of the end where it is on the day of the start. */
static json_t *when_row(const json_t *revision, int offset)
{
    int64_t start = json_integer_value(json_object_get(revision, "start"));
    int64_t end = json_integer_value(json_object_get(revision, "end"));
    const char *zone = page_text(revision, "zone");
    bool korea = !zone || strcmp(zone, "Asia/Seoul") == 0;
    char ko[MOMENT_BYTES], en[MOMENT_BYTES], ko_end[MOMENT_BYTES], en_end[MOMENT_BYTES];
    page_moment(start, offset, ko, en);
    page_moment(end, offset, ko_end, en_end);
    bool same = (start + offset * 60) / 86400 == (end + offset * 60) / 86400;
    json_t *value = json_sprintf("%s – %s (%s)", ko, same ? strrchr(ko_end, ' ') + 1 : ko_end,
                                 korea ? "한국 시간" : zone);
    json_t *value_en = json_sprintf("%s – %s (%s)", en, same ? strrchr(en_end, ' ') + 1 : en_end,
                                    korea ? "Korea time" : zone);
    json_t *r = page_row((struct both){"일시", "When"}, json_string_value(value),
                         json_string_value(value_en));
    json_decref(value);
    json_decref(value_en);
    return r;
}

struct both page_mode(const json_t *revision)
{
    static const struct {
        const char *mode;
        struct both text;
    } modes[] = {{"visit", {"기업 방문", "At the company"}},
                 {"center", {"센터", "At the centre"}},
                 {"event", {"행사장", "At the event"}},
                 {"online", {"온라인", "Online"}},
                 {"phone", {"전화", "By phone"}}};
    const char *mode = page_text(revision, "mode");
    for (size_t i = 0; mode && i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].mode, mode) == 0)
            return modes[i].text;
    return (struct both){NULL, NULL};
}

int page_offset(const json_t *facts)
{
    const json_t *given = json_object_get(facts, "utc_offset_minutes");
    return given ? (int)json_integer_value(given) : 540;
}

/* Nothing is said twice: not the same words as English, not the company's address as the place. */
static void add_fact(json_t *rows, const json_t *revision, const struct page_fact *f,
                     const struct page_fact *place)
{
    const char *ko = page_text(revision, f->ko), *en = f->en ? page_text(revision, f->en) : NULL;
    const char *where = page_text(revision, place->ko);
    if (!ko || (f != place && where && strcmp(ko, where) == 0))
        return;
    json_array_append_new(rows, page_row(f->label, ko, en && strcmp(ko, en) != 0 ? en : NULL));
}

json_t *page_rows(const json_t *revision, int offset, const struct page_fact *facts, size_t n,
                  bool live)
{
    json_t *rows = json_array();
    const char *url = page_text(revision, "online_url");
    struct both mode = page_mode(revision);
    if (json_is_integer(json_object_get(revision, "start")))
        json_array_append_new(rows, when_row(revision, offset));
    if (live && mode.ko)
        json_array_append_new(rows, page_row((struct both){"방식", "How"}, mode.ko, mode.en));
    if (live && url && url_valid(url))
        json_array_append_new(rows, page_url_row((struct both){"온라인 주소", "Link"}, url));
    for (size_t i = 0; i < n; i++)
        if (live || !facts[i].live)
            add_fact(rows, revision, &facts[i], facts);
    return rows;
}

json_t *page_notice(const json_t *facts, const struct page_notice *notices, size_t n)
{
    const char *notice = page_text(facts, "notice");
    for (size_t i = 0; notice && i < n; i++)
        if (strcmp(notices[i].notice, notice) == 0)
            return page_both(notices[i].text);
    return json_null();
}

const struct page_state *page_state(const json_t *facts, const struct page_state *states, size_t n)
{
    const char *name = page_text(facts, "state");
    for (size_t i = 0; name && i + 1 < n; i++)
        if (strcmp(states[i].state, name) == 0)
            return &states[i];
    return &states[n - 1];
}

json_t *page_owner(const json_t *revision)
{
    const char *name = page_text(revision, "owner.name");
    const char *email = page_text(revision, "owner.email");
    return name ? json_sprintf("%s %s", name, email ? email : "") : json_string("");
}

const char *page_office(const json_t *facts)
{
    const char *office = page_text(facts, "office");
    return office ? office : "원스톱기업지원센터";
}
