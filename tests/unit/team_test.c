/* core/team: the best team at every start, against a search through all of them. */
#include "core/team.h"

#include "panel_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { STEPS = 9 * 24 * 12, EXPERTS = 6 }; /* nine days in steps of five minutes */

static const char *const fields[] = {"tax", "legal", "labor"};

static struct expert of_fields(struct arena *a, const char *id, int tax, int legal, int labor)
{
    struct expert e = plain_expert(a, id);
    int level[] = {tax, legal, labor};
    e.skills = arena_array(a, struct skill, 3);
    e.skill_count = 0;
    for (int i = 0; i < 3; i++)
        if (level[i])
            e.skills[e.skill_count++] = (struct skill){.field = fields[i], .level = level[i]};
    return e;
}

static void want(struct panel *p, size_t seats)
{
    for (size_t i = 0; i < seats; i++)
        p->request.seats[i] = (struct wanted){(int)i + 1, fields[i], 2, false};
    p->request.seat_count = seats;
}

static struct panel several(struct arena *a, size_t seats)
{
    struct panel p = random_panel(a, EXPERTS);
    for (size_t i = 0; i < p.expert_count; i++) {
        struct expert *e = &p.experts[i];
        struct expert skilled = of_fields(a, e->id, 1 + draw(3), 1 + draw(3), 1 + draw(3));
        e->skills = skilled.skills;
        e->skill_count = skilled.skill_count;
        if (draw(2)) { /* somebody must be free now and then */
            e->zone = zone_find("Asia/Seoul");
            e->weekly_count = 7;
            for (int d = 0; d < 7; d++)
                e->weekly[d] = (struct weekly){.weekday = d + 1, .from = 0, .until = 1440};
        }
    }
    p.align = 5 * (1 + draw(6) % 3);
    want(&p, seats);
    if (draw(4) == 0)
        p.request.preferred = "e03";
    return p;
}

/* ---- the slow, obvious search ---- */

struct slow {
    const struct panel *p;
    int score[SEATS_MAX][EXPERTS]; /* at one start; -1: not then */
    size_t at[SEATS_MAX];
    struct team best;
};

static int slow_score(const struct panel *p, size_t seat, const struct expert *e, instant t)
{
    struct panel seen = panel_seat(p, seat);
    enum rule rule;
    int64_t local = zone_local(e->zone, t), step = (int64_t)p->align * 60;
    if (local % step != 0 || !slot_bookable(&seen, e, t, &rule))
        return -1;
    return score(&seen, e, t).total;
}

static void slow_fill(struct slow *s, size_t seat, int total)
{
    size_t seats = s->p->request.seat_count;
    if (seat == seats) {
        int order = s->best.n ? s->best.total - total : -1;
        for (size_t i = 0; i < seats && order == 0; i++)
            order = strcmp(s->p->experts[s->at[i]].id, s->best.members[i].expert->id);
        if (order >= 0)
            return;
        s->best.n = seats;
        s->best.total = total;
        for (size_t i = 0; i < seats; i++)
            s->best.members[i] =
                (struct member){(int)i + 1, &s->p->experts[s->at[i]], s->score[i][s->at[i]]};
        return;
    }
    for (s->at[seat] = 0; s->at[seat] < s->p->expert_count; s->at[seat]++) {
        bool twice = s->score[seat][s->at[seat]] < 0;
        for (size_t i = 0; i < seat; i++)
            twice |= s->at[i] == s->at[seat];
        if (!twice)
            slow_fill(s, seat + 1, total + s->score[seat][s->at[seat]]);
    }
}

static int by_total(const void *x, const void *y)
{
    const struct team *p = x, *q = y;
    if (p->total != q->total)
        return p->total > q->total ? -1 : 1;
    return (p->start > q->start) - (p->start < q->start);
}

static size_t slow_teams(const struct panel *p, struct team *ret)
{
    size_t n = 0;
    instant from = p->now / 300 * 300 - DAY;
    for (int i = 0; i < STEPS; i++) {
        struct slow s = {.p = p};
        s.best.start = from + (instant)i * 300;
        for (size_t k = 0; k < p->request.seat_count; k++)
            for (size_t j = 0; j < p->expert_count; j++)
                s.score[k][j] = slow_score(p, k, &p->experts[j], s.best.start);
        slow_fill(&s, 0, 0);
        if (s.best.n)
            ret[n++] = s.best;
    }
    qsort(ret, n, sizeof *ret, by_total);
    return n;
}

static void same_team(const struct team *x, const struct team *y)
{
    assert_int_equal(x->start, y->start);
    assert_int_equal(x->total, y->total);
    assert_int_equal(x->n, y->n);
    int sum = 0;
    for (size_t i = 0; i < x->n; i++) {
        assert_string_equal(x->members[i].expert->id, y->members[i].expert->id);
        assert_int_equal(x->members[i].seat, y->members[i].seat);
        assert_int_equal(x->members[i].score, y->members[i].score);
        sum += x->members[i].score;
    }
    assert_int_equal(sum, x->total);
}

static void teams_are_the_best_of_all_teams(void **state)
{
    (void)state;
    static struct team all[STEPS];
    int found = 0;
    for (int round = 0; round < 300; round++) {
        struct arena *a = arena_new();
        struct panel p = several(a, 1 + (size_t)(round % 3));
        const struct teams *got = teams_find(a, &p);
        size_t n = slow_teams(&p, all);
        assert_int_equal(got->n, n < TEAMS_LISTED ? n : TEAMS_LISTED);
        for (size_t i = 0; i < got->n; i++)
            same_team(&got->at[i], &all[i]);
        found += got->n > 0 && p.request.seat_count > 1;
        arena_free(a);
    }
    assert_true(found > 20);
}

static void the_order_of_the_input_changes_nothing(void **state)
{
    (void)state;
    for (int round = 0; round < 100; round++) {
        struct arena *a = arena_new();
        struct panel p = several(a, 2 + (size_t)(round % 2)), q = p;
        q.experts = arena_array(a, struct expert, EXPERTS);
        memcpy(q.experts, p.experts, EXPERTS * sizeof *q.experts);
        for (size_t i = EXPERTS - 1; i > 0; i--) {
            size_t j = (size_t)draw((int)i + 1);
            struct expert x = q.experts[i];
            q.experts[i] = q.experts[j];
            q.experts[j] = x;
        }
        const struct teams *x = teams_find(a, &p), *y = teams_find(a, &q);
        assert_int_equal(x->n, y->n);
        for (size_t i = 0; i < x->n; i++)
            same_team(&x->at[i], &y->at[i]);
        arena_free(a);
    }
}

static void for_one_seat_it_is_the_first_of_the_ranking(void **state)
{
    (void)state;
    int found = 0;
    for (int round = 0; round < 200; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, EXPERTS);
        p.request.trip_count = 0; /* ranked are first slots: no later one is worth more */
        p.request.wished = (struct spans){0};
        const struct teams *t = teams_find(a, &p);
        const struct ranking *r = rank(a, &p);
        assert_int_equal(t->n > 0, r->candidate_count > 0);
        if (t->n) {
            assert_string_equal(t->at[0].members[0].expert->id, r->candidates[0].expert->id);
            assert_int_equal(t->at[0].start, r->candidates[0].slots.start[0]);
            assert_int_equal(t->at[0].total, r->candidates[0].score.total);
            found++;
        }
        arena_free(a);
    }
    assert_true(found > 20);
}

/* a knows both fields best, but there is nobody else for the second seat. */
static void the_best_team_may_do_without_the_best_of_a_seat(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 3);
    p.experts[0] = of_fields(a, "a", 3, 3, 0);
    p.experts[1] = of_fields(a, "b", 2, 0, 0);
    p.experts[2] = of_fields(a, "c", 3, 1, 0);
    want(&p, 2);
    panel_seal(a, &p);
    const struct teams *t = teams_find(a, &p);
    assert_int_equal(t->n, TEAMS_LISTED);
    assert_string_equal(t->at[0].members[0].expert->id, "c");
    assert_string_equal(t->at[0].members[1].expert->id, "a");
    struct words best = WORDS(a, "a");
    panel_leave_out(a, &p, &best);
    assert_int_equal(teams_find(a, &p)->n, 0);
    arena_free(a);
}

/* A meeting stands on a minute of nobody's grid: its vacant seat is filled there or not at all. */
static void a_vacant_seat_is_filled_at_the_fixed_start(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 3);
    p.request.fixed = p.now + 34 * HOUR + 7 * MINUTE; /* Tuesday 10:07 */
    for (int i = 0; i < 3; i++)
        p.experts[i] = of_fields(a, arena_printf(a, "e%d", i), 3, 3, 0);
    p.experts[0].skills[0].level = 2;
    want(&p, 2);
    p.request.seats[1].held = true;
    p.request.seated = WORDS(a, "e1");
    panel_seal(a, &p);
    const struct teams *t = teams_find(a, &p);
    assert_int_equal(t->n, 1);
    assert_int_equal(t->at[0].start, p.request.fixed);
    assert_int_equal(t->at[0].n, 1);
    assert_int_equal(t->at[0].members[0].seat, 1);
    assert_string_equal(t->at[0].members[0].expert->id, "e2");

    struct panel seen = panel_seat(&p, 0);
    const struct ranking *r = rank(a, &seen);
    assert_int_equal(r->candidate_count, 2);
    assert_int_equal(r->candidates[0].slots.n, 1);
    assert_int_equal(r->ineligible[0].rule, RULE_seated);
    p.experts[2].busy = SPANS(a, {p.request.fixed + HOUR - 1, p.request.fixed + 2 * HOUR});
    assert_string_equal(teams_find(a, &p)->at[0].members[0].expert->id, "e0");
    p.request.fixed = p.now - HOUR; /* it has begun */
    assert_int_equal(teams_find(a, &p)->n, 0);
    arena_free(a);
}

static void no_vacant_seat_no_team(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 3);
    p.request.seats[0].held = true;
    panel_seal(a, &p);
    assert_int_equal(teams_find(a, &p)->n, 0);
    arena_free(a);
}

/* More candidates and starts than are looked at. */
static void what_is_looked_at_is_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 300);
    p.align = 5;
    p.request.windows = SPANS(a, {p.now, p.now + 60 * DAY});
    for (int i = 0; i < 300; i++) {
        p.experts[i] = of_fields(a, arena_printf(a, "e%03d", i), 2 + (i == 299), 2, 2);
        p.experts[i].per_week = p.experts[i].per_day = 100;
        p.experts[i].hours_per_year = CAP_NONE;
    }
    want(&p, 3);
    panel_seal(a, &p);
    const struct teams *t = teams_find(a, &p);
    assert_int_equal(t->n, TEAMS_LISTED);
    assert_string_equal(t->at[0].members[0].expert->id, "e299");
    assert_string_equal(t->at[0].members[1].expert->id, "e000");
    assert_string_equal(t->at[0].members[2].expert->id, "e001");
    arena_free(a);
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
        cmocka_unit_test(teams_are_the_best_of_all_teams),
        cmocka_unit_test(the_order_of_the_input_changes_nothing),
        cmocka_unit_test(for_one_seat_it_is_the_first_of_the_ranking),
        cmocka_unit_test(the_best_team_may_do_without_the_best_of_a_seat),
        cmocka_unit_test(a_vacant_seat_is_filled_at_the_fixed_start),
        cmocka_unit_test(no_vacant_seat_no_team),
        cmocka_unit_test(what_is_looked_at_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
