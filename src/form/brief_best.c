/* The best seats there are now, for a walk-in. */
#include "brief_in.h"

#include <string.h>

enum { WAIT_HOUR = 100 }; /* points that an hour of waiting costs: who comes, is there */

static int slots_taken(const struct brief *b, const struct desk *d)
{
    int n = 0;
    for (size_t s = 0; s < b->slot_count; s++)
        n += d->taken[s];
    return n;
}

/* What is left of the caps without what is taken, and of the plan's with it. */
static bool caps_leave(const struct brief *b, const struct desk *d, size_t slot, int length)
{
    int all = 0, on_day = 0, day = b->slots[slot].day;
    for (size_t i = 0; i < d->cap_count - d->row_count;
         i++) /* breaks are looked for at each slot */
        if (d->caps[i].from <= (int)slot && (int)slot < d->caps[i].until &&
            d->caps[i].most < (d->caps[i].slots ? length : 1))
            return false;
    for (size_t s = 0; s < b->slot_count; s++) {
        all += d->begun[s];
        on_day += b->slots[s].day == day ? d->begun[s] : 0;
    }
    return d->most > 0 && d->per_day > 0 && all < d->most_of_plan && on_day < d->day_of_plan;
}

/* Slots in a row with those of the meeting. */
static int row_at(const struct brief *b, const struct desk *d, size_t slot, int length)
{
    int n = length;
    for (size_t s = slot; s > 0 && brief_follows(b, s - 1) && d->taken[s - 1]; s--)
        n++;
    for (size_t s = slot + (size_t)length - 1; brief_follows(b, s) && d->taken[s + 1]; s++)
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

/* What can be in the way of somebody who may come, in the order in which it is told. */
enum hurdle { HURDLE_TAKEN, HURDLE_CAP, HURDLE_BREAK, HURDLE_BOOTH, HURDLES };

static bool free_at(const struct brief *b, const struct desk *d, size_t slot, int length)
{
    for (int k = 0; k < length; k++)
        if (slot + (size_t)k >= b->slot_count || !d->free[slot + (size_t)k])
            return false;
    return true;
}

static enum hurdle hurdle_at(const struct brief *b, const struct desk *d, size_t slot, int length)
{
    if (!free_at(b, d, slot, length))
        return HURDLE_TAKEN;
    if (!caps_leave(b, d, slot, length))
        return HURDLE_CAP;
    if (row_at(b, d, slot, length) > d->rest)
        return HURDLE_BREAK;
    for (int k = 0; k < length; k++)
        if (!booth_left(b, d, slot + (size_t)k))
            return HURDLE_BOOTH;
    return HURDLES;
}

static int64_t worth(const struct brief *b, const struct desk *d, const struct hopeful *h,
                     size_t slot)
{
    int64_t wait = (b->slots[slot].span.from - b->panel->now) * WAIT_HOUR / 3600;
    int load = 2 * slots_taken(b, d) + 1;
    return h->points - wait - (int64_t)b->lambda * load - b->slots[slot].price;
}

/* Somebody who could take a seat at a slot. */
struct offer {
    const struct hopeful *who;
    int64_t worth;
};

enum { OFFERS_MAX = BRIEF_EXPERTS_MAX * BRIEF_SEATS_MAX };

static size_t offers_at(const struct brief *b, size_t slot, struct offer ret[OFFERS_MAX])
{
    const struct looked *l = b->last;
    size_t n = 0;
    for (size_t i = 0; i < l->hopeful_count; i++) {
        const struct hopeful *h = &l->hopefuls[i];
        const struct desk *d = &b->desks[h->expert];
        if (hurdle_at(b, d, slot, l->length) == HURDLES)
            ret[n++] = (struct offer){h, worth(b, d, h, slot)};
    }
    return n;
}

/* Everybody the meeting needs, at one slot. */
struct choice {
    const struct hopeful *team[BRIEF_SEATS_MAX];
    size_t slot;
    int64_t worth;
};

/* They sit at one booth, so they sit in one zone. */
static bool together(const struct brief *b, const struct hopeful *x, const struct hopeful *y)
{
    const char *p = b->desks[x->expert].zone, *q = b->desks[y->expert].zone;
    return x->expert != y->expert && (p && q ? strcmp(p, q) == 0 : p == q);
}

/* The best of one with these two; of equal ones the earlier stands. */
static void weigh(const struct brief *b, struct offer x, struct offer y, struct choice *best)
{
    int64_t sum = x.worth + y.worth;
    if (best->team[0] && sum <= best->worth)
        return;
    if (y.who && !together(b, x.who, y.who))
        return;
    *best = (struct choice){{x.who, y.who}, best->slot, sum};
}

static bool choose(const struct brief *b, size_t slot, struct choice *ret)
{
    struct offer at[OFFERS_MAX];
    size_t n = offers_at(b, slot, at);
    *ret = (struct choice){.slot = slot};
    for (size_t i = 0; i < n; i++) {
        if (at[i].who->seat != 1)
            continue;
        if (b->last->request.seat_count == 1)
            weigh(b, at[i], (struct offer){0}, ret);
        for (size_t k = 0; b->last->request.seat_count == 2 && k < n; k++)
            if (at[k].who->seat == 2)
                weigh(b, at[i], at[k], ret);
    }
    return ret->team[0] != NULL;
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

/* ---- why there is none ---- */

/* The last thing in somebody's way, over all slots. */
static enum hurdle farthest(const struct brief *b, const struct hopeful *h)
{
    const struct looked *l = b->last;
    enum hurdle best = HURDLE_TAKEN;
    for (size_t i = 0; i < l->slot_count; i++) {
        enum hurdle x = hurdle_at(b, &b->desks[h->expert], l->slots[i], l->length);
        best = x > best ? x : best;
    }
    return best;
}

static size_t stopped(const struct brief *b, size_t seat, size_t ret[HURDLES + 1])
{
    const struct looked *l = b->last;
    memset(ret, 0, (HURDLES + 1) * sizeof *ret);
    for (size_t i = 0; i < l->hopeful_count; i++)
        if (l->hopefuls[i].seat == (int)seat + 1)
            ret[farthest(b, &l->hopefuls[i])]++;
    return ret[HURDLES];
}

json_t *brief_why(const struct brief *b)
{
    static const char *const rows[HURDLES][3] = {
        [HURDLE_TAKEN] = {"taken", "남은 시간대가 모두 찼습니다", "All slots left are taken"},
        [HURDLE_CAP] = {"plan_cap", "배정안에서 정한 상담 수에 이르렀습니다",
                        "The plan's cap of meetings is reached"},
        [HURDLE_BREAK] = {"plan_break", "쉬는 시간이 남지 않습니다", "No break would be left"},
        [HURDLE_BOOTH] = {"booth", "그 시간대에 빈 부스가 없습니다", "No booth is left then"}};
    size_t seat = 0, at[HURDLES + 1], seats = b->last ? b->last->request.seat_count : 0;
    if (!b->last)
        return json_array();
    while (seat < seats && seats <= BRIEF_SEATS_MAX && stopped(b, seat, at) > 0)
        seat++;
    bool all = seat == seats; /* each for itself, not together */
    seat = all ? 0 : seat;
    size_t left = 0, could = stopped(b, seat, at);
    for (int i = 0; i <= HURDLES; i++)
        left += at[i];
    json_t *list = brief_rules(b, b->last, seat);
    for (int i = 0; i < HURDLES; i++) {
        left -= at[i];
        if (at[i] > 0)
            brief_row(list, rows[i][0], left, rows[i][1], rows[i][2]);
    }
    if (all && could > 0)
        brief_row(list, "team", 0, "모든 자리를 서로 다른 위원이 함께 맡을 수 있는 때가 없습니다",
                  "No start at which all seats can be filled by different experts");
    return list;
}
