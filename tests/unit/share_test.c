/* core/share: each expert's share of the work, and the points of fairness made of it. */
#include "core/share.h"

#include "core/score.h"

#include "panel_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Shares by hand: 100 days, 60 and 120 hours a year, in all 300 minutes of tax. */
static void shares_are_by_capacity_and_by_field(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 4);
    int32_t today = day_from(2026, 11, 23);
    for (size_t i = 0; i < 4; i++)
        p.experts[i].term_from = today - 100;
    struct expert *twice = &p.experts[1], *new = &p.experts[2], *gone = &p.experts[3];
    p.experts[0].skills[0].minutes = 300;
    twice->hours_per_year = 120;
    new->term_from = today;
    gone->term_until = today - 1;
    gone->skills[0].minutes = 9000; /* no longer in office: neither theirs nor anybody's share */
    panel_seal(a, &p);
    assert_int_equal(p.experts[0].share, 100);
    assert_int_equal(twice->share, 200);
    assert_int_equal(new->share, 0);
    assert_int_equal(gone->share, 0);

    twice->away = SPANS(a, {p.now - 60 * DAY, p.now - 10 * DAY}, {p.now - 5 * HOUR, p.now + DAY});
    panel_seal(a, &p); /* half of the time away: both have 60 hours a year for 100 days */
    assert_int_equal(panel_days(twice, p.now), 50);
    assert_int_equal(p.experts[0].share, 150);
    assert_int_equal(twice->share, 150);

    twice->skills = arena_array(a, struct skill, 2);
    twice->skill_count = 2;
    twice->skills[0] = (struct skill){.field = "tax", .level = 2};
    twice->skills[1] = (struct skill){.field = "legal", .level = 1, .minutes = 77};
    panel_seal(a, &p); /* alone in a field: all of its minutes */
    assert_int_equal(twice->share, 150 + 77);
    arena_free(a);
}

static void half_the_points_at_the_share_and_a_new_expert_is_neutral(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 2);
    int half = weights_default.most[PART_fairness] / 2;
    struct expert *e = &p.experts[0];
    e->skills[0].minutes = e->minutes_this_term = 600;
    p.experts[1].skills[0].minutes = p.experts[1].minutes_this_term = 600;
    panel_seal(a, &p);
    assert_int_equal(score(&p, e, p.now).points[PART_fairness], half);
    e->minutes_this_term = 1200 + 150; /* twice, and half a month's capacity */
    assert_int_equal(score(&p, e, p.now).points[PART_fairness], 0);
    e->term_from = day_from(2026, 11, 23); /* came today: nothing to make up for */
    e->minutes_this_term = 0;
    panel_seal(a, &p);
    assert_int_equal(score(&p, e, p.now).points[PART_fairness], half);
    e->hours_per_year = 0; /* gives none: never divided by */
    panel_seal(a, &p);
    assert_int_equal(score(&p, e, p.now).points[PART_fairness], 0);
    arena_free(a);
}

static void no_number_is_too_large_to_share(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 2);
    for (size_t i = 0; i < 2; i++) {
        p.experts[i].term_from = day_from(1, 1, 1);
        p.experts[i].hours_per_year = 366 * 24;
        p.experts[i].skills[0].minutes = p.experts[i].minutes_this_term = PANEL_MINUTES_MAX;
        p.experts[i].answers = (struct answers){PANEL_ANSWERS_MAX, PANEL_ANSWERS_MAX,
                                                PANEL_ANSWERS_MAX, PANEL_ANSWERS_MAX};
    }
    panel_seal(a, &p);
    assert_int_equal(p.experts[0].share, PANEL_MINUTES_MAX);
    assert_int_equal(score(&p, &p.experts[0], p.now).points[PART_fairness],
                     weights_default.most[PART_fairness] / 2);
    arena_free(a);
}

/* Whatever the panel, what falls to all is what all have served, but for the rounding. */
static void shares_sum_to_the_work(void **state)
{
    (void)state;
    int looked_at = 0;
    for (int round = 0; round < 200; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 9);
        int64_t due = 0, done = 0, days = 0;
        for (size_t i = 0; i < p.expert_count; i++) {
            const struct expert *e = &p.experts[i];
            int d = panel_days(e, p.now);
            days += d;
            due += e->share;
            done += d > 0 ? e->skills[0].minutes : 0;
        }
        assert_true(due <= done && (days == 0 || done - due <= 9));
        looked_at += days > 0;
        arena_free(a);
    }
    assert_true(looked_at > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_by_capacity_and_by_field),
        cmocka_unit_test(half_the_points_at_the_share_and_a_new_expert_is_neutral),
        cmocka_unit_test(no_number_is_too_large_to_share),
        cmocka_unit_test(shares_sum_to_the_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
