/* The best seats there are now, for a walk-in. */
#include "brief_in.h"

#include <string.h>

enum { WAIT_HOUR = 100 }; /* points that an hour of waiting costs: who comes, is there */

static int taken_on(const struct brief *b, const struct desk *d, int day)
{
    int n = 0;
    for (size_t s = 0; s < b->slot_count; s++)
        n += d->taken[s] && (day < 0 || b->slots[s].day == day);
    return n;
}

/* Slots in a row around this one, with it. */
static int row_at(const struct brief *b, const struct desk *d, size_t slot)
{
    int n = 1;
    for (size_t s = slot; s > 0 && d->taken[s - 1]; s--)
        n++;
    for (size_t s = slot + 1; s < b->slot_count && d->taken[s]; s++)
        n++;
    return n;
}

static bool booth_left(const struct brief *b, const struct desk *d, size_t slot)
{
    size_t i;
    json_t *z;
    json_array_foreach(b->zones, i, z)
    {
        const char *id = json_string_value(json_object_get(z, "id"));
        if (d->zone && id && strcmp(id, d->zone) == 0)
            return json_integer_value(json_array_get(json_object_get(z, "booths"), slot)) > 0;
    }
    return b->slots[slot].booths > 0;
}

static bool fits(const struct brief *b, const struct desk *d, size_t slot, int length)
{
    for (int k = 0; k < length; k++)
        if (slot + (size_t)k >= b->slot_count || !d->free[slot + (size_t)k] ||
            !booth_left(b, d, slot + (size_t)k))
            return false;
    return taken_on(b, d, -1) < d->most && taken_on(b, d, b->slots[slot].day) < d->per_day &&
           row_at(b, d, slot) + length - 1 <= d->rest;
}

static int64_t worth(const struct brief *b, const struct desk *d, const struct hopeful *h,
                     size_t slot)
{
    int64_t wait = (b->slots[slot].span.from - b->panel->now) * WAIT_HOUR / 3600;
    int load = 2 * taken_on(b, d, -1) + 1;
    return h->points - wait - (int64_t)b->lambda * load - b->slots[slot].price;
}

/* The best expert for one seat at one slot who is not `other`; NULL: none. */
static const struct hopeful *best_at(const struct brief *b, int seat, size_t slot,
                                     const struct hopeful *other, int64_t *ret_worth)
{
    const struct looked *l = b->last;
    const struct hopeful *best = NULL;
    for (size_t i = 0; i < l->hopeful_count; i++) {
        const struct hopeful *h = &l->hopefuls[i];
        const struct desk *d = &b->desks[h->expert];
        if (h->seat != seat || (other && h->expert == other->expert) ||
            !fits(b, d, slot, l->length))
            continue;
        int64_t w = worth(b, d, h, slot);
        if (!best || w > *ret_worth) {
            best = h;
            *ret_worth = w;
        }
    }
    return best;
}

/* Everybody the meeting needs, at one slot. */
struct choice {
    const struct hopeful *team[BRIEF_SEATS_MAX];
    size_t slot;
    int64_t worth;
};

static bool choose(const struct brief *b, size_t slot, struct choice *ret)
{
    size_t seats = b->last->request.seat_count;
    *ret = (struct choice){.slot = slot};
    for (size_t i = 0; i < seats; i++) {
        int64_t w = 0;
        ret->team[i] = best_at(b, (int)i + 1, slot, i ? ret->team[0] : NULL, &w);
        if (!ret->team[i])
            return false;
        ret->worth += w;
    }
    return seats > 0;
}

static json_t *choice_json(const struct brief *b, const struct choice *c)
{
    char start[CLOCK_TEXT];
    json_t *experts = json_array();
    int points = 0;
    for (size_t i = 0; i < b->last->request.seat_count; i++) {
        json_array_append_new(experts, json_string(b->panel->experts[c->team[i]->expert].id));
        points += c->team[i]->points;
    }
    return json_pack("{s:o, s:s, s:s?, s:i}", "expert_ids", experts, "start",
                     clock_text(b->slots[c->slot].span.from, start), "zone",
                     b->desks[c->team[0]->expert].zone, "points", points);
}

json_t *brief_best(const struct brief *b)
{
    struct choice best[BRIEF_CHOICES], x;
    size_t n = 0;
    json_t *list = json_array();
    if (!b->last || b->last->request.seat_count > BRIEF_SEATS_MAX)
        return list;
    for (size_t s = 0; s < b->last->slot_count; s++) {
        if (!choose(b, b->last->slots[s], &x))
            continue;
        size_t at = n;
        while (at > 0 && best[at - 1].worth < x.worth)
            at--;
        if (at == BRIEF_CHOICES)
            continue;
        n = n < BRIEF_CHOICES ? n + 1 : n;
        memmove(&best[at + 1], &best[at], (n - 1 - at) * sizeof *best);
        best[at] = x;
    }
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, choice_json(b, &best[i]));
    return list;
}
