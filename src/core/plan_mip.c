#include "plan_in.h"

#include <assert.h>
#include <string.h>

enum { TRIPLES_MAX = 60000 }; /* more of them are not solved in any time that one has */

/* Rows: first those of the dual, then one for each wish, for what must stay, for each seat of each
 * meeting of two. Columns: triples, meetings of two, steps of loads. */
struct writer {
    struct arena *a;
    const struct rest *r;
    const struct dual *d;
    const struct model *m;
    struct mip mip;
    bool *left; /* by triple: not priced out */
    int64_t *value, *limit;
    bool *whole, *exactly;
    struct mip_entry *entry;
    size_t room;
    int *wish_of, *triple_of; /* by column; triple NOBODY: it is none */
};

static size_t price_out(struct writer *w);
static void make_room(struct writer *w, size_t triples);
static void write_limits(struct writer *w);
static void write_wish(struct writer *w, int wish);
static void write_loads(struct writer *w);
static void read_back(const struct writer *w, const signed char *x, struct spot *ret);

enum mip_end rest_solve(struct solver *s, const struct rest *r, struct spot *ret)
{
    struct writer w = {.a = s->a, .r = r, .d = r->d, .m = r->d->m};
    size_t left = s->hooks->branch ? price_out(&w) : 0;
    if (!s->hooks->branch || left > TRIPLES_MAX)
        return MIP_NONE;
    make_room(&w, left);
    write_limits(&w);
    for (int i = 0; i < w.m->W; i++)
        write_wish(&w, i);
    write_loads(&w);
    w.mip.value = w.value;
    w.mip.whole = w.whole;
    w.mip.limit = w.limit;
    w.mip.exactly = w.exactly;
    w.mip.entry = w.entry;
    signed char *x = arena_array(s->a, signed char, (size_t)w.mip.columns + 1);
    enum mip_end end = s->hooks->branch(s->hooks->ctx, &w.mip,
                                        r->above - goal_value(&r->goal, &w.m->pinned_score), x);
    if (end == MIP_BETTER || end == MIP_FOUND)
        read_back(&w, x, ret);
    return end;
}

/* ---- what is priced out ---- */

/* The bound falls by `less` when the triple is in: is what is left above what is known? */
static bool still(const struct writer *w, int64_t less)
{
    int64_t left = w->d->value - less, floor = left / w->d->scale;
    return floor - (left % w->d->scale < 0) > w->r->known;
}

static size_t price_flow(struct writer *w, int wish)
{
    const struct net *n = w->d->net;
    const int64_t *p = w->d->flow.potential;
    size_t left = 0;
    for (size_t k = n->first[wish]; k < n->first[wish + 1]; k++) {
        int64_t reduced = n->cost[k] + p[n->arc[k].from] - p[n->arc[k].to];
        bool still_in = reduced <= 0 || still(w, reduced);
        w->left[w->m->wish[wish].first + (size_t)n->pick[k]] = still_in;
        left += still_in;
    }
    return left;
}

/* For those who pick: the best choice with the triple against the best of all, 0 for none. */
static int64_t with_triple(const struct writer *w, const struct wish *x, size_t at)
{
    int64_t load = x->length * w->d->price[w->d->first[LOAD] + x->at[at].expert];
    int64_t mine = dual_triple(w->d, x, &x->at[at]) - load, other = INT64_MIN / 4;
    for (size_t i = 0; x->seats == 2 && i < x->n; i++) {
        const struct triple *t = &x->at[i];
        if (t->slot != x->at[at].slot || t->seat == x->at[at].seat ||
            t->expert == x->at[at].expert ||
            w->m->zone_of[t->expert] != w->m->zone_of[x->at[at].expert])
            continue;
        int64_t value =
            dual_triple(w->d, x, t) - x->length * w->d->price[w->d->first[LOAD] + t->expert];
        other = value > other ? value : other;
    }
    return mine + (x->seats == 2 ? other : 0);
}

static size_t price_pick(struct writer *w, int wish)
{
    const struct wish *x = &w->m->wish[wish];
    int64_t *value = arena_array(w->a, int64_t, x->n + 1), best = INT64_MIN / 2;
    size_t left = 0;
    for (size_t i = 0; i < x->n; i++) {
        value[i] = with_triple(w, x, i);
        best = value[i] > best ? value[i] : best;
    }
    if (!w->d->must[x->class] && best < 0)
        best = 0;
    for (size_t i = 0; i < x->n; i++)
        left += w->left[x->first + i] = still(w, best - value[i]);
    return left;
}

static size_t price_out(struct writer *w)
{
    size_t left = 0;
    w->left = arena_array(w->a, bool, w->m->triples + 1);
    for (int i = 0; i < w->m->W; i++) {
        const struct wish *x = &w->m->wish[i];
        left += x->length == 2 || x->seats == 2 ? price_pick(w, i) : price_flow(w, i);
    }
    return left;
}

/* ---- rows ---- */

static int wish_row(const struct writer *w, int wish)
{
    return w->d->first[DUAL_KINDS] + wish;
}

static int kept_row(const struct writer *w)
{
    return wish_row(w, w->m->W);
}

static void make_room(struct writer *w, size_t triples)
{
    const struct model *m = w->m;
    size_t columns = 2 * triples + (size_t)(m->E * m->S) + 1;
    size_t rows = (size_t)kept_row(w) + 1 + 2 * triples;
    w->room = 16 * triples + 1024;
    w->value = arena_array(w->a, int64_t, columns);
    w->whole = arena_array(w->a, bool, columns);
    w->wish_of = arena_array(w->a, int, columns);
    w->triple_of = arena_array(w->a, int, columns);
    w->limit = arena_array(w->a, int64_t, rows);
    w->exactly = arena_array(w->a, bool, rows);
    w->entry = arena_array(w->a, struct mip_entry, w->room);
    w->mip.rows = kept_row(w) + 1;
}

/* All rows of the problem, also those that the dual has in its flow. */
static void write_limits(struct writer *w)
{
    const struct model *m = w->m;
    const int *first = w->d->first;
    for (int i = 0; i < first[DUAL_KINDS]; i++)
        w->limit[i] = PLENTY;
    for (int i = 0; i < m->S; i++)
        w->limit[first[HALL] + i] = m->hall[i];
    for (int i = 0; i < m->Z * m->S; i++)
        w->limit[first[ZONE] + i] = m->zone[i];
    for (int i = 0; i < m->C * m->S; i++)
        w->limit[first[COMPANY] + i] = m->company_row[i] ? 1 : PLENTY;
    for (int i = 0; i < m->E * m->S; i++)
        w->limit[first[SEAT] + i] = 1;
    for (int i = 0; i < m->first_cap[m->E]; i++)
        w->limit[first[CAP] + i] = m->cap[i].left;
    for (int i = 0; i < m->E; i++) {
        w->limit[first[MOST] + i] = m->most[i];
        w->limit[first[LOAD] + i] = m->lambda > 0 && w->r->goal.point ? 0 : PLENTY;
    }
    for (int i = 0; i < m->first_window[m->E]; i++)
        w->limit[first[WINDOW] + i] = m->window[i].cap;
    for (int c = 0; w->r->served && c < PLAN_CLASSES; c++)
        w->limit[first[SERVED] + c] = m->pinned_score.served[c] - w->r->served[c];
    for (int i = 0; i < m->W; i++)
        w->limit[wish_row(w, i)] = 1;
    w->limit[kept_row(w)] = m->pinned_score.kept - w->r->kept;
}

static void entry(struct writer *w, int row, int column, int64_t coef)
{
    if (w->limit[row] == PLENTY)
        return;
    if (w->mip.entries == w->room) {
        struct mip_entry *more = arena_array(w->a, struct mip_entry, 2 * w->room);
        memcpy(more, w->entry, w->room * sizeof *more);
        w->entry = more;
        w->room *= 2;
    }
    w->entry[w->mip.entries++] = (struct mip_entry){row, column, coef};
}

static int column(struct writer *w, int64_t value, bool whole)
{
    int at = w->mip.columns++;
    w->value[at] = value;
    w->whole[at] = whole;
    w->wish_of[at] = w->triple_of[at] = NOBODY;
    return at;
}

/* ---- wishes ---- */

/* Each row once for each column. */
static void write_windows(struct writer *w, int e, int slot, int length, int col)
{
    const struct model *m = w->m;
    for (int i = m->first_window[e]; i < m->first_window[e + 1]; i++) {
        int takes = window_takes(&m->window[i], slot, length);
        if (takes > 0)
            entry(w, w->d->first[WINDOW] + i, col, takes);
    }
}

static void write_expert(struct writer *w, const struct wish *x, const struct triple *t, int col)
{
    const struct model *m = w->m;
    const int *first = w->d->first;
    for (int s = t->slot; s < t->slot + x->length; s++)
        entry(w, first[SEAT] + t->expert * m->S + s, col, 1);
    write_windows(w, t->expert, t->slot, x->length, col);
    for (int c = m->cap_at[t->expert * m->S + t->slot]; c != NOBODY; c = m->cap[c].above)
        entry(w, first[CAP] + c, col, cap_takes(&m->cap[c], x->length));
    entry(w, first[MOST] + t->expert, col, 1);
    entry(w, first[LOAD] + t->expert, col, x->length);
    if (t->keep && w->r->kept > 0)
        entry(w, kept_row(w), col, -t->keep);
}

/* What a meeting takes once: with one seat the triple's column, else one of its own. */
static void write_meeting(struct writer *w, int wish, const struct triple *t, int col)
{
    const struct model *m = w->m;
    const struct wish *x = &m->wish[wish];
    const int *first = w->d->first;
    int zone = m->zone_of[t->expert];
    for (int s = t->slot; s < t->slot + x->length; s++) {
        entry(w, first[HALL] + s, col, 1);
        if (zone != PLAN_NONE)
            entry(w, first[ZONE] + zone * m->S + s, col, 1);
        if (x->company != PLAN_NONE)
            entry(w, first[COMPANY] + x->company * m->S + s, col, 1);
    }
    entry(w, first[SERVED] + x->class, col, -1);
    entry(w, wish_row(w, wish), col, 1);
}

static void write_wish(struct writer *w, int wish)
{
    const struct model *m = w->m;
    const struct wish *x = &m->wish[wish];
    const struct triple *before = NULL;
    int team = NOBODY, team_row = NOBODY;
    for (size_t i = 0; i < x->n; i++) {
        const struct triple *t = &x->at[i];
        if (!w->left[x->first + i])
            continue;
        int col = column(w, goal_triple(&w->r->goal, x, t), true);
        w->wish_of[col] = wish;
        w->triple_of[col] = (int)i;
        write_expert(w, x, t, col);
        if (x->seats == 1) {
            write_meeting(w, wish, t, col);
            continue;
        }
        if (!before || before->slot != t->slot ||
            m->zone_of[before->expert] != m->zone_of[t->expert]) {
            team = column(w, 0, true);
            team_row = w->mip.rows;
            w->mip.rows += PLAN_SEATS;
            write_meeting(w, wish, t, team);
            for (int k = 0; k < PLAN_SEATS; k++) {
                w->exactly[team_row + k] = true;
                entry(w, team_row + k, team, -1);
            }
        }
        entry(w, team_row + t->seat, col, 1);
        before = t;
    }
}

/* Costs rise, so the steps are taken in their order without being told. */
static void write_loads(struct writer *w)
{
    const struct model *m = w->m;
    int *most = arena_array(w->a, int, (size_t)m->E + 1);
    for (size_t i = 0; i < w->mip.entries; i++) {
        int e = w->entry[i].row - w->d->first[LOAD];
        if (e >= 0 && e < m->E)
            most[e] += (int)w->entry[i].coef;
    }
    for (int e = 0; e < m->E; e++)
        for (int n = 0; n < m->S && n < most[e]; n++)
            entry(w, w->d->first[LOAD] + e,
                  column(w, -w->r->goal.point * load_step(m, e, n), false), -1);
}

static void read_back(const struct writer *w, const signed char *x, struct spot *ret)
{
    for (int i = 0; i < w->m->W; i++)
        ret[i] = (struct spot){.slot = PLAN_NONE, .expert = {NOBODY, NOBODY}};
    for (int i = 0; i < w->mip.columns; i++) {
        if (!x[i] || w->triple_of[i] == NOBODY)
            continue;
        const struct triple *t = &w->m->wish[w->wish_of[i]].at[w->triple_of[i]];
        ret[w->wish_of[i]].slot = t->slot;
        ret[w->wish_of[i]].expert[t->seat] = t->expert;
    }
}
