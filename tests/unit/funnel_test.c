/* core/funnel: each count is what rank() would find; each suggestion holds when it is made true. */
#include "core/funnel.h"

#include "panel_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct funnel *funnel_of(struct arena *a, struct panel *p)
{
    p->zone = zone_find("Asia/Seoul");
    panel_seal(a, p);
    return funnel_find(a, p, rank(a, p));
}

static const struct suggestion *find(const struct funnel *f, enum change_code c, const char *value)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->at[i].change == c && strcmp(f->at[i].value, value) == 0)
            return &f->at[i];
    return NULL;
}

static void assert_found(const struct funnel *f, enum change_code c, const char *value, size_t n)
{
    const struct suggestion *s = find(f, c, value);
    if ((s ? s->candidates : 0) != n)
        fail_msg("%s %s: %zu, not %zu", change_code(c), value, s ? s->candidates : 0, n);
}

/* Everybody is there from Thursday on; wanted is Monday to Wednesday. */
static struct panel too_early(struct arena *a, size_t n)
{
    struct panel p = plain_panel(a, n);
    instant nine = p.now + 9 * HOUR;
    for (size_t i = 0; i < n; i++) {
        p.experts[i].weekly[0].weekday = 4; /* and Thursday, Friday, … */
        p.experts[i].weekly[1].weekday = 5;
        p.experts[i].weekly[2].weekday = 6;
    }
    p.request.windows = SPANS(a, {nine, nine + 8 * HOUR}, {nine + DAY, nine + DAY + 8 * HOUR},
                              {nine + 2 * DAY, nine + 2 * DAY + 8 * HOUR});
    return p;
}

static void the_funnel_counts_rule_by_rule(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = too_early(a, 8);
    p.experts[0].skills[0].field = p.experts[1].skills[0].field = "legal";
    p.experts[2].skills[0].level = 1;
    p.request.excluded = WORDS(a, "e03", "e04");
    const struct funnel *f = funnel_of(a, &p);
    assert_int_equal(f->all, 8);
    static const struct {
        enum rule rule;
        size_t left;
    } want[] = {
        {RULE_not_in_field, 6}, {RULE_level, 5}, {RULE_excluded, 3}, {RULE_no_free_slot, 0}};
    assert_int_equal(f->step_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(f->steps[i].rule, want[i].rule);
        assert_int_equal(f->steps[i].left, want[i].left);
    }
    assert_found(f, CHANGE_weekday, "4", 3);
    assert_found(f, CHANGE_weekday, "1", 0); /* it may be on a Monday already */
    assert_found(f, CHANGE_day_more, "", 3); /* Wednesday becomes Thursday, too */
    assert_found(f, CHANGE_min_level, "1", 0);
    const struct suggestion *s = find(f, CHANGE_weekday, "4");
    assert_string_equal(change_en(a, s), "If it may be on a Thursday, too");
    assert_string_equal(change_ko(a, s), "목요일에도 가능하다면");
    arena_free(a);
}

static void with_candidates_nothing_is_suggested(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 3);
    p.experts[0].paused_from = p.now;
    const struct funnel *f = funnel_of(a, &p);
    assert_int_equal(f->step_count, 1);
    assert_int_equal(f->steps[0].left, 2);
    assert_int_equal(f->n, 0);
    arena_free(a);
}

/* Each makes one thing stand against everybody. */

static void spoil_mode(struct arena *a, struct panel *p)
{
    (void)a;
    p->request.mode = "phone";
}

static void spoil_level(struct arena *a, struct panel *p)
{
    (void)a;
    p->request.min_level = 3;
}

static void spoil_language(struct arena *a, struct panel *p)
{
    p->request.languages = WORDS(a, "ko", "vi");
}

static void spoil_district(struct arena *a, struct panel *p)
{
    p->request.district = "gunwi";
    p->experts[0].modes = p->experts[1].modes = WORDS(a, "visit");
}

static void spoil_excluded(struct arena *a, struct panel *p)
{
    p->request.excluded = WORDS(a, "e00", "e01");
}

static void spoil_notice(struct arena *a, struct panel *p)
{
    (void)a;
    p->experts[0].notice = p->experts[1].notice = 30 * 1440;
}

static void spoil_company(struct arena *a, struct panel *p)
{
    p->request.company_full = SPANS(a, {p->now - DAY, p->now + 100 * DAY});
}

static void spoil_day(struct arena *a, struct panel *p)
{
    (void)a;
    p->experts[0].per_day = p->experts[1].per_day = 0;
}

static void spoil_week(struct arena *a, struct panel *p)
{
    (void)a;
    p->experts[0].per_week = p->experts[1].per_week = 0;
}

static void spoil_year(struct arena *a, struct panel *p)
{
    (void)a;
    p->experts[0].hours_per_year = p->experts[1].hours_per_year = 0;
}

static void spoil_deadline(struct arena *a, struct panel *p)
{
    (void)a;
    p->request.deadline = p->now + 8 * HOUR;
}

static void spoil_minutes(struct arena *a, struct panel *p)
{
    instant nine = p->now + 9 * HOUR;
    p->request.windows = SPANS(a, {nine, nine + 40 * MINUTE});
    p->request.minutes = 60;
}

static void spoil_desk(struct arena *a, struct panel *p)
{
    (void)a;
    p->request.desk = true;
    p->request.mode = "online";
}

static void spoil_rest(struct arena *a, struct panel *p)
{
    p->night = 24 * 60;
    for (size_t i = 0; i < 2; i++)
        for (int d = -1; d < 8; d++)
            hold(a, &p->experts[i], p->now + d * DAY + 20 * HOUR, 30);
    p->experts[0].per_week = p->experts[1].per_week = CAP_NONE;
}

/* And the change that helps. */
static const struct {
    void (*spoil)(struct arena *a, struct panel *p);
    enum change_code change;
    const char *value;
} spoilers[] = {
    {spoil_mode, CHANGE_mode, "online"},     {spoil_level, CHANGE_min_level, "2"},
    {spoil_language, CHANGE_language, ""},   {spoil_district, CHANGE_district, ""},
    {spoil_excluded, CHANGE_excluded, ""},   {spoil_notice, CHANGE_notice, ""},
    {spoil_company, CHANGE_company_cap, ""}, {spoil_day, CHANGE_cap_day, ""},
    {spoil_week, CHANGE_cap_week, ""},       {spoil_year, CHANGE_cap_year, ""},
    {spoil_deadline, CHANGE_deadline, ""},   {spoil_minutes, CHANGE_minutes, "30"},
    {spoil_desk, CHANGE_desk, ""},           {spoil_rest, CHANGE_rest, ""},
};

static void each_change_helps_against_its_own_trouble(void **state)
{
    (void)state;
    bool seen[CHANGE_COUNT] = {[CHANGE_weekday] = true, [CHANGE_day_more] = true};
    for (size_t i = 0; i < sizeof spoilers / sizeof *spoilers; i++) {
        struct arena *a = arena_new();
        struct panel p = plain_panel(a, 2);
        spoilers[i].spoil(a, &p);
        const struct funnel *f = funnel_of(a, &p);
        assert_found(f, spoilers[i].change, spoilers[i].value, 2);
        const struct suggestion *s = find(f, spoilers[i].change, spoilers[i].value);
        assert_true(strlen(change_ko(a, s)) > 0 && !strstr(change_en(a, s), "%s"));
        seen[spoilers[i].change] = true;
        arena_free(a);
    }
    for (int c = 0; c < CHANGE_COUNT; c++)
        assert_true(seen[c]);
}

/* Makes a suggestion true by the facts themselves. */
static void make_true(struct panel *p, const struct suggestion *s)
{
    struct request *r = &p->request;
    if (s->windows)
        r->windows = *s->windows;
    switch (s->change) {
    case CHANGE_deadline:
        r->deadline = INSTANT_NEVER;
        break;
    case CHANGE_minutes:
        r->minutes = atoi(s->value);
        break;
    case CHANGE_mode:
        r->mode = s->value;
        break;
    case CHANGE_min_level:
        r->min_level = atoi(s->value);
        break;
    case CHANGE_excluded:
        r->excluded.n = 0;
        break;
    case CHANGE_language:
        r->languages.n = 0;
        break;
    case CHANGE_district:
        r->district = NULL;
        break;
    case CHANGE_desk:
        r->desk = false;
        break;
    case CHANGE_rest:
        p->rest = p->night = 0;
        break;
    case CHANGE_company_cap:
        r->company_full.n = 0;
        break;
    case CHANGE_notice:
    case CHANGE_cap_day:
    case CHANGE_cap_week:
    case CHANGE_cap_year:
        for (size_t i = 0; i < p->expert_count; i++) {
            struct expert *e = &p->experts[i];
            e->notice = s->change == CHANGE_notice ? 0 : e->notice;
            e->per_day = s->change == CHANGE_cap_day ? CAP_NONE : e->per_day;
            e->per_week = s->change == CHANGE_cap_week ? CAP_NONE : e->per_week;
            e->hours_per_year = s->change == CHANGE_cap_year ? CAP_NONE : e->hours_per_year;
        }
        break;
    case CHANGE_weekday:
    case CHANGE_day_more:
    case CHANGE_COUNT:
        break;
    }
}

static void every_suggestion_holds_when_it_is_made_true(void **state)
{
    (void)state;
    int looked_at = 0, empty = 0;
    for (int round = 0; round < 600; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 3);
        p.request.min_level = 1 + draw(3);
        const struct funnel *f = funnel_of(a, &p);
        size_t candidates = rank(a, &p)->candidate_count;
        assert_int_equal(f->step_count ? f->steps[f->step_count - 1].left : f->all, candidates);
        for (size_t i = 0; i < f->n; i++, looked_at++) {
            struct panel q = p;
            q.experts = arena_array(a, struct expert, p.expert_count);
            memcpy(q.experts, p.experts, p.expert_count * sizeof *q.experts);
            make_true(&q, &f->at[i]);
            panel_seal(a, &q);
            assert_int_equal(rank(a, &q)->candidate_count, f->at[i].candidates);
            assert_true(f->at[i].candidates > 0);
        }
        empty += candidates == 0;
        arena_free(a);
    }
    assert_true(empty > 50 && looked_at > 100);
}

static void what_is_looked_at_is_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    enum { MANY = FUNNEL_LOOKS + 1 };
    struct panel p = too_early(a, 1);
    struct expert one = p.experts[0];
    p.experts = arena_array(a, struct expert, MANY);
    for (size_t i = 0; i < MANY; i++) {
        p.experts[i] = one;
        p.experts[i].id = arena_printf(a, "e%05zu", i);
    }
    p.expert_count = MANY;
    const struct funnel *f = funnel_of(a, &p);
    assert_int_equal(f->steps[0].left, 0);
    assert_int_equal(f->n, 0); /* none rather than a wrong number */
    arena_free(a);
}

static void no_suggestion_reaches_further_than_ranking_looks(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 2);
    instant last = p.now + (instant)PANEL_DAYS_MAX * DAY;
    p.request.windows = SPANS(a, {p.now, p.now + HOUR}, {last - HOUR, last});
    const struct funnel *f = funnel_of(a, &p);
    assert_true(f->n > 0);
    for (size_t i = 0; i < f->n; i++)
        if (f->at[i].windows)
            assert_true(f->at[i].windows->at[f->at[i].windows->n - 1].until <= last);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_funnel_counts_rule_by_rule),
        cmocka_unit_test(with_candidates_nothing_is_suggested),
        cmocka_unit_test(each_change_helps_against_its_own_trouble),
        cmocka_unit_test(every_suggestion_holds_when_it_is_made_true),
        cmocka_unit_test(no_suggestion_reaches_further_than_ranking_looks),
        cmocka_unit_test(what_is_looked_at_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
