/* What is left of an expert's caps, on their own clock: by day, week and year. */
#include "brief_in.h"
#include "core/day.h"

/* Slots of one of these follow each other; what it leaves: meetings. */
struct period {
    bool slots; /* it leaves slots, not meetings */
    bool (*same)(const struct brief *b, const struct expert *e, size_t x, size_t y);
    int (*left)(const struct brief *b, const struct expert *e, size_t from, size_t until);
};

static int left_of(int cap, int held)
{
    return cap == CAP_NONE ? BRIEF_NO_LIMIT : cap > held ? cap - held : 0;
}

/* ---- the day ---- */

static bool same_day(const struct brief *b, const struct expert *e, size_t x, size_t y)
{
    return brief_day_of(b, e, x) == brief_day_of(b, e, y);
}

static int day_left(const struct brief *b, const struct expert *e, size_t from, size_t until)
{
    int held = 0;
    (void)until;
    for (size_t i = 0; i < e->held_count; i++)
        held += e->held[i].day == brief_day_of(b, e, from);
    return left_of(e->per_day, held);
}

/* ---- the year ---- */

static bool same_year(const struct brief *b, const struct expert *e, size_t x, size_t y)
{
    return day_year(brief_day_of(b, e, x)) == day_year(brief_day_of(b, e, y));
}

/* Enough for so many slots, whichever they are. */
static int year_left(const struct brief *b, const struct expert *e, size_t from, size_t until)
{
    int64_t given = panel_minutes(e, day_year(brief_day_of(b, e, from)));
    int64_t left = ((int64_t)e->hours_per_year * 60 - given) / b->longest;
    (void)until;
    if (e->hours_per_year == CAP_NONE || left > BRIEF_NO_LIMIT)
        return BRIEF_NO_LIMIT;
    return left > 0 ? (int)left : 0;
}

/* ---- the week ---- */

static bool same_week(const struct brief *b, const struct expert *e, size_t x, size_t y)
{
    return day_week(brief_day_of(b, e, x)) == day_week(brief_day_of(b, e, y));
}

static bool hours_may_run_out(const struct brief *b, const struct expert *e, size_t slot)
{
    return year_left(b, e, slot, slot + 1) < BRIEF_SLOTS_MAX;
}

/* A cap of a plan lies within another one or apart, so New Year cuts a week in two, where the hours
 * of either year may run out. */
static bool same_part(const struct brief *b, const struct expert *e, size_t x, size_t y)
{
    return same_week(b, e, x, y) &&
           (same_year(b, e, x, y) || (!hours_may_run_out(b, e, x) && !hours_may_run_out(b, e, y)));
}

/* Of a week that is cut, the first part has the greater half. */
static int week_left(const struct brief *b, const struct expert *e, size_t from, size_t until)
{
    int held = 0;
    for (size_t i = 0; i < e->held_count; i++)
        held += day_week(e->held[i].day) == day_week(brief_day_of(b, e, from));
    int left = left_of(e->per_week, held);
    if (left == BRIEF_NO_LIMIT)
        return left;
    if (from > 0 && same_week(b, e, from - 1, from))
        return left / 2;
    return until < b->slot_count && same_week(b, e, from, until) ? left - left / 2 : left;
}

/* ---- as the plan takes them ---- */

static void add_caps(const struct brief *b, const struct expert *e, struct desk *d,
                     const struct period *p, int most)
{
    for (size_t from = 0, until = 1; until <= b->slot_count; until++) {
        if (until < b->slot_count && p->same(b, e, from, until))
            continue;
        int left = p->left(b, e, from, until);
        left = left < most ? left : most;
        if (left < BRIEF_SLOTS_MAX)
            d->caps[d->cap_count++] = (struct plan_cap){(int)from, (int)until, left, p->slots};
        from = until;
    }
}

static bool same_event(const struct brief *b, const struct expert *e, size_t x, size_t y)
{
    (void)b, (void)e, (void)x, (void)y;
    return true;
}

/* The least of its years, as its days are the plan's own, whatever the expert's clock says. */
static int event_left(const struct brief *b, const struct expert *e, size_t from, size_t until)
{
    int first = year_left(b, e, from, until), last = year_left(b, e, until - 1, until);
    return first < last ? first : last;
}

void brief_caps(const struct brief *b, const struct expert *e, struct desk *d)
{
    static const struct period day = {false, same_day, day_left},
                               week = {false, same_part, week_left},
                               year = {true, same_year, year_left},
                               years = {true, same_event, event_left};
    d->caps = arena_array(b->a, struct plan_cap, 3 * b->slot_count);
    if (!b->event) {
        add_caps(b, e, d, &day, d->day_of_plan);
        add_caps(b, e, d, &week, BRIEF_NO_LIMIT);
    }
    add_caps(b, e, d, b->event ? &years : &year, BRIEF_NO_LIMIT);
}
