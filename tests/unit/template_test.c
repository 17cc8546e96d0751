/* form/template: what is shown, what is escaped, what a check finds. */
#include "base/arena.h"
#include "base/buf.h"
#include "form/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char context_text[] =
    "{\"name\":\"<b>&\\\"'\",\"n\":7,\"yes\":true,\"no\":false,\"null\":null,\"none\":[],"
    "\"empty\":\"\",\"who\":{\"ko\":\"가\",\"en\":\"a\"},\"list\":[{\"x\":1},{\"x\":2,\"n\":8}],"
    "\"words\":[\"a\",\"b\"],\"ctl\":\"a\\r\\n\\tb\\u0007\\u2028가\"}";

static void renders(const char *text, const char *expected, enum template_escape escape)
{
    struct buf out;
    json_t *context = json_loads(context_text, 0, NULL);
    assert_non_null(context);
    buf_init(&out, 4096);
    assert_int_equal(template_render(&out, text, context, escape), OK);
    assert_string_equal(out.data, expected);
    buf_done(&out);
    json_decref(context);
}

static void values_and_sections_are_rendered(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"", ""},
        {"plain { } text", "plain { } text"},
        {"{{name}}", "&lt;b&gt;&amp;&quot;&#39;"},
        {"[{{ n }}]{{missing}}{{null}}", "[7]"},
        {"{{who.ko}}/{{who.en}}/{{who.missing}}/{{n.x}}", "가/a//"},
        {"{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{^no}}!{{/no}}{{^yes}}?{{/yes}}", "y!"},
        {"{{#none}}x{{/none}}{{^none}}-{{/none}}{{#empty}}x{{/empty}}{{^null}}0{{/null}}", "-0"},
        {"{{#list}}{{x}}:{{n}} {{/list}}", "1:7 2:8 "},
        {"{{#words}}{{.}},{{/words}}", "a,b,"},
        {"{{#who}}{{ko}}{{#yes}}{{en}}{{/yes}}{{/who}}", "가a"},
        {"a{{! nothing {{ here }}b", "ab"},
        {"1\n  {{#yes}}\n2\n  {{/yes}}\n3\n", "1\n2\n3\n"},
        {"1\n{{#list}}\n- {{x}}\n{{/list}}\n2", "1\n- 1\n- 2\n2"},
        {"{{#no}}\n{{#list}}{{x}}{{/list}}\n{{/no}}\nend", "end"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        renders(rows[i].text, rows[i].expected, TEMPLATE_HTML);
}

static void text_loses_its_control_characters(void **state)
{
    (void)state;
    renders("{{ctl}}|{{name}}", "a\n\tb가|<b>&\"'", TEMPLATE_TEXT);
}

static void a_full_buffer_is_an_error(void **state)
{
    (void)state;
    struct buf out;
    json_t *context = json_pack("{s:s}", "x", "12345");
    buf_init(&out, 8);
    assert_int_equal(template_render(&out, "{{x}}{{x}}", context, TEMPLATE_HTML), ERR_INTERNAL);
    buf_done(&out);
    json_decref(context);
}

static void a_check_finds_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wrong;
    } rows[] = {
        {"{{name}}{{#list}}{{x}}{{/list}}{{^yes}}{{n}}{{/yes}}", NULL},
        {"{{nmae}}", "is not in the context: nmae"},
        {"{{#no}}{{nmae}}{{/no}}", "is not in the context: nmae"},
        {"{{^yes}}{{nmae}}{{/yes}}", "is not in the context: nmae"},
        {"{{#list}}{{y}}{{/list}}", "is not in the context: y"},
        {"{{who.kr}}", "is not in the context: who.kr"},
        {"{{#maybe}}{{/maybe}}", "is not in the context: maybe"},
        {"{{who}}", "is not a text: who"},
        {"{{#yes}}", "is not closed: yes"},
        {"{{#yes}}{{/no}}", "closes nothing: no"},
        {"{{/yes}}", "closes nothing: yes"},
        {"{{{name}}}", "is not in the context: {name"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena *a = arena_new();
        json_t *sample = json_loads(context_text, 0, NULL);
        const char *wrong = template_check(a, rows[i].text, sample);
        if (rows[i].wrong)
            assert_string_equal(wrong ? wrong : "(nothing)", rows[i].wrong);
        else
            assert_null(wrong);
        json_decref(sample);
        arena_free(a);
    }
}

static void nesting_has_a_limit(void **state)
{
    (void)state;
    struct buf out;
    json_t *context = json_pack("{s:b}", "x", 1);
    buf_init(&out, 4096);
    for (int i = 0; i < TEMPLATE_DEPTH_MAX; i++)
        buf_str(&out, "{{#x}}");
    char text[256];
    memcpy(text, out.data, out.len + 1);
    buf_reset(&out);
    assert_int_equal(template_render(&out, text, context, TEMPLATE_HTML), ERR_INTERNAL);
    buf_done(&out);
    json_decref(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_sections_are_rendered),
        cmocka_unit_test(text_loses_its_control_characters),
        cmocka_unit_test(a_full_buffer_is_an_error),
        cmocka_unit_test(a_check_finds_what_is_wrong),
        cmocka_unit_test(nesting_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
