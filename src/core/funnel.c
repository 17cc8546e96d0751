#include "core/funnel.h"

#include "core/day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One search for suggestions: the panel as it is, what was found, how much may still be looked at.
 */
struct search {
    struct arena *a;
    const struct panel *p;
    struct funnel *f;
    int looks;
    const struct board *board; /* starts that fill all seats are counted; NULL: candidates */
};

/* A change tried: a copy of the panel, altered. */
struct attempt {
    struct panel panel;
    struct suggestion said;
};

static void steps_fill(const struct panel *p, const struct ranking *r, struct funnel *f);
static struct attempt attempt_new(const struct search *s, enum change_code c, const char *value);
static void attempt(struct search *s, struct attempt *x);
static bool count(struct search *s, const struct panel *p, size_t *ret);

/* --- the changes: each tries what it has --- */

/* The hours of the day in which the windows lie, on the office's clock; all day where they cross
 * midnight. Seconds. */
static struct span hours_of(const struct panel *p)
{
    const struct spans *w = &p->request.windows;
    struct span hours = {DAY_SECONDS, 0};
    for (size_t i = 0; i < w->n; i++) {
        int64_t from = zone_local(p->zone, w->at[i].from);
        int64_t until = zone_local(p->zone, w->at[i].until);
        if (day_of(from) != day_of(until - 1))
            return (struct span){0, DAY_SECONDS};
        int64_t midnight = (int64_t)day_of(from) * DAY_SECONDS;
        hours.from = from - midnight < hours.from ? from - midnight : hours.from;
        hours.until = until - midnight > hours.until ? until - midnight : hours.until;
    }
    return hours;
}

static void with_windows(struct search *s, struct attempt *x, const struct spans *more)
{
    struct span far = {0, s->p->now + (instant)PANEL_DAYS_MAX * DAY_SECONDS};
    struct spans near = {&far, 1, 1}, *all = arena_new_of(s->a, struct spans);
    struct spans joined = span_union(s->a, &s->p->request.windows, more);
    *all = span_intersect(s->a, &joined, &near);
    x->panel.request.windows = *all;
    panel_seal_request(s->a, &x->panel);
    x->said.windows = all;
    attempt(s, x);
}

/* That weekday in each week that the windows touch, at the hours of the windows. */
static void try_on(struct search *s, int weekday)
{
    const struct spans *w = &s->p->request.windows;
    struct span hours = hours_of(s->p);
    struct spans more = {0};
    int32_t first = day_of(zone_local(s->p->zone, w->at[0].from));
    int32_t last = day_of(zone_local(s->p->zone, w->at[w->n - 1].until - 1));
    for (int32_t day = first; day <= last || day <= first + 6; day++)
        if (day_weekday(day) == weekday)
            span_add(
                s->a, &more,
                (struct span){zone_utc_first(s->p->zone, (int64_t)day * DAY_SECONDS + hours.from),
                              zone_utc_last(s->p->zone, (int64_t)day * DAY_SECONDS + hours.until)});
    struct spans new = span_subtract(s->a, &more, w);
    if (new.n == 0)
        return;
    struct attempt x = attempt_new(s, CHANGE_weekday, arena_printf(s->a, "%d", weekday));
    with_windows(s, &x, &more);
}

static void try_weekday(struct search *s)
{
    for (int d = 1; d <= 7 && s->p->request.windows.n && !s->p->request.fixed; d++)
        try_on(s, d);
}

static void try_day_more(struct search *s)
{
    const struct spans *w = &s->p->request.windows;
    struct spans more = {0};
    for (size_t i = 0; i < w->n; i++)
        for (int d = -1; d <= 1; d += 2)
            span_add(s->a, &more,
                     (struct span){w->at[i].from + (instant)d * DAY_SECONDS,
                                   w->at[i].until + (instant)d * DAY_SECONDS});
    struct attempt x = attempt_new(s, CHANGE_day_more, "");
    if (w->n && !s->p->request.fixed)
        with_windows(s, &x, &more);
}

static void try_deadline(struct search *s)
{
    struct attempt x = attempt_new(s, CHANGE_deadline, "");
    if (s->p->request.deadline == INSTANT_NEVER)
        return;
    x.panel.request.deadline = INSTANT_NEVER;
    panel_seal_request(s->a, &x.panel);
    attempt(s, &x);
}

static void try_minutes(struct search *s)
{
    struct attempt x = attempt_new(s, CHANGE_minutes, arena_printf(s->a, "%d", FUNNEL_MINUTES));
    if (s->p->request.minutes <= FUNNEL_MINUTES || s->p->request.fixed)
        return;
    x.panel.request.minutes = FUNNEL_MINUTES;
    attempt(s, &x);
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The modes of which some expert is capable: which there are, only they know. */
static void try_mode(struct search *s)
{
    const char *at[FUNNEL_MODES];
    struct words modes = {at, 0};
    for (size_t i = 0; i < s->p->expert_count; i++)
        for (size_t j = 0; j < s->p->experts[i].modes.n && modes.n < FUNNEL_MODES; j++)
            if (!words_have(&modes, s->p->experts[i].modes.at[j]))
                at[modes.n++] = s->p->experts[i].modes.at[j];
    qsort(at, modes.n, sizeof *at, by_text);
    for (size_t i = 0; i < modes.n; i++) {
        struct attempt x = attempt_new(s, CHANGE_mode, at[i]);
        x.panel.request.mode = at[i];
        if (strcmp(at[i], s->p->request.mode) != 0)
            attempt(s, &x);
    }
}

static void try_desk(struct search *s)
{
    struct attempt x = attempt_new(s, CHANGE_desk, "");
    x.panel.request.desk = false;
    if (s->p->request.desk)
        attempt(s, &x);
}

/* The highest level that finds somebody: one asked for less gives no more away than needed. */
static void try_min_level(struct search *s)
{
    size_t before = s->f->n;
    for (int level = s->p->request.min_level - 1; level >= 1 && s->f->n == before; level--) {
        struct attempt x = attempt_new(s, CHANGE_min_level, arena_printf(s->a, "%d", level));
        x.panel.request.min_level = level;
        attempt(s, &x);
    }
}

static void try_waive(struct search *s, enum change_code c, enum rule rule)
{
    struct attempt x = attempt_new(s, c, "");
    x.panel.waived |= 1u << rule;
    attempt(s, &x);
}

#define CHANGE(code, ko, en)
#define WAIVE(code, ko, en)                                                                        \
    static void try_##code(struct search *s)                                                       \
    {                                                                                              \
        try_waive(s, CHANGE_##code, RULE_##code);                                                  \
    }
#include "core/change.def"
#undef CHANGE
#undef WAIVE

static const struct {
    const char *code, *ko, *en;
    void (*try)(struct search *s);
} rows[CHANGE_COUNT] = {
#define CHANGE(code, ko, en) [CHANGE_##code] = {#code, ko, en, try_##code},
#define WAIVE(code, ko, en) CHANGE(code, ko, en)
#include "core/change.def"
#undef CHANGE
#undef WAIVE
};

/* --- the search --- */

struct funnel *funnel_find(struct arena *a, const struct panel *p, const struct ranking *r)
{
    struct search s = {a, p, arena_new_of(a, struct funnel), FUNNEL_LOOKS, NULL};
    steps_fill(p, r, s.f);
    for (int i = 0; i < CHANGE_COUNT && r->candidate_count == 0; i++)
        rows[i].try(&s);
    return s.f;
}

struct funnel *funnel_team(struct arena *a, const struct board *b, const struct panel *p)
{
    struct search s = {a, p, arena_new_of(a, struct funnel), FUNNEL_LOOKS, b};
    s.f->all = p->expert_count;
    for (int i = 0; i < CHANGE_COUNT; i++)
        rows[i].try(&s);
    return s.f;
}

/* Experts against whom nothing stands are in the list, too: they are who is left in the end. */
static void steps_fill(const struct panel *p, const struct ranking *r, struct funnel *f)
{
    size_t left = f->all = p->expert_count;
    for (size_t i = 0; i < r->ineligible_count; i++) { /* they stand by rule */
        enum rule rule = r->ineligible[i].rule;
        if (f->step_count == 0 || f->steps[f->step_count - 1].rule != rule)
            f->steps[f->step_count++].rule = rule;
        f->steps[f->step_count - 1].left = --left;
    }
}

static struct attempt attempt_new(const struct search *s, enum change_code c, const char *value)
{
    return (struct attempt){*s->p, {.change = c, .value = value}};
}

static void attempt(struct search *s, struct attempt *x)
{
    if (s->f->n < FUNNEL_SUGGESTIONS && count(s, &x->panel, &x->said.candidates) &&
        x->said.candidates > 0)
        s->f->at[s->f->n++] = x->said;
}

/* Everybody is looked at for each seat. */
static bool count_starts(struct search *s, const struct panel *p, size_t *ret)
{
    size_t looks = p->expert_count * p->request.seat_count;
    if (looks > (size_t)s->looks)
        return false;
    s->looks -= (int)looks;
    *ret = board_slots(s->a, s->board, p, FUNNEL_STARTS)->n;
    return true;
}

/* As rank() would; false when there are too many to look at. */
static bool count(struct search *s, const struct panel *p, size_t *ret)
{
    *ret = 0;
    if (s->board)
        return count_starts(s, p, ret);
    for (size_t i = 0; i < p->expert_count; i++) {
        if (eligible(p, &p->experts[i]) != RULE_none)
            continue;
        if (--s->looks < 0)
            return false;
        *ret += slots_find(p, &p->experts[i]).n > 0;
    }
    return true;
}

/* --- in words --- */

const char *change_code(enum change_code c)
{
    return rows[c].code;
}

static const char *worded(struct arena *a, const char *text, const char *value)
{
    const char *at = strstr(text, "%s");
    return at ? arena_printf(a, "%.*s%s%s", (int)(at - text), text, value, at + 2) : text;
}

const char *change_ko(struct arena *a, const struct suggestion *s)
{
    static const char *const days[] = {"월요일", "화요일", "수요일", "목요일",
                                       "금요일", "토요일", "일요일"};
    bool day = s->change == CHANGE_weekday;
    return worded(a, rows[s->change].ko, day ? days[s->value[0] - '1'] : s->value);
}

const char *change_en(struct arena *a, const struct suggestion *s)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    bool day = s->change == CHANGE_weekday;
    return worded(a, rows[s->change].en, day ? days[s->value[0] - '1'] : s->value);
}
