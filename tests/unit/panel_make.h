/* Panels for the tests of core: a plain one in which everybody may serve, and random ones. */
#ifndef TESTS_PANEL_MAKE_H
#define TESTS_PANEL_MAKE_H

#include "core/availability.h"
#include "core/day.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MINUTE = 60, HOUR = 3600, DAY = DAY_SECONDS };

#define WORDS(a, ...)                                                                              \
    words_of((a), (const char *const[]){__VA_ARGS__},                                              \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define SPANS(a, ...)                                                                              \
    span_list((a), (const struct span[]){__VA_ARGS__},                                             \
              sizeof((const struct span[]){__VA_ARGS__}) / sizeof(struct span))

static inline struct words words_of(struct arena *a, const char *const *at, size_t n)
{
    struct words w = {arena_array(a, const char *, n), n};
    memcpy(w.at, at, n * sizeof *at);
    return w;
}

static inline void hold(struct arena *a, struct expert *e, instant from, int minutes)
{
    struct held *more = arena_array(a, struct held, e->held_count + 1);
    if (e->held_count)
        memcpy(more, e->held, e->held_count * sizeof *more);
    more[e->held_count++].span = (struct span){from, from + (instant)minutes * MINUTE};
    e->held = more;
}

static inline void served(struct arena *a, struct expert *e, int year, int minutes)
{
    struct year_load *more = arena_array(a, struct year_load, e->year_count + 1);
    if (e->year_count)
        memcpy(more, e->years, e->year_count * sizeof *more);
    more[e->year_count++] = (struct year_load){year, minutes};
    e->years = more;
}

static inline struct expert plain_expert(struct arena *a, const char *id)
{
    struct expert e = {.id = id,
                       .name = arena_printf(a, "세무-%s 전문위원", id),
                       .topics = WORDS(a, "부가세"),
                       .districts = WORDS(a, "suseong"),
                       .modes = WORDS(a, "visit", "online"),
                       .languages = WORDS(a, "ko"),
                       .term_from = day_from(2026, 1, 1),
                       .term_until = day_from(2027, 12, 31),
                       .paused_from = INSTANT_NEVER,
                       .conflict_names = WORDS(a, "시험연구소"),
                       .per_day = 2,
                       .per_week = 6,
                       .hours_per_year = 60,
                       .zone = zone_find("Asia/Seoul")};
    e.skills = arena_array(a, struct skill, 1);
    e.skills[e.skill_count++] = (struct skill){.field = "tax", .level = 2};
    e.weekly = arena_array(a, struct weekly, 7);
    for (int d = 1; d <= 7; d++)
        e.weekly[e.weekly_count++] =
            (struct weekly){.weekday = d, .from = 9 * 60, .until = 18 * 60};
    return e;
}

/* Monday 2026-11-23 00:00 in Seoul; a week of windows; n plain experts "e00", "e01", … */
static inline struct panel plain_panel(struct arena *a, size_t n)
{
    instant now = ((instant)day_from(2026, 11, 23)) * DAY - 9 * HOUR;
    struct panel p = {.now = now, .version = 7, .align = 30, .expert_count = n};
    p.request = (struct request){.id = "r",
                                 .field = "tax",
                                 .mode = "visit",
                                 .district = "suseong",
                                 .company = "124-81-00998",
                                 .company_names = WORDS(a, "가나정밀", "가나그룹"),
                                 .min_level = 2,
                                 .minutes = 60,
                                 .seats = {{1, "tax", 2, false}},
                                 .seat_count = 1,
                                 .deadline = INSTANT_NEVER,
                                 .languages = WORDS(a, "ko"),
                                 .topics = WORDS(a, "부가세", "원천세")};
    p.request.windows = SPANS(a, {now, now + 7 * DAY});
    p.experts = arena_array(a, struct expert, n);
    for (size_t i = 0; i < n; i++)
        p.experts[i] = plain_expert(a, arena_printf(a, "e%02zu", i));
    return p;
}

static unsigned dice = 1;

static inline int draw(int n)
{
    dice = dice * 1103515245u + 12345u;
    return (int)((dice >> 8) % (unsigned)n);
}

static inline struct spans draw_spans(struct arena *a, instant near, int days, int count,
                                      int longest)
{
    struct span any[16];
    for (int i = 0; i < count; i++) {
        any[i].from = near + (instant)draw(days * 24 * 4) * 15 * MINUTE;
        any[i].from += draw(3) * 5 * MINUTE;
        any[i].until = any[i].from + (instant)(1 + draw(longest)) * 5 * MINUTE;
    }
    return span_list(a, any, (size_t)count);
}

/* Days around clock changes in the zones that random experts live in. */
static inline instant draw_now(void)
{
    static const int date[][3] = {{2026, 3, 6},   {2026, 10, 30}, {2026, 4, 3}, {2026, 10, 2},
                                  {1987, 5, 8},   {1987, 10, 9},  {1988, 5, 6}, {1988, 10, 7},
                                  {2026, 12, 29}, {2026, 6, 1}};
    const int *d = date[draw(10)];
    return (instant)day_from(d[0], d[1], d[2]) * DAY + draw(24 * 60) * MINUTE;
}

static inline void draw_breadth(struct weekly *w, int32_t today)
{
    switch (draw(5)) {
    case 0:
        w->every = 2;
        w->first = today - draw(30);
        break;
    case 1:
        w->nth = 1u << draw(10) | 1u << draw(10);
        break;
    case 2:
        w->first = today + draw(3);
        w->last = w->first + draw(4);
        break;
    }
}

static inline void draw_ended(struct arena *a, const struct panel *p, struct expert *e)
{
    e->ended = arena_new_of(a, struct ended);
    *e->ended = (struct ended){draw(4) ? "가나그룹" : "다라", p->now + draw(4 * 96) * 15 * MINUTE};
    e->ended_count = 1;
}

static inline struct expert random_expert(struct arena *a, const struct panel *p, const char *id)
{
    static const char *const zones[] = {"Asia/Seoul",     "America/New_York", "Australia/Lord_Howe",
                                        "Asia/Kathmandu", "Pacific/Chatham",  "Europe/Dublin"};
    struct expert e = plain_expert(a, id);
    int32_t today = day_of(p->now);
    e.zone = zone_find(zones[draw(6)]);
    e.term_from = today - 300 + (draw(4) == 0 ? 300 + draw(4) : 0);
    e.term_until = today + 300 - (draw(4) == 0 ? 300 - draw(4) : 0);
    e.skills[0].level = 2 + draw(2);
    e.topics = draw(2) ? WORDS(a, "부가세", "원천세") : WORDS(a, "법인세");
    e.before = draw(3) * 10;
    e.after = draw(3) * 10;
    e.notice = draw(4) * 600;
    e.per_day = 1 + draw(3);
    e.per_week = 1 + draw(4);
    e.hours_per_year = draw(5) == 0 ? CAP_NONE : 2 + draw(20);
    for (int y = 0; y < 2; y++)
        served(a, &e, day_year(today) + y, draw(10 * 60));
    e.minutes_this_term = draw(20 * 60);
    e.weekly_count = (size_t)draw(7);
    for (size_t i = 0; i < e.weekly_count; i++) {
        int from = draw(24 * 4) * 15;
        int until = from + 15 * (1 + draw(40));
        e.weekly[i] = (struct weekly){
            .weekday = 1 + draw(7), .from = from, .until = until < 1440 ? until : 1440};
        draw_breadth(&e.weekly[i], today);
    }
    if (draw(6) == 0)
        draw_ended(a, p, &e);
    e.dated_count = (size_t)draw(4);
    e.dated = arena_array(a, struct dated, e.dated_count);
    for (size_t i = 0; i < e.dated_count; i++) {
        int from = draw(24 * 4) * 15;
        int until = from + 15 * draw(40);
        e.dated[i] = (struct dated){today - 1 + draw(4), from, until < 1440 ? until : 1440};
    }
    e.absences = draw_spans(a, p->now - DAY, 6, draw(3), 200);
    if (draw(4) == 0)
        e.duties = draw_spans(a, p->now - DAY, 6, 1 + draw(4), 60);
    e.busy = draw_spans(a, p->now - DAY, 6, draw(8), 30);
    for (int i = draw(4); i > 0; i--) {
        instant from = p->now + (draw(10 * 24) - 48) * HOUR;
        hold(a, &e, from, 30 * (1 + draw(4)));
        e.held[e.held_count - 1].district = draw(2) ? "suseong" : NULL;
    }
    e.skills[0].minutes = draw(10 * 60);
    e.skills[0].price = draw(300);
    e.away = draw_spans(a, p->now - 40 * DAY, 30, draw(3), 9000);
    e.answers = (struct answers){draw(9), draw(5), draw(4), draw(2)};
    return e;
}

static inline struct panel random_panel(struct arena *a, size_t n)
{
    static const int aligns[] = {5, 15, 30, 60, 90};
    struct panel p = plain_panel(a, 0);
    struct request *r = &p.request;
    p.now = draw_now();
    p.align = aligns[draw(5)];
    p.holiday_count = (size_t)draw(3);
    p.holidays = arena_array(a, int32_t, 3);
    for (size_t i = 0; i < p.holiday_count; i++)
        p.holidays[i] = day_of(p.now) + draw(5);
    p.rest = draw(4) ? 0 : 10 * draw(30);
    p.night = draw(5) ? 0 : 60 * draw(24);
    r->minutes = 15 * (1 + draw(8));
    r->windows = draw_spans(a, p.now - DAY, 5, 1 + draw(4), 500);
    r->company_busy = draw_spans(a, p.now, 4, draw(3), 40);
    r->room_busy = draw_spans(a, p.now, 4, draw(3), 40);
    if (draw(3) == 0) /* full until, or from, some quarter of an hour on */
        r->company_full = SPANS(a, {p.now - 300 * DAY, p.now + draw(4 * 96) * 15 * MINUTE});
    r->desk = draw(14) == 0;
    if (draw(24) == 0)
        r->visit = p.now + draw(5 * 96) * 15 * MINUTE;
    r->deadline = draw(3) ? INSTANT_NEVER : p.now + draw(96) * HOUR;
    r->urgency = (enum urgency)draw(3);
    r->wished = draw(2) ? draw_spans(a, p.now, 4, 2, 200) : (struct spans){0};
    r->trips = arena_array(a, struct trip, 1);
    r->trips[r->trip_count++] = (struct trip){"suseong", draw(90)};
    p.expert_count = n;
    p.experts = arena_array(a, struct expert, n);
    for (size_t i = 0; i < n; i++)
        p.experts[i] = random_expert(a, &p, arena_printf(a, "e%02zu", i));
    panel_seal(a, &p);
    return p;
}

/* From the first to the last minute at which the clock shows a time of the day's window. */
static inline void slow_window(const struct expert *e, int32_t day, int from_minute,
                               int until_minute, instant from, int minutes, bool *in)
{
    int first = 0, last = -1, near = (int)(((instant)day * DAY - from) / MINUTE);
    bool any = false;
    for (int i = near - 24 * 60; i < near + 50 * 60; i++) {
        int64_t local = zone_local(e->zone, from + (instant)i * MINUTE) - (int64_t)day * DAY;
        if (local < from_minute * MINUTE || local >= until_minute * MINUTE)
            continue;
        first = any ? first : i;
        last = i;
        any = true;
    }
    for (int i = first > 0 ? first : 0; any && i <= last && i < minutes; i++)
        in[i] = true;
}

static inline bool slow_holiday(const struct panel *p, int32_t day)
{
    bool found = false;
    for (size_t h = 0; h < p->holiday_count; h++)
        found |= p->holidays[h] == day;
    return found;
}

/* Counts through the weeks since its first one, and through the days of the month. */
static inline bool slow_weekly_on(const struct weekly *w, int32_t day)
{
    struct tm tm;
    time_t noon = (time_t)day * DAY + DAY / 2;
    int32_t monday = w->first;
    gmtime_r(&noon, &tm);
    if ((tm.tm_wday + 6) % 7 + 1 != w->weekday || day < w->first || (w->last && day > w->last))
        return false;
    for (; w->every > 1; monday--) {
        time_t t = (time_t)monday * DAY;
        if (gmtime(&t)->tm_wday == 1)
            break;
    }
    for (int32_t week = monday; w->every > 1; week += 7 * w->every) {
        if (day < week)
            return false;
        if (day < week + 7)
            break;
    }
    int nth = 0, from_end = 0;
    if (w->nth == 0)
        return true;
    for (time_t t = noon, *at = &t; gmtime(at)->tm_mon == tm.tm_mon; t -= 7 * DAY)
        nth++;
    for (time_t t = noon, *at = &t; gmtime(at)->tm_mon == tm.tm_mon; t += 7 * DAY)
        from_end++;
    return (w->nth >> (nth - 1) & 1) || (w->nth >> (from_end + 4) & 1);
}

/* The slow, obvious availability: day by day, the windows of the date, or else those of its
 * weekday. in[i] is minute i after `from`. */
static inline void slow_availability(const struct panel *p, const struct expert *e, instant from,
                                     int minutes, bool *in)
{
    memset(in, 0, (size_t)minutes * sizeof *in);
    for (int32_t day = day_of(from) - 2; day <= day_of(from) + minutes / 1440 + 2; day++) {
        bool own = false;
        if (day < e->term_from || day > e->term_until)
            continue;
        for (size_t d = 0; d < e->dated_count; d++)
            if (e->dated[d].day == day) {
                slow_window(e, day, e->dated[d].from, e->dated[d].until, from, minutes, in);
                own = true;
            }
        for (size_t w = 0; !own && !slow_holiday(p, day) && w < e->weekly_count; w++)
            if (slow_weekly_on(&e->weekly[w], day))
                slow_window(e, day, e->weekly[w].from, e->weekly[w].until, from, minutes, in);
    }
    int64_t first = e->term_from, last = e->term_until;
    for (int i = 0; i < minutes; i++) {
        instant t = from + (instant)i * MINUTE;
        int32_t day = day_of(zone_local(e->zone, t));
        in[i] |= day >= first && day <= last && span_meets(&e->duties, (struct span){t, t + 1});
    }
    for (int i = 0; i < minutes; i++)
        in[i] = in[i] && !span_meets(&e->absences, (struct span){from + (instant)i * MINUTE,
                                                                 from + (instant)(i + 1) * MINUTE});
}

#endif
