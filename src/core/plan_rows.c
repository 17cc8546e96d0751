#include "plan_in.h"

/* Who could be where: what decides whether a row can ever bind. */
struct reach {
    struct plan_slots *expert;   /* by expert: slots that a triple of theirs covers */
    int *wishes;                 /* by slot: how many could be there */
    int *experts, *zone_experts; /* by slot; by zone and slot */
    int *company;                /* by company and slot */
};

static struct reach *reach_of(struct arena *a, const struct model *m);
static void loosen_booths(struct model *m, const struct reach *r);
static void loosen_caps(struct model *m, const struct reach *r);
static void find_windows(struct arena *a, struct model *m, const struct reach *r);

void model_reduce(struct arena *a, struct model *m)
{
    for (int i = 0; i < m->W; i++) {
        struct wish *w = &m->wish[i];
        w->first = m->triples;
        m->triples += w->n;
        m->long_ones |= w->n && w->length == 2;
        m->pairs |= w->n && w->seats == 2;
    }
    const struct reach *r = reach_of(a, m);
    m->reach = r->expert;
    loosen_booths(m, r);
    loosen_caps(m, r);
    find_windows(a, m, r);
    m->company_row = arena_array(a, bool, (size_t)(m->C * m->S) + 1);
    for (int i = 0; i < m->C * m->S; i++)
        m->companies |= m->company_row[i] = r->company[i] > 1;
}

/* ---- breaks ---- */

bool model_rests(const struct model *m, const struct plan_slots *busy, int e, int slot, int length)
{
    int run = length;
    if (m->rest[e] == 0)
        return true;
    for (int s = slot; s > 0 && model_follows(m, s - 1) && plan_has(busy, s - 1); s--)
        run++;
    for (int s = slot + length - 1; model_follows(m, s) && plan_has(busy, s + 1); s++)
        run++;
    return run <= m->rest[e];
}

/* ---- what can never bind ---- */

/* Its triples are in the order of slots, so each slot is counted once. */
static void reach_wish(const struct model *m, const struct wish *w, struct reach *r)
{
    struct plan_slots mine = {0};
    for (size_t i = 0; i < w->n; i++)
        for (int s = w->at[i].slot; s < w->at[i].slot + w->length; s++) {
            plan_put(&r->expert[w->at[i].expert], s);
            plan_put(&mine, s);
        }
    for (int s = 0; s < m->S; s++) {
        r->wishes[s] += plan_has(&mine, s);
        if (w->company != PLAN_NONE)
            r->company[w->company * m->S + s] += plan_has(&mine, s);
    }
}

static struct reach *reach_of(struct arena *a, const struct model *m)
{
    struct reach *r = arena_new_of(a, struct reach);
    r->expert = arena_array(a, struct plan_slots, (size_t)m->E + 1);
    r->wishes = arena_array(a, int, (size_t)m->S + 1);
    r->experts = arena_array(a, int, (size_t)m->S + 1);
    r->zone_experts = arena_array(a, int, (size_t)(m->Z * m->S) + 1);
    r->company = arena_array(a, int, (size_t)(m->C * m->S) + 1);
    for (int i = 0; i < m->W; i++)
        reach_wish(m, wish_whole(m, i), r);
    for (int e = 0; e < m->E; e++)
        for (int s = 0; s < m->S; s++) {
            r->experts[s] += plan_has(&r->expert[e], s);
            if (m->zone_of[e] != PLAN_NONE)
                r->zone_experts[m->zone_of[e] * m->S + s] += plan_has(&r->expert[e], s);
        }
    return r;
}

/* One booth for each expert, or for each request, is enough. */
static void loosen_booths(struct model *m, const struct reach *r)
{
    for (int s = 0; s < m->S; s++) {
        if (m->hall[s] >= r->experts[s] || m->hall[s] >= r->wishes[s])
            m->hall[s] = PLENTY;
        m->booths |= m->hall[s] != PLENTY;
    }
    for (int i = 0; i < m->Z * m->S; i++) {
        if (m->zone[i] >= r->zone_experts[i] || m->zone[i] >= r->wishes[i % m->S])
            m->zone[i] = PLENTY;
        m->booths |= m->zone[i] != PLENTY;
    }
}

static int count_of_day(const struct model *m, const struct plan_slots *set, int day)
{
    int n = 0;
    for (int s = 0; s < m->S; s++)
        n += m->day[s] == day && plan_has(set, s);
    return n;
}

static void loosen_caps(struct model *m, const struct reach *r)
{
    for (int e = 0; e < m->E; e++) {
        int possible_all = 0;
        for (int d = 0; d < m->D; d++) {
            int *cap = &m->per_day[e * m->D + d], n = count_of_day(m, &r->expert[e], d);
            possible_all += n < *cap ? n : *cap;
            if (*cap >= n)
                *cap = PLENTY;
            m->caps |= *cap != PLENTY;
        }
        if (m->most[e] >= possible_all)
            m->most[e] = PLENTY;
        m->caps |= m->most[e] != PLENTY;
    }
}

static bool window_at(const struct model *m, const struct reach *r, int e, int from,
                      struct window *ret)
{
    int len = m->rest[e] + 1, could = 0, cap = m->rest[e];
    for (int s = from; s < from + len; s++) {
        if (s + 1 < from + len && !model_follows(m, s))
            return false;
        cap -= plan_has(&m->pinned[e], s);
        could += plan_has(&r->expert[e], s);
    }
    *ret = (struct window){e, from, len, cap > 0 ? cap : 0};
    int day = m->per_day[e * m->D + m->day[from]];
    return could > cap && (m->long_ones || day > cap);
}

static void find_windows(struct arena *a, struct model *m, const struct reach *r)
{
    int n = 0;
    size_t most = 0;
    for (int e = 0; e < m->E; e++)
        most += m->rest[e] ? (size_t)m->S : 0;
    m->window = arena_array(a, struct window, most + 1);
    m->first_window = arena_array(a, int, (size_t)m->E + 1);
    for (int e = 0; e < m->E; e++) {
        m->first_window[e] = n;
        for (int s = 0; m->rest[e] && s + m->rest[e] < m->S; s++)
            n += window_at(m, r, e, s, &m->window[n]);
    }
    m->first_window[m->E] = n;
    m->rests = n > 0;
}
