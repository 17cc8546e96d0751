/* form/ical: what is written, and that libical reads the same. */
#include "base/arena.h"
#include "base/utf8.h"
#include "form/clean.h"
#include "form/facts.h"
#include "form/ical.h"
#include "form/ical_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libical/ical.h>

enum { ROUNDS = 2000, OUT_MAX = 1 << 20 };

static struct revision sample(void)
{
    return (struct revision){
        .uid = "11111111-1111-4111-8111-111111111111@jamund.example.kr",
        .zone = "Asia/Seoul",
        .mode = "online",
        .sequence = 3,
        .created = 1793400000,
        .stamp = 1793403600,
        .modified = 1793403601,
        .start = 1793930400,
        .end = 1793934000,
        .status = STATUS_CONFIRMED,
        .field = {{"세무", "Tax"}},
        .place = {{"대구 수성구", "Daegu"}},
        .company = "가나다정밀",
        .online_url = "https://meet.example.kr/a?b=c",
    };
}

static struct ical_audience one(enum ical_method method)
{
    return (struct ical_audience){
        .method = method,
        .organizer = {.name = "센터", .email = "panel@example.kr"},
        .attendee = {.name = "세무-01 전문위원", .email = "tax@example.kr"},
        .partstat = "NEEDS-ACTION",
    };
}

static bool holds(const struct buf *out, const char *line)
{
    return strstr(out->data, line) != NULL;
}

static struct buf event(const struct revision *r, enum ical_method method)
{
    struct buf out;
    struct ical_audience to = one(method);
    buf_init(&out, OUT_MAX);
    ical_event(&out, r, &to);
    return out;
}

static void statuses_look_different_in_a_feed(void **state)
{
    (void)state;
    static const struct {
        enum status status;
        const char *status_line, *transp, *busy, *summary;
    } rows[] = {
        {STATUS_TENTATIVE, "TENTATIVE", "OPAQUE", "TENTATIVE", "[미확정] 심층"},
        {STATUS_CONFIRMED, "CONFIRMED", "OPAQUE", "BUSY", "심층"},
        {STATUS_CANCELLED, "CANCELLED", "TRANSPARENT", "FREE", "[취소] 심층"},
        {STATUS_COMPLETED, "CONFIRMED", "OPAQUE", "BUSY", "심층"},
    };
    struct arena *a = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct revision r = sample();
        r.status = rows[i].status;
        struct buf out = event(&r, ICAL_FEED);
        assert_true(holds(&out, arena_printf(a, "\r\nSTATUS:%s\r\n", rows[i].status_line)));
        assert_true(holds(&out, arena_printf(a, "\r\nTRANSP:%s\r\n", rows[i].transp)));
        assert_true(holds(&out, arena_printf(a, "-BUSYSTATUS:%s\r\n", rows[i].busy)));
        assert_true(holds(&out, arena_printf(a, "\r\nSUMMARY:%s", rows[i].summary)));
        assert_false(holds(&out, "ATTENDEE"));
        buf_done(&out);
    }
    arena_free(a);
}

static void times_are_of_their_zone_or_utc(void **state)
{
    (void)state;
    struct revision r = sample();
    struct buf out = event(&r, ICAL_FEED);
    assert_true(holds(&out, "\r\nDTSTART;TZID=Asia/Seoul:20261106T110000\r\n"));
    assert_true(holds(&out, "\r\nDTEND;TZID=Asia/Seoul:20261106T120000\r\n"));
    assert_true(holds(&out, "\r\nDTSTAMP:20261030T234000Z\r\n"));
    assert_true(holds(&out, "\r\nLAST-MODIFIED:20261030T234001Z\r\n"));
    assert_true(holds(&out, "\r\nSEQUENCE:3\r\n"));
    buf_done(&out);
    r.zone = "America/New_York";
    out = event(&r, ICAL_FEED);
    assert_true(holds(&out, "\r\nDTSTART;TZID=America/New_York:20261105T210000\r\n"));
    buf_done(&out);
    static const char *const none[] = {"UTC", "Nowhere/Nothing", "../etc/passwd"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        r.zone = none[i];
        out = event(&r, ICAL_FEED);
        assert_true(holds(&out, "\r\nDTSTART:20261106T020000Z\r\n"));
        assert_false(holds(&out, "TZID"));
        buf_done(&out);
    }
}

/* RFC 5545 3.3.5: of a time that a clock shows twice the first is meant. */
static void the_second_of_two_equal_times_is_in_utc(void **state)
{
    (void)state;
    static const struct {
        instant start, end; /* New York's clock goes from 02:00 back to 01:00 at 06:00Z */
        const char *line;
    } rows[] = {
        {1793511000, 1793511600, "\r\nDTSTART;TZID=America/New_York:20261101T013000\r\n"},
        {1793514600, 1793515200, "\r\nDTSTART:20261101T063000Z\r\nDTEND:20261101T064000Z\r\n"},
        {1793511000, 1793512800, "\r\nDTSTART:20261101T053000Z\r\nDTEND:20261101T060000Z\r\n"},
        {1793514600, 1793516400, "\r\nDTSTART:20261101T063000Z\r\nDTEND:20261101T070000Z\r\n"},
        {1793516400, 1793520000, "\r\nDTSTART;TZID=America/New_York:20261101T020000\r\n"},
    };
    struct revision r = sample();
    r.zone = "America/New_York";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        r.start = rows[i].start;
        r.end = rows[i].end;
        struct buf out = event(&r, ICAL_FEED);
        assert_true(holds(&out, rows[i].line));
        buf_done(&out);
        struct ical_audience to = one(ICAL_REQUEST);
        buf_init(&out, OUT_MAX);
        assert_int_equal(ical_itip(&out, &r, &to), OK);
        assert_int_equal(holds(&out, "BEGIN:VTIMEZONE"),
                         holds(&out, "DTSTART;TZID=")); /* as used */
        buf_done(&out);
    }
}

static void hidden_members_make_no_line(void **state)
{
    (void)state;
    struct revision r = sample();
    r.place = r.field = (struct words){{NULL, NULL}};
    r.company = r.online_url = r.mode = NULL;
    struct buf out = event(&r, ICAL_FEED);
    assert_true(holds(&out, "\r\nSUMMARY:심층자문\r\n"));
    assert_false(holds(&out, "LOCATION"));
    assert_false(holds(&out, "DESCRIPTION"));
    assert_false(holds(&out, "CATEGORIES"));
    assert_false(holds(&out, "\r\nURL:"));
    buf_done(&out);
}

static void only_what_passes_a_grammar_is_printed_raw(void **state)
{
    (void)state;
    struct revision r = sample();
    struct ical_audience to = one(ICAL_FEED);
    struct buf out;
    buf_init(&out, OUT_MAX);
    r.online_url = "https://meet.example.kr/\r\nX-INJECT:1";
    to.organizer.email = "panel@example.kr\r\nX-INJECT:1";
    ical_event(&out, &r, &to);
    assert_false(holds(&out, "\r\nX-INJECT"));
    assert_false(holds(&out, "\r\nURL:"));
    assert_false(holds(&out, "ORGANIZER"));
    buf_done(&out);
}

static void an_invitation_needs_valid_people(void **state)
{
    (void)state;
    struct revision r = sample(), cancelled = sample();
    cancelled.status = STATUS_CANCELLED;
    struct buf out;
    buf_init(&out, OUT_MAX);
    for (int i = 0; i < 6; i++) {
        struct ical_audience to = one(ICAL_REQUEST);
        if (i == 0)
            to.organizer.email = "panel@example.kr\r\nX:1";
        if (i == 1)
            to.attendee.email = NULL;
        if (i == 2)
            to.partstat = "MAYBE";
        if (i == 3)
            to.partstat = NULL;
        if (i == 4)
            to.method = ICAL_FEED;
        assert_int_equal(ical_itip(&out, i == 5 ? &cancelled : &r, &to), ERR_INVALID);
        assert_int_equal(out.len, 0);
    }
    struct ical_audience to = one(ICAL_REQUEST);
    to.attendee.email = "o'hana/50%=x@example.kr";
    assert_int_equal(ical_itip(&out, &r, &to), OK);
    assert_true(holds(&out, "o'hana%2F50%25%3Dx@"));
    buf_done(&out);
}

static void a_cancel_says_whose_it_is(void **state)
{
    (void)state;
    struct revision r = sample();
    struct buf out = event(&r, ICAL_CANCEL);
    assert_false(holds(&out, "STATUS:CONFIRMED")); /* the others still meet */
    assert_false(holds(&out, "\r\nSTATUS:"));
    assert_false(holds(&out, "LOCATION"));
    assert_false(holds(&out, "\r\nURL:")); /* by which the others meet */
    assert_false(holds(&out, "RSVP"));
    assert_true(holds(&out, "[취소] "));
    buf_done(&out);
    r.status = STATUS_CANCELLED;
    out = event(&r, ICAL_CANCEL);
    assert_true(holds(&out, "\r\nSTATUS:CANCELLED\r\n"));
    buf_done(&out);
}

static void a_declinecounter_says_which_event_and_why_alone(void **state)
{
    (void)state;
    struct revision r = sample();
    struct ical_audience to = one(ICAL_DECLINECOUNTER);
    struct buf out;
    buf_init(&out, OUT_MAX);
    to.comment = "자리, 없음\r\nX-INJECT:1";
    to.alarmed = true;
    assert_int_equal(ical_itip(&out, &r, &to), OK);
    assert_true(holds(&out, "\r\nMETHOD:DECLINECOUNTER\r\n"));
    assert_true(holds(&out, "\r\nCOMMENT:자리\\, 없음\\nX-INJECT:1\r\n"));
    assert_true(holds(&out, "\r\nSEQUENCE:"));
    assert_true(holds(&out, "\r\nDTSTART;TZID="));
    static const char *const never[] = {"STATUS:", "\r\nLOCATION:", "DESCRIPTION:", "TRANSP:",
                                        "URL:",    "RSVP",          "VALARM",       "\r\nX-INJECT"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (holds(&out, never[i]))
            fail_msg("%s", never[i]);
    buf_reset(&out);
    to.comment = NULL;
    assert_int_equal(ical_itip(&out, &r, &to), OK);
    assert_false(holds(&out, "COMMENT"));
    buf_done(&out);
}

static void a_full_buffer_is_told(void **state)
{
    (void)state;
    struct revision r = sample();
    struct ical_audience to = one(ICAL_FEED);
    struct buf out;
    buf_init(&out, 100);
    ical_event(&out, &r, &to);
    assert_true(out.full);
    assert_true(out.len <= 100);
    buf_done(&out);
}

static const char *const pieces[] = {
    "가",
    "똠방각하",
    "a",
    " ",
    "  ",
    "\\",
    "\\n",
    ",",
    ";",
    ":",
    "\"",
    "^",
    "^n",
    "\n",
    "\r\n",
    "\xe2\x80\xa8",
    "\xc2\x85",
    "\x01",
    "\t",
    "😀",
    "=",
    "END:VEVENT",
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
    "e\xcc\x81",
    "%",
    "'",
    "                                                                                          ",
};

/* A sequence of its own, the same in every run. */
static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static char *words(struct arena *a, uint32_t *seed, size_t most)
{
    char *s = arena_strdup(a, "x");
    for (size_t n = 1 + next(seed) % most; n > 0; n--)
        s = arena_printf(a, "%s%s", s, pieces[next(seed) % (sizeof pieces / sizeof *pieces)]);
    return s;
}

static char *cleaned(struct arena *a, const char *s, void (*clean)(struct buf *, const char *))
{
    struct buf out;
    buf_init(&out, OUT_MAX);
    clean(&out, s);
    char *copy = arena_strdup(a, out.data);
    buf_done(&out);
    return copy;
}

/* A value at the end of its line does not end in a blank. */
static char *last(char *s)
{
    for (size_t n = strlen(s); n > 0 && s[n - 1] == ' '; n--)
        s[n - 1] = '\0';
    return s;
}

static void lines_are_short_and_whole(const char *s)
{
    for (const char *end; *s; s = end + 2) {
        end = strstr(s, "\r\n");
        assert_non_null(end);
        size_t len = (size_t)(end - s);
        assert_in_range(len, 1, 75);
        assert_true(utf8_valid(s, len));
        assert_false(end[-1] == ' ');
        assert_null(memchr(s, '\n', len));
        assert_null(memchr(s, '\r', len));
    }
}

static void libical_agrees(struct arena *a, const char *ics, const struct revision *r,
                           const char *name)
{
    icalcomponent *top = icalparser_parse_string(ics);
    assert_non_null(top);
    assert_int_equal(icalcomponent_count_errors(top), 0);
    icalcomponent *e = icalcomponent_get_first_component(top, ICAL_VEVENT_COMPONENT);
    struct buf title;
    buf_init(&title, OUT_MAX);
    buf_str(&title, r->status == STATUS_CANCELLED ? "[취소] " : "");
    facts_title(&title, r, KO);
    assert_string_equal(icalcomponent_get_summary(e), cleaned(a, title.data, clean_line));
    buf_done(&title);
    assert_string_equal(icalcomponent_get_location(e),
                        last(cleaned(a, r->place.in[KO], clean_block)));
    assert_string_equal(icalcomponent_get_uid(e), r->uid);
    assert_int_equal(icalcomponent_get_sequence(e), r->sequence);
    assert_non_null(
        strstr(icalcomponent_get_description(e), last(cleaned(a, r->text, clean_block))));
    icalproperty *who = icalcomponent_get_first_property(e, ICAL_ATTENDEE_PROPERTY);
    icalparameter *cn = icalproperty_get_first_parameter(who, ICAL_CN_PARAMETER);
    if (!strchr(name, '^')) { /* 3.0.16 decodes ^^ only in part */
        char *want = cleaned(a, name, clean_line);
        for (char *c = want; (c = strchr(c, '\\'));)
            *c = '/';
        assert_string_equal(icalparameter_get_cn(cn), want);
    }
    assert_string_equal(icalproperty_get_attendee(who), "mailto:tax@example.kr");
    struct icaltimetype start = icalcomponent_get_dtstart(e);
    assert_int_equal(icaltime_as_timet_with_zone(start, start.zone), r->start);
    assert_null(icalcomponent_get_next_component(top, ICAL_VEVENT_COMPONENT));
    icalcomponent_free(top);
}

static void libical_reads_back_what_was_written(void **state)
{
    (void)state;
    uint32_t seed = 20261123;
    for (int i = 0; i < ROUNDS; i++) {
        struct arena *a = arena_new();
        struct revision r = sample();
        struct ical_audience to = one(i % 2 ? ICAL_REQUEST : ICAL_CANCEL);
        struct buf out, again;
        r.status = i % 2 ? STATUS_CONFIRMED : STATUS_CANCELLED;
        r.company = words(a, &seed, 30);
        r.place.in[KO] = words(a, &seed, 30);
        r.text = words(a, &seed, 90);
        to.attendee.name = words(a, &seed, 8);
        buf_init(&out, OUT_MAX);
        buf_init(&again, OUT_MAX);
        assert_int_equal(ical_itip(&out, &r, &to), OK);
        assert_int_equal(ical_itip(&again, &r, &to), OK);
        assert_string_equal(out.data, again.data);
        lines_are_short_and_whole(out.data);
        libical_agrees(a, out.data, &r, to.attendee.name);
        buf_done(&out);
        buf_done(&again);
        arena_free(a);
    }
    icaltimezone_free_builtin_timezones();
}

static void an_empty_feed_still_holds_its_zone(void **state)
{
    (void)state;
    struct ical_feed_head head = {.name = "일정; 하나, 둘"};
    struct buf out;
    buf_init(&out, OUT_MAX);
    ical_feed_begin(&out, &head);
    ical_feed_end(&out);
    assert_true(holds(&out, "\r\nX-WR-CALNAME:일정\\; 하나\\, 둘\r\n"));
    assert_true(holds(&out, "\r\nTZOFFSETTO:+0900\r\n"));
    assert_true(holds(&out, "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n"));
    assert_false(holds(&out, "METHOD"));
    assert_false(holds(&out, "LAST-MODIFIED"));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_look_different_in_a_feed),
        cmocka_unit_test(times_are_of_their_zone_or_utc),
        cmocka_unit_test(the_second_of_two_equal_times_is_in_utc),
        cmocka_unit_test(hidden_members_make_no_line),
        cmocka_unit_test(only_what_passes_a_grammar_is_printed_raw),
        cmocka_unit_test(an_invitation_needs_valid_people),
        cmocka_unit_test(a_cancel_says_whose_it_is),
        cmocka_unit_test(a_declinecounter_says_which_event_and_why_alone),
        cmocka_unit_test(a_full_buffer_is_told),
        cmocka_unit_test(an_empty_feed_still_holds_its_zone),
        cmocka_unit_test(libical_reads_back_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
