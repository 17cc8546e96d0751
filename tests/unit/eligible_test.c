/* core/eligible: each hard rule alone keeps an expert out, and is the reason given. */
#include "core/eligible.h"

#include "core/rank.h"
#include "panel_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Each spoils the plain panel for its expert by one rule and no other. */
typedef void spoil_fn(struct arena *a, struct panel *p, struct expert *e);

static void not_in_field(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->skills[0].field = "legal";
}

static void level(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->skills[0].level = 1;
}

static void term_over(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->term_until = day_from(2026, 11, 22);
}

static void term_not_begun(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->term_from = day_from(2026, 11, 30);
}

static void paused(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a;
    e->paused_from = p->now;
}

static void conflict_company(struct arena *a, struct panel *p, struct expert *e)
{
    (void)p;
    e->conflict_companies = WORDS(a, "111-11-11111", "124-81-00998");
}

static void conflict_affiliation(struct arena *a, struct panel *p, struct expert *e)
{
    (void)p;
    e->conflict_names = WORDS(a, "어느대학", "가나그룹");
}

static void excluded(struct arena *a, struct panel *p, struct expert *e)
{
    p->request.excluded = WORDS(a, "someone", e->id);
}

static void seated(struct arena *a, struct panel *p, struct expert *e)
{
    p->request.seated = WORDS(a, "someone", e->id);
}

static void mode(struct arena *a, struct panel *p, struct expert *e)
{
    (void)p;
    e->modes = WORDS(a, "online", "phone");
}

static void district(struct arena *a, struct panel *p, struct expert *e)
{
    (void)p;
    e->districts = WORDS(a, "jung", "dong");
}

static void language(struct arena *a, struct panel *p, struct expert *e)
{
    p->request.languages = WORDS(a, "ko", "en");
    e->languages = WORDS(a, "ko", "zh");
}

static void always_busy(struct arena *a, struct panel *p, struct expert *e)
{
    e->busy = SPANS(a, {p->now, p->now + 7 * DAY});
}

static void never_there(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->weekly_count = 0;
}

static void notice(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->notice = 7 * 1440;
}

static void company_cap(struct arena *a, struct panel *p, struct expert *e)
{
    (void)e;
    p->request.company_full = SPANS(a, {p->now - 100 * DAY, p->now + 100 * DAY});
}

static void visit(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)e;
    p->request.visit = p->now + 7 * MINUTE;
}

static void on_duty(struct arena *a, struct panel *p, struct expert *e)
{
    e->duties = SPANS(a, {p->now, p->now + 7 * DAY});
}

static void off_duty(struct arena *a, struct panel *p, struct expert *e)
{
    e->duties = SPANS(a, {p->now + 10 * HOUR + MINUTE, p->now + 11 * HOUR});
    p->request.desk = true;
}

static void cooling_off(struct arena *a, struct panel *p, struct expert *e)
{
    p->request.company = "124-81-00998";
    e->ended = arena_new_of(a, struct ended);
    *e->ended = (struct ended){"124-81-00998", p->now + 7 * DAY};
    e->ended_count = 1;
}

static void rest(struct arena *a, struct panel *p, struct expert *e)
{
    e->per_day = e->per_week = CAP_NONE;
    p->rest = 9 * 60;
    for (int d = 0; d < 7; d++)
        hold(a, e, p->now + d * DAY + 8 * HOUR, 60);
}

static void night(struct arena *a, struct panel *p, struct expert *e)
{
    e->per_day = e->per_week = CAP_NONE;
    p->night = 24 * 60;
    for (int d = -1; d < 8; d++)
        hold(a, e, p->now + d * DAY + 20 * HOUR, 30);
}

static void cap_day(struct arena *a, struct panel *p, struct expert *e)
{
    e->per_day = 1;
    e->per_week = 8;
    for (int d = 0; d < 7; d++)
        hold(a, e, p->now + d * DAY + 20 * HOUR, 30);
}

static void cap_week(struct arena *a, struct panel *p, struct expert *e)
{
    e->per_week = 2;
    hold(a, e, p->now + 1 * DAY + 20 * HOUR, 30);
    hold(a, e, p->now + 6 * DAY + 23 * HOUR, 30);
}

static void cap_year(struct arena *a, struct panel *p, struct expert *e)
{
    (void)p;
    served(a, e, 2026, 59 * 60 + 1);
}

static const struct {
    enum rule rule;
    spoil_fn *spoil;
} spoils[] = {
    {RULE_not_in_field, not_in_field},
    {RULE_level, level},
    {RULE_term_over, term_over},
    {RULE_term_over, term_not_begun},
    {RULE_paused, paused},
    {RULE_conflict_company, conflict_company},
    {RULE_conflict_affiliation, conflict_affiliation},
    {RULE_excluded, excluded},
    {RULE_seated, seated},
    {RULE_mode, mode},
    {RULE_district, district},
    {RULE_language, language},
    {RULE_no_free_slot, always_busy},
    {RULE_no_free_slot, never_there},
    {RULE_notice, notice},
    {RULE_visit, visit},
    {RULE_on_duty, on_duty},
    {RULE_off_duty, off_duty},
    {RULE_cooling_off, cooling_off},
    {RULE_rest, rest},
    {RULE_rest, night},
    {RULE_company_cap, company_cap},
    {RULE_cap_day, cap_day},
    {RULE_cap_week, cap_week},
    {RULE_cap_year, cap_year},
};

enum { SPOILS = sizeof spoils / sizeof *spoils };

static enum rule reason(const struct ranking *r)
{
    assert_int_equal(r->candidate_count + r->ineligible_count, 1);
    return r->ineligible_count ? r->ineligible[0].rule : RULE_none;
}

static void everybody_may_serve_the_plain_request(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 5);
    panel_seal(a, &p);
    assert_int_equal(rank(a, &p)->candidate_count, 5);
    arena_free(a);
}

static void each_rule_alone_is_the_reason_given(void **state)
{
    (void)state;
    bool seen[RULE_COUNT] = {[RULE_none] = true};
    for (int i = 0; i < SPOILS; i++) {
        struct arena *a = arena_new();
        struct panel p = plain_panel(a, 1);
        spoils[i].spoil(a, &p, &p.experts[0]);
        panel_seal(a, &p);
        if (reason(rank(a, &p)) != spoils[i].rule)
            fail_msg("row %d", i);
        seen[spoils[i].rule] = true;
        arena_free(a);
    }
    for (int r = 0; r < RULE_COUNT; r++)
        assert_true(seen[r]);
}

/* Two spoils that write the same fact cannot both hold. */
static bool clash(enum rule x, enum rule y)
{
    return x == y || (x == RULE_not_in_field && y == RULE_level) ||
           (x == RULE_conflict_company && y == RULE_conflict_affiliation) ||
           (x == RULE_no_free_slot && y == RULE_on_duty);
}

/* TIMED rules sieve starts, so which of two is the reason is another question, asked below. */
static void the_first_rule_of_the_table_is_the_reason(void **state)
{
    (void)state;
    for (int i = 0; i < SPOILS; i++)
        for (int j = 0; j < SPOILS; j++) {
            enum rule x = spoils[i].rule, y = spoils[j].rule;
            if (clash(x, y) || x >= y || x > RULE_no_free_slot)
                continue;
            struct arena *a = arena_new();
            struct panel p = plain_panel(a, 1);
            spoils[i].spoil(a, &p, &p.experts[0]);
            spoils[j].spoil(a, &p, &p.experts[0]);
            panel_seal(a, &p);
            if (reason(rank(a, &p)) != x)
                fail_msg("rows %d, %d", i, j);
            arena_free(a);
        }
}

static void the_reason_is_the_rule_that_takes_the_last_start(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    e->notice = 6 * 1440; /* leaves Sunday */
    e->per_day = 1;
    hold(a, e, p.now + 6 * DAY + 20 * HOUR, 30);
    panel_seal(a, &p);
    assert_int_equal(reason(rank(a, &p)), RULE_cap_day);
    e->per_day = 2;
    e->per_week = 1;
    assert_int_equal(reason(rank(a, &p)), RULE_cap_week);
    e->per_week = 2;
    assert_int_equal(reason(rank(a, &p)), RULE_none);
    arena_free(a);
}

static void a_start_just_as_far_as_the_notice_is_good(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    p.experts[0].notice = 90;
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, &p.experts[0], p.now + 90 * MINUTE), RULE_none);
    assert_int_equal(eligible_start(&p, &p.experts[0], p.now + 90 * MINUTE - 1), RULE_notice);
    arena_free(a);
}

static void a_request_without_a_window_is_no_matter_of_the_term(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    p.request.windows.n = 0;
    panel_seal(a, &p);
    assert_int_equal(reason(rank(a, &p)), RULE_no_free_slot);
    arena_free(a);
}

static void a_cap_of_hours_may_be_used_up(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    struct year_load years[] = {{2026, 59 * 60}};
    e->years = years;
    e->year_count = 1;
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, p.now + 10 * HOUR), RULE_none);
    years[0].minutes++;
    assert_int_equal(eligible_start(&p, e, p.now + 10 * HOUR), RULE_cap_year);
    arena_free(a);
}

static void a_visit_is_accompanied_at_its_start(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    instant start = p.now + 10 * HOUR + 7 * MINUTE;
    p.request.visit = start;
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, start), RULE_none);
    assert_int_equal(eligible_start(&p, e, start + 1), RULE_visit);
    assert_int_equal(eligible_start(&p, e, start - 1), RULE_visit);
    arena_free(a);
}

static void desk_duty_is_for_walk_ins_and_they_are_for_it(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    instant from = p.now + 10 * HOUR, until = p.now + 12 * HOUR;
    e->duties = SPANS(a, {from, until - HOUR}, {until - HOUR, until}); /* they touch: one */
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, from - HOUR), RULE_none);
    assert_int_equal(eligible_start(&p, e, from - HOUR + 1), RULE_on_duty);
    assert_int_equal(eligible_start(&p, e, until - 1), RULE_on_duty);
    assert_int_equal(eligible_start(&p, e, until), RULE_none);
    p.request.desk = true;
    assert_int_equal(eligible_start(&p, e, from - 1), RULE_off_duty);
    assert_int_equal(eligible_start(&p, e, from), RULE_none);
    assert_int_equal(eligible_start(&p, e, from + HOUR / 2), RULE_none);
    assert_int_equal(eligible_start(&p, e, until - HOUR), RULE_none);
    assert_int_equal(eligible_start(&p, e, until - HOUR + 1), RULE_off_duty);
    arena_free(a);
}

static void the_cooling_off_ends_at_its_instant(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    instant end = p.now + 10 * HOUR;
    struct ended ended[] = {{"가나", end - HOUR}, {"가나", end}, {"다라", end + DAY}};
    e->ended = ended;
    e->ended_count = 3;
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, end - 1), RULE_none); /* with other companies */
    p.request.company_names = WORDS(a, "가", "가나");
    assert_int_equal(eligible_start(&p, e, end - 1), RULE_cooling_off);
    assert_int_equal(eligible_start(&p, e, end), RULE_none);
    p.request.company = "다라";
    assert_int_equal(eligible_start(&p, e, end + DAY - 1), RULE_cooling_off);
    assert_int_equal(eligible_start(&p, e, end + DAY), RULE_none);
    arena_free(a);
}

static void rest_lies_between_the_buffers_of_two_meetings(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    instant noon = p.now + 12 * HOUR;
    hold(a, e, noon, 60);
    e->before = 10;
    e->after = 5;
    p.rest = 45; /* so an hour from end to start */
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, noon + 2 * HOUR), RULE_none);
    assert_int_equal(eligible_start(&p, e, noon + 2 * HOUR - 1), RULE_rest);
    assert_int_equal(eligible_start(&p, e, noon - 2 * HOUR), RULE_none);
    assert_int_equal(eligible_start(&p, e, noon - 2 * HOUR + 1), RULE_rest);
    p.rest = 0; /* buffers alone are no business of this rule */
    assert_int_equal(eligible_start(&p, e, noon + HOUR), RULE_none);
    arena_free(a);
}

static void the_nights_rest_is_between_the_experts_own_days(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    instant midnight = p.now + DAY;
    p.request.minutes = 30;
    p.night = 11 * 60;
    hold(a, e, midnight - 5 * HOUR, 120);
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, midnight + 8 * HOUR), RULE_none);
    assert_int_equal(eligible_start(&p, e, midnight + 8 * HOUR - 1), RULE_rest);
    assert_int_equal(eligible_start(&p, e, midnight - 6 * HOUR), RULE_none); /* the same day */
    assert_int_equal(eligible_start(&p, e, midnight - 1 * HOUR), RULE_none);
    e->zone = zone_find("America/New_York"); /* where it is still the same day */
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, midnight + 6 * HOUR), RULE_none);
    assert_int_equal(eligible_start(&p, e, midnight - 16 * HOUR + 1), RULE_rest);
    arena_free(a);
}

static void what_the_request_does_not_ask_is_no_rule(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    e->languages = WORDS(a, "en");
    e->districts = WORDS(a, "jung");
    e->per_day = e->per_week = e->hours_per_year = CAP_NONE;
    served(a, e, 2026, INT_MAX);
    p.request.languages.n = 0;
    p.request.mode = "online";
    panel_seal(a, &p);
    assert_int_equal(reason(rank(a, &p)), RULE_none);
    p.request.mode = "visit";
    p.request.district = NULL;
    assert_int_equal(reason(rank(a, &p)), RULE_none);
    arena_free(a);
}

static void caps_are_counted_in_the_experts_own_days_weeks_and_years(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    int32_t sunday = day_from(2027, 1, 3); /* of ISO week 2026-W53 */
    instant midnight = (instant)sunday * DAY - 9 * HOUR;
    e->per_day = 1;
    e->per_week = 2;
    e->hours_per_year = 2;
    served(a, e, 2026, 120); /* full */
    hold(a, e, midnight - 30 * MINUTE, 60);
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, midnight), RULE_none);
    assert_int_equal(eligible_start(&p, e, midnight - 1), RULE_cap_day);
    hold(a, e, midnight - 5 * DAY, 60); /* the same week, the year before */
    panel_seal(a, &p);
    assert_int_equal(eligible_start(&p, e, midnight), RULE_cap_week);
    assert_int_equal(eligible_start(&p, e, midnight + DAY), RULE_none);
    assert_int_equal(eligible_start(&p, e, midnight - 3 * DAY - 1), RULE_cap_week);
    e->per_week = 9;
    assert_int_equal(eligible_start(&p, e, midnight - 3 * DAY - 1), RULE_cap_year);
    served(a, e, 2027, 61);
    assert_int_equal(eligible_start(&p, e, midnight + DAY), RULE_cap_year);
    arena_free(a);
}

/* An expert in New York, whose last day of the year is half in Seoul's new one. */
static void a_companys_year_ends_on_the_offices_clock(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    instant new_year = (instant)day_from(2027, 1, 1) * DAY - 9 * HOUR;
    p.now = new_year - 2 * DAY;
    p.experts[0].zone = zone_find("America/New_York");
    p.request.windows = SPANS(a, {new_year - HOUR, new_year + HOUR});
    p.request.company_full = SPANS(a, {new_year - 365 * DAY, new_year});
    panel_seal(a, &p);
    struct ranking *r = rank(a, &p);
    assert_int_equal(reason(r), RULE_none);
    assert_int_equal(r->candidates[0].slots.n, 1);
    assert_int_equal(r->candidates[0].slots.start[0], new_year);
    assert_int_equal(eligible_start(&p, &p.experts[0], new_year - 1), RULE_company_cap);
    p.request.company_full = SPANS(a, {new_year, new_year + 365 * DAY});
    assert_int_equal(eligible_start(&p, &p.experts[0], new_year - 1), RULE_none);
    p.request.company_full = SPANS(a, {new_year - 365 * DAY, new_year + 365 * DAY});
    assert_int_equal(reason(rank(a, &p)), RULE_company_cap);
    arena_free(a);
}

static void every_rule_has_a_sentence_in_both_languages(void **state)
{
    (void)state;
    for (int r = RULE_none + 1; r < RULE_COUNT; r++) {
        assert_true(strlen(rule_row((enum rule)r)->code) > 0);
        assert_true(strlen(rule_row((enum rule)r)->ko) > 0);
        assert_true(strlen(rule_row((enum rule)r)->en) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_may_serve_the_plain_request),
        cmocka_unit_test(each_rule_alone_is_the_reason_given),
        cmocka_unit_test(the_first_rule_of_the_table_is_the_reason),
        cmocka_unit_test(the_reason_is_the_rule_that_takes_the_last_start),
        cmocka_unit_test(a_start_just_as_far_as_the_notice_is_good),
        cmocka_unit_test(a_request_without_a_window_is_no_matter_of_the_term),
        cmocka_unit_test(a_cap_of_hours_may_be_used_up),
        cmocka_unit_test(a_visit_is_accompanied_at_its_start),
        cmocka_unit_test(desk_duty_is_for_walk_ins_and_they_are_for_it),
        cmocka_unit_test(the_cooling_off_ends_at_its_instant),
        cmocka_unit_test(rest_lies_between_the_buffers_of_two_meetings),
        cmocka_unit_test(the_nights_rest_is_between_the_experts_own_days),
        cmocka_unit_test(what_the_request_does_not_ask_is_no_rule),
        cmocka_unit_test(caps_are_counted_in_the_experts_own_days_weeks_and_years),
        cmocka_unit_test(a_companys_year_ends_on_the_offices_clock),
        cmocka_unit_test(every_rule_has_a_sentence_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
