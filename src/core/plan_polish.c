#include "plan_in.h"

enum { ROUNDS_MAX = 8 };

static bool better(struct solver *s, struct ledger *l, struct ledger *other, bool slots);

/* Each half is a flow, and its best is at least what is there. Where rows cross that are in neither
 * (zones, companies, breaks), what does not fit is left. True: l has got better. */
bool polish(struct solver *s, struct ledger *l)
{
    bool any = false, last = true;
    if (model_complex(l->m))
        return false;
    struct arena *was = solver_scratch(s);
    struct ledger *other = ledger_new(s->a, l->m);
    for (int i = 0; i < ROUNDS_MAX && !solver_late(s); i++) {
        bool now = better(s, l, other, i % 2);
        any |= now;
        if (!now && !last)
            break;
        last = now;
    }
    solver_scratch_end(s, was);
    return any;
}

static bool better(struct solver *s, struct ledger *l, struct ledger *other, bool slots)
{
    const struct model *m = l->m;
    struct net_shape shape = {.caps = !slots,
                              .load = !slots && m->lambda > 0,
                              .booths = slots && m->booths,
                              .slots = slots ? NULL : l,
                              .experts = slots ? l : NULL};
    struct spot *spot = arena_array(s->a, struct spot, (size_t)m->W + 1);
    struct net *n;
    struct mcf_result r;
    if (!flow_solve(s, m, &shape, spot, &n, &r) || !ledger_put_all(other, spot))
        return false;
    struct plan_score was = ledger_score(l), is = ledger_score(other);
    if (score_order(&is, &was) <= 0)
        return false;
    ledger_copy(l, other);
    return true;
}
