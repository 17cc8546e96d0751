#include "form/page.h"

#include "assets.h"
#include "base/buf.h"
#include "form/template.h"
#include "page_in.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What the page says in each state of the seat; anything unknown is "over". */
static const struct page_state states[] = {
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

static const struct page_notice notices[] = {
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
    {"/assets/certificate.css", "text/css; charset=utf-8", web_certificate_css,
     sizeof web_certificate_css - 1},
};

/* The facts in the order in which they are shown. */
static const struct page_fact shown[] = {
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

static json_t *rows_json(const json_t *facts, const json_t *revision, int offset, bool live)
{
    json_t *rows = page_rows(revision, offset, shown, COUNT(shown), live);
    const char *reason = page_text(facts, "reason");
    const json_t *proposal;
    size_t i;
    if (reason)
        json_array_append_new(rows, page_row((struct both){"사유", "Reason"}, reason, NULL));
    json_array_foreach(json_object_get(facts, "proposals"), i, proposal)
        json_array_append_new(rows, page_moment_row((struct both){"제안하신 시간", "You proposed"},
                                                    json_integer_value(proposal), offset));
    return rows;
}

static json_t *respond_by_json(const json_t *facts, int offset, bool offered)
{
    const json_t *by = json_object_get(facts, "respond_by");
    char ko[MOMENT_BYTES], en[MOMENT_BYTES];
    if (!offered || !json_is_integer(by))
        return json_null();
    page_moment(json_integer_value(by), offset, ko, en);
    return page_both((struct both){ko, en});
}

static json_t *link_context(const json_t *facts)
{
    const struct page_state *state = page_state(facts, states, COUNT(states));
    const json_t *revision = json_object_get(facts, "revision");
    int offset = page_offset(facts);
    const char *token = page_text(facts, "token");
    bool offered = state == states, accepted = strcmp(state->state, "accepted") == 0;
    bool open = offered || strcmp(state->state, "countered") == 0;
    return json_pack(
        "{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:b, s:b, s:b, s:s, s:I, s:o}", "office",
        page_office(facts), "title", page_both(state->title), "text", page_both(state->text),
        "tone", state->tone, "notice", page_notice(facts, notices, COUNT(notices)), "respond_by",
        respond_by_json(facts, offset, offered), "rows",
        rows_json(facts, revision, offset, state->live), "open", open, "accepted", accepted, "live",
        state->live, "token", token ? token : "", "revision",
        json_integer_value(json_object_get(revision, "number")), "owner", page_owner(revision));
}

static json_t *error_context(enum err why)
{
    const struct error_text *text = error_texts;
    for (size_t i = 0; i < sizeof error_texts / sizeof *error_texts; i++)
        if (error_texts[i].err == why)
            text = &error_texts[i];
    return json_pack("{s:o, s:o}", "title", page_both(text->title), "text", page_both(text->text));
}
