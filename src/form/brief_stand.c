/* What stands and may be moved: there is room for it where it is, whatever the caps and the rest
 * say, as there was when it was booked. And the rest of the night. */
#include "brief_in.h"

enum { STANDS = 1000 }; /* what closing the slot of a meeting costs, in slots */

void brief_mark(const struct brief *b, struct span meeting, bool *slots, int *first)
{
    bool begun = false;
    for (size_t s = 0; s < b->slot_count; s++) {
        struct span at = b->slots[s].span;
        if (meeting.from >= at.until || at.from >= meeting.until)
            continue;
        slots[s] = true;
        first[s] += !begun;
        begun = true;
    }
}

/* ---- caps ---- */

static int stood_in(const struct desk *d, size_t from, size_t until, bool slots)
{
    int n = 0;
    for (size_t s = from; s < until; s++)
        n += slots ? d->stands[s] : d->stood[s];
    return n;
}

static void make_room(int *most, int stood)
{
    *most = *most < stood ? stood : *most;
}

static void raise_caps(const struct brief *b, struct desk *d)
{
    for (size_t i = 0; i < d->cap_count; i++) {
        struct plan_cap *c = &d->caps[i];
        make_room(&c->most, stood_in(d, (size_t)c->from, (size_t)c->until, c->slots));
    }
    make_room(&d->most, stood_in(d, 0, b->slot_count, false));
}

/* ---- rest ---- */

static bool too_near(const struct brief *b, const struct expert *e, const struct desk *d, size_t x,
                     size_t y)
{
    instant gap = b->slots[y].span.from - b->slots[x].span.until;
    bool night =
        gap < (instant)b->panel->night * 60 && brief_day_of(b, e, x) != brief_day_of(b, e, y);
    return gap < d->apart || night;
}

static size_t last_of(const struct brief *b, const struct desk *d, size_t s)
{
    while (s + 1 < b->slot_count && d->stands[s + 1] && d->stood[s + 1] == 0)
        s++;
    return s;
}

static void find_stuck(const struct brief *b, const struct expert *e, struct desk *d)
{
    size_t before = b->slot_count;
    for (size_t s = 0; s < b->slot_count; s++) {
        if (d->stood[s] == 0)
            continue;
        if (before < s && too_near(b, e, d, last_of(b, d, before), s))
            d->stuck[before] = d->stuck[s] = true;
        before = s;
    }
}

void brief_stand(const struct brief *b, const struct expert *e, struct desk *d)
{
    raise_caps(b, d);
    find_stuck(b, e, d);
}

/* ---- the night ---- */

static bool is_open(const struct desk *d, size_t s)
{
    return d->free[s] || d->stands[s];
}

static int dear(const struct desk *d, size_t s)
{
    return d->stands[s] ? STANDS : d->free[s];
}

/* What is open on the day until `last` and what then has to be closed of the next one. */
struct cut {
    size_t last, first; /* slots last .. first - 1 are closed */
    int cost;
};

static struct cut cut_at(const struct brief *b, const struct desk *d, size_t from, size_t mid,
                         size_t until, size_t last)
{
    struct cut c = {last, mid, 0};
    size_t open = last;
    while (open > from && !is_open(d, open - 1))
        open--;
    while (open > from && c.first < until &&
           b->slots[c.first].span.from - b->slots[open - 1].span.until <
               (instant)b->panel->night * 60)
        c.first++;
    for (size_t s = c.last; s < c.first; s++)
        c.cost += dear(d, s);
    return c;
}

/* Between the day from .. mid - 1 and the next one. */
static void close_night(const struct brief *b, struct desk *d, size_t from, size_t mid,
                        size_t until)
{
    struct cut best = cut_at(b, d, from, mid, until, mid), c = best;
    for (size_t last = mid; last > from && c.first > mid; last--) {
        c = cut_at(b, d, from, mid, until, last - 1);
        best = c.cost < best.cost ? c : best;
    }
    for (size_t s = best.last; s < best.first; s++)
        d->free[s] = false;
}

void brief_nights(const struct brief *b, const struct expert *e, struct desk *d)
{
    size_t from = 0, mid = 0;
    for (size_t s = 1; s <= b->slot_count && b->panel->night > 0; s++) {
        if (s < b->slot_count && brief_day_of(b, e, s) == brief_day_of(b, e, s - 1))
            continue;
        if (mid > from)
            close_night(b, d, from, mid, s);
        from = mid;
        mid = s;
    }
}
