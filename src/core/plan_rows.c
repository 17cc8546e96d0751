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

/* Whether the expert cannot be in one meeting that ends with x and in another that begins with y.
 */
static bool too_near(const struct model *m, int e, int x, int y)
{
    return m->p->slots[y].from - m->p->slots[x].until < m->apart[e];
}

static bool apart(const struct model *m, const struct plan_slots *busy, int e, int slot, int length)
{
    int last = slot + length - 1;
    for (int s = slot - 1; s >= 0 && too_near(m, e, s, slot); s--)
        if (plan_has(busy, s))
            return false;
    for (int s = last + 1; s < m->S && too_near(m, e, last, s); s++)
        if (plan_has(busy, s))
            return false;
    return true;
}

bool model_rests(const struct model *m, const struct plan_slots *busy, int e, int slot, int length)
{
    int run = length;
    if (!apart(m, busy, e, slot, length))
        return false;
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

/* ---- windows ---- */

int window_takes(const struct window *w, int slot, int length)
{
    int from = slot > w->from ? slot : w->from;
    int end = slot + length < w->from + w->len ? slot + length : w->from + w->len;
    int n = end > from ? end - from : 0;
    return w->meetings && n > 1 ? 1 : n;
}

/* Of a run of slots, one more than may be in a row. */
static bool row_at(const struct model *m, int e, int from, struct window *ret)
{
    int len = m->rest[e] + 1, cap = m->rest[e];
    for (int s = from; s < from + len; s++) {
        if (s >= m->S || (s + 1 < from + len && !model_follows(m, s)))
            return false;
        cap -= plan_has(&m->pinned[e], s);
    }
    *ret = (struct window){.expert = e, .from = from, .len = len, .cap = cap > 0 ? cap : 0};
    return true;
}

/* From one of the expert's slots to the last one that is too near to it: any two are. */
static bool near_at(const struct model *m, const struct plan_slots *reach, int e, int from,
                    struct window *ret)
{
    int last = from;
    for (int s = from + 1; s < m->S && too_near(m, e, from, s); s++)
        last = plan_has(reach, s) ? s : last;
    *ret = (struct window){
        .expert = e, .from = from, .len = last - from + 1, .cap = 1, .meetings = true};
    return plan_has(reach, from);
}

static bool in_one_day(const struct model *m, const struct window *w)
{
    return m->day[w->from] == m->day[w->from + w->len - 1];
}

static bool binds(const struct model *m, const struct plan_slots *reach, const struct window *w)
{
    int could = 0, most = m->most[w->expert];
    for (int s = w->from; s < w->from + w->len; s++)
        could += plan_has(reach, s);
    if (in_one_day(m, w) && m->per_day[w->expert * m->D + m->day[w->from]] < most)
        most = m->per_day[w->expert * m->D + m->day[w->from]];
    return could > w->cap && (most > w->cap || (m->long_ones && !w->meetings));
}

/* Where meetings are apart, no two follow each other: nothing is left to say of rows of slots. */
static int windows_of(struct model *m, const struct plan_slots *reach, int e, struct window *ret)
{
    int n = 0, end = 0;
    for (int s = 0; s < m->S && (m->rest[e] || m->apart[e]); s++) {
        struct window *w = &ret[n];
        bool is = m->apart[e] ? near_at(m, reach, e, s, w) : row_at(m, e, s, w);
        bool within = m->apart[e] && n > 0 && w->from + w->len <= w[-1].from + w[-1].len;
        if (!is || within || !binds(m, reach, w))
            continue;
        n++;
        if (w->from < end || !in_one_day(m, w))
            continue;
        end = w->from + w->len;
        w->nested = true;
        for (int k = w->from; k < end; k++)
            m->nest[e * m->S + k] = (int)(w - m->window);
    }
    return n;
}

static void find_windows(struct arena *a, struct model *m, const struct reach *r)
{
    size_t most = 0;
    int n = 0;
    for (int e = 0; e < m->E; e++)
        most += m->rest[e] || m->apart[e] ? (size_t)m->S : 0;
    m->window = arena_array(a, struct window, most + 1);
    m->first_window = arena_array(a, int, (size_t)m->E + 1);
    m->nest = arena_array(a, int, (size_t)(m->E * m->S) + 1);
    for (int i = 0; i < m->E * m->S; i++)
        m->nest[i] = NOBODY;
    for (int e = 0; e < m->E; e++) {
        m->first_window[e] = n;
        n += windows_of(m, &r->expert[e], e, &m->window[n]);
    }
    m->first_window[m->E] = n;
    for (int i = 0; i < n; i++) {
        m->caps |= m->window[i].nested;
        m->rests |= !m->window[i].nested;
    }
}
