/* form/dav_part: the part of a calendar object that a calendar-data asks for (RFC 4791 9.6). */
#include "base/arena.h"
#include "form/dav_part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ZONE                                                                                       \
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Seoul\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"          \
    "TZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
#define BEGIN "BEGIN:VCALENDAR\r\n"
#define VERSION "VERSION:2.0\r\n"
#define EVENT "BEGIN:VEVENT\r\n"
#define SUMMARY "SUMMARY;LANGUAGE=ko:one and\r\n  more: BEGIN:VEVENT\r\n  and more\r\n"
#define END "END:VEVENT\r\nEND:VCALENDAR\r\n"
#define WHOLE                                                                                      \
    BEGIN VERSION "PRODID:x\r\n" ZONE EVENT "UID:1\r\nDTSTART;TZID=Asia/Seoul:20260604T100000\r\n" \
                  "DTEND;TZID=Asia/Seoul:20260604T110000\r\n" SUMMARY                              \
                  "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n" END
#define DATA(attrs, inside)                                                                        \
    "<c:calendar-query xmlns=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><prop>"            \
    "<c:calendar-data" attrs ">" inside "</c:calendar-data></prop><c:filter><c:comp-filter "       \
    "name=\"VCALENDAR\"/></c:filter></c:calendar-query>"
#define CALENDAR(inside) DATA("", "<c:comp name=\"VCALENDAR\">" inside "</c:comp>")
#define SPAN " start=\"20260601T000000Z\" end=\"20260701T000000Z\"/>"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *part(const char *query)
{
    static const struct dav_item item = {.text = WHOLE, .starts = 1780534800, .ends = 1780538400};
    struct dav_in in;
    struct buf b;
    enum err e = dav_in_parse(arena, query, strlen(query), &in);
    if (e != OK)
        fail_msg("%s: %s", query, in.why);
    buf_init(&b, BUF_MAX_DEFAULT);
    dav_part(&b, &in.data, &item);
    const char *text = arena_strndup(arena, b.data, b.len);
    buf_done(&b);
    return text;
}

static void what_is_not_chosen_is_whole(void **state)
{
    (void)state;
    assert_string_equal(part(DATA("", "")), WHOLE);
    assert_string_equal(part(DATA(" content-type=\"Text/Calendar\" version=\"2.0\"", "")), WHOLE);
    assert_string_equal(part(CALENDAR("")), WHOLE);
    assert_string_equal(part(CALENDAR("<c:allprop/><c:allcomp/>")), WHOLE);
    assert_string_equal(part(DATA("", "<c:limit-recurrence-set" SPAN)), WHOLE);
    assert_string_equal(part(DATA("", "<c:limit-freebusy-set" SPAN)), WHOLE);
}

static void components_and_properties_are_chosen(void **state)
{
    (void)state;
    assert_string_equal(part(CALENDAR("<c:prop name=\"VERSION\"/><c:comp name=\"VEVENT\">"
                                      "<c:prop name=\"summary\"/></c:comp>")),
                        BEGIN VERSION EVENT SUMMARY END);
    assert_string_equal(part(CALENDAR("<c:prop name=\"VERSION\"/><c:comp name=\"VTIMEZONE\"/>")),
                        BEGIN VERSION ZONE "END:VCALENDAR\r\n");
    assert_string_equal(part(CALENDAR("<c:allprop/><c:comp name=\"VEVENT\"><c:prop name=\"UID\"/>"
                                      "<c:allcomp/></c:comp>")),
                        BEGIN VERSION
                        "PRODID:x\r\n" EVENT
                        "UID:1\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n" END);
    assert_string_equal(
        part(CALENDAR("<c:comp name=\"VEVENT\"><c:prop name=\"SUMMARY\" "
                      "novalue=\"yes\"/><c:prop name=\"UID\" novalue=\"no\"/></c:comp>")),
        BEGIN EVENT "UID:1\r\nSUMMARY:\r\n" END);
    assert_string_equal(part(CALENDAR("<c:prop/><c:comp/><c:comp name=\"VTODO\"/>")),
                        BEGIN "END:VCALENDAR\r\n");
}

static void expanded_it_is_in_utc_without_a_zone(void **state)
{
    (void)state;
    assert_string_equal(part(DATA("", "<c:expand" SPAN)),
                        BEGIN VERSION "PRODID:x\r\n" EVENT "UID:1\r\nDTSTART:20260604T010000Z\r\n"
                                      "DTEND:20260604T020000Z\r\n" SUMMARY
                                      "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n" END);
    assert_string_equal(
        part(DATA("",
                  "<c:comp name=\"VCALENDAR\"><c:comp name=\"VTIMEZONE\"/><c:comp "
                  "name=\"VEVENT\"><c:prop name=\"DTSTART\"/></c:comp></c:comp><c:expand" SPAN)),
        BEGIN EVENT "DTSTART:20260604T010000Z\r\n" END);
}

static void what_is_no_part_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        enum err want;
    } no[] = {
        {DATA("", "<c:comp name=\"VEVENT\"/>"), ERR_BAD_REQUEST},
        {DATA("", "<c:comp/>"), ERR_BAD_REQUEST},
        {DATA("", "</c:calendar-data><c:calendar-data>"), ERR_BAD_REQUEST},
        {DATA("", "<c:expand/>"), ERR_BAD_REQUEST},
        {DATA("", "<c:expand start=\"20260601T000000Z\"/>"), ERR_BAD_REQUEST},
        {DATA("", "<c:expand start=\"20260701T000000Z\" end=\"20260601T000000Z\"/>"),
         ERR_BAD_REQUEST},
        {DATA("", "<c:limit-recurrence-set start=\"20260601\" end=\"20260701\"/>"),
         ERR_BAD_REQUEST},
        {DATA(" version=\"1.0\"", ""), ERR_FORBIDDEN},
        {DATA(" content-type=\"application/calendar+json\"", ""), ERR_FORBIDDEN},
    };
    struct dav_in in;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_int_equal(dav_in_parse(arena, no[i].query, strlen(no[i].query), &in), no[i].want);
}

/* As many lines as an event has, as many elements are gone through. */
static enum err parse_parts(size_t n)
{
    struct dav_in in;
    struct buf b;
    buf_init(&b, BUF_MAX_DEFAULT);
    for (size_t i = 2; i < n; i++)
        buf_str(&b, "<c:prop name=\"X-A\"/>");
    const char *query =
        arena_printf(arena, CALENDAR("<c:comp name=\"VEVENT\">%.*s</c:comp>"), (int)b.len, b.data);
    buf_done(&b);
    return dav_in_parse(arena, query, strlen(query), &in);
}

static void a_part_has_a_size(void **state)
{
    (void)state;
    assert_int_equal(parse_parts(DAV_PARTS_MAX), OK);
    assert_int_equal(parse_parts(DAV_PARTS_MAX + 1), ERR_BAD_REQUEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_chosen_is_whole),
        cmocka_unit_test(components_and_properties_are_chosen),
        cmocka_unit_test(expanded_it_is_in_utc_without_a_zone),
        cmocka_unit_test(what_is_no_part_is_refused),
        cmocka_unit_test(a_part_has_a_size),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
