/* Random problems for plans, the same for the same seed, and the search through all plans. */
#include "core/plan_check.h"

#include <stdio.h>
#include <string.h>

static uint64_t plan_seed = 1;

static int draw(int n)
{
    plan_seed = plan_seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((plan_seed >> 33) % (uint64_t)n);
}

/* What a random problem may have; sizes are upper limits. */
struct kind {
    int requests, experts, slots, days, zones;
    bool caps, rests, companies, longs, pairs, kept, pinned, load, scarce, weeks, aparts;
};

/* The arrays, to be changed by a test. */
struct made {
    struct plan_problem p;
    struct plan_slot *slots;
    struct plan_zone *zones;
    struct plan_expert *experts;
    struct plan_request *requests;
};

static const int made_lambdas[] = {0, 5, 10, 20, 40};

static void make_slots(struct arena *a, const struct kind *k, struct made *m)
{
    int n = m->p.slot_count;
    m->slots = arena_array(a, struct plan_slot, (size_t)n);
    for (int s = 0; s < n; s++) {
        int64_t from = s ? m->slots[s - 1].until + (draw(3) == 0) * 600 : 1000000;
        m->slots[s] =
            (struct plan_slot){.from = from, .until = from + 1800, .day = s * k->days / n};
        m->slots[s].booths = k->scarce ? draw(3) : draw(4) ? 100 : 1 + draw(2);
    }
    m->zones = arena_array(a, struct plan_zone, (size_t)k->zones + 1);
    for (int z = 0; z < m->p.zone_count; z++) {
        int *booths = arena_array(a, int, (size_t)n);
        for (int s = 0; s < n; s++)
            booths[s] = draw(3);
        m->zones[z] = (struct plan_zone){arena_printf(a, "z%d", (z * 7 + 3) % 10), booths};
    }
}

/* Caps of a stretch of slots, then of its parts: of two, one lies within the other or they are
 * apart. */
static void make_caps(struct plan_expert *x, struct plan_cap *caps, int from, int until, int part,
                      bool longs)
{
    if (draw(2))
        caps[x->cap_count++] = (struct plan_cap){from, until, draw(3 + longs), longs && draw(2)};
    if (until - from < 2 || (part == PLAN_NONE && draw(3) == 0))
        return;
    part = part == PLAN_NONE ? from + 1 + draw(until - from - 1) : part;
    make_caps(x, caps, from, part, PLAN_NONE, longs);
    make_caps(x, caps, part, until, PLAN_NONE, longs);
}

static void make_experts(struct arena *a, const struct kind *k, struct made *m)
{
    m->experts = arena_array(a, struct plan_expert, (size_t)m->p.expert_count);
    for (int e = 0; e < m->p.expert_count; e++) {
        struct plan_expert *x = &m->experts[e];
        *x = (struct plan_expert){.id = arena_printf(a, "e%04d", (e * 37 + 11) % 10000),
                                  .per_day = k->caps && draw(2) ? 1 + draw(2) : PLAN_NONE,
                                  .most = k->caps && draw(3) == 0 ? 1 + draw(2) : PLAN_NONE,
                                  .load = k->load ? draw(5) : 0,
                                  .share = k->load ? 1 + draw(9) : 1,
                                  .zone = k->zones && draw(3) ? draw(k->zones) : PLAN_NONE,
                                  .rest_after = k->rests && draw(2) ? 1 + draw(2) : 0};
        if (k->aparts) /* touching slots; with the short gaps; the one after the next, too */
            x->apart = (const int[]){0, 1, 601, 2401}[draw(4)];
        for (int s = 0; s < m->p.slot_count; s++)
            if (draw(4))
                plan_put(&x->free, s);
        int next_day = 0, n = m->p.slot_count;
        while (next_day < n && m->slots[next_day].day == 0)
            next_day++;
        struct plan_cap *caps = arena_array(a, struct plan_cap, (size_t)n * 2);
        if (k->weeks && draw(4))
            make_caps(x, caps, 0, n,
                      x->per_day == PLAN_NONE || next_day == n ? PLAN_NONE : next_day, k->longs);
        x->caps = caps;
    }
}

static void make_request(struct arena *a, const struct kind *k, struct made *m, int i)
{
    struct plan_request *q = &m->requests[i];
    int E = m->p.expert_count, S = m->p.slot_count;
    *q = (struct plan_request){.id = arena_printf(a, "q%04d", (i * 53 + 7) % 10000),
                               .company = arena_printf(a, "c%d", k->companies ? draw(3) : i),
                               .class = draw(PLAN_CLASSES),
                               .length = k->longs ? 1 + draw(2) : 1,
                               .seats = k->pairs ? 1 + draw(2) : 1};
    for (int s = 0; s < S; s++)
        if (draw(3))
            plan_put(&q->slots, s);
    if (draw(2)) {
        int *points = arena_array(a, int, (size_t)S);
        for (int s = 0; s < S; s++)
            points[s] = draw(4);
        q->slot_points = points;
    }
    struct plan_candidate *c = arena_array(a, struct plan_candidate, (size_t)E);
    for (int e = 0; e < E; e++)
        if (draw(3))
            c[q->candidate_count++] = (struct plan_candidate){
                e, draw(20), q->seats == 2 && draw(2) ? draw(2) : PLAN_NONE};
    q->candidates = c;
    q->kept = (struct plan_kept){.slot = PLAN_NONE};
    if (q->candidate_count >= 2 && ((k->kept && draw(2)) || (k->pinned && draw(3) == 0)))
        q->kept = (struct plan_kept){draw(S), {c[0].expert, c[1].expert}, draw(4), false};
    q->kept.pinned =
        q->kept.slot != PLAN_NONE && k->pinned && draw(2) && q->kept.slot + q->length <= S;
}

static struct made make(struct arena *a, const struct kind *k)
{
    struct made m = {.p = {.slot_count = k->slots - draw((k->slots + 1) / 2),
                           .zone_count = k->zones,
                           .expert_count = k->experts - draw((k->experts + 1) / 2),
                           .request_count = k->requests - draw((k->requests + 1) / 3),
                           .lambdas = made_lambdas,
                           .lambda_count = 5,
                           .chosen = k->load ? 1 + draw(3) : 0}};
    make_slots(a, k, &m);
    make_experts(a, k, &m);
    m.requests = arena_array(a, struct plan_request, (size_t)m.p.request_count);
    for (int i = 0; i < m.p.request_count; i++)
        make_request(a, k, &m, i);
    m.p.slots = m.slots;
    m.p.zones = m.zones;
    m.p.experts = m.experts;
    m.p.requests = m.requests;
    return m;
}

/* ---- another order ---- */

static void shuffle(int *order, int n)
{
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        int k = draw(i + 1), x = order[i];
        order[i] = order[k];
        order[k] = x;
    }
}

/* The same problem with experts, zones, requests and candidates in another order. */
static struct plan_problem permuted(struct arena *a, const struct plan_problem *p, int *experts,
                                    int *requests)
{
    struct plan_problem q = *p;
    struct plan_expert *expert = arena_array(a, struct plan_expert, (size_t)p->expert_count);
    struct plan_request *request = arena_array(a, struct plan_request, (size_t)p->request_count);
    shuffle(experts, p->expert_count);
    shuffle(requests, p->request_count);
    for (int e = 0; e < p->expert_count; e++)
        expert[experts[e]] = p->experts[e];
    for (int i = 0; i < p->request_count; i++) {
        struct plan_request *r = &request[requests[i]];
        *r = p->requests[i];
        int n = r->candidate_count, order[64];
        struct plan_candidate *c = arena_array(a, struct plan_candidate, (size_t)n + 1);
        shuffle(order, n);
        for (int k = 0; k < n; k++) {
            c[order[k]] = p->requests[i].candidates[k];
            c[order[k]].expert = experts[c[order[k]].expert];
        }
        r->candidates = c;
        for (int k = 0; k < PLAN_SEATS && r->kept.slot != PLAN_NONE; k++)
            r->kept.experts[k] = experts[r->kept.experts[k]];
    }
    int zones[PLAN_ZONES_MAX];
    struct plan_zone *zone = arena_array(a, struct plan_zone, (size_t)p->zone_count + 1);
    shuffle(zones, p->zone_count);
    for (int z = 0; z < p->zone_count; z++)
        zone[zones[z]] = p->zones[z];
    for (int e = 0; e < p->expert_count; e++)
        if (expert[e].zone != PLAN_NONE)
            expert[e].zone = zones[expert[e].zone];
    q.zones = zone;
    q.experts = expert;
    q.requests = request;
    return q;
}

/* ---- all plans ---- */

static int score_cmp(const struct plan_score *a, const struct plan_score *b)
{
    for (int c = 0; c < PLAN_CLASSES; c++)
        if (a->served[c] != b->served[c])
            return a->served[c] > b->served[c] ? 1 : -1;
    if (a->kept != b->kept)
        return a->kept > b->kept ? 1 : -1;
    return (a->value > b->value) - (a->value < b->value);
}

static bool same_score(const struct plan_score *a, const struct plan_score *b)
{
    return score_cmp(a, b) == 0;
}

struct search {
    const struct plan_problem *p;
    struct plan_place place[16];
    struct plan_score best;
    long looked, equals; /* plans; as good as the best */
};

static void search_from(struct search *s, int i);

static void search_place(struct search *s, int i)
{
    struct arena *a = arena_new();
    if (!plan_check(a, s->p, s->place))
        search_from(s, i + 1);
    arena_free(a);
}

static void search_from(struct search *s, int i)
{
    const struct plan_request *q = &s->p->requests[i];
    struct plan_place none = {PLAN_NONE, {PLAN_NONE, PLAN_NONE}, PLAN_NONE, 0};
    if (i == s->p->request_count) {
        struct arena *a = arena_new();
        struct plan_score got = plan_judge(a, s->p, s->place, s->p->chosen);
        int better = s->looked++ == 0 ? 1 : score_cmp(&got, &s->best);
        if (better > 0) {
            s->best = got;
            s->equals = 0;
        }
        s->equals += better >= 0;
        arena_free(a);
        return;
    }
    if (q->kept.pinned) {
        search_from(s, i + 1);
        return;
    }
    for (int t = 0; t < s->p->slot_count; t++)
        for (int x = 0; plan_has(&q->slots, t) && x < q->candidate_count; x++)
            for (int y = 0; y < (q->seats == 2 ? q->candidate_count : 1); y++) {
                const struct plan_candidate *c = &q->candidates[x], *d = &q->candidates[y];
                if (c->seat == 1 || (q->seats == 2 && (x == y || d->seat == 0)))
                    continue;
                s->place[i] =
                    (struct plan_place){t,
                                        {c->expert, q->seats == 2 ? d->expert : PLAN_NONE},
                                        s->p->experts[c->expert].zone,
                                        0};
                search_place(s, i);
            }
    s->place[i] = none;
    search_place(s, i);
}

static struct search search_all(const struct plan_problem *p)
{
    struct search s = {.p = p};
    for (int i = 0; i < p->request_count; i++) {
        const struct plan_kept *k = &p->requests[i].kept;
        s.place[i] = (struct plan_place){PLAN_NONE, {PLAN_NONE, PLAN_NONE}, PLAN_NONE, 0};
        if (k->pinned)
            s.place[i] = (struct plan_place){
                k->slot, {k->experts[0], k->experts[1]}, p->experts[k->experts[0]].zone, 0};
    }
    search_from(&s, 0);
    return s;
}
