/* Any bytes are a problem of minimum-cost flow: nodes, then arcs of five bytes each, then supplies.
 * Both solvers say the same and prove it; in stages, the second goal's costs being the first's
 * turned round, what the first has proved stays. */
#include "core/mcf.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES = 24, ARC = 5, ARCS = 400 };

static struct mcf problem(struct arena *a, const uint8_t *data, size_t size)
{
    int32_t n = size ? 1 + data[0] % NODES : 0;
    size_t arcs = size ? (size - 1) / ARC : 0, rest = size ? (size - 1) % ARC : 0;
    arcs = arcs < ARCS ? arcs : ARCS;
    int32_t *supply = arena_array(a, int32_t, n);
    struct mcf_arc *arc = arena_array(a, struct mcf_arc, arcs);
    for (size_t i = 0; i < arcs; i++) {
        const uint8_t *x = data + 1 + ARC * i;
        arc[i] = (struct mcf_arc){x[0] % n, x[1] % n, x[2] % 32, (int16_t)(x[3] | x[4] << 8)};
    }
    for (size_t i = 0; i < rest; i++) { /* the last bytes: from one node to the next */
        int32_t amount = data[size - 1 - i] % 16;
        supply[data[size - 1 - i] % n] += amount;
        supply[(data[size - 1 - i] / 16 + 1) % n] -= amount;
    }
    return (struct mcf){n, supply, arcs, arc};
}

static void next_stage(struct arena *a, const struct mcf *p, struct mcf_simplex *s)
{
    struct mcf_result r;
    struct mcf_arc *arc = arena_array(a, struct mcf_arc, p->arcs);
    int64_t *cost = arena_array(a, int64_t, p->arcs), first = 0, was = 0;
    int8_t *held = arena_array(a, int8_t, p->arcs);
    for (size_t i = 0; i < p->arcs; i++) {
        arc[i] = p->arc[i];
        arc[i].cost = cost[i] = -p->arc[i].cost;
    }
    enum mcf_end end = mcf_simplex_run(s, NULL, &r);
    assert(end == MCF_OPTIMAL);
    was = r.cost;
    mcf_simplex_stage(s, cost, held);
    end = mcf_simplex_run(s, NULL, &r);
    assert(end == MCF_OPTIMAL);
    bool proved = mcf_check(&(struct mcf){p->nodes, p->supply, p->arcs, arc}, held, &r);
    for (size_t i = 0; i < p->arcs; i++)
        first += p->arc[i].cost * r.flow[i];
    assert(proved && first == was);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct mcf p = problem(a, data, size);
    struct mcf_simplex *s = mcf_simplex_new(a, &p);
    struct mcf_result x, y;
    enum mcf_end end = mcf_simplex_run(s, NULL, &x), other = mcf_ssp(a, &p, NULL, &y);
    assert(end == other);
    if (end == MCF_OPTIMAL) {
        bool proved = mcf_check(&p, NULL, &x) && mcf_check(&p, NULL, &y);
        assert(proved && x.cost == y.cost);
        next_stage(a, &p, s);
    }
    arena_free(a);
    return 0;
}
