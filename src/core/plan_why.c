#include "plan_in.h"

enum { OTHERS_MAX = 20 }; /* who are tried after the one whom a booth is meant for */
enum { SIDES = 2, TRIES_MAX = 3, CURES_MAX = 200 }; /* booths tried: for a wish, for all */
enum { WITNESSES_MAX = 20 }; /* looked for where triples are made on the fly */

/* Who would have to move so that a wish gets a place, and who for them, until nobody new comes. */
struct reach {
    const struct model *m;
    const struct ledger *l;
    bool booths; /* which side's rows are looked at; the other's, and all others, are left out */
    bool *seen;  /* by wish */
    bool *asked; /* by what is used up: slots, zones' slots, caps, experts */
    int *queue, n;
    bool open; /* a place is left: that is not what they compete for */
};

struct cures {
    const struct dual *d; /* at no prices */
    struct ledger *then;
    int left;
};

static void count_funnel(const struct model *m, int wish, struct plan_reason *r);
static void find_witness(struct arena *a, const struct model *m, const struct ledger *l, int wish,
                         struct plan_reason *r);
static void find_cure(struct cures *c, struct model *m, const struct ledger *l, int wish,
                      struct plan_reason *r);

void explain(struct solver *s, struct model *m, const struct ledger *l, struct plan *plan)
{
    struct plan_reason *reason = arena_array(s->a, struct plan_reason, (size_t)m->W + 1);
    static const struct goal served = {.serve = {3, 2, 1}};
    struct arena *was = solver_scratch(s);
    struct cures cures = {.left = m->row ? 0 : CURES_MAX}; /* needs all triples at once */
    if (cures.left) {
        cures.d = dual_new(s, m, &served, NULL);
        cures.then = ledger_new(s->a, m);
    }
    int n = 0, witnesses = m->row ? WITNESSES_MAX : m->W;
    for (int i = 0; i < m->p->request_count; i++) { /* as the problem has them */
        int wish = m->request_at[i];
        if (wish == PLAN_NONE || l->spot[wish].slot != PLAN_NONE)
            continue;
        struct plan_reason *r = &reason[n++];
        *r = (struct plan_reason){.request = i, .why = PLAN_NO_CANDIDATE, .slot = PLAN_NONE};
        count_funnel(m, wish, r);
        if (m->wish[wish].n == 0)
            continue;
        r->why = PLAN_COMPETITION;
        if (witnesses-- > 0 && !solver_late(s))
            find_witness(was, m, l, wish, r);
        if (!solver_late(s))
            find_cure(&cures, m, l, wish, r);
        if (r->count == 0 && r->slot != PLAN_NONE)
            r->why = PLAN_PRICE;
    }
    solver_scratch_end(s, was);
    plan->reasons = reason;
    plan->reason_count = n;
}

/* ---- the funnel ---- */

static bool free_at_all(const struct plan_slots *a, const struct plan_slots *b)
{
    for (size_t i = 0; i < sizeof a->bits / sizeof *a->bits; i++)
        if (a->bits[i] & b->bits[i])
            return true;
    return false;
}

static int in_triples(const struct wish *w, int expert)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->at[i].expert == expert)
            return 1;
    return 0;
}

/* One candidate for two seats may be listed twice, and is counted once. */
static void count_funnel(const struct model *m, int wish, struct plan_reason *r)
{
    const struct plan_request *q = &m->p->requests[r->request];
    const struct wish *w = wish_whole(m, wish);
    for (int i = 0; i < q->candidate_count; i++) {
        int e = q->candidates[i].expert, before = 0;
        for (int k = 0; k < i; k++)
            before += q->candidates[k].expert == e;
        if (before)
            continue;
        r->funnel[0]++;
        r->funnel[1] += free_at_all(&q->slots, &m->p->experts[e].free);
        r->funnel[2] += in_triples(w, m->expert_at[e]);
    }
}

/* ---- the witness ---- */

static void see(struct reach *r, int wish)
{
    const struct wish *w = &r->m->wish[wish];
    if (w->length == 2 || w->seats == 2)
        r->open = true; /* what they take is no one place */
    if (!r->seen[wish])
        r->queue[r->n++] = wish;
    r->seen[wish] = true;
}

/* What is used up. */
struct row {
    enum { OF_HALL, OF_ZONE, OF_CAP, OF_EXPERT } of;
    int slot, expert, cap;
};

static bool *asked(const struct reach *r, const struct row *row)
{
    const struct model *m = r->m;
    int caps = (m->Z + 1) * m->S, experts = caps + m->first_cap[m->E];
    int at = row->of == OF_HALL   ? row->slot
             : row->of == OF_ZONE ? (m->zone_of[row->expert] + 1) * m->S + row->slot
             : row->of == OF_CAP  ? caps + row->cap
                                  : experts + row->expert;
    return &r->asked[at];
}

static bool uses(const struct reach *r, int wish, const struct row *row)
{
    const struct model *m = r->m;
    const struct spot *at = &r->l->spot[wish];
    int first = at->slot, until = first + m->wish[wish].length;
    if (first == PLAN_NONE)
        return false;
    if (row->of == OF_HALL || row->of == OF_ZONE)
        return first <= row->slot && row->slot < until &&
               (row->of == OF_HALL || m->zone_of[at->expert[0]] == m->zone_of[row->expert]);
    bool mine =
        at->expert[0] == row->expert || (m->wish[wish].seats == 2 && at->expert[1] == row->expert);
    return mine && (row->of == OF_EXPERT ||
                    (m->cap[row->cap].from <= first && first < m->cap[row->cap].until));
}

/* Everybody who has a part of it. */
static void see_all(struct reach *r, const struct row *row)
{
    bool *before = asked(r, row);
    for (int i = 0; i < r->m->W && !*before; i++)
        if (uses(r, i, row))
            see(r, i);
    *before = true;
}

static void see_booths(struct reach *r, int e, int slot)
{
    const struct model *m = r->m;
    int zone = m->zone_of[e];
    if (zone != PLAN_NONE && r->l->zone[zone * m->S + slot] >= m->zone[zone * m->S + slot])
        see_all(r, &(struct row){OF_ZONE, slot, e, NOBODY});
    else if (r->l->hall[slot] >= m->hall[slot])
        see_all(r, &(struct row){OF_HALL, slot, e, NOBODY});
    else
        r->open = true;
}

static void see_caps(struct reach *r, int e, int slot)
{
    const struct model *m = r->m;
    int cap = m->cap_at[e * m->S + slot];
    while (cap != NOBODY && r->l->cap[cap] < m->cap[cap].left)
        cap = m->cap[cap].above;
    if (cap != NOBODY)
        see_all(r, &(struct row){OF_CAP, slot, e, cap});
    else if (r->l->most[e] >= m->most[e])
        see_all(r, &(struct row){OF_EXPERT, slot, e, NOBODY});
    else
        r->open = true;
}

static void follow(struct reach *r, int wish)
{
    const struct wish *w = wish_whole(r->m, wish);
    for (size_t i = 0; i < w->n && !r->open; i++) {
        int e = w->at[i].expert, slot = w->at[i].slot;
        int who = r->l->who[e * r->m->S + slot];
        if (who >= 0)
            see(r, who);
        else if (r->booths)
            see_booths(r, e, slot);
        else
            see_caps(r, e, slot);
    }
}

/* Hall's theorem, read off the plan: what is reached has no more places than it takes. */
static void find_witness(struct arena *a, const struct model *m, const struct ledger *l, int wish,
                         struct plan_reason *r)
{
    for (int side = 0; side < SIDES && r->count == 0; side++) {
        struct reach x = {.m = m, .l = l, .booths = side == 0};
        x.seen = arena_array(a, bool, (size_t)m->W + 1);
        x.asked = arena_array(a, bool, (size_t)((m->Z + 1) * m->S + m->first_cap[m->E] + m->E) + 1);
        x.queue = arena_array(a, int, (size_t)m->W + 1);
        see(&x, wish);
        for (int i = 0; i < x.n && !x.open; i++)
            follow(&x, x.queue[i]);
        if (x.open)
            continue;
        int *requests = arena_array(a, int, (size_t)x.n + 1), n = 0;
        for (int i = 0; i < m->p->request_count; i++)
            if (m->request_at[i] != PLAN_NONE && x.seen[m->request_at[i]]) {
                requests[n++] = i;
                r->seats += l->spot[m->request_at[i]].slot != PLAN_NONE;
            }
        r->requests = requests;
        r->count = n;
    }
}

/* ---- one more booth ---- */

/* With the wish first, then whoever fits: how many more are served, as a plan shows that keeps all
 * rules. 0: the wish is not. */
static int serves(const struct dual *d, const struct ledger *l, struct ledger *then, int wish)
{
    const struct model *m = l->m;
    int more = 0, others = 0;
    ledger_copy(then, l);
    if (!fill_in(d, then, wish))
        return 0;
    for (int i = 0; i < m->W && others < OTHERS_MAX; i++)
        if (then->spot[i].slot == PLAN_NONE && l->spot[i].slot == PLAN_NONE) {
            (void)fill_in(d, then, i);
            others++;
        }
    for (int i = 0; i < m->W; i++)
        more += (then->spot[i].slot != PLAN_NONE) - (l->spot[i].slot != PLAN_NONE);
    return then->spot[wish].slot == PLAN_NONE ? 0 : more;
}

static void find_cure(struct cures *c, struct model *m, const struct ledger *l, int wish,
                      struct plan_reason *r)
{
    const struct wish *w = &m->wish[wish];
    int tries = 0, last = PLAN_NONE;
    for (size_t i = 0; i < w->n && tries < TRIES_MAX && c->left > 0; i++) {
        int slot = w->at[i].slot;
        if (slot == last || m->hall[slot] == PLENTY || l->hall[slot] < m->hall[slot])
            continue;
        last = slot;
        tries++;
        c->left--;
        m->hall[slot]++;
        int more = serves(c->d, l, c->then, wish);
        m->hall[slot]--;
        if (more > r->serves) {
            r->slot = slot;
            r->serves = more;
        }
    }
}
