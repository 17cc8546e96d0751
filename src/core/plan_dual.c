#include "plan_in.h"

#include <string.h>

__extension__ typedef __int128 wide;

enum { SCALE = 64, MARGIN = 16 /* so often all there is goes into int64: prices come to it */ };

static void make_rows(struct solver *s, struct dual *d);
static void set_caps(struct dual *d, bool booths);
static void set_shared_caps(struct dual *d, const int64_t *served, bool load);
static void sum_prices(struct dual *d);
static bool solve_flow(struct solver *s, struct dual *d);
static int64_t pick(struct dual *d, int wish);
static void count_use(struct dual *d);
static int64_t refund(struct dual *d);

/* Those who pick are in no flow, so what they are worth is asked here. */
static bool fits(const struct model *m, const struct goal *g, int64_t scale)
{
    const struct plan_score *s = &m->pinned_score;
    wide sum = (wide)g->keep * s->kept + (wide)g->point * (s->quality + s->load);
    for (int i = 0; i < m->W; i++) {
        const struct wish *w = &m->wish[i];
        int points = w->seats * (PLAN_POINTS_MAX + PLAN_SLOT_POINTS_MAX);
        sum += (wide)g->serve[w->class] + (wide)g->point * points +
               (wide)g->keep * 2 * m->p->requests[w->request].kept.weight;
    }
    for (int e = 0; g->point && e < m->E; e++)
        sum += (wide)g->point * load_cost(m, e, m->S);
    return sum <= INT64_MAX / (scale * MARGIN);
}

static bool set_goal(struct dual *d, const struct goal *g, int64_t scale)
{
    if (!fits(d->m, g, scale))
        return false;
    d->scale = scale;
    d->goal = (struct goal){.keep = g->keep * scale, .point = g->point * scale};
    for (int c = 0; c < PLAN_CLASSES; c++)
        d->goal.serve[c] = g->serve[c] * scale;
    net_costs(d->net, d->m, &d->goal, NULL);
    return mcf_fits(&d->net->flow);
}

static bool is_complex(const struct wish *w)
{
    return w->length == 2 || w->seats == 2;
}

/* Caps and load go into the flow, booths get prices; without caps and load it is the other way. */
struct dual *dual_new(struct solver *s, const struct model *m, const struct goal *g,
                      const int64_t *served)
{
    struct dual *d = arena_new_of(s->a, struct dual);
    int64_t in_net[PLAN_CLASSES] = {NET_AS_PAYS, NET_AS_PAYS, NET_AS_PAYS};
    bool load = m->lambda > 0 && g->point != 0;
    d->m = m;
    d->complex = model_complex(m);
    d->spot = arena_array(s->a, struct spot, (size_t)m->W + 1);
    make_rows(s, d);
    set_caps(d, m->caps || load || d->complex);
    if (d->complex)
        set_shared_caps(d, served, load);
    for (int c = 0; served && c < PLAN_CLASSES; c++)
        in_net[c] = !d->complex  ? served[c] - m->pinned_score.served[c]
                    : d->must[c] ? m->W
                                 : NET_AS_PAYS;
    struct net_shape shape = {.caps = m->caps || load || d->complex,
                              .booths = m->booths,
                              .load = load && !d->complex,
                              .served = in_net};
    d->net = net_new(s->a, m, &shape);
    if (!set_goal(d, g, SCALE) && !set_goal(d, g, 1))
        return NULL;
    d->net->simplex = mcf_simplex_new(s->a, &d->net->flow);
    d->best = INT64_MAX;
    return d;
}

/* ---- rows ---- */

static void make_rows(struct solver *s, struct dual *d)
{
    const struct model *m = d->m;
    const int sizes[DUAL_KINDS] = {[HALL] = m->S,
                                   [ZONE] = m->Z * m->S,
                                   [COMPANY] = m->C * m->S,
                                   [SEAT] = m->E * m->S,
                                   [CAP] = m->first_cap[m->E],
                                   [MOST] = m->E,
                                   [LOAD] = m->E,
                                   [WINDOW] = m->first_window[m->E],
                                   [SERVED] = PLAN_CLASSES};
    for (int k = 0; k < DUAL_KINDS; k++)
        d->first[k + 1] = d->first[k] + sizes[k];
    size_t n = (size_t)d->first[DUAL_KINDS], seats = (size_t)(m->E * m->S) + 1;
    d->cap = arena_array(s->a, int, n);
    d->use = arena_array(s->a, int, n);
    d->price = arena_array(s->a, int64_t, n);
    d->best_price = arena_array(s->a, int64_t, n);
    d->body = arena_array(s->a, int64_t, seats);
    d->seat = arena_array(s->a, int64_t, seats);
    d->twice = arena_array(s->a, int64_t, seats);
    d->meet = arena_array(s->a, int64_t, (size_t)m->first_cap[m->E] + 1);
    d->longer = arena_array(s->a, int64_t, (size_t)m->first_cap[m->E] + 1);
    d->place = arena_array(s->a, int64_t, (size_t)((m->Z + 1) * m->S) + 1);
    for (size_t i = 0; i < n; i++)
        d->cap[i] = PLENTY;
}

static void set_caps(struct dual *d, bool booths)
{
    const struct model *m = d->m;
    for (int i = 0; booths && i < m->S; i++)
        d->cap[d->first[HALL] + i] = m->hall[i];
    for (int i = 0; booths && i < m->Z * m->S; i++)
        d->cap[d->first[ZONE] + i] = m->zone[i];
    for (int i = 0; i < m->C * m->S; i++)
        if (m->company_row[i])
            d->cap[d->first[COMPANY] + i] = 1;
    for (int i = 0; i < m->first_window[m->E]; i++)
        d->cap[d->first[WINDOW] + i] = m->window[i].cap;
}

/* Rows that the flow's wishes share with those who pick for themselves. The cap of a load follows
 * from its price, see refund(). */
static void set_shared_caps(struct dual *d, const int64_t *served, bool load)
{
    const struct model *m = d->m;
    int64_t could[PLAN_CLASSES] = {0};
    for (int i = 0; i < m->W; i++) {
        const struct wish *w = &m->wish[i];
        could[w->class] += w->n > 0;
        for (size_t k = 0; is_complex(w) && k < w->n; k++)
            for (int s = 0; s < w->length; s++)
                d->cap[d->first[SEAT] + w->at[k].expert * m->S + w->at[k].slot + s] = 1;
    }
    for (int i = 0; i < m->first_cap[m->E]; i++)
        d->cap[d->first[CAP] + i] = m->cap[i].left;
    for (int e = 0; e < m->E; e++) {
        d->cap[d->first[MOST] + e] = m->most[e];
        d->cap[d->first[LOAD] + e] = load ? 0 : PLENTY;
    }
    for (int c = 0; served && c < PLAN_CLASSES; c++) {
        int64_t wanted = served[c] - m->pinned_score.served[c];
        d->must[c] = wanted >= could[c];
        if (!d->must[c])
            d->cap[d->first[SERVED] + c] = (int)-wanted;
    }
}

/* ---- prices ---- */

/* What a meeting is to pay for all caps of the expert's that it comes under. */
static int64_t meeting_price(const struct dual *d, int e, int slot, int length)
{
    int cap = d->m->cap_at[e * d->m->S + slot];
    return cap == NOBODY ? d->price[d->first[MOST] + e]
                         : d->meet[cap] + (length - 1) * d->longer[cap];
}

static void sum_prices(struct dual *d)
{
    const struct model *m = d->m;
    const int64_t *p = d->price;
    for (int i = 0; i < m->E * m->S; i++) {
        d->body[i] = p[d->first[SEAT] + i];
        d->twice[i] = 0;
    }
    for (int i = 0; i < m->first_window[m->E]; i++)
        window_price(d, &m->window[i], p[d->first[WINDOW] + i]);
    for (int i = 0; i < m->first_cap[m->E]; i++) {
        int above = m->cap[i].above;
        int64_t mine = p[d->first[CAP] + i];
        d->meet[i] =
            mine + (above == NOBODY ? p[d->first[MOST] + m->cap[i].expert] : d->meet[above]);
        d->longer[i] = (m->cap[i].slots ? mine : 0) + (above == NOBODY ? 0 : d->longer[above]);
    }
    for (int i = 0; i < (m->Z + 1) * m->S; i++)
        d->place[i] = p[d->first[HALL] + i % m->S] + (i < m->S ? 0 : p[d->first[ZONE] + i - m->S]);
    for (int e = 0; e < m->E; e++)
        for (int s = 0; s < m->S; s++)
            d->seat[e * m->S + s] = d->body[e * m->S + s] + meeting_price(d, e, s, 1) +
                                    d->place[(m->zone_of[e] + 1) * m->S + s];
}

/* What a triple is worth with all prices paid but that of the load; booth, company and what serving
 * brings are the first seat's. */
int64_t dual_triple(const struct dual *d, const struct wish *w, const struct triple *t)
{
    const struct model *m = d->m;
    int64_t value = goal_triple(&d->goal, w, t) - meeting_price(d, t->expert, t->slot, w->length);
    for (int s = t->slot; s < t->slot + w->length; s++) {
        value -= d->body[t->expert * m->S + s];
        if (s > t->slot)
            value += d->twice[t->expert * m->S + s - 1];
        if (t->seat > 0)
            continue;
        value -= d->place[(m->zone_of[t->expert] + 1) * m->S + s];
        if (w->company != PLAN_NONE)
            value -= d->price[d->first[COMPANY] + w->company * m->S + s];
    }
    return value + (t->seat == 0 ? d->price[d->first[SERVED] + w->class] : 0);
}

/* ---- the best at these prices ---- */

bool dual_solve(struct solver *s, struct dual *d)
{
    sum_prices(d);
    if (!solve_flow(s, d))
        return false;
    d->value = d->net->all_served - d->flow.cost;
    for (int i = 0; i < d->m->W; i++)
        if (is_complex(&d->m->wish[i]))
            d->value += pick(d, i);
    count_use(d);
    d->value += refund(d) + goal_value(&d->goal, &d->m->pinned_score);
    if (d->value < d->best) {
        d->best = d->value;
        memcpy(d->best_price, d->price, (size_t)d->first[DUAL_KINDS] * sizeof *d->price);
    }
    return true;
}

static bool stop(void *ctx, size_t steps)
{
    (void)steps;
    return solver_late(ctx);
}

static bool solve_flow(struct solver *s, struct dual *d)
{
    const struct model *m = d->m;
    struct mcf_watch watch = {stop, s};
    for (int e = 0; d->complex && e < m->E; e++)
        for (int k = 0; k < m->S; k++)
            d->seat[e * m->S + k] += d->price[d->first[LOAD] + e];
    net_costs(
        d->net, m, &d->goal,
        &(struct net_prices){d->seat, d->price + d->first[COMPANY], d->price + d->first[SERVED]});
    mcf_simplex_costs(d->net->simplex, d->net->cost);
    if (mcf_simplex_run(d->net->simplex, &watch, &d->flow) != MCF_OPTIMAL)
        return false;
    net_read(d->net, m, &d->flow, d->spot);
    return true;
}

/* The best two of a seat: of two seats, one may have to leave the same expert to the other. */
struct top {
    int64_t value[2];
    int expert[2];
};

static void top_put(struct top *t, int64_t value, int expert)
{
    int at = value > t->value[0] ? 0 : value > t->value[1] ? 1 : 2;
    if (at == 0) {
        t->value[1] = t->value[0];
        t->expert[1] = t->expert[0];
    }
    if (at < 2) {
        t->value[at] = value;
        t->expert[at] = expert;
    }
}

static const int64_t NEVER = INT64_MIN / 4;

static int64_t top_team(const struct top t[PLAN_SEATS], int seats, int ret[PLAN_SEATS])
{
    int64_t best = NEVER;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            bool good = t[0].value[i] > NEVER &&
                        (seats == 1 || (t[1].value[k] > NEVER && t[0].expert[i] != t[1].expert[k]));
            int64_t value = t[0].value[i] + (seats == 2 ? t[1].value[k] : 0);
            if (good && value > best) {
                best = value;
                ret[0] = t[0].expert[i];
                ret[1] = seats == 2 ? t[1].expert[k] : NOBODY;
            }
        }
    return best;
}

static int64_t pick(struct dual *d, int wish)
{
    const struct model *m = d->m;
    const struct wish *w = &m->wish[wish];
    struct spot *best = &d->spot[wish];
    int64_t value = w->n && d->must[w->class] ? NEVER : 0;
    best->slot = PLAN_NONE;
    for (size_t i = 0; i < w->n;) {
        const struct triple *first = &w->at[i];
        struct top top[PLAN_SEATS] = {{{NEVER, NEVER}, {0}}, {{NEVER, NEVER}, {0}}};
        for (; i < w->n && w->at[i].slot == first->slot &&
               m->zone_of[w->at[i].expert] == m->zone_of[first->expert];
             i++)
            top_put(&top[w->at[i].seat],
                    dual_triple(d, w, &w->at[i]) -
                        w->length * d->price[d->first[LOAD] + w->at[i].expert],
                    w->at[i].expert);
        struct spot team = {.slot = first->slot};
        int64_t got = top_team(top, w->seats, team.expert);
        if (got > value) {
            value = got;
            *best = team;
        }
    }
    return value;
}

/* ---- how far the rows are kept ---- */

static void count_spot(struct dual *d, int wish)
{
    const struct model *m = d->m;
    const struct wish *w = &m->wish[wish];
    const struct spot *at = &d->spot[wish];
    int zone = m->zone_of[at->expert[0]];
    for (int s = at->slot; s < at->slot + w->length; s++) {
        d->use[d->first[HALL] + s]++;
        if (zone != PLAN_NONE)
            d->use[d->first[ZONE] + zone * m->S + s]++;
        if (w->company != PLAN_NONE)
            d->use[d->first[COMPANY] + w->company * m->S + s]++;
        for (int k = 0; k < w->seats; k++)
            d->use[d->first[SEAT] + at->expert[k] * m->S + s]++;
    }
    for (int k = 0; k < w->seats; k++) {
        int cap = m->cap_at[at->expert[k] * m->S + at->slot];
        for (; cap != NOBODY; cap = m->cap[cap].above)
            d->use[d->first[CAP] + cap] += cap_takes(&m->cap[cap], w->length);
        d->use[d->first[MOST] + at->expert[k]]++;
        d->use[d->first[LOAD] + at->expert[k]] += w->length;
    }
    for (int k = 0; k < w->seats; k++)
        for (int i = m->first_window[at->expert[k]]; i < m->first_window[at->expert[k] + 1]; i++)
            d->use[d->first[WINDOW] + i] += window_takes(&m->window[i], at->slot, w->length);
    d->use[d->first[SERVED] + w->class]--;
}

static void count_use(struct dual *d)
{
    const struct model *m = d->m;
    memset(d->use, 0, (size_t)d->first[DUAL_KINDS] * sizeof *d->use);
    for (int i = 0; i < m->W; i++)
        if (d->spot[i].slot != PLAN_NONE)
            count_spot(d, i);
}

/* The prices of all that there is. For a load, as much of it as pays at its price. */
static int64_t refund(struct dual *d)
{
    const struct model *m = d->m;
    int64_t sum = 0;
    for (int e = 0; e < m->E; e++) {
        int row = d->first[LOAD] + e, n = 0;
        if (d->cap[row] == PLENTY)
            continue;
        for (; n < m->S && d->goal.point * load_step(m, e, n) < d->price[row]; n++)
            sum -= d->goal.point * load_step(m, e, n);
        d->cap[row] = n;
    }
    for (int i = 0; i < d->first[DUAL_KINDS]; i++)
        if (d->cap[i] != PLENTY)
            sum += d->price[i] * d->cap[i];
    return sum;
}

int64_t dual_bound(const struct dual *d)
{
    int64_t down = d->best / d->scale;
    return down - (d->best % d->scale < 0);
}

/* ---- new prices ---- */

/* Polyak's step, part/parts of it: the excess of each row by the distance to what is known. */
void dual_move(struct dual *d, int64_t known, int part, int parts)
{
    wide norm = 0;
    int n = d->first[DUAL_KINDS];
    for (int i = 0; i < n; i++)
        if (d->cap[i] != PLENTY && (d->price[i] > 0 || d->use[i] > d->cap[i])) {
            int64_t g = (int64_t)d->use[i] - d->cap[i];
            norm += (wide)g * g;
        }
    int64_t apart = d->value - known * d->scale;
    apart = apart > d->scale ? apart : d->scale;
    for (int i = 0; norm > 0 && i < n; i++)
        if (d->cap[i] != PLENTY) {
            int64_t g = (int64_t)d->use[i] - d->cap[i];
            int64_t price = d->price[i] + (int64_t)((wide)apart * part * g / (norm * parts));
            d->price[i] = price > 0 ? price : 0;
        }
}
