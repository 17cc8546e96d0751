/* Random problems of minimum-cost flow, of every kind that the tests want. */
#ifndef TESTS_MCF_MAKE_H
#define TESTS_MCF_MAKE_H

#include "core/mcf.h"

#include <string.h>

static uint64_t mcf_seed = 1;

static inline int draw(int n)
{
    mcf_seed = mcf_seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((mcf_seed >> 33) % (unsigned)n);
}

struct making {
    struct mcf p;
    int32_t *supply;
    struct mcf_arc *arc;
};

static inline struct making making_begin(struct arena *a, int32_t nodes, size_t arcs_most)
{
    struct making m = {.p = {.nodes = nodes}};
    m.supply = arena_array(a, int32_t, nodes);
    m.arc = arena_array(a, struct mcf_arc, arcs_most);
    m.p.supply = m.supply;
    m.p.arc = m.arc;
    return m;
}

static inline void join(struct making *m, int from, int to, int cap, int64_t cost)
{
    m->arc[m->p.arcs++] = (struct mcf_arc){from, to, cap, cost};
}

static inline void ship(struct making *m, int from, int to, int amount)
{
    m->supply[from] += amount;
    m->supply[to] -= amount;
}

/* Anything: cycles, parallel arcs, arcs from a node to itself, capacities of 0, negative costs;
 * often without a flow. */
static inline struct mcf any_problem(struct arena *a, int nodes_most, int arcs_most, int caps,
                                     int costs)
{
    int n = 1 + draw(nodes_most), arcs = draw(arcs_most + 1), least = draw(3) ? 0 : costs / 2;
    struct making m = making_begin(a, n, (size_t)arcs);
    for (int i = 0; i < arcs; i++)
        join(&m, draw(n), draw(n), draw(caps + 1), draw(costs) - least);
    for (int i = draw(4); i > 0; i--)
        ship(&m, draw(n), draw(n), draw(caps + 1));
    return m.p;
}

/* Requests to experts' slots, these within slots within a hall and its zones, all of them with
 * capacities; unserved for a price, or not at all. */
static inline struct mcf laminar_problem(struct arena *a)
{
    int requests = 1 + draw(40), experts = 1 + draw(8), slots = 1 + draw(6), zones = 1 + draw(3);
    int seats = experts * slots, seat = requests, slot = seat + seats, hall = slot + slots * zones;
    int price = draw(4) ? 10000 : draw(20), points = draw(3) ? 1000 : 2; /* many ties, or few */
    struct making m =
        making_begin(a, hall + 1, (size_t)(requests * (seats + 1) + seats + slots * zones));
    for (int i = 0; i < requests; i++) {
        ship(&m, i, hall, 1);
        if (draw(20))
            join(&m, i, hall, 1, price);
        for (int k = 0; k < seats; k++)
            if (draw(3) == 0)
                join(&m, i, seat + k, 1, draw(points) - points / 2);
    }
    for (int k = 0; k < seats; k++)
        join(&m, seat + k, slot + k % slots * zones + k % zones, draw(8) ? 1 : 0, 0);
    for (int t = 0; t < slots * zones; t++)
        join(&m, slot + t, hall, draw(experts + 1), draw(3));
    return m.p;
}

/* Loads whose cost rises with each unit: bundles of parallel arcs. */
static inline struct mcf convex_problem(struct arena *a)
{
    int requests = 1 + draw(60), experts = 1 + draw(10), sink = requests + experts;
    struct making m = making_begin(a, sink + 1, (size_t)(requests * experts + 8 * experts));
    for (int i = 0; i < requests; i++) {
        ship(&m, i, sink, 1);
        for (int e = 0; e < experts; e++)
            if (draw(2))
                join(&m, i, requests + e, 1, -draw(50));
    }
    for (int e = 0; e < experts; e++)
        for (int load = 0; load < 8; load++)
            join(&m, requests + e, sink, 1 + draw(2), 5 * (2 * load + 1));
    return m.p;
}

/* Two halves that no arc joins, each with a flow of its own, or one that has too little. */
static inline struct mcf split_problem(struct arena *a)
{
    struct mcf x = laminar_problem(a), y = convex_problem(a);
    struct making m = making_begin(a, x.nodes + y.nodes, x.arcs + y.arcs);
    memcpy(m.supply, x.supply, sizeof *x.supply * (size_t)x.nodes);
    memcpy(m.supply + x.nodes, y.supply, sizeof *y.supply * (size_t)y.nodes);
    if (x.arcs)
        memcpy(m.arc, x.arc, sizeof *x.arc * x.arcs);
    m.p.arcs = x.arcs;
    for (size_t i = 0; i < y.arcs; i++)
        join(&m, x.nodes + y.arc[i].from, x.nodes + y.arc[i].to, y.arc[i].cap, y.arc[i].cost);
    if (draw(4) == 0)
        ship(&m, draw(x.nodes), x.nodes + draw(y.nodes), 1);
    return m.p;
}

static inline struct mcf one_of_each(struct arena *a)
{
    switch (draw(5)) {
    case 0:
        return any_problem(a, 8, 20, 4, 10);
    case 1:
        return any_problem(a, 60, 400, 20, 1000);
    case 2:
        return laminar_problem(a);
    case 3:
        return convex_problem(a);
    default:
        return split_problem(a);
    }
}

#endif
