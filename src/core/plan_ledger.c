#include "plan_in.h"

#include <assert.h>
#include <string.h>

/* The arrays that hold what is taken, for making, copying and clearing them alike. */
struct part {
    void *at;
    size_t bytes;
};
enum { PARTS = 9 };
static void parts_of(const struct ledger *l, struct part ret[PARTS]);

struct ledger *ledger_new(struct arena *a, const struct model *m)
{
    struct ledger *l = arena_new_of(a, struct ledger);
    struct part part[PARTS];
    l->m = m;
    parts_of(l, part);
    l->spot = arena_alloc(a, part[0].bytes);
    l->who = arena_alloc(a, part[1].bytes);
    l->busy = arena_alloc(a, part[2].bytes);
    l->hall = arena_alloc(a, part[3].bytes);
    l->zone = arena_alloc(a, part[4].bytes);
    l->company = arena_alloc(a, part[5].bytes);
    l->cap = arena_alloc(a, part[6].bytes);
    l->most = arena_alloc(a, part[7].bytes);
    l->load = arena_alloc(a, part[8].bytes);
    ledger_clear(l);
    return l;
}

static void parts_of(const struct ledger *l, struct part ret[PARTS])
{
    const struct model *m = l->m;
    size_t S = (size_t)m->S, E = (size_t)m->E, i = sizeof(int);
    const struct part parts[PARTS] = {
        {l->spot, (size_t)m->W * sizeof *l->spot},
        {l->who, E * S * sizeof *l->who},
        {l->busy, E * sizeof *l->busy},
        {l->hall, S * i},
        {l->zone, (size_t)m->Z * S * i},
        {l->company, (size_t)m->C * S * i},
        {l->cap, (size_t)m->first_cap[m->E] * i},
        {l->most, E * i},
        {l->load, E * i},
    };
    memcpy(ret, parts, sizeof parts);
}

void ledger_copy(struct ledger *to, const struct ledger *from)
{
    struct part x[PARTS], y[PARTS];
    parts_of(to, x);
    parts_of(from, y);
    for (int i = 0; i < PARTS; i++)
        if (x[i].bytes)
            memcpy(x[i].at, y[i].at, x[i].bytes);
}

void ledger_clear(struct ledger *l)
{
    const struct model *m = l->m;
    struct part x[PARTS];
    parts_of(l, x);
    for (int i = 0; i < PARTS; i++)
        if (x[i].bytes)
            memset(x[i].at, 0, x[i].bytes);
    for (int i = 0; i < m->W; i++)
        l->spot[i].slot = PLAN_NONE;
    for (int i = 0; i < m->E * m->S; i++)
        l->who[i] = plan_has(&m->pinned[i / m->S], i % m->S) ? PINNED : NOBODY;
    for (int e = 0; e < m->E; e++)
        l->busy[e] = m->pinned[e];
}

static bool expert_fits(const struct ledger *l, const struct wish *w, int slot, int e)
{
    const struct model *m = l->m;
    for (int s = slot; s < slot + w->length; s++)
        if (plan_has(&l->busy[e], s))
            return false;
    for (int i = m->cap_at[e * m->S + slot]; i != NOBODY; i = m->cap[i].above)
        if (l->cap[i] + cap_takes(&m->cap[i], w->length) > m->cap[i].left)
            return false;
    return l->most[e] < m->most[e] && model_rests(m, &l->busy[e], e, slot, w->length);
}

bool ledger_fits(const struct ledger *l, int wish, const struct spot *at)
{
    const struct model *m = l->m;
    const struct wish *w = &m->wish[wish];
    int zone = m->zone_of[at->expert[0]];
    for (int s = at->slot; s < at->slot + w->length; s++) {
        if (l->hall[s] >= m->hall[s])
            return false;
        if (zone != PLAN_NONE && l->zone[zone * m->S + s] >= m->zone[zone * m->S + s])
            return false;
        if (w->company != PLAN_NONE && l->company[w->company * m->S + s] > 0)
            return false;
    }
    for (int i = 0; i < w->seats; i++)
        if (!expert_fits(l, w, at->slot, at->expert[i]))
            return false;
    return w->seats == 1 || (at->expert[0] != at->expert[1] &&
                             m->zone_of[at->expert[0]] == m->zone_of[at->expert[1]]);
}

static void add(struct ledger *l, int wish, const struct spot *at, int n)
{
    const struct model *m = l->m;
    const struct wish *w = &m->wish[wish];
    int zone = m->zone_of[at->expert[0]];
    for (int s = at->slot; s < at->slot + w->length; s++) {
        l->hall[s] += n;
        if (zone != PLAN_NONE)
            l->zone[zone * m->S + s] += n;
        if (w->company != PLAN_NONE)
            l->company[w->company * m->S + s] += n;
        for (int i = 0; i < w->seats; i++) {
            l->who[at->expert[i] * m->S + s] = n > 0 ? wish : NOBODY;
            l->busy[at->expert[i]].bits[s / 64] ^= (uint64_t)1 << (s % 64);
        }
    }
    for (int i = 0; i < w->seats; i++) {
        int c = m->cap_at[at->expert[i] * m->S + at->slot];
        for (; c != NOBODY; c = m->cap[c].above)
            l->cap[c] += n * cap_takes(&m->cap[c], w->length);
        l->most[at->expert[i]] += n;
        l->load[at->expert[i]] += n * w->length;
    }
}

void ledger_put(struct ledger *l, int wish, const struct spot *at)
{
    assert(l->spot[wish].slot == PLAN_NONE);
    add(l, wish, at, 1);
    l->spot[wish] = *at;
}

void ledger_take(struct ledger *l, int wish)
{
    assert(l->spot[wish].slot != PLAN_NONE);
    add(l, wish, &l->spot[wish], -1);
    l->spot[wish].slot = PLAN_NONE;
}

bool ledger_put_all(struct ledger *l, const struct spot *spot)
{
    ledger_clear(l);
    for (int i = 0; i < l->m->W; i++) {
        if (spot[i].slot == PLAN_NONE)
            continue;
        if (!ledger_fits(l, i, &spot[i]))
            return false;
        ledger_put(l, i, &spot[i]);
    }
    return true;
}

/* They are in order of slot, zone, seat and expert; zone and expert are of one another. */
const struct triple *wish_triple(const struct wish *w, int slot, int expert, int seat)
{
    size_t low = 0, high = w->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (w->at[mid].slot < slot)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < w->n && w->at[low].slot == slot; low++)
        if (w->at[low].expert == expert && w->at[low].seat == seat)
            return &w->at[low];
    return NULL;
}

struct plan_score ledger_score(const struct ledger *l)
{
    const struct model *m = l->m;
    struct plan_score s = m->pinned_score;
    for (int i = 0; i < m->W; i++) {
        if (l->spot[i].slot == PLAN_NONE)
            continue;
        const struct wish *w = wish_whole(m, i);
        for (int k = 0; k < w->seats; k++) {
            const struct triple *t = wish_triple(w, l->spot[i].slot, l->spot[i].expert[k], k);
            assert(t);
            s.served[w->class] += k == 0;
            s.kept += t->keep;
            s.quality += t->points;
        }
    }
    for (int e = 0; e < m->E; e++)
        s.load += load_cost(m, e, l->load[e]);
    s.value = s.quality - s.load;
    return s;
}

int score_order(const struct plan_score *a, const struct plan_score *b)
{
    for (int c = 0; c < PLAN_CLASSES; c++)
        if (a->served[c] != b->served[c])
            return a->served[c] > b->served[c] ? 1 : -1;
    if (a->kept != b->kept)
        return a->kept > b->kept ? 1 : -1;
    return (a->value > b->value) - (a->value < b->value);
}
