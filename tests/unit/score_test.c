/* core/score: each part answers to its own fact alone, and the parts are the score. */
#include "core/score.h"

#include "core/rank.h"
#include "panel_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Each betters one fact of expert e for the request. */
typedef void better_fn(struct arena *a, struct panel *p, struct expert *e);

static void better_level(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->skills[0].level = 3;
}

static void better_topics(struct arena *a, struct panel *p, struct expert *e)
{
    (void)p;
    e->topics = WORDS(a, "부가세", "원천세");
}

static void served_before(struct arena *a, struct panel *p, struct expert *e)
{
    p->request.previous = WORDS(a, "nobody", e->id);
}

static void preferred(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a;
    p->request.preferred = e->id;
}

static void served_last(struct arena *a, struct panel *p, struct expert *e)
{
    p->request.last = WORDS(a, "nobody", e->id);
}

static void served_the_company(struct arena *a, struct panel *p, struct expert *e)
{
    p->request.known = WORDS(a, "nobody", e->id);
}

static void less_used(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->minutes_this_term -= 600;
}

static void more_to_give(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->hours_per_year *= 2;
}

static void never_away(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->away = (struct spans){0};
}

static void longer_in_office(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->term_from -= 100;
}

static void nearer(struct arena *a, struct panel *p, struct expert *e)
{
    (void)p;
    e->districts = WORDS(a, "suseong");
}

static void there_already(struct arena *a, struct panel *p, struct expert *e)
{
    hold(a, e, p->now + 14 * HOUR, 60);
    e->held[0].district = "suseong";
}

static void sooner(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    for (size_t i = 0; i < e->weekly_count; i++)
        e->weekly[i].from = 0;
}

/* From ten on is wished: an hour more, so short that it is on the same point of earliness. */
static void at_the_wished_time(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    for (size_t i = 0; i < e->weekly_count; i++)
        e->weekly[i].until = 11 * 60;
}

static void answers_more(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->answers.accepted += 5;
}

static void says_no_instead_of_nothing(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->answers.declined += e->answers.expired;
    e->answers.expired = 0;
}

static void comes_when_expected(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->answers.no_shows = 0;
}

static void less_missed(struct arena *a, struct panel *p, struct expert *e)
{
    (void)a, (void)p;
    e->skills[0].price -= 50;
}

static const struct {
    enum part_code part;
    better_fn *better;
} betters[] = {
    {PART_field_level, better_level},
    {PART_topics, better_topics},
    {PART_continuity, served_the_company},
    {PART_continuity, served_before},
    {PART_continuity, served_last},
    {PART_continuity, preferred},
    {PART_fairness, less_used},
    {PART_fairness, more_to_give},
    {PART_fairness, never_away},
    {PART_fairness, longer_in_office},
    {PART_place, nearer},
    {PART_place, there_already},
    {PART_earliness, sooner},
    {PART_preference, at_the_wished_time},
    {PART_response, answers_more},
    {PART_response, says_no_instead_of_nothing},
    {PART_response, comes_when_expected},
    {PART_scarcity, less_missed},
};

/* Two equal experts with room for improvement everywhere. */
static struct panel panel_of_two(struct arena *a)
{
    struct panel p = plain_panel(a, 2);
    instant ten = p.now + 10 * HOUR;
    p.request.mode = "center";
    p.request.wished = SPANS(a, {ten, ten + HOUR});
    p.request.trips = arena_array(a, struct trip, 1);
    p.request.trips[p.request.trip_count++] = (struct trip){"suseong", 20};
    for (size_t i = 0; i < 2; i++) {
        struct expert *e = &p.experts[i];
        e->modes = WORDS(a, "center");
        e->districts = WORDS(a, "jung");
        e->minutes_this_term = 1200;
        e->skills[0].minutes = 1200;
        e->skills[0].price = 80;
        e->away = SPANS(a, {p.now - 90 * DAY, p.now - 30 * DAY});
        e->answers = (struct answers){5, 2, 2, 1};
        for (size_t j = 0; j < e->weekly_count; j++)
            e->weekly[j].until = 10 * 60;
    }
    return p;
}

static void each_fact_moves_its_own_part_and_turns_the_order(void **state)
{
    (void)state;
    bool seen[PART_COUNT] = {0};
    for (size_t i = 0; i < sizeof betters / sizeof *betters; i++)
        for (size_t who = 0; who < 2; who++) {
            struct arena *a = arena_new();
            struct panel p = panel_of_two(a);
            betters[i].better(a, &p, &p.experts[who]);
            panel_seal(a, &p);
            struct ranking *r = rank(a, &p);
            assert_int_equal(r->candidate_count, 2);
            assert_ptr_equal(r->candidates[0].expert, &p.experts[who]);
            for (int part = 0; part < PART_COUNT; part++) {
                int up = r->candidates[0].score.points[part];
                int down = r->candidates[1].score.points[part];
                if (part == (int)betters[i].part ? up <= down : up != down)
                    fail_msg("row %zu, part %s: %d, %d", i, part_row((enum part_code)part)->code,
                             up, down);
            }
            seen[betters[i].part] = true;
            arena_free(a);
        }
    for (int part = 0; part < PART_COUNT; part++)
        assert_true(seen[part]);
}

/* The other way round: without its weight, no fact of a part turns anything. */
static void what_weighs_nothing_decides_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof betters / sizeof *betters; i++) {
        struct arena *a = arena_new();
        struct weights w = weights_default;
        struct panel p = panel_of_two(a);
        w.most[betters[i].part] = 0;
        p.weights = &w;
        betters[i].better(a, &p, &p.experts[1]);
        panel_seal(a, &p);
        struct ranking *r = rank(a, &p);
        assert_int_equal(r->candidates[0].score.total, r->candidates[1].score.total);
        assert_int_equal(r->candidates[0].score.points[betters[i].part], 0);
        arena_free(a);
    }
}

static void facts_that_are_not_in_the_score_change_nothing(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = panel_of_two(a);
    struct expert *e = &p.experts[1];
    e->name = "노무-99 전문위원";
    served(a, e, 2026, 300);
    e->per_day = 9;
    e->per_week = 9;
    e->before = e->after = 20;
    e->languages = WORDS(a, "ko", "en");
    e->modes = WORDS(a, "center", "visit");
    e->term_until += 100;
    hold(a, e, p.now + 3 * DAY, 60);
    panel_seal(a, &p);
    struct ranking *r = rank(a, &p);
    for (int part = 0; part < PART_COUNT; part++)
        assert_int_equal(r->candidates[0].score.points[part], r->candidates[1].score.points[part]);
    assert_ptr_equal(r->candidates[0].expert, &p.experts[0]);
    arena_free(a);
}

static void the_parts_sum_to_the_score_within_their_weights(void **state)
{
    (void)state;
    int candidates = 0;
    for (int round = 0; round < 400; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 6);
        struct weights w;
        for (int part = 0; part < PART_COUNT; part++)
            w.most[part] = draw(WEIGHT_MOST + 1);
        p.weights = draw(2) ? &w : NULL;
        struct ranking *r = rank(a, &p);
        for (size_t i = 0; i < r->candidate_count; i++, candidates++) {
            const struct score *s = &r->candidates[i].score;
            int sum = 0;
            for (int part = 0; part < PART_COUNT; part++) {
                struct said said = score_say(a, &p, r->candidates[i].expert,
                                             r->candidates[i].slots.start[0], (enum part_code)part);
                assert_in_range(s->points[part], 0,
                                (p.weights ? &w : &weights_default)->most[part]);
                assert_true(strlen(said.ko) > 0 && strlen(said.en) > 0);
                sum += s->points[part];
            }
            assert_int_equal(sum, s->total);
        }
        arena_free(a);
    }
    assert_true(candidates > 200);
}

static void a_score_is_made_of_its_bounds(void **state)
{
    (void)state;
    int tight = 0;
    for (int round = 0; round < 400; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 6);
        p.request.previous = WORDS(a, "e01");
        struct ranking *r = rank(a, &p);
        for (size_t i = 0; i < r->candidate_count; i++) {
            const struct expert *e = r->candidates[i].expert;
            const struct score *s = &r->candidates[i].score;
            instant first = r->candidates[i].slots.start[0];
            struct score_hint hint = {words_have(&p.request.previous, e->id),
                                      words_have(&e->districts, p.request.district),
                                      words_common(&p.request.topics, &e->topics)};
            int most = score_own(&p, e) + score_rest_most(&p, hint);
            assert_true(s->total <= most);
            assert_int_equal(s->total,
                             score_base(s) + score_trip(&p, e, first) + score_start(&p, first));
            tight += most - s->total < 400;
        }
        arena_free(a);
    }
    assert_true(tight > 100);
}

static void no_time_for_the_way_no_points_for_the_place(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    int most = weights_default.most[PART_place];
    instant ten = p.now + 10 * HOUR;
    p.request.trips = arena_array(a, struct trip, 1);
    p.request.trips[p.request.trip_count++] = (struct trip){"jung", 15};
    hold(a, e, ten + 2 * HOUR, 60);
    panel_seal(a, &p);
    assert_int_equal(score_trip(&p, e, ten), most / 2); /* online, or nobody knows where */
    e->held[0].district = "jung";
    assert_int_equal(score_trip(&p, e, ten), most * (60 + 45) / 120);
    assert_int_equal(score_trip(&p, e, ten + 45 * MINUTE), most * (60 + 45) / 120);
    assert_int_equal(score_trip(&p, e, ten + 46 * MINUTE), 0);
    assert_int_equal(score_trip(&p, e, ten + 3 * HOUR + 14 * MINUTE), 0);
    assert_int_equal(score_trip(&p, e, ten + 3 * HOUR + 15 * MINUTE), most * (60 + 45) / 120);
    assert_int_equal(score_trip(&p, e, ten + DAY), most / 2); /* on another day */
    p.request.trips[0].minutes = 90;
    assert_int_equal(score_trip(&p, e, ten - 4 * HOUR), most / 2);
    arena_free(a);
}

static void the_more_urgent_the_more_a_day_costs(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    panel_seal(a, &p);
    int last = INT_MAX;
    for (int u = URGENCY_NORMAL; u <= URGENCY_URGENT; u++) {
        p.request.urgency = (enum urgency)u;
        int now = score_start(&p, p.now);
        int later = score_start(&p, p.now + 2 * DAY);
        assert_int_equal(now, weights_default.most[PART_earliness]);
        assert_true(later < last);
        last = later;
    }
    assert_int_equal(score_start(&p, p.now + 3 * DAY), 0);
    arena_free(a);
}

static void topics_count_up_to_a_limit(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    p.experts[0].topics = p.request.topics = WORDS(a, "부가세", "원천세", "법인세", "소득세");
    panel_seal(a, &p);
    struct score s = score(&p, &p.experts[0], p.now);
    assert_int_equal(s.points[PART_topics], weights_default.most[PART_topics]);
    assert_string_equal(score_say(a, &p, &p.experts[0], p.now, PART_topics).ko, "겹치는 주제 4개");
    arena_free(a);
}

static struct said say(struct arena *a, const struct panel *p, enum part_code part)
{
    return score_say(a, p, &p->experts[0], p->now + 33 * HOUR, part);
}

static void sentences_carry_the_fact(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    p.experts[0].minutes_this_term = p.experts[0].skills[0].minutes = 95;
    p.experts[0].skills[0].price = 30;
    panel_seal(a, &p);
    assert_string_equal(say(a, &p, PART_field_level).ko, "요청 분야 등급 2");
    assert_string_equal(say(a, &p, PART_topics).en, "1 topic in common");
    assert_string_equal(say(a, &p, PART_fairness).ko, "이번 임기 상담 1시간 35분, 몫은 1시간 35분");
    assert_string_equal(say(a, &p, PART_earliness).en, "First slot after 1 d 9 h");
    assert_string_equal(say(a, &p, PART_response).en,
                        "In this term 0 accepted, 0 declined, 0 unanswered, 0 missed");
    assert_string_equal(say(a, &p, PART_scarcity).ko,
                        "지난 배정안에서 다른 요청에 30점만큼 더 필요");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fact_moves_its_own_part_and_turns_the_order),
        cmocka_unit_test(what_weighs_nothing_decides_nothing),
        cmocka_unit_test(a_score_is_made_of_its_bounds),
        cmocka_unit_test(no_time_for_the_way_no_points_for_the_place),
        cmocka_unit_test(facts_that_are_not_in_the_score_change_nothing),
        cmocka_unit_test(the_parts_sum_to_the_score_within_their_weights),
        cmocka_unit_test(the_more_urgent_the_more_a_day_costs),
        cmocka_unit_test(topics_count_up_to_a_limit),
        cmocka_unit_test(sentences_carry_the_fact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
