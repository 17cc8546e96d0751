/* core/zone and core/day. The C library reads the same files with its own code: it is the referee.
 */
#include "core/day.h"
#include "core/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const char *const names[] = {
    "Africa/Cairo",        "Africa/Casablanca",  "Africa/El_Aaiun",     "Africa/Johannesburg",
    "America/Adak",        "America/Anchorage",  "America/Asuncion",    "America/Caracas",
    "America/Chicago",     "America/Havana",     "America/Los_Angeles", "America/Mexico_City",
    "America/New_York",    "America/Nuuk",       "America/Santiago",    "America/Sao_Paulo",
    "America/St_Johns",    "Antarctica/Troll",   "Asia/Amman",          "Asia/Beirut",
    "Asia/Gaza",           "Asia/Jerusalem",     "Asia/Kathmandu",      "Asia/Kolkata",
    "Asia/Pyongyang",      "Asia/Seoul",         "Asia/Shanghai",       "Asia/Tehran",
    "Asia/Tokyo",          "Atlantic/Azores",    "Australia/Adelaide",  "Australia/Eucla",
    "Australia/Lord_Howe", "Australia/Sydney",   "Europe/Dublin",       "Europe/Kyiv",
    "Europe/Lisbon",       "Europe/London",      "Europe/Moscow",       "Europe/Paris",
    "Pacific/Apia",        "Pacific/Auckland",   "Pacific/Chatham",     "Pacific/Easter",
    "Pacific/Fiji",        "Pacific/Kiritimati", "Pacific/Norfolk",     "UTC",
};

enum { QUARTER = 900 };

static const struct zone *zone_of(const char *name)
{
    const struct zone *z = zone_find(name);
    if (!z)
        fail_msg("no zone %s", name);
    return z;
}

/* "2026-03-08T02:30" on no particular clock, or in UTC */
static int64_t at(const char *text)
{
    int32_t day;
    char date[11] = {0};
    memcpy(date, text, 10);
    assert_true(day_parse(date, &day));
    return (int64_t)day * DAY_SECONDS + atoi(text + 11) * 3600 + atoi(text + 14) * 60;
}

static void days_are_those_of_the_c_library(void **state)
{
    (void)state;
    for (int32_t n = -200000; n < 200000; n += 13) {
        time_t t = (time_t)n * DAY_SECONDS;
        struct tm tm;
        char week[8], text[32];
        int y, m, d;
        int32_t back;
        gmtime_r(&t, &tm);
        day_civil(n, &y, &m, &d);
        assert_int_equal(y, tm.tm_year + 1900);
        assert_int_equal(m, tm.tm_mon + 1);
        assert_int_equal(d, tm.tm_mday);
        assert_int_equal(day_from(y, m, d), n);
        strftime(week, sizeof week, "%u", &tm);
        assert_int_equal(day_weekday(n), atoi(week));
        assert_int_equal(day_of((int64_t)n * DAY_SECONDS + DAY_SECONDS - 1), n);
        snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
        assert_true(day_parse(text, &back));
        assert_int_equal(back, n);
    }
    assert_int_equal(day_week(day_from(2026, 12, 28)), day_week(day_from(2027, 1, 3)));
    assert_int_not_equal(day_week(day_from(2027, 1, 3)), day_week(day_from(2027, 1, 4)));
}

static void a_date_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "2026-2-1",   "2026-02-29",  "2026-13-01",
                                      "2026-00-01", "2026-01-00", "2026-01-01 ", "2026/01/01",
                                      "+026-01-01", "0000-01-01", "2026-04-31",  "2O26-01-01"};
    int32_t n = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(day_parse(bad[i], &n));
    assert_int_equal(n, 7);
    assert_true(day_parse("2028-02-29", &n));
}

static void offsets_between(const struct zone *z, instant from, instant until)
{
    for (instant t = from; t < until; t += 3 * QUARTER) {
        struct tm tm;
        time_t when = (time_t)t;
        localtime_r(&when, &tm);
        if (zone_offset(z, t) != tm.tm_gmtoff)
            fail_msg("%s at %lld: %d, not %ld", z->name, (long long)t, zone_offset(z, t),
                     tm.tm_gmtoff);
    }
}

static void offsets_are_those_of_the_c_library(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv("TZ", names[i], 1);
        tzset();
        offsets_between(zone_of(names[i]), at("1987-01-01T00:00"), at("1989-01-01T00:00"));
        offsets_between(zone_of(names[i]), at("2024-01-01T00:00"), at("2040-01-01T00:00"));
    }
    unsetenv("TZ");
    tzset();
}

/* What the two conversions mean, said by a walk over all quarters of an hour around `local`. */
static void both_ways(const struct zone *z, int64_t local)
{
    instant first = 0, last = 0, skip = 0;
    bool shown = false, ended = false, skipped = false;
    for (instant t = local - 2 * DAY_SECONDS; t < local + 2 * DAY_SECONDS; t += QUARTER) {
        int64_t now = zone_local(z, t), just_before = zone_local(z, t - 1) + 1;
        if (now == local && !shown) {
            first = t;
            shown = true;
        }
        if (just_before == local) {
            last = t;
            ended = true;
        }
        if (just_before <= local && local <= now && just_before < now) {
            skip = t;
            skipped = true;
        }
    }
    assert_true(shown || skipped);
    assert_true(ended || skipped);
    assert_int_equal(zone_utc_first(z, local), shown ? first : skip);
    assert_int_equal(zone_utc_last(z, local), ended ? last : skip);
}

static void local_times_go_back_as_a_walk_says(void **state)
{
    (void)state;
    static const char *const around[] = {
        "1987-05-10T00:00", "1987-10-11T00:00", "1988-05-08T00:00", "1988-10-09T00:00",
        "2026-03-08T00:00", "2026-11-01T00:00", "2026-04-05T00:00", "2026-10-04T00:00",
        "2026-03-29T00:00", "2026-10-25T00:00", "2026-09-06T00:00", "2024-11-03T00:00"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t j = 0; j < sizeof around / sizeof *around; j++)
            for (int q = -5; q < 20; q++)
                both_ways(zone_of(names[i]), at(around[j]) + q * QUARTER);
}

static void windows_shrink_in_spring_and_grow_in_autumn(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *from, *until;
        int minutes;
    } rows[] = {
        {"America/New_York", "2026-03-08T01:00", "2026-03-08T04:00", 120},
        {"America/New_York", "2026-03-08T02:30", "2026-03-08T04:00", 60},
        {"America/New_York", "2026-03-08T01:00", "2026-03-08T02:30", 60},
        {"America/New_York", "2026-03-08T02:10", "2026-03-08T02:50", 0},
        {"America/New_York", "2026-03-08T00:00", "2026-03-09T00:00", 23 * 60},
        {"America/New_York", "2026-11-01T00:30", "2026-11-01T03:00", 210},
        {"America/New_York", "2026-11-01T01:30", "2026-11-01T01:45", 75},
        {"America/New_York", "2026-11-01T00:00", "2026-11-01T01:00", 60},
        {"America/New_York", "2026-11-01T01:00", "2026-11-01T02:00", 120},
        {"America/New_York", "2026-11-01T00:00", "2026-11-02T00:00", 25 * 60},
        {"Australia/Lord_Howe", "2026-04-05T00:00", "2026-04-06T00:00", 24 * 60 + 30},
        {"Australia/Lord_Howe", "2026-10-04T00:00", "2026-10-05T00:00", 24 * 60 - 30},
        {"Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T03:00", 30},
        {"Asia/Seoul", "1987-05-10T00:00", "1987-05-11T00:00", 23 * 60},
        {"Asia/Seoul", "1987-10-11T00:00", "1987-10-12T00:00", 25 * 60},
        {"Asia/Seoul", "1988-05-08T00:00", "1988-05-09T00:00", 23 * 60},
        {"Asia/Seoul", "1988-10-09T00:00", "1988-10-10T00:00", 25 * 60},
        {"Asia/Seoul", "2026-11-23T09:00", "2026-11-23T18:00", 540},
        {"Asia/Kathmandu", "2026-11-23T09:00", "2026-11-23T18:00", 540},
        {"America/Havana", "2024-11-02T00:00", "2024-11-03T00:00", 24 * 60},
        {"America/Havana", "2024-11-03T00:00", "2024-11-04T00:00", 25 * 60},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct zone *z = zone_of(rows[i].zone);
        instant from = zone_utc_first(z, at(rows[i].from)),
                until = zone_utc_last(z, at(rows[i].until));
        if (until - from != rows[i].minutes * 60)
            fail_msg("row %zu: %lld minutes", i, (long long)(until - from) / 60);
    }
}

static void times_are_written_with_their_offset(void **state)
{
    (void)state;
    char out[ZONE_TEXT];
    assert_string_equal(zone_text(zone_of("Asia/Seoul"), at("2026-11-24T00:30"), out),
                        "2026-11-24T09:30:00+09:00");
    assert_string_equal(zone_text(zone_of("America/St_Johns"), at("2026-11-24T00:30"), out),
                        "2026-11-23T21:00:00-03:30");
    assert_string_equal(zone_text(zone_of("Asia/Kathmandu"), 0, out), "1970-01-01T05:30:00+05:30");
}

static void closing_rules_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        bool good;
        const char *when;
        int offset;
    } rows[] = {
        {"KST-9", true, "2050-07-01T00:00", 9 * 3600},
        {"<+0545>-5:45", true, "2050-07-01T00:00", 20700},
        {"EST5EDT,M3.2.0,M11.1.0", true, "2050-07-01T00:00", -4 * 3600},
        {"EST5EDT,M3.2.0,M11.1.0", true, "2050-12-01T00:00", -5 * 3600},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", true, "2050-12-01T00:00", 0},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", true, "2050-07-01T00:00", 3600},
        {"EET-2EEST,J60/0,J300/0", true, "2048-02-29T21:59", 2 * 3600},
        {"EET-2EEST,J60/0,J300/0", true, "2048-02-29T22:00", 3 * 3600},
        {"EET-2EEST,60/0,300/0", true, "2048-02-29T22:00", 3 * 3600},
        {"EET-2EEST,59/0,300/0", true, "2048-02-28T22:00", 3 * 3600},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true, "2050-03-27T00:59", -2 * 3600},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true, "2050-03-27T01:00", -3600},
        {"KS-9", false, NULL, 0},
        {"KST", false, NULL, 0},
        {"KST-25", false, NULL, 0},
        {"KST-9x", false, NULL, 0},
        {"<+09-9", false, NULL, 0},
        {"EST5EDT", false, NULL, 0},
        {"EST5EDT,M3.2.0", false, NULL, 0},
        {"EST5EDT,M13.2.0,M11.1.0", false, NULL, 0},
        {"EST5EDT,M3.6.0,M11.1.0", false, NULL, 0},
        {"EST5EDT,M3.2.7,M11.1.0", false, NULL, 0},
        {"EST5EDT,J0,J10", false, NULL, 0},
        {"EST5EDT,J366,J10", false, NULL, 0},
        {"EST5EDT,M3.2.0/168,M11.1.0", false, NULL, 0},
        {"EST5EDT,M3.2.0,M11.1.0 ", false, NULL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct zone z = {0};
        if (zone_rule_parse(rows[i].rule, &z) != rows[i].good)
            fail_msg("row %zu: %s", i, rows[i].rule);
        if (rows[i].good && zone_offset(&z, at(rows[i].when)) != rows[i].offset)
            fail_msg("row %zu: %d", i, zone_offset(&z, at(rows[i].when)));
    }
}

/* Every damaged copy of a real file is refused or read; under the sanitizers this is the proof. */
static void damaged_files_do_no_harm(void **state)
{
    (void)state;
    static unsigned char whole[ZONE_FILE_MAX];
    FILE *f = fopen("/usr/share/zoneinfo/Australia/Lord_Howe", "rb");
    assert_non_null(f);
    size_t len = fread(whole, 1, sizeof whole, f);
    fclose(f);
    struct arena *a = arena_new();
    struct zone *z = NULL;
    assert_int_equal(zone_parse(a, "x", whole, len, &z), OK);
    z = NULL;
    for (size_t cut = 0; cut + 1 < len; cut++) {
        unsigned char *copy = malloc(cut ? cut : 1);
        memcpy(copy, whole, cut);
        assert_int_equal(zone_parse(a, "x", copy, cut, &z), ERR_INVALID);
        free(copy);
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char *copy = malloc(len);
        memcpy(copy, whole, len);
        copy[i] ^= 0xff;
        if (zone_parse(a, "x", copy, len, &z) == OK)
            zone_offset(z, at("2026-07-01T00:00"));
        free(copy);
    }
    arena_free(a);
}

static void names_never_leave_the_folder(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "../zoneinfo/UTC", "/etc/passwd",  "Asia",     "Asia/Seoul.",
        "asia/seoul", "Asia/Nowhere",    "Asia/Seoul\n", "Mars/Base"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(zone_find(bad[i]));
    assert_ptr_equal(zone_of("Asia/Seoul"), zone_of("Asia/Seoul"));
}

static int forget(void **state)
{
    (void)state;
    zone_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_those_of_the_c_library),
        cmocka_unit_test(a_date_that_is_none_is_refused),
        cmocka_unit_test(offsets_are_those_of_the_c_library),
        cmocka_unit_test(local_times_go_back_as_a_walk_says),
        cmocka_unit_test(windows_shrink_in_spring_and_grow_in_autumn),
        cmocka_unit_test(times_are_written_with_their_offset),
        cmocka_unit_test(closing_rules_are_read),
        cmocka_unit_test(damaged_files_do_no_harm),
        cmocka_unit_test(names_never_leave_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
