/* form/dav_xml and form/dav_in: what a body asks for, and what is refused before anybody trusts it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/dav_in.h"
#include "form/dav_xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define D "xmlns=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\""
#define QUERY(filter)                                                                              \
    "<c:calendar-query " D "><prop/><c:filter>" filter "</c:filter></c:calendar-query>"
#define EVENT(inside)                                                                              \
    QUERY("<c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\">" inside               \
          "</c:comp-filter></c:comp-filter>")

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

static struct dav_in parsed(const char *text, enum err want)
{
    struct dav_in in;
    enum err e = dav_in_parse(arena, text, strlen(text), &in);
    if (e != want)
        fail_msg("%s: %d, %s", text, (int)e, in.why ? in.why : "no reason");
    assert_true((e == OK) == (in.why == NULL));
    return in;
}

static void a_propfind_names_its_properties(void **state)
{
    (void)state;
    struct dav_in in = parsed("", OK);
    assert_int_equal(in.which, DAV_ALL);
    in = parsed("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<d:propfind xmlns:d=\"DAV:\" "
                "xmlns:x=\"urn:x\">"
                "<d:prop><d:getetag/><x:other/><plain xmlns=\"\"/></d:prop></d:propfind>",
                OK);
    assert_int_equal(in.kind, DAV_PROPFIND);
    assert_int_equal(in.which, DAV_SOME);
    assert_int_equal(in.prop_count, 3);
    assert_string_equal(in.props[0].ns, "DAV:");
    assert_string_equal(in.props[0].name, "getetag");
    assert_string_equal(in.props[1].ns, "urn:x");
    assert_string_equal(in.props[2].ns, "");
    assert_int_equal(parsed("<propfind " D "><propname/></propfind>", OK).which, DAV_NAMES);
    assert_int_equal(parsed("<propfind " D "><allprop/></propfind>", OK).which, DAV_ALL);
    parsed("<propfind " D "/>", ERR_BAD_REQUEST);
    in = parsed("<propertyupdate " D "><set><prop><displayname>x</displayname></prop></set>"
                "<remove><prop><c:calendar-description/></prop></remove></propertyupdate>",
                OK);
    assert_int_equal(in.kind, DAV_PROPPATCH);
    assert_int_equal(in.prop_count, 2);
    parsed("<propertyupdate " D "><set/></propertyupdate>", ERR_BAD_REQUEST);
}

static void reports_are_told_apart(void **state)
{
    (void)state;
    struct dav_in in =
        parsed("<sync-collection " D "><sync-token/><sync-level>1</sync-level><limit>"
               "<nresults>7</nresults></limit><prop><getetag/></prop></sync-collection>",
               OK);
    assert_int_equal(in.kind, DAV_SYNC);
    assert_string_equal(in.token, "");
    assert_string_equal(in.level, "1");
    assert_int_equal(in.limit, 7);
    in = parsed("<sync-collection " D "><prop><getetag/></prop></sync-collection>", OK);
    assert_null(in.token);
    assert_null(in.level);
    parsed("<sync-collection " D "><limit><nresults>0</nresults></limit></sync-collection>",
           ERR_BAD_REQUEST);
    parsed("<sync-collection " D "><limit><nresults>9x</nresults></limit></sync-collection>",
           ERR_BAD_REQUEST);
    in =
        parsed("<c:calendar-multiget " D "><prop><getetag/><c:calendar-data/></prop><href>/a</href>"
               "<href>/b&amp;c</href></c:calendar-multiget>",
               OK);
    assert_int_equal(in.kind, DAV_MULTIGET);
    assert_int_equal(in.href_count, 2);
    assert_string_equal(in.hrefs[1], "/b&c");
    parsed("<c:calendar-multiget " D "><prop/></c:calendar-multiget>", ERR_BAD_REQUEST);
    in = parsed("<c:free-busy-query " D
                "><c:time-range start=\"20260601T000000Z\" end=\"20260608T000000Z\"/>"
                "</c:free-busy-query>",
                OK);
    assert_int_equal(in.until - in.from, 7 * 86400);
    parsed("<c:free-busy-query " D
           "><c:time-range start=\"20260601T000000Z\"/></c:free-busy-query>",
           ERR_BAD_REQUEST);
    parsed("<c:free-busy-query " D "/>", ERR_BAD_REQUEST);
    assert_int_equal(parsed("<expand-property " D "/>", OK).kind, DAV_OTHER);
}

static void a_filter_is_understood_or_refused(void **state)
{
    (void)state;
    struct dav_in in = parsed(EVENT("<c:time-range start=\"20260604T010000Z\"/>"), OK);
    assert_true(in.has_from && !in.has_until && in.from == 1780534800 && !in.nothing);
    in = parsed(EVENT("<c:prop-filter name=\"UID\"><c:text-match "
                      "collation=\"i;octet\">a@b</c:text-match></c:prop-filter>"),
                OK);
    assert_string_equal(in.uid, "a@b");
    assert_true(in.uid_octets);
    assert_false(parsed(QUERY("<c:comp-filter name=\"VCALENDAR\"/>"), OK).nothing);
    assert_false(parsed(EVENT(""), OK).nothing);
    assert_true(parsed(QUERY("<c:comp-filter name=\"VCALENDAR\"><c:comp-filter "
                             "name=\"VTODO\"/></c:comp-filter>"),
                       OK)
                    .nothing);
    assert_true(
        parsed(QUERY("<c:comp-filter name=\"VCALENDAR\"><c:is-not-defined/></c:comp-filter>"), OK)
            .nothing);
    assert_true(parsed(EVENT("<c:is-not-defined/>"), OK).nothing);
    assert_true(parsed(EVENT("<c:prop-filter name=\"UID\"><c:is-not-defined/></c:prop-filter>"), OK)
                    .nothing);

    static const struct {
        const char *text, *precondition;
    } no[] = {
        {QUERY(""), "valid-filter"},
        {QUERY("<c:comp-filter name=\"VEVENT\"/>"), "valid-filter"},
        {EVENT("<c:time-range start=\"20260604\"/>"), "valid-filter"},
        {EVENT("<c:time-range start=\"20260230T000000Z\"/>"), "valid-filter"},
        {EVENT("<c:time-range start=\"20260604T010000Z\" end=\"20260604T010000Z\"/>"),
         "valid-filter"},
        {EVENT("<c:time-range/>"), "valid-filter"},
        {EVENT("<c:prop-filter name=\"SUMMARY\"><c:text-match>x</c:text-match></c:prop-filter>"),
         "supported-filter"},
        {EVENT("<c:comp-filter name=\"VALARM\"/>"), "supported-filter"},
        {EVENT("<c:prop-filter name=\"UID\"><c:text-match "
               "negate-condition=\"yes\">x</c:text-match></c:prop-filter>"),
         "supported-filter"},
        {EVENT("<c:prop-filter name=\"UID\"><c:text-match "
               "collation=\"i;x\">x</c:text-match></c:prop-filter>"),
         "supported-collation"},
    };
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_string_equal(parsed(no[i].text, ERR_FORBIDDEN).precondition.name,
                            no[i].precondition);
    in = parsed("<c:calendar-query " D
                "><prop><c:calendar-data content-type=\"application/calendar+json\"/></prop>"
                "</c:calendar-query>",
                ERR_FORBIDDEN);
    assert_string_equal(in.precondition.name, "supported-calendar-data");
}

static char *nested(size_t depth)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < depth; i++)
        buf_str(&b, "<a>");
    for (size_t i = 0; i < depth; i++)
        buf_str(&b, "</a>");
    char *text = arena_strdup(arena, b.data);
    buf_done(&b);
    return text;
}

static char *repeated(const char *before, const char *piece, size_t n, const char *after)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_str(&b, before);
    for (size_t i = 0; i < n; i++)
        buf_str(&b, piece);
    buf_str(&b, after);
    char *text = arena_strdup(arena, b.data);
    buf_done(&b);
    return text;
}

/* Refused before libxml2 compares each attribute with each, or a name is copied for each element.
 */
static void too_much_of_a_tag(void)
{
    static const char *const hides[] = {"<!-- \" -->", "<!-- ' > < -->", "<![CDATA[<a \"]]>",
                                        "<b c=\">\"/>", "<?p '?>"};
    parsed(repeated("<a", " b=\"\"", DAV_ASSIGNS_MAX + 1, "/>"), ERR_BAD_REQUEST);
    parsed(repeated("<a b=\"", "x", DAV_TAG_MAX, "\"/>"), ERR_BAD_REQUEST);
    parsed(repeated("<a b='", ">", DAV_TAG_MAX, "'/>"), ERR_BAD_REQUEST);
    parsed(repeated("<a b=\"", "=", DAV_TAG_MAX / 2, "\"/>"), OK);
    parsed(repeated("<a xmlns=\"urn:", "x", DAV_NAME_MAX - 3, "\"/>"), ERR_BAD_REQUEST);
    parsed(repeated("<a xmlns=\"urn:", "x", DAV_NAME_MAX - 4, "\"><b/><b/></a>"), OK);
    parsed(repeated("<a", "a", DAV_NAME_MAX, "/>"), ERR_BAD_REQUEST);
    parsed(repeated("<a>", "<!-- -->", DAV_XML_MAX / 8, "</a>"), ERR_BAD_REQUEST);
    for (size_t i = 0; i < sizeof hides / sizeof *hides; i++) {
        char *before = arena_printf(arena, "<a>%s<a", hides[i]);
        parsed(repeated(before, " b", 1, "=\"\"/></a>"), OK);
        /* well-formed but for the same name twice, so only the reason tells */
        struct dav_in in = parsed(repeated(before, " b=\"\"", 9000, "/></a>"), ERR_BAD_REQUEST);
        assert_string_equal(in.why, "The body is too long, or a tag in it.");
    }
}

static void what_is_hostile_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "x",
        "<propfind " D ">",
        "<propfind " D "><allprop></propfind>",
        "<propfind " D "><allprop/></propfind><propfind/>",
        "<p:propfind><p:allprop/></p:propfind>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><propfind " D "><allprop>&x;</allprop></propfind>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><propfind " D "><allprop/></propfind>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1/\">%p;]><propfind " D
        "><allprop/></propfind>",
        "<propfind " D "><allprop>&nbsp;</allprop></propfind>",
        "<propfind " D "><allprop>\xff</allprop></propfind>",
        "<propfind " D "><allprop>&#0;</allprop></propfind>",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        parsed(bad[i], ERR_BAD_REQUEST);
    struct dav_in in;
    assert_int_equal(dav_in_parse(arena, "<\0a/>", 5, &in), ERR_BAD_REQUEST);
    parsed(nested(DAV_DEPTH_MAX + 1), ERR_BAD_REQUEST);
    assert_int_equal(parsed(nested(DAV_DEPTH_MAX), OK).kind, DAV_OTHER);
    parsed(repeated("<a>", "<b/>", DAV_NODES_MAX, "</a>"), ERR_BAD_REQUEST);
    parsed(repeated("<a>", "<b/>", DAV_NODES_MAX - 1, "</a>"), OK);
    parsed(repeated("<a>", "0123456789abcdef", 8192, "</a>"), ERR_BAD_REQUEST);
    parsed(repeated("<propfind " D "><prop>", "<x/>", DAV_PROPS_MAX + 1, "</prop></propfind>"),
           ERR_BAD_REQUEST);
    parsed(repeated("<c:calendar-multiget " D ">", "<href>/a</href>", DAV_HREFS_MAX + 1,
                    "</c:calendar-multiget>"),
           ERR_BAD_REQUEST);
    too_much_of_a_tag();
    /* bytes are UTF-8 whatever they say of themselves */
    parsed("<?xml version=\"1.0\" encoding=\"UTF-16\"?><propfind " D "><allprop/></propfind>", OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_propfind_names_its_properties),
        cmocka_unit_test(reports_are_told_apart),
        cmocka_unit_test(a_filter_is_understood_or_refused),
        cmocka_unit_test(what_is_hostile_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
