/* A made-up panel of any size for the bench: the same at each run. Everybody works in Seoul. */
#ifndef TESTS_BENCH_BOARD_MADE_H
#define TESTS_BENCH_BOARD_MADE_H

#include "core/availability.h"
#include "core/bits.h"
#include "core/board.h"
#include "core/day.h"

#include <string.h>

enum { FIELDS = 8, TOPICS = 30, DISTRICTS = 8, HOUR = 3600, WEEKS = 8 };

static const char *const made_modes[] = {"visit", "center", "online", "phone"};
static unsigned dice;

static inline int draw(int n)
{
    dice = dice * 1103515245u + 12345u;
    return (int)((dice >> 8) % (unsigned)n);
}

static inline const char *made_code(struct arena *a, const char *kind, int n)
{
    return arena_printf(a, "%s-%02d", kind, n);
}

static inline struct words made_words(struct arena *a, const char *kind, int of, size_t n)
{
    struct words w = {arena_array(a, const char *, n), n};
    for (size_t i = 0; i < n; i++)
        w.at[i] = made_code(a, kind, draw(of));
    return w;
}

static inline instant made_now(void)
{
    return (instant)day_from(2026, 11, 23) * DAY_SECONDS - 9 * HOUR; /* a Monday in Seoul */
}

/* Half-hour steps within working hours of the weeks; what is held is busy with buffers around it.
 */
static inline void made_busy(struct arena *a, struct expert *e, size_t n)
{
    struct span *any = arena_array(a, struct span, n);
    e->held = arena_array(a, struct held, n / 10);
    for (size_t i = 0; i < n; i++) {
        instant from = made_now() + (draw(WEEKS * 7) * 24 + 9) * HOUR + draw(108) * 300;
        any[i] = (struct span){from, from + (1 + draw(6)) * 300};
        if (i % 10 == 9) {
            any[i] = (struct span){from - 600, from + HOUR + 600};
            e->held[e->held_count++].span = (struct span){from, from + HOUR};
        }
    }
    e->busy = span_list(a, any, n);
}

static inline struct expert made_expert(struct arena *a, int n, size_t busy)
{
    struct expert e = {.paused_from = INSTANT_NEVER,
                       .term_from = day_from(2026, 1, 1),
                       .term_until = day_from(2027, 12, 31),
                       .per_day = 2,
                       .per_week = CAP_NONE,
                       .hours_per_year = 60,
                       .before = 10,
                       .after = 10,
                       .zone = zone_find("Asia/Seoul")};
    dice = (unsigned)n + 1;
    e.id = arena_printf(a, "%08x-expert", (unsigned)n * 2654435761u);
    e.name = arena_printf(a, "시험 위원 %d", n);
    e.skills = arena_array(a, struct skill, 3);
    int field = draw(FIELDS);
    for (int i = 0; i < 2; i++)
        e.skills[e.skill_count++] = (struct skill){
            .field = made_code(a, "field", (field + i * (1 + draw(FIELDS - 1))) % FIELDS),
            .level = 1 + draw(3)};
    e.skills[e.skill_count++] = (struct skill){.field = "common", .level = 2};
    e.topics = made_words(a, "topic", TOPICS, 4);
    e.districts = made_words(a, "district", DISTRICTS, 3);
    e.languages = (struct words){arena_array(a, const char *, 1), 1};
    e.languages.at[0] = "ko";
    e.modes = (struct words){arena_array(a, const char *, 4), 4};
    memcpy(e.modes.at, made_modes, sizeof made_modes);
    e.minutes_this_term = draw(60 * 60);
    e.weekly = arena_array(a, struct weekly, 10);
    for (int day = 1; day <= 5; day++) {
        if (draw(4) == 0)
            continue;
        e.weekly[e.weekly_count++] = (struct weekly){.weekday = day, .from = 540, .until = 720};
        e.weekly[e.weekly_count++] = (struct weekly){.weekday = day, .from = 780, .until = 1080};
    }
    made_busy(a, &e, busy);
    return e;
}

/* days: how long its window is, which begins on some day of the weeks. */
static inline struct request made_request(struct arena *a, int n, int days)
{
    dice = 77777u + (unsigned)n * 31u;
    struct request r = {.id = "r",
                        .mode = made_modes[draw(4)],
                        .district = made_code(a, "district", draw(DISTRICTS)),
                        .seats = {{1, NULL, 1, false}},
                        .seat_count = 1,
                        .minutes = 60,
                        .deadline = INSTANT_NEVER};
    r.seats[0].field = r.field = made_code(a, "field", draw(FIELDS));
    r.seats[0].min_level = r.min_level = 1 + draw(2);
    r.topics = made_words(a, "topic", TOPICS, 3);
    r.languages = (struct words){arena_array(a, const char *, 1), 1};
    r.languages.at[0] = "ko";
    instant from = made_now() + (instant)draw(WEEKS * 7 - days + 1) * DAY_SECONDS;
    r.windows = span_list(a, &(struct span){from, from + (instant)days * DAY_SECONDS}, 1);
    return r;
}

static inline struct board *made_board(int n, size_t busy, int align)
{
    struct board *b = board_new(WEEKS, (size_t)n);
    struct panel office = {.align = align, .version = 1};
    board_office(b, &office);
    board_at(b, made_now());
    for (int i = 0; i < n; i++) {
        struct arena *a = arena_new();
        struct expert e = made_expert(a, i, busy);
        if (!board_put(b, &e))
            n = 0;
        arena_free(a);
    }
    board_at(b, made_now());
    return b;
}

#endif
