/*
 * flow SIDE REQUESTS EXPERTS SLOTS BOOTHS REGIONS SEED: one made-up expo (tests/lib/expo.h), solved
 * once by one side: simplex, ssp (ours, on all arcs), columns (ours, arcs made as they are asked
 * for), lemon (LEMON's network simplex on all arcs, its graph given), again (an expert drops out
 * after simplex's answer: from its basis on, with 30 points for what stays). Prints
 *
 *     seconds=… kib=… cost=… arcs=… unserved=…
 *
 * and for again also first=…, the seconds of the first answer, lost=…, the consultations that the
 * expert had, and moved=…, those of others that are not where they were.
 *
 * Seconds are of CPU, as other programs may be running; kib: the most memory that the process had;
 * and exits 1 when our answer does not prove itself.
 */
#include "core/mcf_columns.h"

#include "../lib/expo.h"
#include "../lib/lemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct run {
    struct expo *expo;
    double seconds;
    int64_t cost;
    size_t arcs;
    bool proved;
    double first; /* again */
    int lost, moved;
};

typedef enum mcf_end solver_fn(struct arena *, const struct mcf *, const struct mcf_watch *,
                               struct mcf_result *);

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void by_solver(struct run *r, solver_fn *solve)
{
    struct arena *a = arena_new();
    struct mcf p = expo_whole(a, r->expo);
    struct mcf_result got;
    double begin = now();
    enum mcf_end end = solve(a, &p, NULL, &got);
    r->seconds = now() - begin;
    r->proved = end == MCF_OPTIMAL && mcf_check(&p, NULL, &got);
    r->cost = r->proved ? got.cost : -1;
    r->arcs = p.arcs;
    arena_free(a);
}

static void by_columns(struct run *r)
{
    struct arena *a = arena_new();
    struct mcf_rows rows = expo_rows(r->expo);
    struct mcf_columns got;
    double begin = now();
    struct mcf frame = expo_frame(a, r->expo);
    enum mcf_end end = mcf_columns(a, &frame, &rows, NULL, &got);
    r->seconds = now() - begin;
    r->proved = end == MCF_OPTIMAL && mcf_check(&got.mcf, got.held, &got.result);
    r->cost = r->proved ? got.result.cost : -1;
    r->arcs = got.mcf.arcs;
    arena_free(a);
}

static void by_lemon(struct run *r)
{
    struct arena *a = arena_new();
    struct mcf p = expo_whole(a, r->expo);
    struct lemon_graph *l = lemon_new(&p);
    r->arcs = p.arcs;
    arena_free(a);
    double begin = now();
    r->proved = lemon_run(l, &r->cost);
    r->seconds = now() - begin;
    lemon_free(l);
}

/* ---- again ---- */

enum { STAYS = 30 };

static int32_t expert_of(const struct run *r, const struct mcf_arc *x)
{
    const struct expo_size *z = &r->expo->size;
    return x->from < z->requests && x->to < z->requests + z->experts * z->slots
               ? (x->to - z->requests) / z->slots
               : -1;
}

/* Who has most to do. */
static int32_t busiest(struct run *r, struct arena *a, const struct mcf *p, const int32_t *flow)
{
    int *load = arena_array(a, int, r->expo->size.experts);
    int32_t most = 0;
    for (size_t i = 0; i < p->arcs; i++)
        if (flow[i] && expert_of(r, &p->arc[i]) >= 0)
            load[expert_of(r, &p->arc[i])]++;
    for (int32_t e = 1; e < r->expo->size.experts; e++)
        most = load[e] > load[most] ? e : most;
    r->lost = load[most];
    return most;
}

/* The costs of the day after: p's arcs are changed. */
static int64_t *without(const struct run *r, struct arena *a, struct mcf *p, const int32_t *flow,
                        int32_t gone)
{
    struct mcf_arc *arc = arena_array(a, struct mcf_arc, p->arcs);
    int64_t *cost = arena_array(a, int64_t, p->arcs);
    for (size_t i = 0; i < p->arcs; i++) {
        int32_t e = expert_of(r, &p->arc[i]);
        arc[i] = p->arc[i];
        arc[i].cost = cost[i] =
            e >= 0 && e == gone ? 2 * EXPO_UNSERVED : arc[i].cost - (e >= 0 && flow[i] ? STAYS : 0);
    }
    p->arc = arc;
    return cost;
}

static void again(struct run *r)
{
    struct arena *a = arena_new();
    struct mcf p = expo_whole(a, r->expo);
    struct mcf_result was, is;
    double begin = now();
    struct mcf_simplex *s = mcf_simplex_new(a, &p);
    enum mcf_end end = mcf_simplex_run(s, NULL, &was);
    r->first = now() - begin;
    if (end == MCF_OPTIMAL) {
        int32_t *flow = arena_array(a, int32_t, p.arcs); /* the solver's is overwritten */
        memcpy(flow, was.flow, p.arcs * sizeof *flow);
        int32_t gone = busiest(r, a, &p, flow);
        int64_t *cost = without(r, a, &p, flow, gone);
        begin = now();
        mcf_simplex_costs(s, cost);
        end = mcf_simplex_run(s, NULL, &is);
        r->seconds = now() - begin;
        r->proved = end == MCF_OPTIMAL && mcf_check(&p, NULL, &is);
        for (size_t i = 0; r->proved && i < p.arcs; i++)
            if (flow[i] && !is.flow[i])
                r->moved += expert_of(r, &p.arc[i]) >= 0 && expert_of(r, &p.arc[i]) != gone;
        r->cost = r->proved ? is.cost : -1;
        r->arcs = p.arcs;
    }
    arena_free(a);
}

static bool by_side(struct run *r, const char *side)
{
    if (strcmp(side, "simplex") == 0)
        by_solver(r, mcf_solve);
    else if (strcmp(side, "ssp") == 0)
        by_solver(r, mcf_ssp);
    else if (strcmp(side, "columns") == 0)
        by_columns(r);
    else if (strcmp(side, "lemon") == 0)
        by_lemon(r);
    else if (strcmp(side, "again") == 0)
        again(r);
    return r->proved;
}

int main(int argc, char **argv)
{
    struct run r = {.proved = false};
    struct rusage used;
    struct arena *a = arena_new();
    bool ok = argc == 8 && atoi(argv[4]) <= 64;
    if (ok) {
        struct expo_size size = {atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), atoi(argv[5]),
                                 atoi(argv[6])};
        r.expo = expo_new(a, size, strtoull(argv[7], NULL, 10));
        ok = by_side(&r, argv[1]) && getrusage(RUSAGE_SELF, &used) == 0;
    }
    if (ok)
        printf(
            "seconds=%.6f kib=%ld cost=%lld arcs=%zu unserved=%lld first=%.6f lost=%d moved=%d\n",
            r.seconds, used.ru_maxrss, (long long)r.cost, r.arcs, (long long)r.cost / EXPO_UNSERVED,
            r.first, r.lost, r.moved);
    else
        fprintf(stderr, "flow: no such side or size, or an answer that proves nothing\n");
    arena_free(a);
    return !ok;
}
