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
static void loosen_caps(struct arena *a, struct model *m, const struct reach *r);
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
    loosen_caps(a, m, r);
    find_windows(a, m, r);
    m->company_row = arena_array(a, bool, (size_t)(m->C * m->S) + 1);
    for (int i = 0; i < m->C * m->S; i++)
        m->companies |= m->company_row[i] = r->company[i] > 1;
}

/* ---- breaks ---- */

bool model_near(const struct model *m, int e, int x, int y)
{
    return m->p->slots[y].from - m->p->slots[x].until < m->apart[e];
}

static bool apart(const struct model *m, const struct plan_slots *busy, int e, int slot, int length)
{
    int last = slot + length - 1;
    for (int s = slot - 1; s >= 0 && model_near(m, e, s, slot); s--)
        if (plan_has(busy, s))
            return false;
    for (int s = last + 1; s < m->S && model_near(m, e, last, s); s++)
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

static int count_in(const struct plan_slots *set, int from, int until)
{
    int n = 0;
    for (int s = from; s < until; s++)
        n += plan_has(set, s);
    return n;
}

/* How many slots the caps leave possible, each loosened that those within it keep anyway. less:
 * by cap, what it and those within take away. */
static int possible_under_caps(struct model *m, const struct reach *r, int e, int *less)
{
    int all = count_in(&r->expert[e], 0, m->S);
    for (int i = m->first_cap[e + 1] - 1; i >= m->first_cap[e]; i--) {
        struct cap *cap = &m->cap[i];
        int n = count_in(&r->expert[e], cap->from, cap->until) - less[i];
        if (cap->left >= n + (cap->slots && m->long_ones)) /* the last may end behind it */
            cap->left = PLENTY;
        else if (!m->long_ones) /* one that is may reach into it from outside */
            less[i] += n - cap->left;
        if (cap->above == NOBODY)
            all -= less[i];
        else
            less[cap->above] += less[i];
    }
    return all;
}

/* now: by cap, where it is then, or the next greater one that stays. */
static void drop_loose_caps(struct model *m, int *now)
{
    int n = 0;
    for (int e = 0; e < m->E; e++) {
        int first = m->first_cap[e];
        m->first_cap[e] = n;
        for (int i = first; i < m->first_cap[e + 1]; i++) {
            struct cap cap = m->cap[i];
            cap.above = cap.above == NOBODY ? NOBODY : now[cap.above];
            now[i] = cap.left == PLENTY ? cap.above : n;
            if (cap.left != PLENTY)
                m->cap[n++] = cap;
        }
    }
    m->first_cap[m->E] = n;
}

static void loosen_caps(struct arena *a, struct model *m, const struct reach *r)
{
    int *less = arena_array(a, int, (size_t)m->first_cap[m->E] + 1);
    for (int e = 0; e < m->E; e++) {
        if (m->most[e] >= possible_under_caps(m, r, e, less))
            m->most[e] = PLENTY;
        m->caps |= m->most[e] != PLENTY;
    }
    drop_loose_caps(m, less);
    m->caps |= m->first_cap[m->E] > 0;
    m->cap_at = arena_array(a, int, (size_t)(m->E * m->S) + 1);
    for (int i = 0; i < m->E * m->S; i++)
        m->cap_at[i] = NOBODY;
    for (int i = 0; i < m->first_cap[m->E]; i++)
        for (int s = m->cap[i].from; s < m->cap[i].until; s++)
            m->cap_at[m->cap[i].expert * m->S + s] = i;
}

/* A cap around the window is as strict. */
static bool capped(const struct model *m, const struct window *w)
{
    int i = m->cap_at[w->expert * m->S + w->from];
    while (i != NOBODY && (m->cap[i].until < w->from + w->len || m->cap[i].left > w->cap))
        i = m->cap[i].above;
    return i != NOBODY;
}

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
    *ret = (struct window){e, from, len, cap > 0 ? cap : 0, false};
    return true;
}

/* From one of the expert's slots to the last one that is too near to it: any two are. */
static bool near_at(const struct model *m, const struct plan_slots *reach, int e, int from,
                    struct window *ret)
{
    int last = from;
    for (int s = from + 1; s < m->S && model_near(m, e, from, s); s++)
        last = plan_has(reach, s) ? s : last;
    *ret = (struct window){e, from, last - from + 1, 1, true};
    return plan_has(reach, from);
}

/* Where meetings are apart, no two follow each other: nothing is left to say of rows of slots. */
static int windows_of(const struct model *m, const struct plan_slots *reach, int e,
                      struct window *ret)
{
    int n = 0, end = 0; /* of the last one: what lies within it says no more */
    for (int s = 0; s < m->S && (m->rest[e] || m->apart[e]); s++) {
        struct window *w = &ret[n];
        bool is = m->apart[e] ? near_at(m, reach, e, s, w) : row_at(m, e, s, w);
        if (!is || (w->meetings && w->from + w->len <= end) ||
            count_in(reach, w->from, w->from + w->len) <= w->cap)
            continue;
        end = w->from + w->len;
        n += m->long_ones || !capped(m, w);
    }
    return n;
}

static void find_windows(struct arena *a, struct model *m, const struct reach *r)
{
    int n = 0;
    size_t most = 0;
    for (int e = 0; e < m->E; e++)
        most += m->rest[e] || m->apart[e] ? (size_t)m->S : 0;
    m->window = arena_array(a, struct window, most + 1);
    m->first_window = arena_array(a, int, (size_t)m->E + 1);
    for (int e = 0; e < m->E; e++) {
        m->first_window[e] = n;
        n += windows_of(m, &r->expert[e], e, &m->window[n]);
    }
    m->first_window[m->E] = n;
    m->rests = n > 0;
}

void window_price(struct dual *d, const struct window *w, int64_t price)
{
    int first = w->expert * d->m->S + w->from;
    for (int s = 0; price && s < w->len; s++) {
        d->body[first + s] += price;
        if (w->meetings && s + 1 < w->len)
            d->twice[first + s] += price;
    }
}
