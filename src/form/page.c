#include "form/page.h"

#include "assets.h"
#include "base/buf.h"
#include "form/address.h"
#include "form/template.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct both {
    const char *ko, *en;
};

static json_t *both_json(struct both t)
{
    return json_pack("{s:s, s:s}", "ko", t.ko, "en", t.en);
}

/* What the page says in each state of the seat; anything unknown is "over". */
static const struct state {
    const char *state, *tone;
    bool live; /* the details are shown */
    struct both title, text;
} states[] = {
    {"offered",
     "wait",
     true,
     {"자문 요청이 왔습니다", "You are asked for a consultation"},
     {"답하실 때까지 이 시간을 비워 두었습니다.", "The time is held until you answer."}},
    {"accepted",
     "good",
     true,
     {"수락하신 자문 일정입니다", "You accepted this consultation"},
     {"일정이 확정되었습니다. 캘린더 초대장을 전자우편으로 보내 드립니다.",
      "It is confirmed. A calendar invitation comes by e-mail."}},
    {"countered",
     "wait",
     true,
     {"다른 시간을 제안하셨습니다", "You proposed other times"},
     {"담당자가 살펴보고 알려 드립니다. 그때까지 처음 시간도 비워 두었습니다.",
      "The centre will look at it and tell you. Until then the first time is held, too."}},
    {"declined",
     "ended",
     false,
     {"사양하신 자문 요청입니다", "You declined this request"},
     {"알려 주셔서 고맙습니다. 더 하실 일은 없습니다.",
      "Thank you for telling us. There is nothing more to do."}},
    {"expired",
     "ended",
     false,
     {"답변 기한이 지났습니다", "The time to answer has passed"},
     {"이 요청은 다른 위원에게 넘어갑니다. 더 하실 일은 없습니다.",
      "The request goes to another expert. There is nothing more to do."}},
    {"withdrawn",
     "ended",
     false,
     {"거두어들인 자문 요청입니다", "This request was taken back"},
     {"이 시간은 다시 비었습니다. 더 하실 일은 없습니다.",
      "The time is yours again. There is nothing more to do."}},
    {"cancelled",
     "ended",
     false,
     {"취소된 자문 일정입니다", "This consultation was cancelled"},
     {"이 시간은 다시 비었습니다. 더 하실 일은 없습니다.",
      "The time is yours again. There is nothing more to do."}},
    {"over",
     "ended",
     false,
     {"지난 자문 일정입니다", "This consultation is over"},
     {"함께해 주셔서 고맙습니다.", "Thank you for your help."}},
};

static const struct notice {
    const char *notice;
    struct both text;
} notices[] = {
    {"changed",
     {"그사이 일정이 바뀌었습니다. 아래 내용을 다시 확인해 주세요.",
      "It has changed in the meantime. Please look at it again."}},
    {"reason", {"까닭을 적어 주세요.", "Please give a reason."}},
    {"proposals",
     {"제안하신 시간을 읽을 수 없습니다. 앞으로의 시간을 1개에서 3개까지 적어 주세요.",
      "The times you proposed cannot be used. Please give one to three times that lie ahead."}},
    {"unreadable",
     {"보내신 내용을 읽을 수 없었습니다. 다시 시도해 주세요.",
      "What you sent could not be read. Please try again."}},
};

static const struct error_text {
    enum err err;
    struct both title, text;
} error_texts[] = {
    {ERR_INTERNAL, /* and whatever has no row */
     {"문제가 생겼습니다", "Something went wrong"},
     {"잠시 뒤 다시 시도해 주세요. 계속되면 센터로 연락해 주세요.",
      "Please try again in a moment. If it goes on, please call the centre."}},
    {ERR_NOT_FOUND,
     {"더는 쓰이지 않는 주소입니다", "This link is no longer in use"},
     {"모임이 끝났거나 주소가 잘렸을 수 있습니다. 가장 최근에 받으신 전자우편의 주소를 "
      "눌러 주세요. 바뀐 것은 없습니다.",
      "The meeting may be over, or the address cut short. Please use the link of the newest mail. "
      "Nothing was changed."}},
    {ERR_GONE,
     {"더는 쓰이지 않는 주소입니다", "This link is no longer in use"},
     {"모임이 끝났거나 거두어들인 주소입니다. 바뀐 것은 없습니다.",
      "The meeting is over, or the link was revoked. Nothing was changed."}},
    {ERR_UNAVAILABLE,
     {"잠시 쉬고 있습니다", "We will be back soon"},
     {"답은 아직 저장되지 않았습니다. 잠시 뒤 다시 시도해 주세요.",
      "Your answer is not saved yet. Please try again in a moment."}},
    {ERR_BUSY,
     {"지금 붐빕니다", "We are busy right now"},
     {"답은 아직 저장되지 않았습니다. 잠시 뒤 다시 시도해 주세요.",
      "Your answer is not saved yet. Please try again in a moment."}},
};

static const struct page_asset assets[] = {
    {"/assets/page.css", "text/css; charset=utf-8", web_page_css, sizeof web_page_css - 1},
};

/* The facts in the order in which they are shown. */
static const struct fact {
    struct both label;
    const char *ko, *en; /* paths in the revision; en may be NULL */
    bool live;           /* only while the expert may have to be there */
} shown[] = {
    {{"장소", "Where"}, "place.ko", "place.en", true},
    {{"기업 주소", "Company address"}, "company.address", NULL, true},
    {{"분야", "Field"}, "field.ko", "field.en", false},
    {{"기업", "Company"}, "company.name", NULL, false},
    {{"지역", "District"}, "company.district.ko", "company.district.en", false},
    {{"기업 담당자", "Contact"}, "company.contact.name", NULL, true},
    {{"담당자 전화", "Phone"}, "company.contact.phone", NULL, true},
    {{"담당자 전자우편", "E-mail"}, "company.contact.email", NULL, true},
    {{"기업애로", "Difficulty"}, "case.title", NULL, false},
    {{"내용", "Details"}, "case.text", NULL, true},
};

static json_t *link_context(const json_t *facts);
static json_t *error_context(enum err why);

enum err page_link(struct buf *out, const json_t *facts)
{
    json_t *context = link_context(facts);
    enum err e = template_render(out, web_link_html, context, TEMPLATE_HTML);
    json_decref(context);
    return e;
}

enum err page_error(struct buf *out, enum err why)
{
    json_t *context = error_context(why);
    enum err e = template_render(out, web_error_html, context, TEMPLATE_HTML);
    json_decref(context);
    return e;
}

const char *page_check(struct arena *a, const json_t *facts)
{
    json_t *context = link_context(facts), *error = error_context(ERR_INTERNAL);
    const char *wrong = template_check(a, web_link_html, context);
    if (!wrong)
        wrong = template_check(a, web_error_html, error);
    json_decref(context);
    json_decref(error);
    return wrong;
}

const struct page_asset *page_asset(const char *path)
{
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
        if (strcmp(assets[i].path, path) == 0)
            return &assets[i];
    return NULL;
}

/* A text at a.b.c, NULL where there is none or it is empty. */
static const char *text_at(const json_t *v, const char *path)
{
    for (const char *dot; v && (dot = strchr(path, '.')); path = dot + 1) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
        v = json_object_get(v, name);
    }
    const char *text = json_string_value(json_object_get(v, path));
    return text && *text ? text : NULL;
}

static json_t *row(struct both label, const char *value, const char *value_en)
{
    json_t *r = both_json(label);
    json_object_set_new(r, "url", json_string(""));
    json_object_set_new(r, "value", json_string(value));
    json_object_set_new(r, "value_en", json_string(value_en ? value_en : ""));
    return r;
}

enum { MOMENT_BYTES = 64 };

/* "2026년 12월 1일 (화) 14:00" and "Tue 1 Dec 2026, 14:00": the wall clock at that offset. */
static void moment(int64_t t, int offset, char ko[MOMENT_BYTES], char en[MOMENT_BYTES])
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
    const char *zone = text_at(revision, "zone");
    bool korea = !zone || strcmp(zone, "Asia/Seoul") == 0;
    char ko[MOMENT_BYTES], en[MOMENT_BYTES], ko_end[MOMENT_BYTES], en_end[MOMENT_BYTES];
    moment(start, offset, ko, en);
    moment(end, offset, ko_end, en_end);
    bool same = (start + offset * 60) / 86400 == (end + offset * 60) / 86400;
    json_t *value = json_sprintf("%s – %s (%s)", ko, same ? strrchr(ko_end, ' ') + 1 : ko_end,
                                 korea ? "한국 시간" : zone);
    json_t *value_en = json_sprintf("%s – %s (%s)", en, same ? strrchr(en_end, ' ') + 1 : en_end,
                                    korea ? "Korea time" : zone);
    json_t *r =
        row((struct both){"일시", "When"}, json_string_value(value), json_string_value(value_en));
    json_decref(value);
    json_decref(value_en);
    return r;
}

static const char *mode_text(const json_t *revision, bool korean)
{
    static const struct {
        const char *mode;
        struct both text;
    } modes[] = {{"visit", {"기업 방문", "At the company"}},
                 {"center", {"센터", "At the centre"}},
                 {"online", {"온라인", "Online"}},
                 {"phone", {"전화", "By phone"}}};
    const char *mode = text_at(revision, "mode");
    for (size_t i = 0; mode && i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].mode, mode) == 0)
            return korean ? modes[i].text.ko : modes[i].text.en;
    return NULL;
}

/* Nothing is said twice: not the same words as English, not the company's address as the place. */
static void add_fact(json_t *rows, const json_t *revision, const struct fact *f)
{
    const char *ko = text_at(revision, f->ko), *en = f->en ? text_at(revision, f->en) : NULL;
    const char *place = text_at(revision, shown[0].ko);
    if (!ko || (f != shown && place && strcmp(ko, place) == 0))
        return;
    json_array_append_new(rows, row(f->label, ko, en && strcmp(ko, en) != 0 ? en : NULL));
}

static json_t *proposal_row(int64_t at, int offset)
{
    char ko[MOMENT_BYTES], en[MOMENT_BYTES];
    moment(at, offset, ko, en);
    return row((struct both){"제안하신 시간", "You proposed"}, ko, en);
}

static json_t *rows_json(const json_t *facts, const json_t *revision, int offset, bool live)
{
    json_t *rows = json_array();
    const char *url = text_at(revision, "online_url"), *reason = text_at(facts, "reason");
    const json_t *proposal;
    size_t i;
    if (json_is_integer(json_object_get(revision, "start")))
        json_array_append_new(rows, when_row(revision, offset));
    if (live && mode_text(revision, true))
        json_array_append_new(rows, row((struct both){"방식", "How"}, mode_text(revision, true),
                                        mode_text(revision, false)));
    if (live && url && url_valid(url)) {
        json_t *r = row((struct both){"온라인 주소", "Link"}, "", NULL);
        json_object_set_new(r, "url", json_string(url));
        json_array_append_new(rows, r);
    }
    for (i = 0; i < sizeof shown / sizeof *shown; i++)
        if (live || !shown[i].live)
            add_fact(rows, revision, &shown[i]);
    if (reason)
        json_array_append_new(rows, row((struct both){"사유", "Reason"}, reason, NULL));
    json_array_foreach(json_object_get(facts, "proposals"), i, proposal)
        json_array_append_new(rows, proposal_row(json_integer_value(proposal), offset));
    return rows;
}

static json_t *notice_json(const json_t *facts)
{
    const char *notice = text_at(facts, "notice");
    for (size_t i = 0; notice && i < sizeof notices / sizeof *notices; i++)
        if (strcmp(notices[i].notice, notice) == 0)
            return both_json(notices[i].text);
    return json_null();
}

static json_t *respond_by_json(const json_t *facts, int offset, bool offered)
{
    const json_t *by = json_object_get(facts, "respond_by");
    char ko[MOMENT_BYTES], en[MOMENT_BYTES];
    if (!offered || !json_is_integer(by))
        return json_null();
    moment(json_integer_value(by), offset, ko, en);
    return both_json((struct both){ko, en});
}

static const struct state *state_of(const json_t *facts)
{
    const char *name = text_at(facts, "state");
    size_t last = sizeof states / sizeof *states - 1;
    for (size_t i = 0; name && i < last; i++)
        if (strcmp(states[i].state, name) == 0)
            return &states[i];
    return &states[last];
}

static json_t *link_context(const json_t *facts)
{
    const struct state *state = state_of(facts);
    const json_t *revision = json_object_get(facts, "revision");
    const json_t *offset_given = json_object_get(facts, "utc_offset_minutes");
    int offset = offset_given ? (int)json_integer_value(offset_given) : 540;
    const char *office = text_at(facts, "office"), *owner = text_at(revision, "owner.name");
    bool offered = state == states, accepted = strcmp(state->state, "accepted") == 0;
    bool open = offered || strcmp(state->state, "countered") == 0;
    json_t *owner_text =
        owner
            ? json_sprintf("%s %s", owner,
                           text_at(revision, "owner.email") ? text_at(revision, "owner.email") : "")
            : json_string("");
    return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:b, s:b, s:I, s:o}", "office",
                     office ? office : "원스톱기업지원센터", "title", both_json(state->title),
                     "text", both_json(state->text), "tone", state->tone, "notice",
                     notice_json(facts), "respond_by", respond_by_json(facts, offset, offered),
                     "rows", rows_json(facts, revision, offset, state->live), "open", open,
                     "accepted", accepted, "revision",
                     json_integer_value(json_object_get(revision, "number")), "owner", owner_text);
}

static json_t *error_context(enum err why)
{
    const struct error_text *text = error_texts;
    for (size_t i = 0; i < sizeof error_texts / sizeof *error_texts; i++)
        if (error_texts[i].err == why)
            text = &error_texts[i];
    return json_pack("{s:o, s:o}", "title", both_json(text->title), "text", both_json(text->text));
}
