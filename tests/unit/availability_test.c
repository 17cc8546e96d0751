/* core/availability: weekly rules over days with and without a clock change. */
#include "core/availability.h"

#include "panel_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libical/ical.h>
#include <stdio.h>

static instant utc(int y, int m, int d, int hour)
{
    return (instant)day_from(y, m, d) * DAY + (instant)hour * HOUR;
}

/* An expert who is there from 0 to 24 o'clock every day, in the zone. */
static struct expert always(struct arena *a, const char *zone)
{
    struct expert e = plain_expert(a, "e");
    e.zone = zone_find(zone);
    e.term_from = day_from(1980, 1, 1);
    e.term_until = day_from(2030, 12, 31);
    for (size_t i = 0; i < e.weekly_count; i++)
        e.weekly[i] = (struct weekly){.weekday = (int)i + 1, .from = 0, .until = 1440};
    return e;
}

static instant length(const struct spans *s)
{
    instant sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += s->at[i].until - s->at[i].from;
    return sum;
}

static void whole_days_have_no_seam_over_clock_changes(void **state)
{
    (void)state;
    static const char *const zones[] = {
        "Asia/Seoul",      "America/New_York", "Australia/Lord_Howe",
        "Asia/Kathmandu",  "Pacific/Chatham",  "America/Havana",
        "Atlantic/Azores", "Africa/Cairo",     "Asia/Beirut"};
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 0);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        for (int year = 1986; year < 2029; year++) {
            struct expert e = always(a, zones[i]);
            struct span range = {utc(year, 1, 1, 0), utc(year + 1, 1, 1, 0)};
            struct spans s = availability(a, &p, &e, range);
            assert_int_equal(s.n, 1);
            assert_int_equal(length(&s), range.until - range.from);
        }
    arena_free(a);
}

static void a_window_of_the_day_follows_the_wall_clock(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int y, m, d, from, until, minutes, starts; /* starts: minutes after 00:00 UTC of the day */
    } rows[] = {
        {"America/New_York", 2026, 3, 7, 540, 1080, 540, 14 * 60},
        {"America/New_York", 2026, 3, 8, 540, 1080, 540, 13 * 60},
        {"America/New_York", 2026, 3, 8, 60, 240, 120, 6 * 60},
        {"America/New_York", 2026, 3, 8, 150, 240, 60, 7 * 60},
        {"America/New_York", 2026, 11, 1, 60, 120, 120, 5 * 60},
        {"America/New_York", 2026, 11, 1, 60, 90, 90, 5 * 60},
        {"America/New_York", 2026, 11, 1, 540, 1080, 540, 14 * 60},
        {"Australia/Lord_Howe", 2026, 10, 4, 60, 180, 90, -9 * 60 - 30},
        {"Australia/Lord_Howe", 2026, 4, 5, 60, 180, 150, -10 * 60},
        {"Asia/Seoul", 1987, 5, 10, 60, 240, 120, -8 * 60},
        {"Asia/Seoul", 1988, 10, 9, 60, 240, 240, -9 * 60},
        {"Asia/Kathmandu", 2026, 6, 1, 540, 600, 60, 3 * 60 + 15},
    };
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t day = day_from(rows[i].y, rows[i].m, rows[i].d);
        struct expert e = always(a, rows[i].zone);
        e.weekly_count = 1;
        e.weekly[0] = (struct weekly){
            .weekday = day_weekday(day), .from = rows[i].from, .until = rows[i].until};
        struct span range = {(instant)(day - 2) * DAY, (instant)(day + 2) * DAY};
        struct spans s = availability(a, &p, &e, range);
        assert_int_equal(s.n, 1);
        if (length(&s) != rows[i].minutes * MINUTE ||
            s.at[0].from != (instant)day * DAY + rows[i].starts * MINUTE)
            fail_msg("row %zu: %d minutes at %d", i, (int)(length(&s) / MINUTE),
                     (int)((s.at[0].from - (instant)day * DAY) / MINUTE));
    }
    arena_free(a);
}

/* St. John's set its clocks back at 00:01: the evening before went on for an hour. */
static void an_evening_shown_twice_is_one_window(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 0);
    struct expert e = always(a, "America/St_Johns");
    e.weekly_count = 1;
    e.weekly[0] = (struct weekly){.weekday = 6, .from = 22 * 60, .until = 24 * 60};
    instant midnight = utc(2010, 11, 7, 2) + 30 * MINUTE; /* the first one */
    struct spans s = availability(a, &p, &e, (struct span){midnight, midnight + DAY});
    assert_int_equal(s.n, 1);
    assert_int_equal(s.at[0].from, midnight);
    assert_int_equal(s.at[0].until, midnight + HOUR);
    arena_free(a);
}

/* The days of an RRULE as libical has them; the rules are those of core/availability.h. */
static void rrule_days(const char *rule, int32_t dtstart, int32_t from, bool *on, int days)
{
    int y, m, d;
    day_civil(dtstart, &y, &m, &d);
    char date[20];
    snprintf(date, sizeof date, "%04d%02d%02d", y, m, d);
    icalrecur_iterator *it =
        icalrecur_iterator_new(icalrecurrencetype_from_string(rule), icaltime_from_string(date));
    assert_non_null(it);
    memset(on, 0, (size_t)days * sizeof *on);
    for (;;) {
        struct icaltimetype t = icalrecur_iterator_next(it);
        int32_t day = icaltime_is_null_time(t) ? from + days : day_from(t.year, t.month, t.day);
        if (day >= from + days)
            break;
        on[day - from] = true;
    }
    icalrecur_iterator_free(it);
}

enum { RULE_DAYS = 500 };

static void same_days(const struct weekly *w, const char *rule, int32_t dtstart)
{
    static bool on[RULE_DAYS];
    int32_t from = day_from(2026, 1, 1) - 14;
    rrule_days(rule, dtstart, from, on, RULE_DAYS);
    for (int i = 0; i < RULE_DAYS; i++)
        if (weekly_on(w, from + i) != (on[i] && from + i >= w->first) ||
            weekly_on(w, from + i) != slow_weekly_on(w, from + i))
            fail_msg("%s on day %d", rule, i);
}

static const char *const bydays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

static void every_nth_week_is_the_rrule(void **state)
{
    (void)state;
    char rule[100];
    int32_t new_year = day_from(2026, 1, 1);
    for (int every = 1; every <= 5; every++)
        for (int weekday = 1; weekday <= 7; weekday++)
            for (int32_t first = new_year; first < new_year + 9; first++) {
                struct weekly w = {weekday, 0, 60, every, 0, first, new_year + 450};
                int y, m, d;
                day_civil(w.last, &y, &m, &d);
                snprintf(rule, sizeof rule,
                         "FREQ=WEEKLY;INTERVAL=%d;BYDAY=%s;WKST=MO;UNTIL=%04d%02d%02d", every,
                         bydays[weekday - 1], y, m, d);
                same_days(&w, rule, first - day_weekday(first) + weekday);
            }
}

static void the_nth_weekday_of_a_month_is_the_rrule(void **state)
{
    (void)state;
    char rule[100];
    int32_t new_year = day_from(2026, 1, 1);
    for (int weekday = 1; weekday <= 7; weekday++)
        for (int x = -5; x <= 5; x++)
            for (int y = -5; y <= 5; y++) {
                if (x == 0 || y == 0)
                    continue;
                unsigned nth = WEEKLY_NTH(x) | WEEKLY_NTH(y);
                struct weekly w = {.weekday = weekday, .until = 60, .nth = nth, .first = new_year};
                const char *by = bydays[weekday - 1];
                snprintf(rule, sizeof rule, "FREQ=MONTHLY;BYDAY=%d%s,%d%s", x, by, y, by);
                same_days(&w, rule, new_year);
            }
}

static void a_plain_weekly_rule_is_every_week(void **state)
{
    (void)state;
    struct weekly w = {
        .weekday = 4, .from = 0, .until = 60}; /* the zeros after it: every week for ever */
    for (int32_t day = -20000; day < 40000; day++)
        assert_int_equal(weekly_on(&w, day), day_weekday(day) == 4);
}

static void holidays_terms_and_absences_close_days(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    int32_t monday = day_from(2026, 11, 23), holidays[] = {monday + 3, monday + 1};
    struct expert *e = &p.experts[0];
    p.holidays = holidays;
    p.holiday_count = 2;
    e->term_from = monday + 1;
    e->term_until = monday + 5;
    e->absences = SPANS(a, {p.now + 4 * DAY + 12 * HOUR, p.now + 4 * DAY + 13 * HOUR});
    panel_seal(a, &p);
    struct spans s = availability(a, &p, e, p.request.windows.at[0]);
    assert_int_equal(s.n, 4); /* Wednesday, Friday in two pieces, Saturday */
    assert_int_equal(s.at[0].from, p.now + 2 * DAY + 9 * HOUR);
    assert_int_equal(s.at[1].until, p.now + 4 * DAY + 12 * HOUR);
    assert_int_equal(s.at[3].until, p.now + 5 * DAY + 18 * HOUR);
    struct span term = availability_term(e);
    assert_int_equal(term.from, p.now + 1 * DAY);
    assert_int_equal(term.until, p.now + 6 * DAY);
    arena_free(a);
}

/* Monday a holiday with hours of its own, Tuesday closed, Wednesday as every week. */
static void a_date_of_its_own_replaces_the_week_and_a_holiday(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    int32_t monday = day_from(2026, 11, 23), holidays[] = {monday, monday + 3};
    struct dated dated[] = {{monday + 1, 0, 0},
                            {monday, 13 * 60, 14 * 60},
                            {monday + 4, 0, 24 * 60},
                            {monday, 10 * 60, 11 * 60}};
    struct expert *e = &p.experts[0];
    p.holidays = holidays;
    p.holiday_count = 2;
    e->dated = dated;
    e->dated_count = sizeof dated / sizeof *dated;
    panel_seal(a, &p);
    struct spans s = availability(a, &p, e, (struct span){p.now, p.now + 5 * DAY});
    assert_int_equal(s.n, 4);
    assert_int_equal(s.at[0].from, p.now + 10 * HOUR);
    assert_int_equal(s.at[1].from, p.now + 13 * HOUR);
    assert_int_equal(s.at[2].from, p.now + 2 * DAY + 9 * HOUR);
    assert_int_equal(s.at[3].from, p.now + 4 * DAY);
    assert_int_equal(s.at[3].until, p.now + 5 * DAY);
    arena_free(a);
}

/* The hours of a single date follow its clock as those of a week do: the rows say what is left. */
static void a_date_of_its_own_keeps_to_its_clock(void **state)
{
    (void)state;
    static const struct {
        int m, d, from, until, minutes;
    } rows[] = {{3, 8, 0, 1440, 23 * 60},
                {11, 1, 0, 1440, 25 * 60},
                {3, 8, 120, 180, 0},
                {11, 1, 60, 120, 120}};
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t day = day_from(2026, rows[i].m, rows[i].d);
        struct expert e = always(a, "America/New_York");
        struct dated dated = {day, rows[i].from, rows[i].until};
        e.weekly_count = 0;
        e.dated = &dated;
        e.dated_count = 1;
        struct span range = {(instant)(day - 2) * DAY, (instant)(day + 2) * DAY};
        struct spans s = availability(a, &p, &e, range);
        assert_int_equal(length(&s), rows[i].minutes * MINUTE);
    }
    arena_free(a);
}

static void availability_is_what_a_walk_over_minutes_says(void **state)
{
    (void)state;
    enum { DAYS = 6, MINUTES = DAYS * 24 * 60 };
    static bool in[MINUTES];
    for (int round = 0; round < 150; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 1);
        instant from = p.now - DAY;
        slow_availability(&p, &p.experts[0], from, MINUTES, in);
        struct spans s = availability(a, &p, &p.experts[0], (struct span){from, from + DAYS * DAY});
        for (int i = 0; i < MINUTES; i++) {
            instant t = from + (instant)i * MINUTE;
            if (span_covers(&s, (struct span){t, t + MINUTE}) != in[i] ||
                span_meets(&s, (struct span){t, t + MINUTE}) != in[i])
                fail_msg("round %d, %s, minute %d: %d", round, p.experts[0].zone->name, i, in[i]);
        }
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_days_have_no_seam_over_clock_changes),
        cmocka_unit_test(a_window_of_the_day_follows_the_wall_clock),
        cmocka_unit_test(an_evening_shown_twice_is_one_window),
        cmocka_unit_test(every_nth_week_is_the_rrule),
        cmocka_unit_test(the_nth_weekday_of_a_month_is_the_rrule),
        cmocka_unit_test(a_plain_weekly_rule_is_every_week),
        cmocka_unit_test(holidays_terms_and_absences_close_days),
        cmocka_unit_test(a_date_of_its_own_replaces_the_week_and_a_holiday),
        cmocka_unit_test(a_date_of_its_own_keeps_to_its_clock),
        cmocka_unit_test(availability_is_what_a_walk_over_minutes_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
