/* 자문확인서: who advised whom, when and how long, as one printable page. */
#include "assets.h"
#include "base/buf.h"
#include "form/page.h"
#include "form/template.h"
#include "page_in.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TIME_BYTES = 64 };

static const char *minutes_text(int64_t minutes, char out[TIME_BYTES])
{
    if (minutes < 60)
        snprintf(out, TIME_BYTES, "%" PRId64 "분", minutes);
    else if (minutes % 60 == 0)
        snprintf(out, TIME_BYTES, "%" PRId64 "시간", minutes / 60);
    else
        snprintf(out, TIME_BYTES, "%" PRId64 "시간 %" PRId64 "분", minutes / 60, minutes % 60);
    return out;
}

static json_t *when_json(const json_t *session)
{
    int64_t start = json_integer_value(json_object_get(session, "start"));
    int64_t end = json_integer_value(json_object_get(session, "end"));
    int offset = page_offset(session);
    bool same = (start + offset * 60) / 86400 == (end + offset * 60) / 86400;
    char from[MOMENT_BYTES], until[MOMENT_BYTES], en[MOMENT_BYTES];
    page_moment(start, offset, from, en);
    page_moment(end, offset, until, en);
    return json_sprintf("%s – %s", from, same ? strrchr(until, ' ') + 1 : until);
}

/* The place only where it says more than the mode. */
static json_t *where_json(const json_t *session)
{
    const char *mode = page_mode(session).ko, *place = page_text(session, "place.ko");
    if (!mode || !place || strcmp(mode, place) == 0)
        return json_string(mode ? mode : place ? place : "");
    return json_sprintf("%s, %s", mode, place);
}

static json_t *sessions_json(const json_t *sessions)
{
    json_t *list = json_array();
    const json_t *session;
    size_t i;
    char time[TIME_BYTES];
    json_array_foreach(sessions, i, session)
    {
        int64_t minutes = json_integer_value(json_object_get(session, "minutes"));
        json_array_append_new(list,
                              json_pack("{s:I, s:o, s:o, s:s}", "no", (json_int_t)i + 1, "when",
                                        when_json(session), "where", where_json(session), "time",
                                        minutes_text(minutes, time)));
    }
    return list;
}

static json_t *rows_json(const json_t *facts)
{
    static const struct page_fact shown[] = {
        {{"자문위원", "Expert"}, "expert.name", NULL, true},
        {{"소속", "Affiliation"}, "expert.affiliation", NULL, true},
        {{"자문 분야", "Field"}, "field.ko", "field.en", true},
        {{"기업", "Company"}, "company.name", NULL, true},
        {{"사업자등록번호", "Registration no."}, "company.registration_number", NULL, true},
        {{"기업애로", "Difficulty"}, "case", NULL, true},
    };
    json_t *rows = json_array();
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const char *ko = page_text(facts, shown[i].ko);
        if (ko)
            json_array_append_new(
                rows,
                page_row(shown[i].label, ko, shown[i].en ? page_text(facts, shown[i].en) : NULL));
    }
    return rows;
}

static json_t *signatures_json(const json_t *facts)
{
    static const struct page_fact signs[] = {
        {{"자문위원", "Expert"}, "expert.name", NULL, true},
        {{"기업 담당자", "Company"}, "contact.name", NULL, true},
        {{"센터 담당자", "Centre"}, "owner", NULL, true},
    };
    json_t *rows = json_array();
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *name = page_text(facts, signs[i].ko);
        json_array_append_new(rows, page_row(signs[i].label, name ? name : "", NULL));
    }
    return rows;
}

static json_t *context_of(const json_t *facts)
{
    char total[TIME_BYTES];
    const char *number = page_text(facts, "number"), *code = page_text(facts, "code");
    minutes_text(json_integer_value(json_object_get(facts, "minutes")), total);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "number", number ? number : "", "code",
                     code ? code : "", "office", page_office(facts), "rows", rows_json(facts),
                     "sessions", sessions_json(json_object_get(facts, "sessions")), "total", total,
                     "signatures", signatures_json(facts));
}

enum err page_certificate(struct buf *out, const json_t *facts)
{
    json_t *context = context_of(facts);
    enum err e = template_render(out, web_certificate_html, context, TEMPLATE_HTML);
    json_decref(context);
    return e;
}

const char *page_certificate_check(struct arena *a, const json_t *facts)
{
    json_t *context = context_of(facts);
    const char *wrong = template_check(a, web_certificate_html, context);
    json_decref(context);
    return wrong;
}
