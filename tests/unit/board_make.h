/* Panels of every odd kind for core/board: times off the five minutes, meetings of 47 minutes, any
 * grid, windows beyond the weeks, meetings that stand already, several fields and seats. */
#ifndef TESTS_BOARD_MAKE_H
#define TESTS_BOARD_MAKE_H

#include "core/board.h"
#include "panel_make.h"

static inline const char *draw_of(const char *const *words, int n)
{
    return words[draw(n)];
}

static inline struct words draw_words(struct arena *a, const char *const *words, int n)
{
    const char *some[8];
    size_t m = 0;
    for (int i = 0; i < n; i++)
        if (draw(3))
            some[m++] = words[i];
    return words_of(a, some, m);
}

static const char *const wild_fields[] = {"tax", "legal", "rnd"};
static const char *const wild_topics[] = {"부가세", "원천세", "법인세", "특허", "계약"};
static const char *const wild_districts[] = {"suseong", "dong", "jung"};
static const char *const wild_modes[] = {"visit", "online", "center"};
static const char *const wild_languages[] = {"ko", "en"};

static inline void wild_spans(struct arena *a, struct spans *s)
{
    struct spans off = {0};
    for (size_t i = 0; i < s->n; i++)
        span_add(a, &off,
                 (struct span){s->at[i].from + draw(400) - 200, s->at[i].until + draw(400) - 200});
    *s = off;
}

static inline struct expert wild_expert(struct arena *a, const struct panel *p, const char *id)
{
    struct expert e = random_expert(a, p, id);
    e.skills = arena_array(a, struct skill, 3);
    e.skill_count = 0;
    for (int i = 0; i < 3; i++)
        if (draw(4))
            e.skills[e.skill_count++] =
                (struct skill){.field = wild_fields[i], .level = 1 + draw(3)};
    e.topics = draw_words(a, wild_topics, 5);
    if (draw(3) == 0)
        e.districts = draw_words(a, wild_districts, 3);
    if (draw(3) == 0)
        e.modes = draw_words(a, wild_modes, 3);
    if (draw(3) == 0)
        e.languages = draw_words(a, wild_languages, 2);
    if (draw(8) == 0)
        e.paused_from = p->now + draw(3) - 1;
    if (draw(12) == 0)
        e.conflict_companies = WORDS(a, "124-81-00998");
    if (draw(12) == 0)
        e.conflict_names = WORDS(a, "가나그룹");
    if (draw(3) == 0) { /* minutes and seconds off the grid */
        for (size_t i = 0; i < e.weekly_count; i++)
            e.weekly[i].from += e.weekly[i].from + 9 < e.weekly[i].until ? draw(9) : 0;
        wild_spans(a, &e.busy);
        wild_spans(a, &e.absences);
        e.before = draw(20);
        e.after = draw(20);
    }
    if (draw(3) == 0) { /* long hours, so that something stays when much is taken */
        e.weekly_count = 7;
        for (int i = 0; i < 7; i++)
            e.weekly[i] = (struct weekly){.weekday = i + 1, .from = 0, .until = 1440};
    }
    return e;
}

/* Nothing but time stands against them. */
static inline void make_kind(struct arena *a, struct panel *p)
{
    p->request.excluded.n = p->request.seated.n = 0;
    p->request.languages.n = 0;
    for (size_t i = 0; i < p->request.seat_count; i++)
        p->request.seats[i].min_level = 1;
    p->request.min_level = 1;
    for (size_t i = 0; i < p->expert_count; i++) {
        struct expert *e = &p->experts[i];
        e->modes = words_of(a, wild_modes, 3);
        e->districts = words_of(a, wild_districts, 3);
        e->paused_from = INSTANT_NEVER;
        e->conflict_companies.n = e->conflict_names.n = 0;
        e->hours_per_year = CAP_NONE;
    }
}

static inline void wild_request(struct arena *a, struct panel *p)
{
    static const int minutes[] = {1, 3, 5, 7, 30, 45, 47, 60, 61, 90, 119, 330, 1000};
    struct request *r = &p->request;
    if (draw(3) == 0)
        r->minutes = minutes[draw(13)];
    r->packed = draw(4) == 0;
    r->mode = draw_of(wild_modes, 3);
    r->district = draw(4) ? draw_of(wild_districts, 3) : NULL;
    r->topics = draw_words(a, wild_topics, draw(6));
    r->languages = draw(4) ? WORDS(a, "ko") : WORDS(a, "ko", "en");
    r->seat_count = 1 + (size_t)draw(SEATS_MAX);
    for (size_t i = 0; i < r->seat_count; i++)
        r->seats[i] =
            (struct wanted){(int)i + 1, draw_of(wild_fields, 3), 1 + draw(3), draw(5) == 0};
    r->field = r->seats[0].field;
    r->min_level = r->seats[0].min_level;
    if (draw(4) == 0)
        r->preferred = arena_printf(a, "e%02d", draw(10));
    if (draw(4) == 0)
        r->previous = words_of(a, (const char *const[]){"e01", "e03", "gone"}, 3);
    if (draw(4) == 0)
        r->last = WORDS(a, "e02");
    if (draw(4) == 0)
        r->known = WORDS(a, "e02", "e03", "e05");
    if (draw(6) == 0)
        r->excluded = WORDS(a, "e00", "e02");
    if (draw(6) == 0)
        r->seated = WORDS(a, "e04");
    if (draw(3) == 0) {
        wild_spans(a, &r->windows);
        wild_spans(a, &r->company_busy);
        wild_spans(a, &r->room_busy);
        wild_spans(a, &r->company_full);
    }
    if (draw(4) == 0)
        r->wished = draw_spans(a, p->now, 4, 1 + draw(3), 100);
    if (draw(6) == 0)
        p->waived = 1u << (RULE_none + 1 + draw(RULE_COUNT - 1));
    if (draw(6) == 0) /* beyond the weeks, and before them */
        r->windows = SPANS(a, {p->now - 3 * DAY, p->now + draw(80) * DAY});
    if (draw(8) == 0 && r->windows.n) {
        r->fixed = r->windows.at[0].from + draw(100) * 60 + (draw(2) ? draw(60) : 0);
        r->fixed = draw(2) ? r->fixed : r->fixed / 300 * 300;
    }
}

static inline struct panel wild_panel(struct arena *a, size_t n)
{
    static const int aligns[] = {1, 3, 5, 10, 12, 15, 20, 40, 45, 60, 120, 480, 1440};
    struct panel p = random_panel(a, 0);
    p.align = draw(2) ? p.align : aligns[draw(13)];
    p.now += draw(3) == 0 ? draw(60) : 0;
    wild_request(a, &p);
    p.experts = arena_array(a, struct expert, n);
    for (p.expert_count = 0; p.expert_count < n; p.expert_count++)
        p.experts[p.expert_count] = wild_expert(a, &p, arena_printf(a, "e%02zu", p.expert_count));
    if (draw(3) == 0)
        make_kind(a, &p);
    return p;
}

/* A panel by its number, sealed; and a board of the same facts, whose sources are gone already. */
static inline struct board *wild_board(struct arena *a, int round, size_t n, struct panel *ret)
{
    struct arena *gone = arena_new();
    struct board *b = board_new(1 + round % 8, n);
    dice = 1000u + (unsigned)round;
    struct panel p = wild_panel(gone, n);
    board_office(b, &p);
    board_at(b, p.now);
    for (size_t i = 0; i < n; i++)
        if (!board_put(b, &p.experts[i]))
            abort();
    board_at(b, p.now);
    arena_free(gone);
    dice = 1000u + (unsigned)round;
    *ret = wild_panel(a, n);
    panel_seal(a, ret);
    return b;
}

#endif
