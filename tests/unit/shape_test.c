/* form: shapes, what they refuse and where they say it; queries; problems. */
#include "base/arena.h"
#include "form/problem.h"
#include "form/query.h"
#include "form/shape_text.h"
#include "form/shapes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ID "0b54f2a0-1111-4222-8333-444455556666"
#define ID2 "1b54f2a0-1111-4222-8333-444455556666"

static const char good_request[] =
    "{\"case_id\":\"" ID "\",\"seats\":[{\"field\":\"tax\",\"min_level\":2}],\"mode\":\"visit\","
    "\"minutes\":60,\"windows\":[{\"from\":\"2026-12-01T09:00:00+09:00\",\"until\":"
    "\"2026-12-01T18:00:00+09:00\"}]}";

static const char good_expert[] =
    "{\"email\":\"p@example.kr\",\"name\":\"법무-01 전문위원\",\"phone\":\"010-0000-0001\","
    "\"affiliation\":\"\",\"fields\":[{\"field\":\"legal\",\"level\":3}],\"topics\":[\"계약\"],"
    "\"districts\":[\"suseong\"],\"modes\":[\"visit\",\"phone\"],\"languages\":[\"ko\"],"
    "\"term\":{\"from\":\"2026-01-01\",\"until\":\"2027-12-31\"},\"caps\":{\"per_day\":2,"
    "\"per_week\":6,\"hours_per_year\":60},\"buffers\":{\"before\":10,\"after\":10},"
    "\"notice_hours\":24,\"availability\":[{\"weekday\":\"mon\",\"from\":\"09:00\",\"until\":"
    "\"24:00\"}],\"zone\":\"Asia/Seoul\",\"conflicts\":{\"companies\":[\"123-45-67891\"]}}";

static const char good_company[] =
    "{\"registration_number\":\"123-45-67891\",\"name\":\"가\","
    "\"district\":\"jung\",\"contacts\":[{\"name\":\"나\",\"consent\":"
    "true}]}";

/* One wrong thing: text with `from` replaced by `to`; the error expected, and where. */
struct wrong {
    const struct shape *shape;
    const char *good, *from, *to;
    enum err err;
    const char *pointer, *en;
};

static char *replaced(struct arena *a, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    return arena_printf(a, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void refuses(const struct wrong *w)
{
    struct arena *a = arena_new();
    struct shape_errors errors;
    json_t *got = NULL;
    const char *text = replaced(a, w->good, w->from, w->to);
    enum err e = shape_decode(a, w->shape, text, strlen(text), &got, &errors);
    if (e != w->err || errors.n != 1 || strcmp(errors.list[0].pointer, w->pointer) != 0 ||
        !strstr(errors.list[0].en, w->en) || !*errors.list[0].ko || got)
        fail_msg("%s -> %s: err %d, %zu errors, first %s %s", w->from, w->to, e, errors.n,
                 errors.n ? errors.list[0].pointer : "-", errors.n ? errors.list[0].en : "-");
    arena_free(a);
}

static void accepts(const struct shape *s, const char *text)
{
    struct arena *a = arena_new();
    struct shape_errors errors;
    json_t *got = NULL;
    if (shape_decode(a, s, text, strlen(text), &got, &errors) != OK)
        fail_msg("%s: %s %s", text, errors.list[0].pointer, errors.list[0].en);
    assert_non_null(got);
    arena_free(a);
}

static void good_bodies_are_taken(void **state)
{
    (void)state;
    accepts(&shape_request, good_request);
    accepts(&shape_expert, good_expert);
    accepts(&shape_company, good_company);
    accepts(&shape_nothing, " {} ");
    accepts(&shape_report, "{\"outcome\":\"solved\",\"summary\":\"첫 줄\\n둘째 줄\\t끝\","
                           "\"minutes\":60,\"follow_up\":false}");
    accepts(&shape_case, "{\"company_id\":\"" ID "\",\"channel\":\"visit\",\"title\":\"가\","
                         "\"triage\":null,\"text\":\"\"}");
}

static const struct wrong wrongs[] = {
    /* the JSON itself */
    {&shape_expert, good_expert, "\"per_day\":2", "\"per_day\":2,\"per_day\":3", ERR_BAD_JSON,
     "/caps/per_day", "twice"},
    {&shape_request, good_request, "60", "60,\"minutes\":60", ERR_BAD_JSON, "/minutes", "twice"},
    {&shape_expert, good_expert, "계약", "\xc0\xaf", ERR_BAD_JSON, "/topics/0", "UTF-8"},
    {&shape_expert, good_expert, "계약", "\\ud800", ERR_BAD_JSON, "/topics/0", "not JSON"},
    {&shape_expert, good_expert, "계약", "a\\u0000b", ERR_BAD_JSON, "/topics/0", "NUL"},
    {&shape_expert, good_expert, "계약", "a\nb", ERR_BAD_JSON, "/topics/0", "not JSON"},
    {&shape_expert, good_expert, "24,", "1e999,", ERR_BAD_JSON, "/notice_hours", "too large"},
    {&shape_expert, good_expert, "\"계약\"", "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", ERR_BAD_JSON,
     "/topics/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", "deep"},
    {&shape_nothing, "{}", "{}", "{", ERR_BAD_JSON, "", "early"},
    {&shape_nothing, "{}", "{}", "", ERR_BAD_JSON, "", "early"},
    {&shape_nothing, "{}", "{}", "{} x", ERR_BAD_JSON, "", "after its end"},
    {&shape_nothing, "{}", "{}", "[]", ERR_INVALID, "", "object"},
    {&shape_nothing, "{}", "{}", "null", ERR_INVALID, "", "object"},
    /* members */
    {&shape_request, good_request, "\"minutes\"", "\"min/u~tes\":1,\"minutes\"", ERR_INVALID,
     "/min~1u~0tes", "not known"},
    {&shape_nothing, "{}", "{}", "{\"a\\u0007b\":1}", ERR_INVALID, "/a", "not known"},
    {&shape_expert, good_expert, "\"per_day\":2,", "", ERR_INVALID, "/caps/per_day", "required"},
    {&shape_expert, good_expert, "\"level\":3", "\"level\":null", ERR_INVALID, "/fields/0/level",
     "whole"},
    {&shape_expert, good_expert, "\"level\":3", "\"level\":4", ERR_INVALID, "/fields/0/level",
     "from 1 to 3"},
    {&shape_expert, good_expert, "\"level\":3", "\"level\":1.5", ERR_INVALID, "/fields/0/level",
     "whole"},
    {&shape_company, good_company, "true", "\"true\"", ERR_INVALID, "/contacts/0/consent",
     "true or false"},
    {&shape_expert, good_expert, "[\"계약\"]", "{}", ERR_INVALID, "/topics", "array"},
    {&shape_expert, good_expert, "[\"visit\",\"phone\"]", "[]", ERR_INVALID, "/modes", "1 to 4"},
    {&shape_expert, good_expert, "\"visit\",\"phone\"", "\"visit\",\"visit\"", ERR_INVALID,
     "/modes/1", "already"},
    {&shape_expert, good_expert, "\"visit\",\"phone\"", "\"visit\",\"walk\"", ERR_INVALID,
     "/modes/1", "one of: visit, center"},
    /* text */
    {&shape_company, good_company, "\"가\"", "\"가\\r\\nBcc: x@example.kr\"", ERR_INVALID, "/name",
     "control"},
    {&shape_company, good_company, "\"가\"", "\"가\\u2028\"", ERR_INVALID, "/name", "control"},
    {&shape_company, good_company, "\"가\"", "\" \\u3000\"", ERR_INVALID, "/name", "blank"},
    {&shape_company, good_company, "\"가\"", "7", ERR_INVALID, "/name", "string"},
    {&shape_expert, good_expert, "p@example.kr", "p@example.kr\\r\\nTo: q@example.kr", ERR_INVALID,
     "/email", "e-mail"},
    {&shape_expert, good_expert, "p@example.kr", "p", ERR_INVALID, "/email", "e-mail"},
    {&shape_expert, good_expert, "010-0000-0001", "call me", ERR_INVALID, "/phone", "phone"},
    {&shape_expert, good_expert, "\"legal\"", "\"법무\"", ERR_INVALID, "/fields/0/field", "code"},
    {&shape_expert, good_expert, "\"ko\"", "\"korean\"", ERR_INVALID, "/languages/0", "language"},
    {&shape_expert, good_expert, "Asia/Seoul", "../etc/passwd", ERR_INVALID, "/zone", "zone"},
    {&shape_expert, good_expert, "123-45-67891", "123-45-67890", ERR_INVALID,
     "/conflicts/companies/0", "registration"},
    {&shape_request, good_request, ID, "0b54f2a0", ERR_INVALID, "/case_id", "UUID"},
    /* time */
    {&shape_expert, good_expert, "2026-01-01", "2026-02-29", ERR_INVALID, "/term/from", "real"},
    {&shape_expert, good_expert, "2027-12-31", "2025-12-31", ERR_INVALID, "/term/until",
     "not be before from"},
    {&shape_expert, good_expert, "24:00", "24:01", ERR_INVALID, "/availability/0/until",
     "time of day"},
    {&shape_expert, good_expert, "24:00", "09:00", ERR_INVALID, "/availability/0/until",
     "after from"},
    {&shape_request, good_request, "09:00:00+09:00", "09:00:00", ERR_INVALID, "/windows/0/from",
     "offset"},
    {&shape_request, good_request, "2026-12-01T09", "2026-11-31T09", ERR_INVALID, "/windows/0/from",
     "real"},
    {&shape_request, good_request, "18:00:00+09:00", "00:00:00Z", ERR_INVALID, "/windows/0/until",
     "after from"},
    /* across members */
    {&shape_request, good_request, "\"visit\"", "\"center\"", ERR_INVALID, "/place_id",
     "required where mode is center"},
    {&shape_request, good_request, "60", "60,\"place_id\":\"" ID "\"", ERR_INVALID, "/place_id",
     "only allowed"},
    {&shape_request, good_request, "60", "60,\"online_url\":\"https://example.kr/x\"", ERR_INVALID,
     "/online_url", "only allowed"},
    {&shape_request, good_request, "\"visit\"", "\"online\",\"online_url\":\"javascript:alert(1)\"",
     ERR_INVALID, "/online_url", "https"},
    {&shape_request, good_request, "\"minutes\":60",
     "\"minutes\":60,\"excluded_expert_ids\":[\"" ID "\",\"" ID2 "\",\"" ID "\"]", ERR_INVALID,
     "/excluded_expert_ids/2", "already"},
};

static void every_wrong_field_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrongs); i++)
        refuses(&wrongs[i]);
}

static void over_long_is_counted_in_characters(void **state)
{
    (void)state;
    char text[2000], name[701] = "";
    for (int i = 0; i < 200; i++)
        memcpy(name + i * 3, "가", 3);
    name[600] = '\0';
    snprintf(text, sizeof text,
             "{\"registration_number\":\"123-45-67891\",\"name\":\"%s\",\"district\":\"jung\"}",
             name);
    accepts(&shape_company, text);
    struct wrong w = {&shape_company, text,    "\"name\":\"", "\"name\":\"나",
                      ERR_INVALID,    "/name", "at most 200"};
    refuses(&w);
}

static void deciding_goes_on_after_the_first_error_up_to_a_limit(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct shape_errors errors;
    json_t *got = NULL;
    const char two[] = "{\"name\":\"\",\"consent\":1}";
    assert_int_equal(shape_decode(a, &shape_contact, two, strlen(two), &got, &errors), ERR_INVALID);
    assert_int_equal(errors.n, 2);
    assert_string_equal(errors.list[0].pointer, "/name");
    assert_string_equal(errors.list[1].pointer, "/consent");
    char many[600] = "{\"name\":\"x\",\"consent\":true";
    for (int i = 0; i < 30; i++)
        snprintf(many + strlen(many), 20, ",\"m%d\":1", i);
    strncat(many, "}", 2);
    assert_int_equal(shape_decode(a, &shape_contact, many, strlen(many), &got, &errors),
                     ERR_INVALID);
    assert_int_equal(errors.n, SHAPE_ERRORS_MAX);
    assert_null(got);
    arena_free(a);
}

static void instants_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us; /* -1: refused */
    } rows[] = {
        {"2026-12-01T09:00:00+09:00", 1796083200000000},
        {"2026-12-01T00:00:00Z", 1796083200000000},
        {"2026-11-30T14:30:00.25-09:30", 1796083200250000},
        {"2000-01-01T00:00:00Z", 946684800000000},
        {"2024-02-29T23:59:59.999999Z", 1709251199999999},
        {"2026-12-01T09:00:00", -1},
        {"2026-12-01 09:00:00+09:00", -1},
        {"2026-12-01T09:00+09:00", -1},
        {"2026-12-01T09:00:00+0900", -1},
        {"2026-12-01T09:00:00+15:00", -1},
        {"2026-12-01T09:00:00+09:60", -1},
        {"2026-12-01T24:00:00Z", -1},
        {"2026-12-01T23:59:60Z", -1},
        {"2026-12-01T09:00:00.Z", -1},
        {"2026-12-01T09:00:00.1234567Z", -1},
        {"1999-12-31T00:00:00Z", -1},
        {"2100-01-01T00:00:00Z", -1},
        {"2100-02-29T00:00:00Z", -1},
        {"2026-00-01T00:00:00Z", -1},
        {"2026-12-00T00:00:00Z", -1},
        {"2026-12-01T09:00:00+09:00 ", -1},
        {"", -1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t us = -1;
        assert_int_equal(shape_text_instant(rows[i].text, &us), rows[i].us >= 0);
        assert_true(us == rows[i].us);
    }
}

static void kinds_of_text_take_and_refuse(void **state)
{
    (void)state;
    static const struct {
        enum shape_kind kind;
        const char *text;
        bool valid;
    } rows[] = {
        {SHAPE_ZONE, "Asia/Seoul", true},
        {SHAPE_ZONE, "America/Argentina/Buenos_Aires", true},
        {SHAPE_ZONE, "Etc/GMT+9", true},
        {SHAPE_ZONE, "UTC", true},
        {SHAPE_ZONE, "KST", false},
        {SHAPE_ZONE, "Asia/", false},
        {SHAPE_ZONE, "/Asia", false},
        {SHAPE_ZONE, "Asia/../etc", false},
        {SHAPE_ZONE, "A/b/c/d", false},
        {SHAPE_REGISTRATION, "123-45-67891", true},
        {SHAPE_REGISTRATION, "220-81-62517", true},
        {SHAPE_REGISTRATION, "220-81-62518", false},
        {SHAPE_REGISTRATION, "2208162517", false},
        {SHAPE_REGISTRATION, "220-81-625170", false},
        {SHAPE_PHONE, "+82 53 000-0000", true},
        {SHAPE_PHONE, "1588-0000", true},
        {SHAPE_PHONE, "053-000-0000;ext=1", false},
        {SHAPE_PHONE, "", false},
        {SHAPE_TIME, "00:00", true},
        {SHAPE_TIME, "9:00", false},
        {SHAPE_TIME, "23:60", false},
        {SHAPE_LANGUAGE, "en-US", true},
        {SHAPE_LANGUAGE, "EN", false},
        {SHAPE_CODE, "on_the_spot", true},
        {SHAPE_CODE, "9lives", false},
        {SHAPE_DATE, "2028-02-29", true},
        {SHAPE_DATE, "2026-04-31", false},
        {SHAPE_DATE, "2026-4-3", false},
        {SHAPE_URL, "https://example.kr/a?b=1#c", true},
        {SHAPE_URL, "http://example.kr/", false},
        {SHAPE_URL, "https://example.kr/\r\nX: y", false},
        {SHAPE_LINK, "https://example.kr/in", true},
        {SHAPE_LINK, "http://127.0.0.1:8080/in", true},
        {SHAPE_LINK, "http://127.0.0.10/in", false},
        {SHAPE_LINK, "http://example.kr/in", false},
        {SHAPE_EMAIL, "a.b+c@example.kr", true},
        {SHAPE_EMAIL, "a@b@example.kr", false},
        {SHAPE_EMAIL, "a b@example.kr", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (shape_text(rows[i].kind)->valid(rows[i].text) != rows[i].valid)
            fail_msg("%s", rows[i].text);
}

static void every_kind_of_text_has_its_row(void **state)
{
    (void)state;
    for (int k = 0; k < SHAPE_KINDS; k++) {
        const struct shape_text *t = shape_text((enum shape_kind)k);
        assert_int_equal(t != NULL, k >= SHAPE_EMAIL);
        assert_true(!t || (t->pattern && t->ko && t->en && t->max));
    }
}

static void queries_are_typed_by_their_shape(void **state)
{
    (void)state;
    static const struct {
        const struct shape *shape;
        const char *text, *json; /* NULL: err and pointer */
        enum err err;
        const char *pointer;
    } rows[] = {
        {&shape_expert_query, "", "{}", OK, NULL},
        {&shape_expert_query, "q=%EB%B2%95+%eb%ac%b4&limit=20", "{\"limit\":20,\"q\":\"법 무\"}",
         OK, NULL},
        {&shape_expert_query, "q=&&limit=1", "{\"limit\":1}", OK, NULL},
        {&shape_answer, "answer=decline&revision=3&reason=a%0D%0Ab",
         "{\"answer\":\"decline\",\"reason\":\"a\\nb\",\"revision\":3}", OK, NULL},
        {&shape_answer, "answer=decline&revision=3&reason=",
         "{\"answer\":\"decline\",\"revision\":3}", OK, NULL}, /* the database asks for it */
        {&shape_answer, "answer=counter&revision=3&proposal_1=2026-03-02T10%3A00&proposal_2=",
         "{\"answer\":\"counter\",\"proposal_1\":\"2026-03-02T10:00\",\"revision\":3}", OK, NULL},
        {&shape_answer, "answer=maybe&revision=3", NULL, ERR_INVALID, "/answer"},
        {&shape_expert_query, "limit=0", NULL, ERR_INVALID, "/limit"},
        {&shape_expert_query, "limit=x", NULL, ERR_INVALID, "/limit"},
        {&shape_expert_query, "cursor=9999999999999999999", NULL, ERR_INVALID, "/cursor"},
        {&shape_expert_query, "other=1", NULL, ERR_INVALID, "/other"},
        {&shape_expert_query, "q=a&q=b", NULL, ERR_BAD_REQUEST, ""},
        {&shape_expert_query, "q=%", NULL, ERR_BAD_REQUEST, ""},
        {&shape_expert_query, "q=%4", NULL, ERR_BAD_REQUEST, ""},
        {&shape_expert_query, "q=%zz", NULL, ERR_BAD_REQUEST, ""},
        {&shape_expert_query, "q=%00", NULL, ERR_BAD_REQUEST, ""},
        {&shape_expert_query, "q=%ff", NULL, ERR_BAD_REQUEST, ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena *a = arena_new();
        struct shape_errors errors;
        json_t *got = NULL;
        enum err e =
            query_decode(a, rows[i].shape, rows[i].text, strlen(rows[i].text), &got, &errors);
        if (e != rows[i].err || (e && strcmp(errors.list[0].pointer, rows[i].pointer) != 0))
            fail_msg("%s: %d %s", rows[i].text, e, errors.n ? errors.list[0].pointer : "-");
        if (!e) {
            char *text = json_dumps(got, JSON_SORT_KEYS | JSON_COMPACT);
            assert_string_equal(text, rows[i].json);
            free(text);
        }
        arena_free(a);
    }
}

static void a_problem_is_of_its_own_shape(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct shape_errors errors = {.arena = a}, none = {.arena = a};
    shape_errors_add(&errors, "/name", "비어 있습니다.", "must not be blank");
    json_t *extra = json_pack("{s:s, s:s}", "status", "overwritten?", "current", "\"v3\"");
    for (int e = 1; e < ERR_COUNT; e++) {
        json_t *p = problem_json((enum err)e, e % 2 ? "detail" : NULL, &errors, extra);
        if (!shape_check(&reply_problem, p, &none))
            fail_msg("%s %s", none.list[0].pointer, none.list[0].en);
        assert_int_equal(json_integer_value(json_object_get(p, "status")),
                         err_row((enum err)e)->status);
        assert_string_equal(json_string_value(json_object_get(p, "current")), "\"v3\"");
        json_decref(p);
    }
    json_t *bare = problem_json(ERR_NOT_FOUND, NULL, NULL, NULL);
    assert_string_equal(json_string_value(json_object_get(bare, "type")),
                        "urn:jamund:problem:not-found");
    assert_null(json_object_get(bare, "errors"));
    json_decref(bare);
    json_decref(extra);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_bodies_are_taken),
        cmocka_unit_test(every_wrong_field_is_named),
        cmocka_unit_test(over_long_is_counted_in_characters),
        cmocka_unit_test(deciding_goes_on_after_the_first_error_up_to_a_limit),
        cmocka_unit_test(instants_are_exact),
        cmocka_unit_test(kinds_of_text_take_and_refuse),
        cmocka_unit_test(every_kind_of_text_has_its_row),
        cmocka_unit_test(queries_are_typed_by_their_shape),
        cmocka_unit_test(a_problem_is_of_its_own_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
