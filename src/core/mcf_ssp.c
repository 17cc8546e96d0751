/*
 * Successive shortest paths. Each node's arcs, and the arcs into it backwards, stand in one row,
 * those that have room in front: they are looked at, the others are not. Potentials keep every
 * reduced cost of what is left (the residual graph) at 0 or above, so Dijkstra finds the nearest
 * node that still wants something; only the nodes nearer than that are looked at and get new
 * potentials. An arc of negative cost that no potentials put right is filled first.
 */
#include "core/mcf.h"

#include "mcf_in.h"

#include <assert.h>
#include <string.h>

enum { PASSES = 16 }; /* over all arcs, for potentials to begin with */
enum { NOWHERE = -1 };

struct way {
    int64_t cost;
    int32_t to;
    int32_t arc; /* ~arc: backwards */
};

struct ssp {
    const struct mcf *p;
    int32_t n;
    size_t *first, *open; /* a node's ways begin; those with room end */
    struct way *way;
    size_t *at[2]; /* by arc: where its way stands, and the one backwards */
    int32_t *flow;
    int64_t *pi, *left;    /* left: to send out, negative: to take in */
    int64_t *dist, enough; /* enough: as near as somebody who takes in */
    int32_t *from, *via;   /* by node: how the shortest path comes here */
    int32_t *place;        /* in the heap; NOWHERE: not reached */
    int32_t *heap, heaped;
    int32_t *done, done_count;
};

static void ssp_init(struct ssp *s, struct arena *a, const struct mcf *p);
static void rows_make(struct ssp *s, struct arena *a);
static void sort_arc(struct ssp *s, int32_t arc);
static void begin_potentials(struct ssp *s);
static void fill_negative(struct ssp *s);
static enum mcf_end send_all(struct ssp *s, const struct mcf_watch *w, struct mcf_result *ret);
static int32_t nearest(struct ssp *s, int32_t source);
static void send_on(struct ssp *s, int32_t source, int32_t sink);
static void search_clear(struct ssp *s, int32_t sink);
static void answer(struct ssp *s, size_t steps, struct mcf_result *ret);

enum mcf_end mcf_ssp(struct arena *a, const struct mcf *p, const struct mcf_watch *w,
                     struct mcf_result *ret)
{
    assert(mcf_fits(p));
    struct arena *work = arena_new();
    struct ssp s;
    struct mcf_result r;
    ssp_init(&s, work, p);
    begin_potentials(&s);
    fill_negative(&s);
    enum mcf_end end = send_all(&s, w, &r);
    if (end == MCF_OPTIMAL)
        *ret = mcf_kept(a, p, &r);
    arena_free(work);
    return end;
}

static enum mcf_end send_all(struct ssp *s, const struct mcf_watch *w, struct mcf_result *ret)
{
    size_t steps = 0;
    for (int32_t u = 0; u < s->n; u++)
        while (s->left[u] > 0) {
            if (mcf_stopped(w, ++steps))
                return MCF_STOPPED;
            int32_t sink = nearest(s, u);
            if (sink == NOWHERE)
                return MCF_INFEASIBLE;
            search_clear(s, sink);
            send_on(s, u, sink);
        }
    answer(s, steps, ret);
    return MCF_OPTIMAL;
}

static void ssp_init(struct ssp *s, struct arena *a, const struct mcf *p)
{
    int32_t n = p->nodes;
    *s = (struct ssp){.p = p, .n = n};
    s->flow = arena_array(a, int32_t, p->arcs);
    s->pi = arena_array(a, int64_t, n);
    s->left = arena_array(a, int64_t, n);
    s->dist = arena_array(a, int64_t, n);
    s->from = arena_array(a, int32_t, n);
    s->via = arena_array(a, int32_t, n);
    s->place = arena_array(a, int32_t, n);
    s->heap = arena_array(a, int32_t, n);
    s->done = arena_array(a, int32_t, n);
    for (int32_t u = 0; u < n; u++) {
        s->left[u] = p->supply[u];
        s->place[u] = NOWHERE;
    }
    rows_make(s, a);
}

static void rows_make(struct ssp *s, struct arena *a)
{
    const struct mcf *p = s->p;
    size_t *at = s->first = arena_array(a, size_t, s->n + 1);
    s->open = arena_array(a, size_t, s->n);
    s->way = arena_array(a, struct way, 2 * p->arcs);
    for (int back = 0; back < 2; back++)
        s->at[back] = arena_array(a, size_t, p->arcs);
    for (size_t i = 0; i < p->arcs; i++) {
        at[p->arc[i].from]++;
        at[p->arc[i].to]++;
    }
    size_t sum = 0;
    for (int32_t u = 0; u <= s->n; u++) {
        sum += at[u];
        at[u] = sum; /* the end; filled from behind it becomes the first */
    }
    for (size_t i = p->arcs; i-- > 0;) {
        const struct mcf_arc *x = &p->arc[i];
        s->at[0][i] = --at[x->from];
        s->way[at[x->from]] = (struct way){x->cost, x->to, (int32_t)i};
        s->at[1][i] = --at[x->to];
        s->way[at[x->to]] = (struct way){-x->cost, x->from, ~(int32_t)i};
    }
    memcpy(s->open, s->first, (size_t)s->n * sizeof *s->open);
    for (size_t i = 0; i < p->arcs; i++)
        sort_arc(s, (int32_t)i);
}

/* A way that has got room, or has none left, changes places with the first or last of those. */
static void sort_way(struct ssp *s, int32_t arc, int32_t node, bool back)
{
    size_t k = s->at[back][arc];
    bool room_left = back ? s->flow[arc] > 0 : s->flow[arc] < s->p->arc[arc].cap;
    if (room_left == (k < s->open[node]))
        return;
    size_t with = room_left ? s->open[node]++ : --s->open[node];
    struct way mine = s->way[k], other = s->way[with];
    s->way[k] = other;
    s->way[with] = mine;
    s->at[other.arc < 0][other.arc < 0 ? ~other.arc : other.arc] = k;
    s->at[back][arc] = with;
}

static void sort_arc(struct ssp *s, int32_t arc)
{
    sort_way(s, arc, s->p->arc[arc].from, false);
    sort_way(s, arc, s->p->arc[arc].to, true);
}

/* Bellman and Ford, as far as a few passes come. None lower than the cheapest path could be: a
 * negative cycle goes round for ever. */
static void begin_potentials(struct ssp *s)
{
    int64_t dearest = 0;
    for (size_t i = 0; i < s->p->arcs; i++)
        if (-s->p->arc[i].cost > dearest)
            dearest = -s->p->arc[i].cost;
    int64_t least = -dearest * s->n;
    bool moved = dearest > 0;
    for (int pass = 0; moved && pass < PASSES; pass++) {
        moved = false;
        for (size_t i = 0; i < s->p->arcs; i++) {
            const struct mcf_arc *x = &s->p->arc[i];
            int64_t there = s->pi[x->from] + x->cost;
            if (x->cap > 0 && there < s->pi[x->to] && there >= least) {
                s->pi[x->to] = there;
                moved = true;
            }
        }
    }
}

static void fill_negative(struct ssp *s)
{
    for (size_t i = 0; i < s->p->arcs; i++) {
        const struct mcf_arc *x = &s->p->arc[i];
        if (x->cost + s->pi[x->from] - s->pi[x->to] < 0) {
            s->flow[i] = x->cap;
            s->left[x->from] -= x->cap;
            s->left[x->to] += x->cap;
            sort_arc(s, (int32_t)i);
        }
    }
}

/* ---- Dijkstra, with a heap that knows where everybody is ---- */

static bool nearer(const struct ssp *s, int32_t u, int32_t v)
{
    return s->dist[u] != s->dist[v] ? s->dist[u] < s->dist[v] : u < v;
}

static void put(struct ssp *s, int32_t at, int32_t u)
{
    s->heap[at] = u;
    s->place[u] = at;
}

static void rise(struct ssp *s, int32_t u)
{
    int32_t at = s->place[u];
    for (int32_t up; at > 0 && nearer(s, u, s->heap[up = (at - 1) / 2]); at = up)
        put(s, at, s->heap[up]);
    put(s, at, u);
}

static int32_t take_nearest(struct ssp *s)
{
    int32_t top = s->heap[0], u = s->heap[--s->heaped], at = 0;
    for (int32_t down; (down = 2 * at + 1) < s->heaped; at = down) {
        if (down + 1 < s->heaped && nearer(s, s->heap[down + 1], s->heap[down]))
            down++;
        if (!nearer(s, s->heap[down], u))
            break;
        put(s, at, s->heap[down]);
    }
    if (s->heaped > 0)
        put(s, at, u);
    return top;
}

static void reach(struct ssp *s, int32_t v, int64_t dist, int32_t from, int32_t via)
{
    if (dist >= s->enough || (s->place[v] != NOWHERE && dist >= s->dist[v]))
        return;
    if (s->place[v] == NOWHERE)
        s->place[v] = s->heaped++;
    if (s->left[v] < 0)
        s->enough = dist;
    s->dist[v] = dist;
    s->from[v] = from;
    s->via[v] = via;
    rise(s, v);
}

static int32_t room(const struct ssp *s, int32_t via)
{
    return via >= 0 ? s->p->arc[via].cap - s->flow[via] : s->flow[~via];
}

/* The nearest node that wants something, or NOWHERE. */
static int32_t nearest(struct ssp *s, int32_t source)
{
    s->heaped = s->done_count = 0;
    s->enough = INT64_MAX;
    reach(s, source, 0, source, 0);
    while (s->heaped > 0) {
        int32_t u = take_nearest(s);
        if (s->left[u] < 0)
            return u;
        s->done[s->done_count++] = u;
        int64_t here = s->dist[u] + s->pi[u];
        for (const struct way *w = s->way + s->first[u], *end = s->way + s->open[u]; w < end; w++)
            reach(s, w->to, here + w->cost - s->pi[w->to], u, w->arc);
    }
    return NOWHERE;
}

/* Potentials of all that is nearer than the sink; nobody is reached any more. A node that is done
 * is never reached again: its distance is the least. */
static void search_clear(struct ssp *s, int32_t sink)
{
    for (int32_t i = 0; i < s->done_count; i++) {
        int32_t u = s->done[i];
        s->pi[u] += s->dist[u] - s->dist[sink];
        s->place[u] = NOWHERE;
    }
    for (int32_t i = 0; i < s->heaped; i++)
        s->place[s->heap[i]] = NOWHERE;
    s->place[sink] = NOWHERE;
}

static void send_on(struct ssp *s, int32_t source, int32_t sink)
{
    int64_t most = s->left[source] < -s->left[sink] ? s->left[source] : -s->left[sink];
    for (int32_t v = sink; v != source; v = s->from[v])
        most = room(s, s->via[v]) < most ? room(s, s->via[v]) : most;
    for (int32_t v = sink; v != source; v = s->from[v]) {
        int32_t via = s->via[v], arc = via >= 0 ? via : ~via;
        s->flow[arc] += (int32_t)(via >= 0 ? most : -most);
        sort_arc(s, arc);
    }
    s->left[source] -= most;
    s->left[sink] += most;
}

static void answer(struct ssp *s, size_t steps, struct mcf_result *ret)
{
    int64_t cost = 0;
    for (size_t i = 0; i < s->p->arcs; i++)
        mcf_cost_add(&cost, s->p->arc[i].cost, s->flow[i]);
    *ret = (struct mcf_result){s->flow, s->pi, cost, steps};
}
