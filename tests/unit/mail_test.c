/* form/mail: what is refused, and which kinds carry a calendar (their bytes: tests/form/golden.t).
 */
#include "form/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char revision[] =
    "{'uid':'11111111-1111-4111-8111-111111111111@jamund.example.kr','number':2,'sequence':1,"
    "'created':1793400000,'stamp':1793403600,'modified':1793403600,'status':'confirmed',"
    "'start':1793930400,'end':1793934000,'zone':'Asia/"
    "Seoul','mode':'visit','company':{'name':'가나다'},"
    "'seats':[{'state':'accepted','expert':{'name':'세무-01'}}]}";
static const char message[] =
    "{'id':'33333333-3333-4333-8333-333333333333','kind':'invite','created':1793403600,"
    "'to':{'name':'세무-01','email':'tax@example.kr','partstat':'ACCEPTED'},'viewer':'expert',"
    "'organizer':{'name':'센터','email':'panel@example.kr'},'link_url':null,'respond_by':null,"
    "'reason':null,'thread':null,'host':'jamund.example.kr'}";

static json_t *parse(const char *text)
{
    struct arena *a = arena_new();
    char *s = arena_strdup(a, text);
    for (char *c = s; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_t *json = json_loads(s, JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    arena_free(a);
    return json;
}

/* The message with one member, found by "a.b", set to value ('' for quotes); NULL: removed. */
static json_t *with(const char *path, const char *value)
{
    json_t *whole = parse(message), *at = whole;
    json_object_set_new(whole, "revision", parse(revision));
    char key[64];
    const char *dot;
    while ((dot = strchr(path, '.'))) {
        memcpy(key, path, (size_t)(dot - path));
        key[dot - path] = '\0';
        at = json_object_get(at, key);
        path = dot + 1;
    }
    if (value)
        json_object_set_new(at, path, parse(value));
    else
        json_object_del(at, path);
    return whole;
}

static enum err render(const char *path, const char *value, struct buf *out)
{
    struct arena *a = arena_new();
    struct mail_envelope envelope = {0};
    json_t *json = with(path, value);
    enum err err = mail_render(a, mail_texts_new(a), json, out, &envelope);
    if (err == OK) {
        assert_string_equal(envelope.to, "tax@example.kr");
        const json_t *own = json_object_get(json, "reply_to"); /* bounces come there */
        assert_string_equal(envelope.from, own ? json_string_value(own) : "panel@example.kr");
        assert_string_equal(envelope.message_id,
                            "33333333-3333-4333-8333-333333333333@jamund.example.kr");
    } else {
        assert_null(envelope.to);
    }
    json_decref(json);
    arena_free(a);
    return err;
}

static const struct {
    const char *path, *value;
} bad[] = {
    {"id", NULL},
    {"id", "'x'"},
    {"id", "'33333333-3333-4333-8333-333333333333\\r\\nBcc: a@example.kr'"},
    {"kind", NULL},
    {"kind", "'uninvite'"},
    {"kind", "'love letter'"},
    {"kind", "7"},
    {"created", NULL},
    {"created", "-1"},
    {"created", "1e9"},
    {"created", "99999999999999"},
    {"host", NULL},
    {"host", "'a b'"},
    {"host", "'example.kr>\\r\\nBcc: a@example.kr'"},
    {"viewer", NULL},
    {"to", NULL},
    {"to", "[]"},
    {"to.email", NULL},
    {"to.email", "'tax@example.kr\\r\\nBcc: a@example.kr'"},
    {"to.email", "'tax@example.kr, b@example.kr'"},
    {"to.name", "7"},
    {"to.partstat", NULL},
    {"to.partstat", "'ACCEPTED;X=1'"},
    {"organizer", NULL},
    {"organizer.email", "'panel'"},
    {"link_url", "'javascript:alert(1)'"},
    {"link_url", "'https://example.kr/\\r\\nX:1'"},
    {"respond_by", "'soon'"},
    {"respond_by", "-5"},
    {"thread", "'x'"},
    {"thread", "'<x@example.kr>'"},
    {"thread", "'<>'"},
    {"thread", "'<33333333-3333-4333-8333-333333333333>'"},
    {"thread", "'<33333333-3333-4333-8333-333333333333@example.kr>\\r\\nBcc: a@example.kr'"},
    {"revision", NULL},
    {"revision", "[]"},
    {"revision.uid", NULL},
    {"revision.uid", "''"},
    {"revision.zone", NULL},
    {"revision.status", "'odd'"},
    {"revision.status", "'cancelled'"},
    {"revision.start", "1793934000"},
    {"revision.start", "'now'"},
    {"revision.stamp", NULL},
    {"revision.sequence", "-1"},
    {"revision.sequence", "1.5"},
    {"revision.number", NULL},
    {"revision.company", "'가나다'"},
    {"revision.company.name", "{}"},
    {"revision.seats", "{}"},
    {"revision.seats", "[{'expert':{}}]"},
    {"revision.field", "'tax'"},
};

static void what_is_not_whole_or_not_safe_is_refused(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, MAIL_MAX_BYTES);
    assert_int_equal(render("reason", "'why'", &out), OK);
    buf_reset(&out);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (render(bad[i].path, bad[i].value, &out) != ERR_INVALID)
            fail_msg("not refused: %s = %s", bad[i].path, bad[i].value ? bad[i].value : "nothing");
        assert_int_equal(out.len, 0);
    }
    buf_done(&out);
}

static void too_many_seats_are_refused(void **state)
{
    (void)state;
    struct buf out, seats;
    buf_init(&out, MAIL_MAX_BYTES);
    buf_init(&seats, 1 << 16);
    buf_str(&seats, "[{'state':'offered'}");
    for (int i = 1; i < 32; i++)
        buf_str(&seats, ",{'state':'offered'}");
    buf_str(&seats, "]");
    assert_int_equal(render("revision.seats", seats.data, &out), OK);
    seats.data[--seats.len] = '\0';
    buf_str(&seats, ",{'state':'offered'}]");
    buf_reset(&out);
    assert_int_equal(render("revision.seats", seats.data, &out), ERR_INVALID);
    buf_done(&out);
    buf_done(&seats);
}

static void what_asks_invites_or_takes_back_carries_a_calendar(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        bool calendar;
    } rows[] = {
        {"'offer'", true},      {"'invite'", true},    {"'cancel'", true},
        {"'withdrawn'", true},  {"'refused'", true},   {"'update'", true},
        {"'move'", true},       {"'nudge'", false},    {"'counter_declined'", true},
        {"'collision'", false}, {"'declined'", false}, {"'expired'", false},
        {"'reminder'", false},
    };
    struct buf out;
    buf_init(&out, MAIL_MAX_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_reset(&out);
        assert_int_equal(render("kind", rows[i].kind, &out), OK);
        assert_int_equal(strstr(out.data, "text/calendar") != NULL, rows[i].calendar);
        assert_int_equal(strstr(out.data, "multipart/mixed") != NULL, rows[i].calendar);
        assert_int_equal(strstr(out.data, "Content-Class") != NULL, rows[i].calendar);
    }
    buf_done(&out);
}

static void calendars_answer_the_organizer_of_one_reader(void **state)
{
    (void)state;
    static const char own[] = "'panel+abcdefghijklmnopqrstuvwx27@example.kr'";
    struct buf out;
    buf_init(&out, MAIL_MAX_BYTES);
    assert_int_equal(render("reply_to", own, &out), OK);
    assert_non_null(
        strstr(out.data, "<panel+abcdefghijklmnopqrstuvwx27@example.kr>\r\nReply-To: "));
    buf_reset(&out);
    assert_int_equal(render("reply_to", "'panel+a\\r\\nBcc: b@example.kr'", &out), ERR_INVALID);
    assert_int_equal(out.len, 0);
    assert_int_equal(render("alarm_minutes", "-1", &out), ERR_INVALID);
    assert_int_equal(render("alarm_minutes", "'x'", &out), ERR_INVALID);
    buf_done(&out);
}

static void headers_thread_only_when_asked(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, MAIL_MAX_BYTES);
    assert_int_equal(render("thread", "null", &out), OK);
    assert_null(strstr(out.data, "References"));
    buf_reset(&out);
    assert_int_equal(render("thread", "'<44444444-4444-4444-8444-444444444444@example.kr>'", &out),
                     OK);
    assert_non_null(strstr(out.data, "\r\nIn-Reply-To: <44444444-4444-4444-8444-444444444444@"));
    assert_non_null(strstr(out.data, "\r\nReferences: <44444444-4444-4444-8444-444444444444@"));
    buf_done(&out);
}

static void a_short_text_says_when_where_and_the_link_only(void **state)
{
    (void)state;
    const char *title, *text;
    struct arena *a = arena_new();
    json_t *json = with("kind", "'offer'"), *rev = json_object_get(json, "revision");
    json_object_set_new(json, "reason", json_string("비밀 사정"));
    json_object_set_new(json, "respond_by", json_integer(1793444400));
    json_object_set_new(json, "link_url", json_string("https://jamund.example.kr/r/abc"));
    json_object_set_new(rev, "mode", json_string("center"));
    json_object_set_new(rev, "place", json_pack("{s:s}", "ko", "상담실\r\n1"));
    json_object_set_new(rev, "case", json_pack("{s:s, s:s}", "title", "환급", "text", "사연"));
    assert_int_equal(mail_short(a, mail_texts_new(a), json, &title, &text), OK);
    assert_string_equal(title, "[자문 요청] 11월 6일(금) 11:00 심층자문 가나다");
    assert_string_equal(text, "[자문 요청] 11월 6일(금) 11:00 심층자문 가나다\n"
                              "- 일시: 2026년 11월 6일(금) 11:00~12:00 (한국 시간)\n"
                              "- 방식: 센터 방문\n"
                              "- 장소: 상담실\n1\n"
                              "- 회신 기한: 2026년 10월 31일(토) 20:00 (한국 시간)\n"
                              "내용 확인하고 회신하기:\n"
                              "https://jamund.example.kr/r/abc\n");
    json_object_set_new(json, "link_url", json_string("javascript:x"));
    assert_int_equal(mail_short(a, mail_texts_new(a), json, &title, &text), ERR_INVALID);
    json_decref(json);
    arena_free(a);
}

static void a_mail_beyond_its_maximum_is_an_error(void **state)
{
    (void)state;
    struct buf out;
    for (size_t max = 0; max < 8000; max += 97) {
        buf_init(&out, max);
        enum err err = render("reason", "'why'", &out);
        assert_int_equal(err, out.full ? ERR_TOO_LARGE : OK);
        assert_true(out.full || max > 4000);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_whole_or_not_safe_is_refused),
        cmocka_unit_test(too_many_seats_are_refused),
        cmocka_unit_test(what_asks_invites_or_takes_back_carries_a_calendar),
        cmocka_unit_test(calendars_answer_the_organizer_of_one_reader),
        cmocka_unit_test(headers_thread_only_when_asked),
        cmocka_unit_test(a_short_text_says_when_where_and_the_link_only),
        cmocka_unit_test(a_mail_beyond_its_maximum_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
