#include "core/plan_check.h"

#include <string.h>

typedef const char *rule_fn(struct arena *a, const struct plan_problem *p,
                            const struct plan_place *place);

static rule_fn own_rules, experts_once, companies_once, booths_enough, caps_held, own_caps_held,
    breaks_held, meetings_apart;
static rule_fn *const rules[] = {own_rules, experts_once,  companies_once, booths_enough,
                                 caps_held, own_caps_held, breaks_held,    meetings_apart};

const char *plan_check(struct arena *a, const struct plan_problem *p,
                       const struct plan_place *place)
{
    const char *broken = NULL;
    for (size_t i = 0; i < sizeof rules / sizeof *rules && !broken; i++)
        broken = rules[i](a, p, place);
    return broken;
}

/* ---- what everybody reads ---- */

static bool at_slot(const struct plan_problem *p, const struct plan_place *place, int i, int slot)
{
    return place[i].slot != PLAN_NONE && place[i].slot <= slot &&
           slot < place[i].slot + p->requests[i].length;
}

static const struct plan_candidate *candidate(const struct plan_request *q, int e, int seat)
{
    for (int i = 0; i < q->candidate_count; i++)
        if (q->candidates[i].expert == e &&
            (q->candidates[i].seat == seat || q->candidates[i].seat == PLAN_NONE))
            return &q->candidates[i];
    return NULL;
}

/* How many meetings that are not pinned meet at each slot where `mine` says so. */
static int pinned_among(const struct plan_problem *p, const bool *mine)
{
    int n = 0;
    for (int i = 0; i < p->request_count; i++)
        n += mine[i] && p->requests[i].kept.pinned;
    return n;
}

/* ---- the rules ---- */

static const char *own_rule(struct arena *a, const struct plan_problem *p,
                            const struct plan_place *at, int i)
{
    const struct plan_request *q = &p->requests[i];
    if (at->slot + q->length > p->slot_count || !plan_has(&q->slots, at->slot))
        return arena_printf(a, "%s is not at a slot of its own", q->id);
    for (int s = at->slot + 1; s < at->slot + q->length; s++)
        if (p->slots[s - 1].until != p->slots[s].from || p->slots[s - 1].day != p->slots[s].day)
            return arena_printf(a, "%s is torn apart", q->id);
    for (int k = 0; k < q->seats; k++) {
        if (at->experts[k] < 0 || !candidate(q, at->experts[k], k))
            return arena_printf(a, "%s has an expert who is none of its candidates", q->id);
        const struct plan_expert *e = &p->experts[at->experts[k]];
        for (int s = at->slot; s < at->slot + q->length; s++)
            if (!plan_has(&e->free, s))
                return arena_printf(a, "%s: %s is not free", q->id, e->id);
        if (e->zone != at->zone)
            return arena_printf(a, "%s: %s sits in another zone", q->id, e->id);
    }
    return NULL;
}

static const char *own_rules(struct arena *a, const struct plan_problem *p,
                             const struct plan_place *place)
{
    const char *broken = NULL;
    for (int i = 0; i < p->request_count && !broken; i++) {
        const struct plan_kept *k = &p->requests[i].kept;
        if (!k->pinned && place[i].slot != PLAN_NONE)
            broken = own_rule(a, p, &place[i], i);
        else if (k->pinned && (place[i].slot != k->slot || place[i].experts[0] != k->experts[0]))
            broken = arena_printf(a, "%s was pinned and has moved", p->requests[i].id);
    }
    return broken;
}

/* How many meetings each expert has at each slot, and how many of these are pinned. */
struct crowd {
    int n, pinned;
};

static struct crowd *crowds(struct arena *a, const struct plan_problem *p,
                            const struct plan_place *place)
{
    int S = p->slot_count;
    struct crowd *at = arena_array(a, struct crowd, (size_t)(p->expert_count * S) + 1);
    for (int i = 0; i < p->request_count; i++)
        for (int k = 0; k < p->requests[i].seats && place[i].slot != PLAN_NONE; k++)
            for (int s = place[i].slot; s < S && at_slot(p, place, i, s); s++) {
                at[place[i].experts[k] * S + s].n++;
                at[place[i].experts[k] * S + s].pinned += p->requests[i].kept.pinned;
            }
    return at;
}

/* Pinned ones may collide among themselves; nobody else collides with anybody. */
static const char *experts_once(struct arena *a, const struct plan_problem *p,
                                const struct plan_place *place)
{
    const struct crowd *at = crowds(a, p, place);
    for (int i = 0; i < p->expert_count * p->slot_count; i++)
        if (at[i].n > 1 && at[i].n > at[i].pinned)
            return arena_printf(a, "%s is twice at slot %d", p->experts[i / p->slot_count].id,
                                i % p->slot_count);
    for (int i = 0; i < p->request_count; i++)
        if (p->requests[i].seats == 2 && place[i].slot != PLAN_NONE &&
            place[i].experts[0] == place[i].experts[1])
            return arena_printf(a, "%s has one expert twice", p->requests[i].id);
    return NULL;
}

static const char *companies_once(struct arena *a, const struct plan_problem *p,
                                  const struct plan_place *place)
{
    for (int i = 0; i < p->request_count; i++)
        for (int j = i + 1; j < p->request_count; j++) {
            const struct plan_request *x = &p->requests[i], *y = &p->requests[j];
            if (strcmp(x->company, y->company) != 0 || (x->kept.pinned && y->kept.pinned))
                continue;
            for (int s = 0; s < p->slot_count; s++)
                if (at_slot(p, place, i, s) && at_slot(p, place, j, s))
                    return arena_printf(a, "the company of %s and %s is twice at slot %d", x->id,
                                        y->id, s);
        }
    return NULL;
}

static const char *booths_enough(struct arena *a, const struct plan_problem *p,
                                 const struct plan_place *place)
{
    bool *mine = arena_array(a, bool, (size_t)p->request_count + 1);
    for (int s = 0; s < p->slot_count; s++)
        for (int z = PLAN_NONE; z < p->zone_count; z++) {
            int n = 0, booths = z == PLAN_NONE ? p->slots[s].booths : p->zones[z].booths[s];
            for (int i = 0; i < p->request_count; i++)
                n += mine[i] = at_slot(p, place, i, s) && (z == PLAN_NONE || place[i].zone == z);
            if (n > booths && n > pinned_among(p, mine))
                return arena_printf(a, "slot %d has %d meetings and %d booths", s, n, booths);
        }
    return NULL;
}

static bool too_many(struct crowd c, int cap)
{
    return cap != PLAN_NONE && c.n > cap && c.n > c.pinned;
}

/* Meetings, not slots. */
static const char *caps_held(struct arena *a, const struct plan_problem *p,
                             const struct plan_place *place)
{
    int E = p->expert_count, S = p->slot_count;
    struct crowd *all = arena_array(a, struct crowd, (size_t)E + 1);
    struct crowd *day = arena_array(a, struct crowd, (size_t)(E * S) + 1); /* at its first slot */
    for (int i = 0; i < p->request_count; i++)
        for (int k = 0; k < p->requests[i].seats && place[i].slot != PLAN_NONE; k++) {
            int e = place[i].experts[k], s = 0;
            while (p->slots[s].day != p->slots[place[i].slot].day)
                s++;
            struct crowd *both[] = {&all[e], &day[e * S + s]};
            for (int x = 0; x < 2; x++) {
                both[x]->n++;
                both[x]->pinned += p->requests[i].kept.pinned;
            }
        }
    for (int e = 0; e < E; e++) {
        if (too_many(all[e], p->experts[e].most))
            return arena_printf(a, "%s has %d meetings", p->experts[e].id, all[e].n);
        for (int s = 0; s < S; s++)
            if (too_many(day[e * S + s], p->experts[e].per_day))
                return arena_printf(a, "%s has %d meetings on a day", p->experts[e].id,
                                    day[e * S + s].n);
    }
    return NULL;
}

/* What counts against a cap that is of slots, or is not. */
static struct crowd *begun(struct arena *a, const struct plan_problem *p,
                           const struct plan_place *place, bool slots)
{
    struct crowd *at = arena_array(a, struct crowd, (size_t)(p->expert_count * p->slot_count) + 1);
    for (int i = 0; i < p->request_count; i++)
        for (int k = 0; k < p->requests[i].seats && place[i].slot != PLAN_NONE; k++) {
            struct crowd *c = &at[place[i].experts[k] * p->slot_count + place[i].slot];
            int n = slots ? p->requests[i].length : 1;
            c->n += n;
            c->pinned += p->requests[i].kept.pinned ? n : 0;
        }
    return at;
}

static const char *own_caps_held(struct arena *a, const struct plan_problem *p,
                                 const struct plan_place *place)
{
    int S = p->slot_count;
    const struct crowd *by[] = {begun(a, p, place, false), begun(a, p, place, true)};
    for (int e = 0; e < p->expert_count; e++)
        for (int c = 0; c < p->experts[e].cap_count; c++) {
            const struct plan_cap *cap = &p->experts[e].caps[c];
            struct crowd all = {0};
            for (int s = cap->from; s < cap->until; s++) {
                all.n += by[cap->slots][e * S + s].n;
                all.pinned += by[cap->slots][e * S + s].pinned;
            }
            if (too_many(all, cap->most))
                return arena_printf(a, "%s has %d meetings from slot %d on", p->experts[e].id,
                                    all.n, cap->from);
        }
    return NULL;
}

static const char *breaks_held(struct arena *a, const struct plan_problem *p,
                               const struct plan_place *place)
{
    const struct crowd *at = crowds(a, p, place);
    for (int e = 0; e < p->expert_count; e++) {
        struct crowd run = {0};
        for (int s = 0; s < p->slot_count && p->experts[e].rest_after; s++) {
            const struct crowd *now = &at[e * p->slot_count + s];
            if (now->n == 0 || s == 0 || p->slots[s - 1].until != p->slots[s].from ||
                p->slots[s - 1].day != p->slots[s].day)
                run = (struct crowd){0};
            run.n += now->n > 0;
            run.pinned += now->pinned > 0;
            if (too_many(run, p->experts[e].rest_after))
                return arena_printf(a, "%s has no break before slot %d", p->experts[e].id, s);
        }
    }
    return NULL;
}

static bool has(const struct plan_problem *p, const struct plan_place *place, int i, int e)
{
    return place[i].slot != PLAN_NONE &&
           (place[i].experts[0] == e || (p->requests[i].seats == 2 && place[i].experts[1] == e));
}

/* Whether the j-th begins after the i-th, and too soon. */
static bool too_soon(const struct plan_problem *p, const struct plan_place *place, int i, int j,
                     int apart)
{
    int last = place[i].slot + p->requests[i].length - 1, first = place[j].slot;
    return last < first && p->slots[first].from - p->slots[last].until < apart &&
           !(p->requests[i].kept.pinned && p->requests[j].kept.pinned);
}

static const char *meetings_apart(struct arena *a, const struct plan_problem *p,
                                  const struct plan_place *place)
{
    for (int e = 0; e < p->expert_count; e++)
        for (int i = 0; p->experts[e].apart && i < p->request_count; i++)
            for (int j = 0; has(p, place, i, e) && j < p->request_count; j++)
                if (has(p, place, j, e) && too_soon(p, place, i, j, p->experts[e].apart))
                    return arena_printf(a, "%s has %s too soon after %s", p->experts[e].id,
                                        p->requests[j].id, p->requests[i].id);
    return NULL;
}

/* ---- what it is worth ---- */

static int64_t load_of(const struct plan_problem *p, int e, int slots, int lambda)
{
    int64_t shares = 0, sum = 0;
    for (int i = 0; i < p->expert_count; i++)
        shares += p->experts[i].share;
    int64_t mean = (shares + p->expert_count / 2) / p->expert_count;
    for (int n = 0; n < slots; n++) {
        int64_t now = p->experts[e].load + n;
        int64_t step = lambda * (2 * now + 1) * mean / p->experts[e].share;
        sum += step < PLAN_STEP_MAX ? step : PLAN_STEP_MAX;
    }
    return sum;
}

struct plan_score plan_judge(struct arena *a, const struct plan_problem *p,
                             const struct plan_place *place, int lambda)
{
    struct plan_score s = {0};
    int *slots = arena_array(a, int, (size_t)p->expert_count + 1);
    for (int i = 0; i < p->request_count; i++) {
        const struct plan_request *q = &p->requests[i];
        const struct plan_place *at = &place[i];
        if (at->slot == PLAN_NONE)
            continue;
        s.served[q->class]++;
        s.quality += q->slot_points ? q->slot_points[at->slot] : 0;
        for (int k = 0; k < q->seats; k++) {
            const struct plan_candidate *c = candidate(q, at->experts[k], k);
            s.quality += c ? c->points : 0;
            slots[at->experts[k]] += q->length;
            for (int x = 0; x < q->seats && at->slot == q->kept.slot; x++)
                s.kept += at->experts[k] == q->kept.experts[x] ? 2 * q->kept.weight / q->seats : 0;
        }
    }
    for (int e = 0; e < p->expert_count; e++)
        s.load += load_of(p, e, slots[e], lambda);
    s.value = s.quality - s.load;
    return s;
}
