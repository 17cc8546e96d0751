#include "plan_in.h"

#include <assert.h>

/* A network while it is built. */
struct builder {
    const struct model *m;
    const struct net_shape *shape;
    struct net *net;
    int32_t *seat_node; /* by expert and slot; 0: not yet */
    int32_t nodes, sink, units, unserved;
    int32_t in_class[PLAN_CLASSES]; /* wishes in it */
    size_t arcs, room;
};

static void make_room(struct builder *b);
static void add_wishes(struct builder *b);
static void add_unserved(struct builder *b);
static void add_booths(struct builder *b);
static void add_caps(struct builder *b);
static void add_supply(struct builder *b);

struct net *net_new(struct arena *a, const struct model *m, const struct net_shape *shape)
{
    struct builder b = {.m = m, .shape = shape, .net = arena_new_of(a, struct net)};
    b.net->a = a;
    make_room(&b);
    add_wishes(&b);
    if (shape->caps)
        add_caps(&b);
    else
        add_booths(&b);
    add_unserved(&b);
    assert(b.arcs <= b.room);
    add_supply(&b);
    return b.net;
}

static void make_room(struct builder *b)
{
    const struct model *m = b->m;
    struct net *n = b->net;
    size_t seats = (size_t)(m->E * m->S) + 1, E = (size_t)m->E;
    size_t kept = m->row ? (size_t)m->W : m->triples; /* what columns_fit() adds */
    b->room = kept + (size_t)m->W + seats * 2 + E + (size_t)m->first_cap[m->E] +
              (size_t)((m->Z + 1) * m->S) + PLAN_CLASSES;
    n->arc = arena_array(n->a, struct mcf_arc, b->room);
    n->cost = arena_array(n->a, int64_t, b->room);
    n->pick = arena_array(n->a, int32_t, kept + 1);
    n->in = arena_array(n->a, bool, (size_t)m->W + 1);
    n->first = arena_array(n->a, size_t, (size_t)m->W + 1);
    n->seat = arena_array(n->a, struct net_seat, seats);
    n->load_expert = arena_array(n->a, int, seats);
    n->load_nth = arena_array(n->a, int, seats);
    n->miss_arc = arena_array(n->a, size_t, (size_t)m->W + 1);
    n->hall_arc = arena_array(n->a, size_t, (size_t)m->S + 1);
    n->most_arc = arena_array(n->a, size_t, E + 1);
    b->seat_node = arena_array(n->a, int32_t, seats);
    b->nodes = m->W + 1; /* wishes are 1 .. W; 0 is the sink; all others come behind */
}

static size_t arc(struct builder *b, int32_t from, int32_t to, int cap)
{
    b->net->arc[b->arcs] = (struct mcf_arc){from, to, cap < MCF_FLOW_MAX ? cap : MCF_FLOW_MAX, 0};
    return b->arcs++;
}

/* ---- wishes ---- */

static bool stays(const struct builder *b, int wish, const struct triple *t)
{
    const struct spot *slot = b->shape->slots ? &b->shape->slots->spot[wish] : NULL;
    const struct spot *expert = b->shape->experts ? &b->shape->experts->spot[wish] : NULL;
    if (slot && slot->slot != t->slot)
        return false;
    const int *cap = &b->m->cap_at[t->expert * b->m->S];
    return !expert || (expert->slot != PLAN_NONE && expert->expert[0] == t->expert &&
                       cap[expert->slot] == cap[t->slot]);
}

static void add_wish(struct builder *b, int wish)
{
    const struct model *m = b->m;
    const struct wish *w = &m->wish[wish];
    size_t first = b->net->first[wish] = b->arcs;
    bool simple = w->length == 1 && w->seats == 1;
    for (size_t i = 0; simple && !m->row && i < w->n; i++) {
        if (!stays(b, wish, &w->at[i]))
            continue;
        int32_t *node = &b->seat_node[w->at[i].expert * m->S + w->at[i].slot];
        if (*node == 0)
            *node = b->nodes++;
        b->net->pick[b->arcs] = (int32_t)i;
        arc(b, wish + 1, *node, 1);
    }
    b->net->in[wish] = b->arcs > first || (simple && m->row && w->n > 0);
    b->units += b->net->in[wish];
    b->in_class[w->class] += b->net->in[wish];
}

static void add_wishes(struct builder *b)
{
    const struct model *m = b->m;
    for (int i = 0; i < m->W; i++)
        add_wish(b, i);
    for (int i = 0; m->row && i < m->E * m->S; i++)
        if (plan_has(&m->reach[i / m->S], i % m->S))
            b->seat_node[i] = b->nodes++;
    b->net->first[m->W] = b->net->seat_arc = b->arcs;
}

/* An arc to the sink for each, or as many of a class as are to be left. */
static void add_unserved(struct builder *b)
{
    const struct model *m = b->m;
    b->unserved = b->nodes;
    b->nodes += b->shape->served ? PLAN_CLASSES : 0;
    for (int i = 0; i < m->W; i++) {
        int class = m->wish[i].class;
        if (!b->net->in[i])
            continue;
        if (!b->shape->served || b->shape->served[class] == NET_AS_PAYS)
            b->net->miss_arc[i] = arc(b, i + 1, b->sink, 1);
        else if (b->in_class[class] > b->shape->served[class])
            b->net->miss_arc[i] = arc(b, i + 1, b->unserved + class, 1);
    }
}

/* ---- the side of the booths: seat, zone, hall ---- */

static void add_seat(struct builder *b, int e, int s, int32_t to)
{
    b->net->seat[b->net->seats++] = (struct net_seat){e, s};
    arc(b, b->seat_node[e * b->m->S + s], to, 1);
}

static void add_booths(struct builder *b)
{
    const struct model *m = b->m;
    int32_t first = b->nodes;
    bool binds = b->shape->booths;
    b->nodes += (m->Z + 1) * m->S; /* hall at each slot, then zones; those that bind are used */
    for (int e = 0; e < m->E; e++)
        for (int s = 0; s < m->S; s++) {
            int zone = m->zone_of[e];
            bool zoned = binds && zone != PLAN_NONE && m->zone[zone * m->S + s] != PLENTY;
            if (b->seat_node[e * m->S + s])
                add_seat(b, e, s, zoned ? first + (zone + 1) * m->S + s : first + s);
        }
    b->net->load_arc = b->arcs;
    for (int s = 0; s < m->S; s++)
        b->net->hall_arc[s] = arc(b, first + s, b->sink, binds ? m->hall[s] : PLENTY);
    for (int i = 0; i < m->Z * m->S; i++)
        arc(b, first + m->S + i, first + i % m->S, m->zone[i]);
}

/* ---- the side of the caps: seat, caps, expert, load ---- */

static void add_load(struct builder *b, int e, int32_t node, int seats)
{
    const struct model *m = b->m;
    struct net *n = b->net;
    for (int i = 0; i < seats && i < m->most[e]; i++) {
        n->load_expert[n->loads] = e;
        n->load_nth[n->loads++] = i;
        arc(b, node, b->sink, 1);
    }
}

/* An expert's node, or that of one of their caps; first: that of expert 0. */
static int32_t cap_node(const struct model *m, int32_t first, int e, int cap)
{
    return first + (cap == NOBODY ? e : m->E + cap);
}

static int add_seats(struct builder *b, int e, int32_t first)
{
    const struct model *m = b->m;
    int seats = 0;
    for (int s = 0; s < m->S; s++)
        if (b->seat_node[e * m->S + s]) {
            add_seat(b, e, s, cap_node(m, first, e, m->cap_at[e * m->S + s]));
            seats++;
        }
    return seats;
}

/* The load's arcs come together behind those of the seats. */
static void add_caps(struct builder *b)
{
    const struct model *m = b->m;
    int32_t first = b->nodes; /* the experts, then their caps */
    int *seats = arena_array(b->net->a, int, (size_t)m->E + 1);
    b->nodes += m->E + m->first_cap[m->E];
    for (int e = 0; e < m->E; e++)
        seats[e] = add_seats(b, e, first);
    b->net->load_arc = b->arcs;
    for (int e = 0; b->shape->load && e < m->E; e++)
        add_load(b, e, first + e, seats[e]);
    for (int e = 0; e < m->E; e++) {
        for (int i = m->first_cap[e]; i < m->first_cap[e + 1]; i++)
            arc(b, cap_node(m, first, e, i), cap_node(m, first, e, m->cap[i].above),
                m->cap[i].left);
        if (!b->shape->load)
            b->net->most_arc[e] = arc(b, first + e, b->sink, m->most[e]);
    }
}

static void add_supply(struct builder *b)
{
    struct net *n = b->net;
    int32_t *supply = arena_array(n->a, int32_t, (size_t)b->nodes);
    for (int i = 0; i < b->m->W; i++)
        supply[i + 1] = n->in[i];
    supply[b->sink] = -b->units;
    for (int c = 0; b->shape->served && c < PLAN_CLASSES; c++) {
        int64_t wanted = b->shape->served[c];
        int32_t left = wanted < b->in_class[c] ? b->in_class[c] - (int32_t)wanted : 0;
        if (wanted == NET_AS_PAYS)
            left = 0;
        supply[b->unserved + c] = -left;
        supply[b->sink] += left;
    }
    n->units = b->units;
    n->flow = (struct mcf){b->nodes, supply, b->arcs, n->arc};
}

/* ---- costs, and what comes of it ---- */

/* What serving brings stands as a cost on not serving: so few arcs have great costs. */
static void wish_costs(struct net *n, const struct model *m, const struct goal *g,
                       const struct net_prices *p, int wish)
{
    const struct wish *w = &m->wish[wish];
    const int64_t *company = p && p->company && w->company != PLAN_NONE
                                 ? p->company + (size_t)(w->company * m->S)
                                 : NULL;
    for (size_t k = n->first[wish]; k < n->first[wish + 1]; k++) {
        const struct triple *t = &w->at[n->pick[k]];
        n->cost[k] = (company ? company[t->slot] : 0) - g->keep * t->keep - g->point * t->points;
    }
    int64_t had = g->serve[w->class] + (p && p->served ? p->served[w->class] : 0);
    if (n->in[wish])
        n->all_served += had;
    if (n->miss_arc[wish])
        n->cost[n->miss_arc[wish]] = had;
}

void net_costs(struct net *n, const struct model *m, const struct goal *g,
               const struct net_prices *p)
{
    n->all_served = 0;
    for (int i = 0; i < m->W; i++)
        wish_costs(n, m, g, p, i);
    for (int i = 0; i < n->seats; i++)
        n->cost[n->seat_arc + (size_t)i] =
            p && p->seat ? p->seat[n->seat[i].expert * m->S + n->seat[i].slot] : 0;
    for (int i = 0; i < n->loads; i++)
        n->cost[n->load_arc + (size_t)i] =
            g->point * load_step(m, n->load_expert[i], n->load_nth[i]);
    for (size_t i = 0; i < n->flow.arcs; i++)
        n->arc[i].cost = n->cost[i];
}

void net_read(const struct net *n, const struct model *m, const struct mcf_result *r,
              struct spot *ret)
{
    for (int i = 0; i < m->W; i++) {
        ret[i].slot = PLAN_NONE;
        for (size_t k = n->first[i]; k < n->first[i + 1]; k++)
            if (r->flow[k]) {
                const struct triple *t = &m->wish[i].at[n->pick[k]];
                ret[i] = (struct spot){t->slot, {t->expert, NOBODY}};
            }
    }
}
