/* form/mail_texts: the built-in words are right; a file that is not is refused by line. */
#include "form/mail.h"

#include "../../src/form/mail_in.h"
#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena *memory;

static int begin(void **state)
{
    (void)state;
    memory = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

/* The built-in text of a file with one line replaced (NULL: taken out). */
static const char *with_line(const char *file, const char *line, const char *by)
{
    const char *text = NULL, *name, *at;
    for (size_t i = 0; (name = mail_texts_file(i, &text)) && strcmp(name, file) != 0; i++)
        ;
    assert_non_null(name);
    at = strstr(text, line);
    if (!at)
        fail_msg("%s has no %s", file, line);
    const char *after = at + strlen(line) + (by ? 0 : 1);
    return arena_printf(memory, "%.*s%s%s", (int)(at - text), text, by ? by : "", after);
}

static void the_built_in_words_are_right(void **state)
{
    (void)state;
    struct mail_texts *t = mail_texts_new(memory);
    const char *name, *text;
    struct mail_text_problem p = {0};
    size_t n = 0;
    assert_non_null(t);
    for (; (name = mail_texts_file(n, &text)); n++)
        if (!mail_texts_put(t, name, text, strlen(text), &p))
            fail_msg("%s:%d: %s", name, p.line, p.what);
    assert_int_equal(n, mail_kind_count + 1);
}

static void what_is_wrong_is_named_by_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *file, *line, *by;
        int at;
        const char *what;
    } rows[] = {
        {"offer.txt", "[ko.lead]", "[ko.laed]", 5, "there is no section [ko.laed]"},
        {"offer.txt", "[ko.lead]", "[ko.greeting]", 5, "there is no section [ko.greeting]"},
        {"offer.txt", "[ko.lead]", "[jp.lead]", 5, "there is no section [jp.lead]"},
        {"offer.txt", "[ko.lead]", "[ko.tag]", 5, "[ko.tag] is there twice"},
        {"offer.txt", "[ko.lead]", "ko.lead", 5, "[ko.tag] is one line"},
        {"offer.txt", "[ko.tag]\n자문 요청", NULL, 0, "[ko.tag] is missing"},
        {"offer.txt", "자문 요청\n", "", 3, "[ko.tag] is empty"},
        {"offer.txt", "[ko.tag]", "안녕\n[ko.tag]", 2, "text before the first section"},
        {"offer.txt", "자문 요청\n", "{{nmae}} 요청\n", 3, "there is no placeholder {{nmae}} here"},
        {"offer.txt", "[en.lead]\n", "[en.lead]\nDear\n{{compny}}\n", 17,
         "there is no placeholder {{compny}} here"},
        {"offer.txt", "자문 요청\n", "{{#reason}}요청\n", 3, "is not closed: reason"},
        {"offer.txt", "자문 요청\n", "{{reason}요청\n", 3, "{{ and }} do not match"},
        {"offer.txt", "자문 요청\n", "reason}} 요청\n", 3, "{{ and }} do not match"},
        {"offer.txt", "자문 요청\n", "{{reason\n", 3, "{{ and }} do not match"},
        {"offer.txt", "자문 요청\n", "자문\v요청\n", 3, "has a control character"},
        {"offer.txt", "자문 요청\n", "자문 요청\rBcc: x@example.kr\n", 3,
         "has a control character"},
        {"offer.txt", "자문 요청\n", "\xc0\x80\n", 0, "is not plain UTF-8"},
        {"uninvite.txt", "참석 취소\n", "{{company}} 취소\n", 3,
         "there is no placeholder {{company}} here"},
        {"invite.txt", "자문 확정\n", "{{respond_by}}\n", 3,
         "there is no placeholder {{respond_by}} here"},
        {"common.txt", "일시\n", "{{title}}\n", 9, "there is no placeholder {{title}} here"},
        {"ofer.txt", NULL, NULL, 0, "there is no such template"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mail_texts *t = mail_texts_new(memory);
        struct mail_text_problem p = {-1, ""};
        const char *text = rows[i].line ? with_line(rows[i].file, rows[i].line, rows[i].by) : "";
        const char *before = mail_texts_get(t, mail_kinds, MAIL_TAG, KO);
        assert_false(mail_texts_put(t, rows[i].file, text, strlen(text), &p));
        if (strcmp(p.what, rows[i].what) != 0 || (rows[i].at && p.line != rows[i].at))
            fail_msg("%zu: %d: %s", i, p.line, p.what);
        assert_ptr_equal(mail_texts_get(t, mail_kinds, MAIL_TAG, KO), before);
    }
    struct mail_texts *t = mail_texts_new(memory);
    struct mail_text_problem p;
    char *large = arena_alloc(memory, MAIL_TEXT_MAX + 2);
    memset(large, '#', MAIL_TEXT_MAX + 1);
    assert_false(mail_texts_put(t, "offer.txt", large, MAIL_TEXT_MAX + 1, &p));
    assert_false(mail_texts_put(t, "offer.txt", "# a\0b", 5, &p));
}

/* As Windows editors leave them: a mark at the start, CR LF. */
static void a_file_from_windows_is_the_same(void **state)
{
    (void)state;
    struct mail_texts *t = mail_texts_new(memory);
    struct mail_text_problem p = {0};
    const char *text = with_line("offer.txt", "자문 요청\n", "{{company}} 요청\r\n");
    text = arena_printf(memory, "\xef\xbb\xbf%s\r\n\r\n", text);
    if (!mail_texts_put(t, "offer.txt", text, strlen(text), &p))
        fail_msg("%d: %s", p.line, p.what);
    assert_string_equal(mail_texts_get(t, mail_kinds, MAIL_TAG, KO), "{{company}} 요청");
    assert_string_equal(mail_texts_get(t, mail_kinds, MAIL_BUTTON, EN), "View and answer");
}

static const char message[] =
    "{\"id\":\"33333333-3333-4333-8333-333333333333\",\"kind\":\"offer\",\"created\":1793403600,"
    "\"to\":{\"name\":\"세무-01\",\"email\":\"tax@example.kr\",\"partstat\":\"NEEDS-ACTION\"},"
    "\"viewer\":\"expert\",\"organizer\":{\"name\":\"센터\",\"email\":\"panel@example.kr\"},"
    "\"respond_by\":1793444400,\"host\":\"jamund.example.kr\",\"revision\":{"
    "\"uid\":\"11111111-1111-4111-8111-111111111111@jamund.example.kr\",\"number\":2,"
    "\"sequence\":1,\"created\":1793400000,\"stamp\":1793403600,\"modified\":1793403600,"
    "\"status\":\"tentative\",\"start\":1793930400,\"end\":1793934000,\"zone\":\"Asia/Seoul\","
    "\"mode\":\"visit\",\"company\":{\"name\":\"가나\\r\\nBcc: all@example.kr\"}}}";

static void values_stay_values(void **state)
{
    (void)state;
    struct mail_texts *t = mail_texts_new(memory);
    struct mail_text_problem p;
    struct mail_envelope envelope;
    struct buf out;
    const char *title,
        *text = with_line("offer.txt", "자문 요청\n", "{{company}}|{{to}}|{{organizer}}\n");
    json_t *json = json_loads(message, 0, NULL);
    assert_true(mail_texts_put(t, "offer.txt", text, strlen(text), &p));
    assert_int_equal(mail_short(memory, t, json, &title, &text), OK);
    assert_string_equal(title, "[가나 Bcc: all@example.kr|세무-01|센터] 11월 6일(금) 11:00 "
                               "심층자문 가나 Bcc: all@example.kr");
    buf_init(&out, MAIL_MAX_BYTES);
    assert_int_equal(mail_render(memory, t, json, &out, &envelope), OK);
    *strstr(out.data, "\r\n\r\n") = '\0';
    assert_null(strstr(out.data, "\nBcc"));
    buf_done(&out);

    text = with_line("offer.txt", "[ko.lead]\n",
                     "[ko.lead]\n{{start}}|{{respond_by}}|{{#reason}}사유: "
                     "{{reason}}{{/reason}}|{{title}}\n");
    assert_true(mail_texts_put(t, "offer.txt", text, strlen(text), &p));
    struct mail m = {.kind = mail_kinds, .viewer = "expert"};
    struct revision *r;
    assert_int_equal(revision_from_json(memory, json_object_get(json, "revision"), &r), OK);
    m.revision = r;
    m.organizer.email = "panel@example.kr";
    m.respond_by = 1793444400;
    m.reason = "<b>하나\n둘</b>";
    mail_says_all(memory, t, &m);
    static const char lead[] = "2026년 11월 6일(금) 11:00 (한국 시간)|2026년 10월 31일(토) 20:00 "
                               "(한국 시간)|사유: <b>하나 둘</b>|심층자문 ";
    assert_memory_equal(m.says[MAIL_LEAD][KO], lead, strlen(lead));
    buf_init(&out, MAIL_MAX_BYTES);
    mail_html(&out, &m);
    assert_non_null(strstr(out.data, "사유: &#60;b&#62;하나 둘&#60;/b&#62;"));
    assert_null(strstr(out.data, "<b>"));
    buf_done(&out);
    json_decref(json);
}

static void placeholders_say_what_they_are(void **state)
{
    (void)state;
    const char *name, *what, *files;
    size_t n = 0;
    for (; (name = mail_texts_placeholder(memory, n, &what, &files)); n++) {
        assert_true(*what);
        if (strcmp(name, "respond_by") == 0)
            assert_memory_equal(files, "offer move", 10);
        if (strcmp(name, "to") == 0)
            assert_string_equal(files, "");
        if (strcmp(name, "company") == 0)
            assert_null(strstr(files, "uninvite"));
    }
    assert_true(n >= 8);
}

int main(void)
{
    id_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_built_in_words_are_right, begin, end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named_by_its_line, begin, end),
        cmocka_unit_test_setup_teardown(a_file_from_windows_is_the_same, begin, end),
        cmocka_unit_test_setup_teardown(values_stay_values, begin, end),
        cmocka_unit_test_setup_teardown(placeholders_say_what_they_are, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
