/* core/slots and core/rank: starts against a brute-force walk over minutes; order and determinism.
 */
#include "core/rank.h"

#include "panel_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { WALK_DAYS = 9, WALK = WALK_DAYS * 24 * 60 };

/* Two lines of minutes from `from` on: where the meeting may be, and where its padding may not. */
struct walk {
    instant from;
    bool open[WALK], busy[WALK];
};

static bool any_at(const struct spans *s, instant t)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->at[i].from < t + MINUTE && t < s->at[i].until)
            return true;
    return false;
}

static void walk_make(const struct panel *p, const struct expert *e, struct walk *w)
{
    const struct request *r = &p->request;
    w->from = p->now - 2 * DAY;
    slow_availability(p, e, w->from, WALK, w->open);
    for (int i = 0; i < WALK; i++) {
        instant t = w->from + (instant)i * MINUTE;
        w->open[i] &= any_at(&r->windows, t) && t > p->now && t < r->deadline &&
                      !any_at(&r->company_busy, t) && !any_at(&r->room_busy, t);
        w->busy[i] = any_at(&e->busy, t);
    }
}

static bool walk_free(const struct panel *p, const struct expert *e, const struct walk *w,
                      int start)
{
    int end = start + p->request.minutes;
    if (start < 0 || end > WALK)
        return false;
    for (int i = start; i < end; i++)
        if (!w->open[i])
            return false;
    for (int i = start - e->before; i < end + e->after; i++)
        if (i >= 0 && i < WALK && w->busy[i])
            return false;
    return true;
}

static struct tm clock_at(const struct expert *e, instant t)
{
    time_t local = (time_t)zone_local(e->zone, t);
    struct tm tm;
    gmtime_r(&local, &tm);
    return tm;
}

/* The local date, ISO week and year as the C library writes them: equal texts, same period. */
struct period {
    char day[16], week[16], year[16];
};

static struct period period_of(const struct expert *e, instant t)
{
    struct period x;
    struct tm tm = clock_at(e, t);
    strftime(x.day, sizeof x.day, "%F", &tm);
    strftime(x.week, sizeof x.week, "%G-%V", &tm);
    strftime(x.year, sizeof x.year, "%Y", &tm);
    return x;
}

/* Minute by minute from the end of one meeting to the start of the other. */
static bool slow_restless(const struct panel *p, const struct expert *e, instant t,
                          const struct span *x)
{
    instant end = t + p->request.minutes * MINUTE, from = x->from < t ? x->until : end;
    instant until = x->from < t ? t : x->from;
    int minutes = 0;
    for (instant i = from; i < until; i += MINUTE)
        minutes++;
    bool same = strcmp(period_of(e, t).day, period_of(e, x->from).day) == 0;
    return (p->rest > 0 && minutes - e->before - e->after < p->rest) ||
           (!same && minutes < p->night);
}

static enum rule slow_rule(const struct panel *p, const struct expert *e, instant t)
{
    int day = 0, week = 0, minutes = p->request.minutes;
    bool restless = false;
    struct period at = period_of(e, t);
    for (size_t i = 0; i < e->year_count; i++)
        minutes += e->years[i].year == atoi(at.year) ? e->years[i].minutes : 0;
    for (size_t i = 0; i < e->held_count; i++) {
        struct span x = e->held[i].span;
        struct period other = period_of(e, x.from);
        restless |= slow_restless(p, e, t, &x);
        day += strcmp(at.day, other.day) == 0;
        week += strcmp(at.week, other.week) == 0;
    }
    if (t - p->now < e->notice * MINUTE)
        return RULE_notice;
    if (p->request.visit && t != p->request.visit)
        return RULE_visit;
    int served = 0;
    for (int i = 0; i < p->request.minutes; i++)
        served += any_at(&e->duties, t + i * MINUTE);
    if (!p->request.desk && served > 0)
        return RULE_on_duty;
    if (p->request.desk && served < p->request.minutes)
        return RULE_off_duty;
    if (e->ended_count && words_have(&p->request.company_names, e->ended[0].key) &&
        t < e->ended[0].until)
        return RULE_cooling_off;
    if (restless)
        return RULE_rest;
    if (any_at(&p->request.company_full, t))
        return RULE_company_cap;
    if (day >= e->per_day)
        return RULE_cap_day;
    if (week >= e->per_week)
        return RULE_cap_week;
    bool over = e->hours_per_year != CAP_NONE && minutes > e->hours_per_year * 60;
    return over ? RULE_cap_year : RULE_none;
}

static bool is_wished(const struct panel *p, instant t)
{
    for (int i = 0; i < p->request.minutes; i++)
        if (!any_at(&p->request.wished, t + (instant)i * MINUTE))
            return false;
    return true;
}

static void slow_list(const struct panel *p, const struct expert *e, const struct walk *w,
                      bool wished, struct slots *list)
{
    for (int i = 0; i < WALK && list->n < SLOTS_LISTED; i++) {
        instant t = w->from + (instant)i * MINUTE;
        struct tm tm = clock_at(e, t);
        if ((tm.tm_hour * 60 + tm.tm_min) % p->align != 0 || tm.tm_sec != 0)
            continue;
        if (!walk_free(p, e, w, i) || is_wished(p, t) != wished)
            continue;
        enum rule rule = slow_rule(p, e, t);
        if (rule == RULE_none)
            list->start[list->n++] = t;
        else if (rule > list->against)
            list->against = rule;
    }
}

static struct slots slow_slots(const struct panel *p, const struct expert *e, const struct walk *w)
{
    struct slots list = {.against = RULE_no_free_slot};
    slow_list(p, e, w, true, &list);
    slow_list(p, e, w, false, &list);
    if (list.n)
        list.against = RULE_none;
    return list;
}

/* Packed: from the first whole five minutes of each stretch on. */
static struct slots slow_packed(const struct panel *p, const struct expert *e, const struct walk *w)
{
    struct panel one = *p;
    struct slots list = {.against = RULE_no_free_slot};
    instant from = 0;
    bool in = false;
    one.request.minutes = 1; /* is this minute free? */
    for (int i = 0; i < WALK && list.n < SLOTS_LISTED; i++) {
        instant t = w->from + (instant)i * MINUTE;
        bool free_minute = walk_free(&one, e, w, i);
        if (free_minute && !in)
            from = (t + 299) / 300 * 300;
        in = free_minute;
        if (!in || t < from || (t - from) % (p->align * MINUTE) != 0 || !walk_free(p, e, w, i))
            continue;
        enum rule rule = slow_rule(p, e, t);
        if (rule == RULE_none)
            list.start[list.n++] = t;
        else if (rule > list.against)
            list.against = rule;
    }
    if (list.n)
        list.against = RULE_none;
    return list;
}

static void packed_starts_follow_each_other(void **state)
{
    (void)state;
    static struct walk w;
    int found = 0;
    for (int round = 0; round < 300; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 1);
        struct expert *e = &p.experts[0];
        p.request.packed = true;
        p.request.wished.n = 0;
        walk_make(&p, e, &w);
        struct slots slow = slow_packed(&p, e, &w), fast = slots_find(&p, e);
        assert_int_equal(slow.n, fast.n);
        assert_int_equal(slow.against, fast.against);
        assert_memory_equal(slow.start, fast.start, slow.n * sizeof *slow.start);
        found += (int)fast.n;
        arena_free(a);
    }
    assert_true(found > 100);
}

/* The booking refuses a start that is now. */
static void no_meeting_starts_at_once(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    instant ten = p.request.windows.at[0].from + 10 * HOUR;
    for (int second = -1; second <= 1; second++)
        for (int packed = 0; packed < 2; packed++) {
            p.now = ten + second;
            p.request.packed = packed;
            panel_seal(a, &p);
            struct slots got = slots_find(&p, &p.experts[0]);
            instant next = packed ? ten + SLOTS_CELL : ten + p.align * MINUTE;
            assert_true(got.n > 0);
            assert_int_equal(got.start[0], second < 0 ? ten : next);
        }
    arena_free(a);
}

static void slots_are_those_of_a_walk_over_minutes(void **state)
{
    (void)state;
    static struct walk w;
    int seen[RULE_COUNT] = {0};
    for (int round = 0; round < 1500; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 1);
        struct expert *e = &p.experts[0];
        walk_make(&p, e, &w);
        struct slots slow = slow_slots(&p, e, &w), fast = slots_find(&p, e);
        seen[fast.against]++;
        if (slow.n != fast.n || slow.against != fast.against ||
            memcmp(slow.start, fast.start, slow.n * sizeof *slow.start) != 0)
            fail_msg("round %d, %s: %zu and %zu starts, %d and %d", round, e->zone->name, slow.n,
                     fast.n, (int)slow.against, (int)fast.against);
        arena_free(a);
    }
    for (int r = 0; r < RULE_COUNT; r++)
        if (r == RULE_none || r >= RULE_no_free_slot)
            if (seen[r] == 0)
                fail_msg("%s is never the reason", r ? rule_row((enum rule)r)->code : "none");
}

static void bookable_is_what_a_walk_over_minutes_says(void **state)
{
    (void)state;
    static struct walk w;
    int yes = 0;
    for (int round = 0; round < 200; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 1);
        struct expert *e = &p.experts[0];
        walk_make(&p, e, &w);
        for (int i = draw(7); i < WALK; i += 7) {
            instant t = w.from + (instant)i * MINUTE;
            enum rule want = eligible(&p, e), got = RULE_none;
            if (want == RULE_none)
                want = walk_free(&p, e, &w, i) ? slow_rule(&p, e, t) : RULE_no_free_slot;
            assert_int_equal(slot_bookable(&p, e, t, &got), want == RULE_none);
            assert_int_equal(got, want);
            yes += want == RULE_none;
        }
        arena_free(a);
    }
    assert_true(yes > 100);
}

static void every_listed_slot_is_bookable(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 6);
        struct ranking *r = rank(a, &p);
        assert_int_equal(r->candidate_count + r->ineligible_count, 6);
        for (size_t i = 0; i < r->candidate_count; i++) {
            const struct candidate *c = &r->candidates[i];
            enum rule rule = RULE_none;
            assert_true(c->slots.n > 0);
            for (size_t j = 0; j < c->slots.n; j++)
                assert_true(slot_bookable(&p, c->expert, c->slots.start[j], &rule));
        }
        arena_free(a);
    }
}

static void shuffle(void *base, size_t n, size_t size)
{
    char *at = base, keep[sizeof(struct expert)];
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)draw((int)i);
        memcpy(keep, at + (i - 1) * size, size);
        memmove(at + (i - 1) * size, at + j * size, size);
        memcpy(at + j * size, keep, size);
    }
}

static void the_order_of_the_input_changes_nothing(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        struct arena *a = arena_new();
        struct panel p = random_panel(a, 8);
        for (size_t i = 0; i < p.expert_count; i += 2) { /* twins: equal but for the id */
            const char *id = p.experts[i + 1].id;
            p.experts[i + 1] = p.experts[i];
            p.experts[i + 1].id = id;
        }
        panel_seal(a, &p);
        struct ranking *before = rank(a, &p);
        struct panel q = p;
        q.experts = arena_array(a, struct expert, p.expert_count);
        memcpy(q.experts, p.experts, p.expert_count * sizeof *q.experts);
        shuffle(q.experts, q.expert_count, sizeof *q.experts);
        for (size_t i = 0; i < q.expert_count; i++) {
            shuffle(q.experts[i].weekly, q.experts[i].weekly_count, sizeof(struct weekly));
            shuffle(q.experts[i].held, q.experts[i].held_count, sizeof(struct held));
        }
        shuffle(q.holidays, q.holiday_count, sizeof *q.holidays);
        panel_seal(a, &q);
        struct ranking *after = rank(a, &q);
        assert_int_equal(before->candidate_count, after->candidate_count);
        for (size_t i = 0; i < before->candidate_count; i++) {
            struct candidate *x = &before->candidates[i], *y = &after->candidates[i];
            assert_string_equal(x->expert->id, y->expert->id);
            assert_int_equal(x->score.total, y->score.total);
            assert_memory_equal(&x->slots, &y->slots, sizeof x->slots);
        }
        for (size_t i = 0; i < before->ineligible_count; i++) {
            assert_string_equal(before->ineligible[i].expert->id, after->ineligible[i].expert->id);
            assert_int_equal(before->ineligible[i].rule, after->ineligible[i].rule);
        }
        arena_free(a);
    }
}

static void equal_scores_stand_by_first_slot_then_by_id(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 3);
    p.experts[1].weekly[0].from +=
        1; /* a slot half an hour later, on the same point of the score */
    p.request.urgency = URGENCY_NORMAL;
    p.experts[2].id = "a";
    panel_seal(a, &p);
    struct ranking *r = rank(a, &p);
    assert_int_equal(r->candidates[0].score.total, r->candidates[2].score.total);
    assert_string_equal(r->candidates[0].expert->id, "a");
    assert_string_equal(r->candidates[1].expert->id, "e00");
    assert_string_equal(r->candidates[2].expert->id, "e01");
    arena_free(a);
}

static void appointments_in_the_windows_are_counted(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    hold(a, &p.experts[0], p.now - 2 * HOUR, 120);
    hold(a, &p.experts[0], p.now - 1 * HOUR, 61);
    hold(a, &p.experts[0], p.now + 3 * DAY, 60);
    hold(a, &p.experts[0], p.now + 7 * DAY, 60);
    panel_seal(a, &p);
    assert_int_equal(rank(a, &p)->candidates[0].appointments_in_window, 2);
    arena_free(a);
}

/* Lord Howe moves by half an hour, at 02:00: full hours on its clock are not full hours apart. */
static void a_meeting_may_touch_the_buffers_of_another(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    instant at[SLOTS_LISTED * 4];
    e->before = 60;
    e->after = 30;
    e->busy = SPANS(a, {p.now + 12 * HOUR, p.now + 13 * HOUR});
    p.request.windows = SPANS(a, {p.now, p.now + DAY});
    panel_seal(a, &p);
    size_t n = slots_all(&p, e, at, SLOTS_LISTED * 4); /* 9:00 to 10:30, 14:00 to 17:00 */
    assert_int_equal(n, 4 + 7);
    assert_int_equal(at[3], p.now + 10 * HOUR + 30 * MINUTE);
    assert_int_equal(at[4], p.now + 14 * HOUR);
    arena_free(a);
}

static void the_grid_is_that_of_the_experts_clock(void **state)
{
    (void)state;
    static const struct {
        int month, day;
        const char *starts[SLOTS_LISTED];
    } rows[] = {
        {10,
         4,
         {"00:00:00+10:30", "01:00:00+10:30", "03:00:00+11:00", "04:00:00+11:00",
          "05:00:00+11:00"}},
        {4,
         5,
         {"00:00:00+11:00", "01:00:00+11:00", "02:00:00+10:30", "03:00:00+10:30",
          "04:00:00+10:30"}},
    };
    for (size_t i = 0; i < 2; i++) {
        struct arena *a = arena_new();
        struct panel p = plain_panel(a, 1);
        struct expert *e = &p.experts[0];
        char text[ZONE_TEXT];
        e->zone = zone_find("Australia/Lord_Howe");
        e->weekly_count = 1;
        e->weekly[0] = (struct weekly){.weekday = 7, .from = 0, .until = 1440};
        e->per_day = 9;
        p.align = 60;
        p.now = (instant)day_from(2026, rows[i].month, rows[i].day) * DAY - DAY;
        p.request.windows = SPANS(a, {p.now, p.now + 3 * DAY});
        panel_seal(a, &p);
        struct slots s = slots_find(&p, e);
        assert_int_equal(s.n, SLOTS_LISTED);
        for (size_t j = 0; j < s.n; j++)
            assert_string_equal(zone_text(e->zone, s.start[j], text) + 11, rows[i].starts[j]);
        arena_free(a);
    }
}

static void buffers_keep_their_distance_and_windows_bound_the_meeting(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 1);
    struct expert *e = &p.experts[0];
    instant nine = p.now + 9 * HOUR;
    e->before = 30;
    e->after = 10;
    p.align = 10;
    e->busy = SPANS(a, {nine + 2 * HOUR, nine + 3 * HOUR});
    p.request.windows = SPANS(a, {nine, nine + 4 * HOUR + 40 * MINUTE});
    panel_seal(a, &p);
    struct slots s = slots_find(&p, e);
    assert_int_equal(s.n, 5);
    assert_int_equal(s.start[0], nine); /* the buffer before it may lie outside */
    enum rule rule = RULE_none;
    assert_true(slot_bookable(&p, e, nine + 50 * MINUTE, &rule));
    assert_false(slot_bookable(&p, e, nine + 51 * MINUTE, &rule));
    assert_false(slot_bookable(&p, e, nine + 3 * HOUR + 29 * MINUTE, &rule));
    assert_true(slot_bookable(&p, e, nine + 3 * HOUR + 30 * MINUTE, &rule));
    assert_true(slot_bookable(&p, e, nine + 3 * HOUR + 40 * MINUTE, &rule));
    assert_false(slot_bookable(&p, e, nine + 3 * HOUR + 41 * MINUTE, &rule));
    p.request.company_busy = SPANS(a, {nine + 4 * HOUR, nine + 5 * HOUR});
    assert_false(slot_bookable(&p, e, nine + 3 * HOUR + 30 * MINUTE, &rule));
    assert_int_equal(rule, RULE_no_free_slot);
    arena_free(a);
}

static void empty_lists_are_sorted(void **state)
{
    (void)state;
    struct ranking r = {0};
    rank_sort(&r); /* UBSan looks on */
    assert_int_equal(r.candidate_count + r.ineligible_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_lists_are_sorted),
        cmocka_unit_test(no_meeting_starts_at_once),
        cmocka_unit_test(slots_are_those_of_a_walk_over_minutes),
        cmocka_unit_test(packed_starts_follow_each_other),
        cmocka_unit_test(bookable_is_what_a_walk_over_minutes_says),
        cmocka_unit_test(every_listed_slot_is_bookable),
        cmocka_unit_test(the_order_of_the_input_changes_nothing),
        cmocka_unit_test(equal_scores_stand_by_first_slot_then_by_id),
        cmocka_unit_test(appointments_in_the_windows_are_counted),
        cmocka_unit_test(a_meeting_may_touch_the_buffers_of_another),
        cmocka_unit_test(the_grid_is_that_of_the_experts_clock),
        cmocka_unit_test(buffers_keep_their_distance_and_windows_bound_the_meeting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
