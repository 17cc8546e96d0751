/* What an event's meetings that the plan does not move leave of an expert's duty. */
#include "brief_in.h"

#include <stdio.h>

static int had_on(const json_t *had, int day)
{
    char key[16];
    snprintf(key, sizeof key, "%d", day);
    return (int)json_integer_value(json_object_get(had, key));
}

static int had_in_all(json_t *had)
{
    const char *day;
    json_t *n;
    int all = 0;
    json_object_foreach(had, day, n) all += (int)json_integer_value(n);
    return all;
}

static int left_of(int cap, int had)
{
    return cap == BRIEF_NO_LIMIT ? cap : cap > had ? cap - had : 0;
}

static int stood_on(const struct brief *b, const struct desk *d, int day)
{
    int n = 0;
    for (size_t s = 0; s < b->slot_count; s++)
        n += b->slots[s].day == day ? d->stood[s] : 0;
    return n;
}

static int most_on_a_day(const struct brief *b, const struct desk *d)
{
    int most = 0;
    for (size_t s = 0; s < b->slot_count; s++) {
        int n = d->stood[s] ? stood_on(b, d, b->slots[s].day) : 0;
        most = n > most ? n : most;
    }
    return most;
}

/* Where more stands on one day than there may be, that is for all days the most, and each has a cap
 * of its own. */
void brief_duty_caps(const struct brief *b, struct desk *d, json_t *had)
{
    int cap = d->per_day, stood = most_on_a_day(b, d);
    bool each = stood > cap;
    d->per_day = each ? stood : cap;
    d->most = left_of(d->most, had_in_all(had));
    for (size_t from = 0, until = 1; until <= b->slot_count; until++) {
        int day = b->slots[from].day, n = had_on(had, day);
        if (until < b->slot_count && b->slots[until].day == day)
            continue;
        if ((n > 0 || each) && cap != BRIEF_NO_LIMIT)
            d->caps[d->cap_count++] =
                (struct plan_cap){(int)from, (int)until, left_of(cap, n), false};
        from = until;
    }
}

/* Behind n taken slots in a row: of one more than there may be, one is a break. Nothing where the
 * next taken slot comes first. */
static void add_break(const struct brief *b, struct desk *d, size_t from, int n)
{
    int left = n < d->rest ? d->rest - n : 0;
    size_t until = from + (size_t)left + 1;
    for (size_t s = from; s + 1 < until; s++)
        if (!brief_follows(b, s) || d->taken[s + 1])
            return;
    d->caps[d->cap_count++] = (struct plan_cap){(int)from, (int)until, left, true};
    d->row_count++;
}

void brief_breaks(const struct brief *b, struct desk *d)
{
    for (size_t s = 0, n = 0; s < b->slot_count && d->rest != BRIEF_NO_LIMIT; s++) {
        n = d->taken[s] ? n + 1 : 0;
        if (n > 0 && brief_follows(b, s) && !d->taken[s + 1])
            add_break(b, d, s + 1, (int)n);
        if (!brief_follows(b, s))
            n = 0;
    }
}
