/* The pages of a company: its appointment, and what it thought of the consultation. */
#include "assets.h"
#include "base/buf.h"
#include "form/page.h"
#include "form/template.h"
#include "page_in.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct page_state company_states[] = {
    {"confirmed",
     "good",
     true,
     {"확정된 자문 일정입니다", "Your consultation is confirmed"},
     {"아래와 같이 자문위원이 함께합니다.", "The expert will be with you as below."}},
    {"tentative",
     "wait",
     true,
     {"일정을 다시 맞추고 있습니다", "Your consultation is being rearranged"},
     {"자문위원의 답을 기다리고 있습니다. 정해지면 바로 알려 드립니다.",
      "We are waiting for an expert's answer and will tell you at once."}},
    {"begun",
     "good",
     true,
     {"진행 중인 자문입니다", "Your consultation is under way"},
     {"바꾸실 일이 있으면 센터로 연락해 주세요.",
      "If anything must change, please call the centre."}},
    {"cancelled",
     "ended",
     false,
     {"취소된 자문 일정입니다", "This consultation was cancelled"},
     {"더 하실 일은 없습니다. 다시 필요하시면 센터로 연락해 주세요.",
      "There is nothing more to do. If you need one again, please call the centre."}},
    {"over",
     "ended",
     false,
     {"지난 자문 일정입니다", "This consultation is over"},
     {"함께해 주셔서 고맙습니다.", "Thank you for your time."}},
};

static const struct page_state rating_states[] = {
    {"open",
     "wait",
     true,
     {"자문이 도움이 되셨습니까?", "Was the consultation of help?"},
     {"잠깐 시간을 내어 알려 주시면 다음 자문에 큰 도움이 됩니다.",
      "A moment of your time helps us with the next one."}},
    {"rated",
     "good",
     true,
     {"알려 주셔서 고맙습니다", "Thank you for telling us"},
     {"보내 주신 말씀을 잘 받았습니다.", "We have your answer."}},
    {"closed",
     "ended",
     false,
     {"평가 기간이 지났습니다", "The time to rate has passed"},
     {"더 하실 말씀이 있으면 센터로 연락해 주세요.",
      "If there is more to say, please call the centre."}},
    {"void",
     "ended",
     false,
     {"평가하실 것이 없습니다", "There is nothing to rate"},
     {"더 하실 일은 없습니다.", "There is nothing more to do."}},
};

static const struct page_notice notices[] = {
    {"changed",
     {"그사이 일정이 바뀌었습니다. 아래 내용을 다시 확인해 주세요.",
      "It has changed in the meantime. Please look at it again."}},
    {"reason", {"까닭을 적어 주세요.", "Please give a reason."}},
    {"wish",
     {"가능한 시간이나 말씀을 적어 주세요.", "Please give times that suit you, or a word to us."}},
    {"proposals",
     {"적어 주신 시간을 읽을 수 없습니다. 앞으로의 시간을 셋까지 적어 주세요.",
      "The times you gave cannot be used. Please give up to three that lie ahead."}},
    {"told",
     {"담당자에게 전달했습니다. 지금 일정은 아직 그대로입니다.",
      "The centre has been told. For now the appointment stays as it is."}},
    {"enough",
     {"이미 여러 번 전달했습니다. 급하시면 센터로 연락해 주세요.",
      "We have passed it on several times. If it is urgent, please call the centre."}},
    {"stars", {"만족도를 골라 주세요.", "Please choose from 1 to 5."}},
    {"closed",
     {"평가 기간이 지나 바뀌지 않았습니다.", "Nothing was changed: the time has passed."}},
    {"unreadable",
     {"보내신 내용을 읽을 수 없었습니다. 다시 시도해 주세요.",
      "What you sent could not be read. Please try again."}},
};

static const struct page_fact company_facts[] = {
    {{"장소", "Where"}, "place.ko", "place.en", true},
    {{"분야", "Field"}, "field.ko", "field.en", false},
    {{"기업", "Company"}, "company.name", NULL, false},
    {{"기업애로", "Difficulty"}, "case.title", NULL, false},
};

static void add_experts(json_t *rows, const json_t *revision)
{
    const json_t *seat;
    size_t i;
    json_array_foreach(json_object_get(revision, "seats"), i, seat)
    {
        const char *state = page_text(seat, "state"), *name = page_text(seat, "expert.name");
        const char *from = page_text(seat, "expert.affiliation");
        if (!name || !state || strcmp(state, "accepted") != 0)
            continue;
        json_t *who = from ? json_sprintf("%s (%s)", name, from) : json_string(name);
        json_array_append_new(
            rows, page_row((struct both){"자문위원", "Expert"}, json_string_value(who), NULL));
        json_decref(who);
    }
}

static void add_wish(json_t *rows, const json_t *wish, int offset)
{
    const char *note = page_text(wish, "note");
    const json_t *at;
    size_t i;
    json_array_foreach(json_object_get(wish, "proposals"), i, at)
        json_array_append_new(rows, page_moment_row((struct both){"요청하신 시간", "You asked for"},
                                                    json_integer_value(at), offset));
    if (note)
        json_array_append_new(rows,
                              page_row((struct both){"남기신 말씀", "Your word"}, note, NULL));
}

static json_t *company_context(const json_t *facts)
{
    const struct page_state *s = page_state(facts, company_states, COUNT(company_states));
    const json_t *revision = json_object_get(facts, "revision");
    int offset = page_offset(facts);
    bool open = s == company_states || s == company_states + 1;
    json_t *rows = page_rows(revision, offset, company_facts, COUNT(company_facts), s->live);
    if (s->live)
        add_experts(rows, revision);
    if (open)
        add_wish(rows, json_object_get(facts, "wish"), offset);
    return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:b, s:I, s:o}", "office", page_office(facts),
                     "title", page_both(s->title), "text", page_both(s->text), "tone", s->tone,
                     "notice", page_notice(facts, notices, COUNT(notices)), "rows", rows, "open",
                     open, "revision", json_integer_value(json_object_get(revision, "number")),
                     "owner", page_owner(revision));
}

static json_t *choices_json(int64_t chosen)
{
    static const struct both words[] = {{"매우 만족", "Very satisfied"},
                                        {"만족", "Satisfied"},
                                        {"보통", "Neither"},
                                        {"불만족", "Dissatisfied"},
                                        {"매우 불만족", "Very dissatisfied"}};
    json_t *list = json_array();
    for (int i = 0; i < (int)COUNT(words); i++) {
        int stars = (int)COUNT(words) - i;
        json_t *row = page_both(words[i]);
        json_object_set_new(row, "stars", json_integer(stars));
        json_object_set_new(row, "chosen", json_boolean(stars == chosen));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *rating_context(const json_t *facts)
{
    const struct page_state *s = page_state(facts, rating_states, COUNT(rating_states));
    const json_t *revision = json_object_get(facts, "revision"), *until;
    const char *comment = page_text(facts, "comment");
    int offset = page_offset(facts);
    char ko[MOMENT_BYTES], en[MOMENT_BYTES];
    json_t *rows = page_rows(revision, offset, company_facts, COUNT(company_facts), false);
    until = json_object_get(facts, "until");
    page_moment(json_integer_value(until), offset, ko, en);
    add_experts(rows, revision);
    return json_pack(
        "{s:s, s:o, s:o, s:s, s:o, s:o, s:b, s:o, s:s, s:o, s:o}", "office", page_office(facts),
        "title", page_both(s->title), "text", page_both(s->text), "tone", s->tone, "notice",
        page_notice(facts, notices, COUNT(notices)), "rows", rows, "open", s->live, "choices",
        choices_json(json_integer_value(json_object_get(facts, "stars"))), "comment",
        comment ? comment : "", "until",
        s == rating_states + 1 && until ? page_both((struct both){ko, en}) : json_null(), "owner",
        page_owner(revision));
}

static enum err render(struct buf *out, const char *text, json_t *context)
{
    enum err e = template_render(out, text, context, TEMPLATE_HTML);
    json_decref(context);
    return e;
}

enum err page_company(struct buf *out, const json_t *facts)
{
    return render(out, web_company_html, company_context(facts));
}

enum err page_rating(struct buf *out, const json_t *facts)
{
    return render(out, web_rating_html, rating_context(facts));
}

const char *page_company_check(struct arena *a, const json_t *facts)
{
    json_t *company = company_context(facts), *rating = rating_context(facts);
    const char *wrong = template_check(a, web_company_html, company);
    if (!wrong)
        wrong = template_check(a, web_rating_html, rating);
    json_decref(company);
    json_decref(rating);
    return wrong;
}
