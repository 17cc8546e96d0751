#include "expo.h"

#include <string.h>

enum {
    FIELDS = 11,
    THERE = 85,
    KNOWN = 27,
    ONLINE = 30,
    LEVELS = 3,
    LEVEL = 300,
    POINTS = 400,
    FAR = 299
};

/* splitmix64 of the seed and two numbers: no state, so every triple can be made on its own */
static uint64_t mix(uint64_t seed, uint64_t x, uint64_t y)
{
    uint64_t z = seed + x * 0x9e3779b97f4a7c15 + y * 0xd1342543de82ef95;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static int32_t below(uint64_t seed, uint64_t x, uint64_t y, int32_t n)
{
    return (int32_t)(mix(seed, x, y) % (uint64_t)n);
}

static void expert_make(struct expo *x, int32_t e)
{
    uint64_t seed = x->seed + 1, me = (uint64_t)e;
    x->region[e] = below(seed, me, 0, x->size.regions);
    for (uint64_t f = 0; f < FIELDS; f++)
        if (below(seed, me, 100 + f, 100) < KNOWN)
            x->fields[e] |= 1u << f;
    for (int32_t t = 0; t < x->size.slots; t++)
        if (below(seed, me, 200 + (uint64_t)t, 100) < THERE)
            x->free[e] |= (uint64_t)1 << t;
}

static void request_make(struct expo *x, int32_t i)
{
    uint64_t seed = x->seed + 2, me = (uint64_t)i;
    x->field[i] = below(seed, me, 0, FIELDS);
    bool online = x->size.regions > 1 && below(seed, me, 1, 100) < ONLINE;
    x->asks_in[i] = online ? -1 : below(seed, me, 2, x->size.regions);
    int32_t length = 4 + below(seed, me, 3, 17);
    length = length < x->size.slots ? length : x->size.slots;
    int32_t from = below(seed, me, 4, x->size.slots - length + 1);
    x->windows[i] = (((uint64_t)1 << length) - 1) << from;
}

struct expo *expo_new(struct arena *a, struct expo_size size, uint64_t seed)
{
    struct expo *x = arena_new_of(a, struct expo);
    *x = (struct expo){.size = size, .seed = seed};
    x->fields = arena_array(a, uint32_t, size.experts);
    x->free = arena_array(a, uint64_t, size.experts);
    x->region = arena_array(a, int32_t, size.experts);
    x->field = arena_array(a, int32_t, size.requests);
    x->windows = arena_array(a, uint64_t, size.requests);
    x->asks_in = arena_array(a, int32_t, size.requests);
    for (int32_t e = 0; e < size.experts; e++)
        expert_make(x, e);
    for (int32_t i = 0; i < size.requests; i++)
        request_make(x, i);
    return x;
}

struct mcf_rows expo_rows(struct expo *x)
{
    size_t longest = (size_t)x->size.experts * (size_t)x->size.slots;
    return (struct mcf_rows){
        .nodes = x->size.requests, .longest = longest, .row = expo_row, .ctx = x, .goals = 1};
}

size_t expo_row(void *expo, int32_t request, struct mcf_column *ret)
{
    const struct expo *x = expo;
    size_t n = 0;
    int32_t slots = x->size.slots, wish = below(x->seed + 3, (uint64_t)request, 0, slots);
    for (int32_t e = 0; e < x->size.experts; e++) {
        if (!(x->fields[e] >> x->field[request] & 1) ||
            (x->asks_in[request] >= 0 && x->asks_in[request] != x->region[e]))
            continue;
        int32_t fit = below(x->seed + 5, (uint64_t)e, (uint64_t)x->field[request], LEVELS) * LEVEL +
                      below(x->seed + 4, (uint64_t)request, (uint64_t)e, POINTS);
        for (uint64_t left = x->free[e] & x->windows[request]; left; left &= left - 1) {
            int32_t t = __builtin_ctzll(left), off = t > wish ? t - wish : wish - t;
            int32_t cost = fit + (off * 10 < FAR ? off * 10 : FAR);
            ret[n++] = (struct mcf_column){x->size.requests + e * slots + t, {cost}};
        }
    }
    return n;
}

struct mcf expo_frame(struct arena *a, const struct expo *x)
{
    const struct expo_size *z = &x->size;
    int32_t seats = z->experts * z->slots, hall = z->requests + seats + z->slots;
    int32_t *supply = arena_array(a, int32_t, hall + 1);
    struct mcf_arc *arc = arena_array(a, struct mcf_arc, z->requests + seats + z->slots);
    size_t n = 0;
    for (int32_t i = 0; i < z->requests; i++) {
        supply[i] = 1;
        arc[n++] = (struct mcf_arc){i, hall, 1, EXPO_UNSERVED};
    }
    supply[hall] = -z->requests;
    for (int32_t k = 0; k < seats; k++)
        if (x->free[k / z->slots] >> k % z->slots & 1)
            arc[n++] = (struct mcf_arc){z->requests + k, z->requests + seats + k % z->slots, 1, 0};
    for (int32_t t = 0; t < z->slots; t++)
        arc[n++] = (struct mcf_arc){z->requests + seats + t, hall, z->booths, 0};
    return (struct mcf){hall + 1, supply, n, arc};
}

struct mcf expo_whole(struct arena *a, struct expo *x)
{
    struct mcf p = expo_frame(a, x);
    struct mcf_column *row = arena_array(a, struct mcf_column, expo_rows(x).longest);
    size_t n = p.arcs;
    for (int32_t i = 0; i < x->size.requests; i++)
        n += expo_row(x, i, row);
    struct mcf_arc *arc = arena_array(a, struct mcf_arc, n);
    memcpy(arc, p.arc, p.arcs * sizeof *arc);
    for (int32_t i = 0; i < x->size.requests; i++) {
        n = expo_row(x, i, row);
        for (size_t k = 0; k < n; k++)
            arc[p.arcs++] = (struct mcf_arc){i, row[k].to, 1, row[k].cost[0]};
    }
    p.arc = arc;
    return p;
}
