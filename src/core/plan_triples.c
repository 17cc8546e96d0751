#include "plan_in.h"

#include <stdlib.h>
#include <string.h>

static void find_possible(struct arena *a, struct model *m);
static void read_wish(struct arena *a, const struct model *m, struct wish *w);
static size_t room_for(const struct model *m, const struct wish *w);
static size_t make(const struct model *m, const struct wish *w, struct triple *ret);

void model_triples(struct arena *a, struct model *m, size_t kept)
{
    size_t all = 0, longest = 0;
    find_possible(a, m);
    for (int i = 0; i < m->W; i++) {
        read_wish(a, m, &m->wish[i]);
        size_t n = room_for(m, &m->wish[i]);
        all += n;
        longest = n > longest ? n : longest;
    }
    if (all <= kept) {
        model_keep(a, m);
        return;
    }
    m->row = arena_new_of(a, struct wish);
    m->row->at = arena_array(a, struct triple, longest);
    for (int i = 0; i < m->W; i++)
        m->wish[i].n = make(m, &m->wish[i], m->row->at);
}

void model_keep(struct arena *a, struct model *m)
{
    m->row = NULL;
    for (int i = 0; i < m->W; i++) {
        struct wish *w = &m->wish[i];
        w->at = arena_array(a, struct triple, room_for(m, w));
        w->n = make(m, w, w->at);
    }
}

const struct wish *wish_whole(const struct model *m, int wish)
{
    if (!m->row)
        return &m->wish[wish];
    struct triple *at = m->row->at;
    *m->row = m->wish[wish];
    m->row->at = at;
    make(m, m->row, at);
    return m->row;
}

/* ---- who can be where ---- */

static bool possible(const struct model *m, int e, int s)
{
    int zone = m->zone_of[e];
    return plan_has(&m->free[e], s) && m->hall[s] > 0 &&
           (zone == PLAN_NONE || m->zone[zone * m->S + s] > 0) && m->most[e] > 0 &&
           model_rests(m, &m->pinned[e], e, s, 1);
}

static void find_possible(struct arena *a, struct model *m)
{
    m->can = arena_array(a, struct plan_slots, (size_t)m->E + 1);
    m->may_begin = arena_array(a, struct plan_slots, (size_t)m->E + 1);
    for (int i = 0; i < m->E * m->S; i++)
        if (possible(m, i / m->S, i % m->S))
            plan_put(&m->can[i / m->S], i % m->S);
    if (m->E > 0)
        memcpy(m->may_begin, m->can, (size_t)m->E * sizeof *m->can);
    for (int c = 0; c < m->first_cap[m->E]; c++)
        for (int s = m->cap[c].from; s < m->cap[c].until && m->cap[c].left == 0; s++)
            m->may_begin[m->cap[c].expert].bits[s / 64] &= ~((uint64_t)1 << (s % 64));
}

/* Slots at which the company is in a pinned meeting of another request. */
static struct plan_slots taken_by_company(const struct model *m, const struct plan_request *q)
{
    struct plan_slots taken = {0};
    bool any = m->W < m->p->request_count;
    for (int i = 0; any && i < m->p->request_count; i++) {
        const struct plan_request *r = &m->p->requests[i];
        if (r->kept.pinned && strcmp(r->company, q->company) == 0)
            for (int s = r->kept.slot; s < r->kept.slot + r->length && s < m->S; s++)
                plan_put(&taken, s);
    }
    return taken;
}

struct order {
    const struct model *m;
    const struct plan_request *q;
};

static int by_zone(const void *x, const void *y, void *order)
{
    const struct order *o = order;
    int a = o->m->expert_at[o->q->candidates[*(const int *)x].expert];
    int b = o->m->expert_at[o->q->candidates[*(const int *)y].expert];
    int zone = o->m->zone_of[a] - o->m->zone_of[b];
    return zone ? zone : a - b;
}

static void read_wish(struct arena *a, const struct model *m, struct wish *w)
{
    const struct plan_request *q = &m->p->requests[w->request];
    struct plan_slots taken = taken_by_company(m, q);
    w->class = q->class;
    w->length = q->length;
    w->seats = q->seats;
    w->may = q->slots;
    for (int s = 0; s < m->S; s++)
        if (plan_has(&taken, s) ||
            (w->length == 2 && (!model_follows(m, s) || plan_has(&taken, s + 1))))
            w->may.bits[s / 64] &= ~((uint64_t)1 << (s % 64));
    w->candidates = q->candidate_count;
    w->candidate = arena_array(a, int, (size_t)w->candidates + 1);
    for (int i = 0; i < w->candidates; i++)
        w->candidate[i] = i;
    if (w->candidates > 0)
        qsort_r(w->candidate, (size_t)w->candidates, sizeof *w->candidate, by_zone,
                &(struct order){m, q});
}

/* How many there can be at most. */
static size_t room_for(const struct model *m, const struct wish *w)
{
    const struct plan_request *q = &m->p->requests[w->request];
    size_t most = 0;
    for (int k = 0; k < q->candidate_count; k++) {
        const struct plan_slots *can = &m->may_begin[m->expert_at[q->candidates[k].expert]];
        for (size_t i = 0; i < sizeof can->bits / sizeof *can->bits; i++)
            most += (size_t)(q->seats * __builtin_popcountll(can->bits[i] & w->may.bits[i]));
    }
    return most;
}

/* ---- a wish's triples ---- */

static int keeps(const struct plan_request *q, int slot, int expert)
{
    if (q->kept.slot != slot)
        return 0;
    for (int i = 0; i < q->seats; i++)
        if (q->kept.experts[i] == expert)
            return 2 * q->kept.weight / q->seats;
    return 0;
}

static bool fits(const struct model *m, const struct wish *w, int e, int s)
{
    return plan_has(&m->may_begin[e], s) &&
           (w->length == 1 ||
            (plan_has(&m->can[e], s + 1) && model_rests(m, &m->pinned[e], e, s, w->length)));
}

/* Two different experts are there for two seats, or there is no meeting. */
static bool enough(const struct wish *w, const struct triple *at, size_t n)
{
    bool first = false, second = false, differ = false;
    for (size_t i = 0; i < n; i++) {
        first |= at[i].seat == 0;
        second |= at[i].seat == 1;
        differ |= at[i].expert != at[0].expert;
    }
    return w->seats == 1 || (first && second && differ);
}

/* Of one slot and of the zone of candidate `from`; where that zone ends. */
static int make_group(const struct model *m, const struct wish *w, int s, int from,
                      struct triple *ret, size_t *ret_n)
{
    const struct plan_request *q = &m->p->requests[w->request];
    int zone = m->zone_of[m->expert_at[q->candidates[w->candidate[from]].expert]], i = from;
    size_t n = 0;
    for (int seat = 0; seat < w->seats; seat++)
        for (i = from; i < w->candidates; i++) {
            const struct plan_candidate *c = &q->candidates[w->candidate[i]];
            int e = m->expert_at[c->expert];
            if (m->zone_of[e] != zone)
                break;
            if ((c->seat != PLAN_NONE && c->seat != seat) || !fits(m, w, e, s))
                continue;
            int extra = seat == 0 && q->slot_points ? q->slot_points[s] : 0;
            ret[n++] = (struct triple){e, c->points + extra, (int16_t)s, (int16_t)seat,
                                       keeps(q, s, c->expert)};
        }
    *ret_n = enough(w, ret, n) ? n : 0;
    return i;
}

static size_t make(const struct model *m, const struct wish *w, struct triple *ret)
{
    size_t n = 0, more;
    for (int s = 0; s < m->S; s++) {
        if (!plan_has(&w->may, s))
            continue;
        for (int i = 0; i < w->candidates; n += more)
            i = make_group(m, w, s, i, ret + n, &more);
    }
    return n;
}
