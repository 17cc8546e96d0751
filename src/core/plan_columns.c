#include "plan_in.h"

#include "core/mcf_columns.h"

#include <assert.h>
#include <string.h>

/* A row of the generation: the triples of a wish. Its node is 1 + the wish; those of the seats come
 * in the order of net.seat. */
struct columns {
    const struct model *m;
    const struct net *net;
    struct levels levels;
    int32_t *node; /* by expert and slot */
    struct mcf_columns got;
};

static bool simple(const struct wish *w)
{
    return w->length == 1 && w->seats == 1;
}

static size_t row(void *ctx, int32_t node, struct mcf_column *ret)
{
    const struct columns *c = ctx;
    const struct wish *w = wish_whole(c->m, node - 1);
    if (!simple(w))
        return 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct triple *t = &w->at[i];
        ret[i].to = c->node[t->expert * c->m->S + t->slot];
        for (int g = 0; g < c->levels.n; g++)
            ret[i].cost[g] =
                -c->levels.goal[g].keep * t->keep - c->levels.goal[g].point * t->points;
    }
    return w->n;
}

/* A wish's columns may be there twice, each with room for two: one arc that is as great as all of
 * them and as dear as the dearest could be. */
bool columns_fit(const struct model *m, const struct net *n, const struct goal *g)
{
    struct mcf p = n->flow;
    for (int i = 0; i < m->W; i++) {
        if (!n->in[i])
            continue;
        const struct plan_request *q = &m->p->requests[m->wish[i].request];
        int64_t most =
            g->keep * 2 * q->kept.weight + g->point * (PLAN_POINTS_MAX + PLAN_SLOT_POINTS_MAX);
        n->arc[p.arcs++] = (struct mcf_arc){i + 1, 0, 4 * (int32_t)m->wish[i].n, -most};
    }
    return mcf_fits(&p);
}

/* ---- the flow ---- */

static struct mcf_rows rows_of(struct arena *a, struct columns *c, struct net *n)
{
    const struct model *m = c->m;
    struct mcf_rows rows = {.first = 1, .nodes = m->W, .row = row, .ctx = c, .goals = c->levels.n};
    for (int i = 0; i < m->W; i++)
        rows.longest = m->wish[i].n > rows.longest ? m->wish[i].n : rows.longest;
    for (int g = c->levels.n - 1; g >= 0; g--) { /* the first one's costs stay in the arcs */
        net_costs(n, m, &c->levels.goal[g], NULL);
        int64_t *cost = arena_array(a, int64_t, n->flow.arcs + 1);
        memcpy(cost, n->cost, n->flow.arcs * sizeof *cost);
        rows.frame_cost[g] = cost;
    }
    c->node = arena_array(a, int32_t, (size_t)(m->E * m->S) + 1);
    for (int i = 0; i < n->seats; i++)
        c->node[n->seat[i].expert * m->S + n->seat[i].slot] = n->arc[n->seat_arc + (size_t)i].from;
    return rows;
}

/* False: too late for any flow. */
static bool generate(struct solver *s, struct columns *c, struct net *n, enum mcf_end *ret_end)
{
    struct mcf_watch watch = {solver_stop, s};
    c->net = n;
    c->levels = levels_new(c->m, n, false);
    struct mcf_rows rows = rows_of(s->a, c, n);
    *ret_end = mcf_columns(s->a, &n->flow, &rows, &watch, &c->got);
    net_costs(n, c->m, &c->levels.goal[c->got.goals ? c->got.goals - 1 : 0], NULL);
    return c->got.goals > 0;
}

static void read_flow(const struct columns *c, struct spot *ret)
{
    const struct mcf *p = &c->got.mcf;
    for (int i = 0; i < c->m->W; i++)
        ret[i].slot = PLAN_NONE;
    int32_t first = c->net->seats ? c->net->arc[c->net->seat_arc].from : 0;
    for (size_t k = c->net->flow.arcs; k < p->arcs; k++)
        if (c->got.result.flow[k]) {
            int at = p->arc[k].to - first;
            ret[p->arc[k].from - 1] =
                (struct spot){c->net->seat[at].slot, {c->net->seat[at].expert, NOBODY}};
        }
}

/* ---- what it proves ---- */

/* More than any plan has. */
static struct plan_score all_there_is(const struct model *m, bool complex_only)
{
    struct plan_score all = {.load = 0};
    for (int i = 0; i < m->W; i++) {
        const struct wish *w = &m->wish[i];
        if (w->n == 0 || (complex_only && simple(w)))
            continue;
        all.served[w->class]++;
        all.kept += 2 * (int64_t)m->p->requests[w->request].kept.weight;
        all.quality += PLAN_SLOT_POINTS_MAX + (int64_t)w->seats * PLAN_POINTS_MAX;
    }
    all.value = all.quality;
    return all;
}

static void add_score(struct plan_score *to, const struct plan_score *more)
{
    for (int c = 0; c < PLAN_CLASSES; c++)
        to->served[c] += more->served[c];
    to->kept += more->kept;
    to->quality += more->quality;
    to->load += more->load;
    to->value += more->value;
}

/* Of the wishes in the flow, which was broken off at a level: those before are proved; of one
 * number for all, only what is all there is. */
static struct plan_score broken_bound(const struct columns *c, const struct plan_score *flow)
{
    struct plan_score bound = all_there_is(c->m, false);
    add_score(&bound, &c->m->pinned_score);
    int level = model_complex(c->m) ? PLAN_SERVED : c->got.goals - 1;
    if (c->levels.n == 1) {
        bool rest = memcmp(bound.served, flow->served, sizeof bound.served) == 0 &&
                    bound.kept == flow->kept;
        level = rest ? PLAN_QUALITY : PLAN_SERVED;
    }
    if (level > PLAN_SERVED)
        memcpy(bound.served, flow->served, sizeof bound.served);
    if (level == PLAN_KEPT && bound.kept > flow->kept + c->got.gap)
        bound.kept = flow->kept + c->got.gap;
    if (level == PLAN_QUALITY) {
        bound.kept = flow->kept;
        bound.value = flow->value + c->got.gap;
    }
    return bound;
}

static struct plan_score bound_of(const struct columns *c, enum mcf_end end, struct ledger *l,
                                  const struct spot *spot)
{
    const struct model *m = c->m;
    ledger_clear(l);
    for (int i = 0; i < m->W; i++)
        if (spot[i].slot != PLAN_NONE)
            ledger_put(l, i, &spot[i]); /* whether it fits or not */
    struct plan_score flow = ledger_score(l), more = all_there_is(m, true);
    if (end != MCF_OPTIMAL)
        return broken_bound(c, &flow);
    add_score(&flow, &more);
    return flow;
}

static void prove(const struct ledger *l, struct proof *ret)
{
    struct plan_score got = ledger_score(l);
    bool *proved = ret->proved;
    proved[PLAN_SERVED] = memcmp(got.served, ret->bound.served, sizeof got.served) == 0;
    proved[PLAN_KEPT] = proved[PLAN_SERVED] && got.kept == ret->bound.kept;
    proved[PLAN_QUALITY] = proved[PLAN_KEPT] && got.value == ret->bound.value;
}

/* ---- where rows cross ---- */

/* The first place of a wish's that is worth most, of those that fit. */
static struct spot best_place(const struct ledger *l, int wish)
{
    const struct wish *w = wish_whole(l->m, wish);
    struct spot best = {.slot = PLAN_NONE};
    int64_t most = 0;
    for (size_t i = 0; i < w->n; i++) {
        const struct triple *t = &w->at[i];
        struct spot at = {t->slot, {t->expert, NOBODY}};
        if (w->seats == 1 && (best.slot == PLAN_NONE || t->points > most) &&
            ledger_fits(l, wish, &at)) {
            best = at;
            most = t->points;
        }
    }
    return best;
}

/* What the flow chose where it fits, then the others one by one, the most urgent first. */
static void put_what_fits(struct ledger *l, const struct spot *spot)
{
    const struct model *m = l->m;
    ledger_clear(l);
    for (int pass = 0; pass < 2 * PLAN_CLASSES; pass++)
        for (int i = 0; i < m->W; i++) {
            if (m->wish[i].class != pass % PLAN_CLASSES || l->spot[i].slot != PLAN_NONE)
                continue;
            struct spot at = pass < PLAN_CLASSES ? spot[i] : best_place(l, i);
            if (at.slot != PLAN_NONE && ledger_fits(l, i, &at))
                ledger_put(l, i, &at);
        }
}

bool columns_solve(struct solver *s, const struct model *m, struct ledger *l, struct proof *ret)
{
    bool caps = m->caps || m->lambda > 0;
    struct net_shape shape = {.booths = !caps && m->booths, .caps = caps, .load = m->lambda > 0};
    struct spot *spot = arena_array(s->a, struct spot, (size_t)m->W + 1);
    struct columns c = {.m = m};
    enum mcf_end end;
    *ret = (struct proof){.method = "columns"};
    solver_tell(s, "columns", 0);
    struct net *n = net_new(s->a, m, &shape);
    if (!generate(s, &c, n, &end))
        return false;
    read_flow(&c, spot);
    ret->bound = bound_of(&c, end, l, spot);
    if (!ledger_put_all(l, spot) || end != MCF_OPTIMAL || model_complex(m))
        put_what_fits(l, spot);
    prove(l, ret);
    ret->slot_price = slot_prices(s->a, m, n, &c.got.result);
    ret->expert_price = expert_prices(s->a, m, n, &c.got.result, 1);
    return true;
}
