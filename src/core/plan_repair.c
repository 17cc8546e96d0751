#include "plan_in.h"

#include <stdlib.h>

/* A wish while they stand in line: the class first, then who loses most when not served so. */
struct turn {
    int wish, class;
    int64_t loss;
};

enum { TRIES_MAX = 200 };  /* of others who might make room, for one wish */
enum { SWAPS_MAX = 50 };   /* of others in whose place it might be, once all else is done */
enum { VAIN_MAX = 20 };    /* wishes in a row for which nobody could */
enum { CHOICES_MAX = 16 }; /* of places, the best, that are tried so */

static struct turn *line_up(const struct dual *d);
static int64_t best_spot(const struct dual *d, const struct ledger *l, int wish, struct spot *ret);
static bool make_room(const struct dual *d, struct ledger *l, int wish);

static const int64_t NEVER = INT64_MIN / 4;

void repair(const struct dual *d, struct ledger *l)
{
    const struct model *m = d->m;
    struct turn *line = line_up(d);
    ledger_clear(l);
    for (int i = 0; i < m->W; i++) {
        const struct spot *at = &d->spot[line[i].wish];
        if (at->slot != PLAN_NONE && ledger_fits(l, line[i].wish, at))
            ledger_put(l, line[i].wish, at);
    }
    int vain = 0; /* where there is no room left at all, all will not be asked to move */
    for (int i = 0; i < m->W; i++) {
        struct spot at;
        if (l->spot[line[i].wish].slot != PLAN_NONE)
            continue;
        if (best_spot(d, l, line[i].wish, &at) > NEVER)
            ledger_put(l, line[i].wish, &at);
        else if (vain < VAIN_MAX)
            vain = make_room(d, l, line[i].wish) ? 0 : vain + 1;
    }
}

bool fill_in(const struct dual *d, struct ledger *l, int wish)
{
    struct spot at;
    if (best_spot(d, l, wish, &at) == NEVER)
        return make_room(d, l, wish);
    ledger_put(l, wish, &at);
    return true;
}

/* ---- the line ---- */

/* What the choice is worth above the best at any other slot; for one seat, else 0. */
static int64_t loss(const struct dual *d, int wish)
{
    const struct wish *w = &d->m->wish[wish];
    const struct spot *at = &d->spot[wish];
    const struct triple *mine =
        at->slot == PLAN_NONE ? NULL : wish_triple(w, at->slot, at->expert[0], 0);
    int64_t other = 0;
    if (!mine || w->seats == 2)
        return 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->at[i].slot != at->slot) {
            int64_t value = dual_triple(d, w, &w->at[i]);
            other = value > other ? value : other;
        }
    return dual_triple(d, w, mine) - other;
}

static int by_turn(const void *x, const void *y)
{
    const struct turn *a = x, *b = y;
    if (a->class != b->class)
        return a->class - b->class;
    if (a->loss != b->loss)
        return a->loss > b->loss ? -1 : 1;
    return a->wish - b->wish;
}

static struct turn *line_up(const struct dual *d)
{
    int W = d->m->W;
    struct turn *line = arena_array(d->net->a, struct turn, (size_t)W + 1);
    for (int i = 0; i < W; i++)
        line[i] = (struct turn){i, d->m->wish[i].class, loss(d, i)};
    qsort(line, (size_t)W, sizeof *line, by_turn);
    return line;
}

/* ---- the best place that is left ---- */

static int64_t load_more(const struct dual *d, const struct ledger *l, int e, int length)
{
    int64_t sum = 0;
    for (int i = 0; i < length; i++)
        sum += load_step(d->m, e, l->load[e] + i);
    return d->goal.point * sum;
}

static int64_t triple_value(const struct dual *d, const struct ledger *l, const struct wish *w,
                            const struct triple *t)
{
    return dual_triple(d, w, t) - load_more(d, l, t->expert, w->length);
}

/* Calls see() for each team: with one seat, for each triple. */
typedef void see_fn(void *ctx, const struct spot *at, int64_t value);

static void each_team(const struct dual *d, const struct ledger *l, int wish, see_fn *see,
                      void *ctx)
{
    const struct wish *w = &d->m->wish[wish];
    for (size_t i = 0; i < w->n; i++) {
        const struct triple *x = &w->at[i];
        int64_t value = triple_value(d, l, w, x);
        if (w->seats == 1) {
            see(ctx, &(struct spot){x->slot, {x->expert, NOBODY}}, value);
            continue;
        }
        for (size_t k = i + 1; x->seat == 0 && k < w->n && w->at[k].slot == x->slot; k++) {
            const struct triple *y = &w->at[k];
            if (y->seat == 1 && d->m->zone_of[y->expert] == d->m->zone_of[x->expert])
                see(ctx, &(struct spot){x->slot, {x->expert, y->expert}},
                    value + triple_value(d, l, w, y));
        }
    }
}

struct look {
    const struct ledger *l;
    int wish;
    int64_t value[CHOICES_MAX];
    struct spot at[CHOICES_MAX]; /* the best first */
    int n, most;
    bool only_fitting;
};

static void see(void *ctx, const struct spot *at, int64_t value)
{
    struct look *x = ctx;
    if (x->n == x->most && value <= x->value[x->n - 1])
        return;
    if (x->only_fitting && !ledger_fits(x->l, x->wish, at))
        return;
    int i = x->n < x->most ? x->n++ : x->n - 1;
    for (; i > 0 && x->value[i - 1] < value; i--) {
        x->value[i] = x->value[i - 1];
        x->at[i] = x->at[i - 1];
    }
    x->value[i] = value;
    x->at[i] = *at;
}

static int64_t best_spot(const struct dual *d, const struct ledger *l, int wish, struct spot *ret)
{
    struct look x = {.l = l, .wish = wish, .most = 1, .only_fitting = true};
    each_team(d, l, wish, see, &x);
    if (x.n == 0)
        return NEVER;
    *ret = x.at[0];
    return x.value[0];
}

/* ---- somebody else goes elsewhere ---- */

struct move {
    int other;                /* NOBODY: none found yet */
    struct spot mine, theirs; /* theirs.slot PLAN_NONE: the less urgent one has to go */
    int64_t value;
    bool swaps; /* one of the same class may have to go, too, if that is worth it */
};

static int64_t value_of(const struct dual *d, const struct ledger *l, int wish,
                        const struct spot *at)
{
    const struct wish *w = &d->m->wish[wish];
    int64_t sum = 0;
    for (int k = 0; k < w->seats; k++)
        sum += triple_value(d, l, w, wish_triple(w, at->slot, at->expert[k], k));
    return sum;
}

/* What both are worth then, if it can be done; l is as before afterwards. */
static void try_other(const struct dual *d, struct ledger *l, int wish, int other,
                      const struct spot *mine, int64_t value, struct move *best)
{
    const struct model *m = d->m;
    struct spot old = l->spot[other], theirs = {.slot = PLAN_NONE};
    ledger_take(l, other);
    if (ledger_fits(l, wish, mine)) {
        int64_t was = value_of(d, l, other, &old);
        ledger_put(l, wish, mine);
        int64_t got = best_spot(d, l, other, &theirs);
        ledger_take(l, wish);
        ledger_put(l, other, &old);
        int64_t gain = value + got - was;
        if (got == NEVER && m->wish[wish].class < m->wish[other].class)
            gain = NEVER + value;
        else if (got == NEVER && best->swaps && m->wish[wish].class == m->wish[other].class)
            gain = value - was;
        else if (got == NEVER)
            gain = 2 * NEVER;
        if (gain > best->value)
            *best = (struct move){other, *mine, theirs, gain, best->swaps};
        return;
    }
    ledger_put(l, other, &old);
}

/* Whether the other has something that the place needs. */
static bool in_the_way(const struct ledger *l, int wish, int other, const struct spot *at)
{
    const struct model *m = l->m;
    const struct wish *w = &m->wish[wish], *o = &m->wish[other];
    const struct spot *there = &l->spot[other];
    if (there->slot == PLAN_NONE || other == wish)
        return false;
    if (there->slot < at->slot + w->length && at->slot < there->slot + o->length)
        return true;
    for (int i = 0; i < w->seats; i++)
        for (int k = 0; k < o->seats; k++)
            if (at->expert[i] == there->expert[k])
                return true;
    return false;
}

/* Among the best places, whether they fit or not, the one from which somebody else had best go.
 * above: what it is worth where it could be alone; 0: nowhere, and it may take another's place. */
static struct move best_move(const struct dual *d, struct ledger *l, int wish, int64_t above)
{
    struct look x = {.l = l, .wish = wish, .most = CHOICES_MAX};
    struct move best = {.other = NOBODY, .value = above, .swaps = above == 0};
    int tries = best.swaps ? TRIES_MAX - SWAPS_MAX : 0;
    each_team(d, l, wish, see, &x);
    for (int i = 0; i < x.n && x.value[i] > above; i++)
        for (int other = 0; other < d->m->W && tries < TRIES_MAX; other++)
            if (in_the_way(l, wish, other, &x.at[i])) {
                try_other(d, l, wish, other, &x.at[i], x.value[i], &best);
                tries++;
            }
    return best;
}

static void make_move(struct ledger *l, int wish, const struct move *move)
{
    ledger_take(l, move->other);
    ledger_put(l, wish, &move->mine);
    if (move->theirs.slot != PLAN_NONE)
        ledger_put(l, move->other, &move->theirs);
}

static bool make_room(const struct dual *d, struct ledger *l, int wish)
{
    struct move best = best_move(d, l, wish, 2 * NEVER);
    if (best.other == NOBODY)
        return false;
    make_move(l, wish, &best);
    return true;
}

bool improve(const struct dual *d, struct ledger *l)
{
    bool any = false;
    for (int i = 0; i < d->m->W; i++) {
        struct spot old = l->spot[i], alone = old;
        if (old.slot == PLAN_NONE) {
            struct move swap = best_move(d, l, i, 0);
            if (swap.other != NOBODY)
                make_move(l, i, &swap);
            any |= swap.other != NOBODY;
            continue;
        }
        ledger_take(l, i);
        int64_t was = value_of(d, l, i, &old), is = best_spot(d, l, i, &alone);
        struct move move = best_move(d, l, i, is);
        if (move.other != NOBODY)
            make_move(l, i, &move);
        else
            ledger_put(l, i, is > was ? &alone : &old);
        any |= move.other != NOBODY || is > was;
    }
    return any;
}
