/* core/board against the slow and exact core/rank and core/slots, on random panels of every odd
 * kind; after any history it is as if made anew. */
#include "core/board.h"

#include "core/bits.h"

#include "board_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* --- the same ranking --- */

static void same_candidate(const struct candidate *x, const struct candidate *y)
{
    assert_string_equal(x->expert->id, y->expert->id);
    assert_memory_equal(&x->score, &y->score, sizeof x->score);
    assert_int_equal(x->slots.n, y->slots.n);
    assert_memory_equal(x->slots.start, y->slots.start, x->slots.n * sizeof *x->slots.start);
    assert_int_equal(x->appointments_in_window, y->appointments_in_window);
}

static void same_ranking(const struct ranking *x, const struct ranking *y)
{
    assert_int_equal(x->candidate_count, y->candidate_count);
    for (size_t i = 0; i < x->candidate_count; i++)
        same_candidate(&x->candidates[i], &y->candidates[i]);
    assert_int_equal(x->ineligible_count, y->ineligible_count);
    for (size_t i = 0; i < x->ineligible_count; i++) {
        assert_string_equal(x->ineligible[i].expert->id, y->ineligible[i].expert->id);
        if (x->ineligible[i].rule != y->ineligible[i].rule)
            fail_msg("%s: %s, not %s", x->ineligible[i].expert->id,
                     rule_row(y->ineligible[i].rule)->code, rule_row(x->ineligible[i].rule)->code);
    }
}

static void best_are_the_first(struct arena *a, const struct board *b, const struct panel *p,
                               const struct ranking *all)
{
    for (size_t top = 1; top < 12; top += top) {
        const struct ranking *best = board_rank(a, b, p, (struct board_want){.top = top});
        size_t n = top < all->candidate_count ? top : all->candidate_count;
        assert_int_equal(best->candidate_count, n);
        for (size_t i = 0; i < n; i++)
            same_candidate(&all->candidates[i], &best->candidates[i]);
    }
}

static void a_board_ranks_as_the_lists_do(void **state)
{
    (void)state;
    int seen[RULE_COUNT] = {0}, candidates = 0;
    for (int round = 0; round < 4000; round++) {
        struct arena *a = arena_new();
        struct panel p;
        struct board *b = wild_board(a, round, 8, &p);
        for (size_t seat = 0; seat < p.request.seat_count; seat++) {
            struct panel slow = panel_seat(&p, seat), whole = board_panel(a, b, &p.request);
            struct panel fast = panel_seat(&whole, seat);
            struct ranking *want = rank(a, &slow);
            same_ranking(want, board_rank(a, b, &fast, (struct board_want){0, true}));
            best_are_the_first(a, b, &fast, want);
            candidates += (int)want->candidate_count;
            for (size_t i = 0; i < want->ineligible_count; i++)
                seen[want->ineligible[i].rule]++;
        }
        board_free(b);
        arena_free(a);
    }
    assert_true(candidates > 1000);
    for (int r = RULE_none + 1; r < RULE_COUNT; r++)
        if (seen[r] == 0)
            fail_msg("no expert with the rule %s", rule_row((enum rule)r)->code);
}

/* --- the same starts --- */

static bool taken(const uint32_t *chosen, size_t n, uint32_t who)
{
    for (size_t i = 0; i < n; i++)
        if (chosen[i] == who)
            return true;
    return false;
}

/* can[seat][expert]: all ways to fill the seats are tried. */
static bool slow_fill(bool can[SEATS_MAX][16], size_t seats, size_t seat, uint32_t *chosen)
{
    for (uint32_t i = 0; seat < SEATS_MAX && seat < seats && i < 16; i++) {
        chosen[seat] = i;
        if (can[seat][i] && !taken(chosen, seat, i) && slow_fill(can, seats, seat + 1, chosen))
            return true;
    }
    return seat == seats;
}

static bool starts_at(struct panel *p, const struct expert *e, instant t)
{
    static instant at[BOARD_STARTS_MAX];
    size_t n = eligible(p, e) == RULE_none ? slots_all(p, e, at, BOARD_STARTS_MAX) : 0;
    for (size_t i = 0; i < n; i++)
        if (at[i] == t)
            return true;
    return false;
}

static int by_time(const void *x, const void *y)
{
    instant p = *(const instant *)x, q = *(const instant *)y;
    return (p > q) - (p < q);
}

/* All starts of anybody for any seat. */
static size_t any_starts(const struct panel *p, instant *at, size_t room)
{
    size_t n = 0, once = 0;
    for (size_t k = 0; k < p->request.seat_count; k++)
        for (size_t i = 0; i < p->expert_count; i++) {
            struct panel seen = panel_seat(p, k);
            if (!p->request.seats[k].held && eligible(&seen, &p->experts[i]) == RULE_none)
                n += slots_all(&seen, &p->experts[i], at + n, room - n);
        }
    assert_true(n < room);
    qsort(at, n, sizeof *at, by_time);
    for (size_t i = 0; i < n; i++)
        if (once == 0 || at[once - 1] != at[i])
            at[once++] = at[i];
    return once;
}

static void same_who(const struct panel *p, const struct board_slots *s, size_t start, bool *can,
                     size_t seat)
{
    const struct board_seat *x = &s->seat[seat];
    const uint64_t *who = x->who + start * x->words;
    const char *last = "";
    size_t n = 0, want = 0;
    for (size_t k = bits_next(who, 0, x->n); k < x->n; k = bits_next(who, k + 1, x->n), n++) {
        assert_true(can[x->expert[k]]);
        assert_true(strcmp(last, p->experts[x->expert[k]].id) < 0);
        last = p->experts[x->expert[k]].id;
    }
    for (size_t i = 0; i < p->expert_count; i++)
        want += can[i];
    assert_int_equal(n, want);
}

static void starts_are_those_at_which_all_seats_can_be_filled(void **state)
{
    (void)state;
    static instant any[2500000];
    int starts = 0, several = 0;
    for (int round = 0; round < 700; round++) {
        struct arena *a = arena_new();
        struct panel made;
        struct board *b = wild_board(a, round, 6, &made);
        struct panel p = board_panel(a, b, &made.request);
        struct board_slots *s = board_slots(a, b, &p, BOARD_STARTS_MAX);
        size_t n = any_starts(&p, any, 2500000), next = 0;
        n = s->seats ? n : 0;
        if (n > 300) /* enough; the others are looked at in other rounds */
            n = 300;
        for (size_t i = 0; i < n; i++) {
            bool can[SEATS_MAX][16] = {{false}};
            uint32_t chosen[SEATS_MAX];
            size_t seats = 0;
            for (size_t k = 0; k < p.request.seat_count; k++) {
                struct panel seen = panel_seat(&p, k);
                for (size_t j = 0; j < p.expert_count && !p.request.seats[k].held; j++)
                    can[seats][j] = starts_at(&seen, &p.experts[j], any[i]);
                seats += !p.request.seats[k].held;
            }
            if (!slow_fill(can, seats, 0, chosen))
                continue;
            assert_true(next < s->n);
            assert_int_equal(s->start[next], any[i]);
            for (size_t k = 0; k < seats; k++)
                same_who(&p, s, next, can[k], k);
            next++;
            several += seats > 1;
        }
        assert_true(n == 300 || next == s->n);
        starts += (int)next;
        struct board_slots *few = board_slots(a, b, &p, s->n / 2);
        assert_int_equal(few->n, s->n / 2);
        assert_int_equal(few->more, s->more || s->n > few->n);
        assert_memory_equal(few->start, s->start, few->n * sizeof *few->start);
        board_free(b);
        arena_free(a);
    }
    if (starts <= 5000 || several <= 500)
        fail_msg("%d starts, %d of several seats", starts, several);
}

/* A whole day, in half hours of its own clock. */
static void a_clock_that_changes_moves_and_loses_no_start(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int year, month, day;
        size_t starts;
        const char *around[4]; /* what the clock shows at and beside the change */
    } rows[] = {
        {"America/New_York", 2026, 3, 8, 46, {"01:00:00-05", "01:30:00-05", "03:00:00-04"}},
        {"America/New_York", 2026, 11, 1, 50, {"01:30:00-04", "01:00:00-05", "01:30:00-05"}},
        {"Australia/Lord_Howe", 2026, 10, 4, 47, {"01:30:00+10", "02:30:00+11", "03:00:00+11"}},
        {"Australia/Lord_Howe", 2026, 4, 5, 49, {"01:30:00+11", "01:30:00+10", "02:00:00+10"}},
        {"Asia/Seoul", 1987, 5, 10, 46, {"01:30:00+09", "03:00:00+10"}},
        {"Asia/Seoul", 1987, 10, 11, 50, {"02:30:00+10", "02:00:00+09", "02:30:00+09"}},
        {"Asia/Seoul", 1988, 5, 8, 46, {"01:30:00+09", "03:00:00+10"}},
        {"Asia/Seoul", 1988, 10, 9, 50, {"02:30:00+10", "02:00:00+09", "02:30:00+09"}},
        {"Asia/Kathmandu", 2026, 3, 8, 48, {"00:00:00+05", "00:30:00+05"}},
        {"Pacific/Chatham", 2026, 9, 27, 46, {"02:30:00+12", "04:00:00+13"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new();
        struct panel made = plain_panel(a, 1);
        struct expert *e = &made.experts[0];
        int32_t day = day_from(rows[i].year, rows[i].month, rows[i].day);
        e->zone = zone_find(rows[i].zone);
        e->term_from = day - 10;
        e->term_until = day + 10;
        e->weekly_count = 0;
        e->dated = &(struct dated){day, 0, 1440};
        e->dated_count = 1;
        e->per_day = e->per_week = e->hours_per_year = CAP_NONE;
        made.now = (instant)day * DAY - 2 * DAY;
        made.request.minutes = 30;
        made.request.windows = SPANS(a, {made.now, made.now + 5 * DAY});
        struct board *b = board_new(1, 1);
        board_office(b, &made);
        board_at(b, made.now);
        assert_true(board_put(b, e));
        board_at(b, made.now);
        struct panel p = board_panel(a, b, &made.request);
        struct board_slots *s = board_slots(a, b, &p, 100);
        assert_int_equal(s->n, rows[i].starts);
        size_t at = 0;
        for (size_t j = 0; j < s->n; j++) {
            char text[ZONE_TEXT];
            zone_text(e->zone, s->start[j], text);
            at += rows[i].around[at] && strncmp(text + 11, rows[i].around[at], 11) == 0;
            assert_true(j == 0 || s->start[j] == s->start[j - 1] + 30 * MINUTE);
        }
        assert_null(rows[i].around[at]);
        assert_int_equal(s->start[0], zone_utc_first(e->zone, (int64_t)day * DAY));
        board_free(b);
        arena_free(a);
    }
}

/* --- histories --- */

static void all_the_same(struct arena *a, const struct board *x, const struct board *y,
                         const struct request *r)
{
    struct panel p = board_panel(a, x, r), q = board_panel(a, y, r);
    struct board_want want = {0, true};
    assert_int_equal(board_count(x), board_count(y));
    same_ranking(board_rank(a, x, &p, want), board_rank(a, y, &q, want));
    struct board_slots *s = board_slots(a, x, &p, 500), *t = board_slots(a, y, &q, 500);
    assert_int_equal(s->n, t->n);
    for (size_t i = 0; i < s->n; i++) {
        assert_int_equal(s->start[i], t->start[i]);
        for (size_t k = 0; k < s->seats; k++) {
            const struct board_seat *v = &s->seat[k], *w = &t->seat[k];
            assert_int_equal(v->n, w->n);
            for (size_t j = 0; j < v->n; j++)
                assert_string_equal(p.experts[v->expert[j]].id, q.experts[w->expert[j]].id);
            assert_memory_equal(v->who + i * v->words, w->who + i * w->words,
                                bits_words(v->n) * sizeof *v->who);
        }
    }
}

static void after_any_history_a_board_is_as_if_made_anew(void **state)
{
    (void)state;
    enum { IDS = 12 };
    for (int round = 0; round < 400; round++) {
        struct arena *a = arena_new();
        struct panel p = wild_panel(a, IDS);
        struct board *old = board_new(1 + draw(3), IDS), *new;
        const struct expert *now[IDS] = {NULL};
        instant end = p.now;
        for (int step = draw(80) + 1; step >= 0; step--) {
            size_t i = (size_t)draw(IDS);
            struct expert *e = arena_new_of(a, struct expert);
            *e = wild_expert(a, &p, p.experts[i].id);
            p.now = step ? end + (draw(20) - 15) * 5 * HOUR : end;
            p.holiday_count = (size_t)draw(3);
            if (step == 0 || draw(10) == 0)
                board_office(old, &p);
            if (step == 0 || draw(4) == 0)
                board_at(old, p.now);
            if (draw(3) == 0) {
                assert_int_equal(board_drop(old, e->id), now[i] != NULL);
                now[i] = NULL;
            } else {
                assert_true(board_put(old, e));
                now[i] = e;
            }
        }
        board_at(old, p.now);
        new = board_new(8, IDS);
        board_office(new, &p);
        board_at(new, p.now);
        for (size_t i = IDS; i-- > 0;)
            if (now[i])
                assert_true(board_put(new, now[i]));
        board_at(new, p.now);
        all_the_same(a, old, new, &p.request);
        board_free(old);
        board_free(new);
        arena_free(a);
    }
}

static void a_full_board_takes_nobody_new(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct board *b = board_new(1, 200);
    struct expert e = plain_expert(a, "e"), more = plain_expert(a, "more");
    for (int i = 0; i < 200; i++) {
        e.id = arena_printf(a, "%d", i);
        assert_true(board_put(b, &e));
    }
    assert_false(board_put(b, &more));
    assert_true(board_put(b, &e));
    assert_int_equal(board_count(b), 200);
    assert_true(board_drop(b, "7"));
    assert_false(board_drop(b, "7"));
    assert_true(board_put(b, &more));
    assert_int_equal(board_count(b), 200);
    board_free(b);
    arena_free(a);
}

static void an_empty_board_knows_nobody(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel p = plain_panel(a, 0);
    struct board *b = board_new(BOARD_WEEKS, PANEL_EXPERTS_MAX);
    board_at(b, p.now);
    struct panel q = board_panel(a, b, &p.request);
    assert_int_equal(board_rank(a, b, &q, (struct board_want){0, true})->candidate_count, 0);
    assert_int_equal(board_rank(a, b, &q, (struct board_want){3, false})->candidate_count, 0);
    assert_int_equal(board_slots(a, b, &q, 10)->n, 0);
    assert_false(board_drop(b, "nobody"));
    assert_true(board_weeks(b).from <= p.now);
    assert_true(board_weeks(b).until >= p.now + BOARD_WEEKS * 7 * DAY);
    board_free(b);
    arena_free(a);
}

/* --- bounds --- */

static void no_score_is_above_its_bound(void **state)
{
    (void)state;
    int tight = 0;
    for (int round = 0; round < 2000; round++) {
        struct arena *a = arena_new();
        struct panel p = wild_panel(a, 4);
        panel_seal(a, &p);
        const struct ranking *r = rank(a, &p);
        const struct request *q = &p.request;
        for (size_t i = 0; i < r->candidate_count; i++) {
            const struct expert *e = r->candidates[i].expert;
            bool named = words_have(&q->previous, e->id) || words_have(&q->last, e->id) ||
                         words_have(&q->known, e->id) ||
                         (q->preferred && !strcmp(q->preferred, e->id));
            struct score_hint h = {named, words_have(&e->districts, q->district),
                                   words_common(&q->topics, &e->topics)};
            int bound = score_own(&p, e) + score_rest_most(&p, h);
            assert_true(r->candidates[i].score.total <= bound);
            tight += bound - r->candidates[i].score.total < 60;
        }
        arena_free(a);
    }
    assert_true(tight > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_board_ranks_as_the_lists_do),
        cmocka_unit_test(starts_are_those_at_which_all_seats_can_be_filled),
        cmocka_unit_test(a_clock_that_changes_moves_and_loses_no_start),
        cmocka_unit_test(after_any_history_a_board_is_as_if_made_anew),
        cmocka_unit_test(a_full_board_takes_nobody_new),
        cmocka_unit_test(an_empty_board_knows_nobody),
        cmocka_unit_test(no_score_is_above_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
