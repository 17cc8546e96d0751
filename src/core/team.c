#include "core/team.h"

#include <stdlib.h>
#include <string.h>

/* A candidate for one seat: what the score is without the parts that the start has a say in. */
struct runner {
    const struct expert *expert;
    int base;
    instant *starts;
    size_t count;
};

struct bench { /* the candidates for one vacant seat, the best first */
    int seat;
    struct runner *at;
    size_t n;
};

struct pick { /* who is free at a start, and what they are worth then, but for score_start() */
    const struct expert *expert;
    int points;
};

/* The team at one start, while it is looked for. Of each bench only as many as there are seats
 * matter: the others of the team can take no more than the rest of them away. */
struct search {
    struct pick free[SEATS_MAX][SEATS_MAX]; /* the best first */
    size_t free_count[SEATS_MAX], seats;
    struct pick chosen[SEATS_MAX], best[SEATS_MAX];
    int sum, best_sum;
    bool found;
};

static void bench_make(struct arena *a, const struct panel *p, size_t seat, struct bench *b);
static size_t starts_of(struct arena *a, const struct bench *b, instant **ret);
static bool team_at(const struct panel *p, const struct bench *benches, instant start,
                    struct search *s);
static void keep(const struct search *s, struct pick *list, size_t *n, struct pick x);
static void fill(struct search *s, size_t seat);
static void list(struct teams *t, const struct team *x);
static int by_base(const void *x, const void *y);
static int by_time(const void *x, const void *y);

struct teams *teams_find(struct arena *a, const struct panel *p)
{
    struct teams *t = arena_new_of(a, struct teams);
    struct bench benches[SEATS_MAX];
    size_t seats = 0;
    for (size_t i = 0; i < p->request.seat_count; i++)
        if (!p->request.seats[i].held)
            bench_make(a, p, i, &benches[seats++]);
    instant *starts;
    size_t n = seats ? starts_of(a, &benches[0], &starts) : 0;
    for (size_t i = 0; i < n; i++) {
        struct search s = {.seats = seats};
        if (!team_at(p, benches, starts[i], &s))
            continue;
        int early = score_start(p, starts[i]);
        struct team x = {starts[i], s.best_sum + (int)seats * early, {{0}}, seats};
        for (size_t j = 0; j < seats; j++)
            x.members[j] =
                (struct member){benches[j].seat, s.best[j].expert, s.best[j].points + early};
        list(t, &x);
    }
    return t;
}

static void bench_make(struct arena *a, const struct panel *p, size_t seat, struct bench *b)
{
    struct panel seen = panel_seat(p, seat);
    const struct ranking *r = rank(a, &seen);
    instant *starts = arena_array(a, instant, TEAM_STARTS);
    *b = (struct bench){p->request.seats[seat].no,
                        arena_array(a, struct runner, r->candidate_count), r->candidate_count};
    for (size_t i = 0; i < b->n; i++) {
        const struct candidate *c = &r->candidates[i];
        b->at[i].expert = c->expert;
        b->at[i].base = score_base(&c->score);
    }
    qsort(b->at, b->n, sizeof *b->at, by_base);
    b->n = b->n < TEAM_CANDIDATES ? b->n : TEAM_CANDIDATES;
    for (size_t i = 0; i < b->n; i++) {
        struct runner *x = &b->at[i];
        x->count = slots_all(&seen, x->expert, starts, TEAM_STARTS);
        x->starts = arena_array(a, instant, x->count);
        memcpy(x->starts, starts, x->count * sizeof *starts);
    }
}

/* All starts at which somebody on the bench is free: rising, none twice. */
static size_t starts_of(struct arena *a, const struct bench *b, instant **ret)
{
    size_t all = 0, n = 0;
    for (size_t i = 0; i < b->n; i++)
        all += b->at[i].count;
    instant *at = arena_array(a, instant, all);
    for (size_t i = 0, k = 0; i < b->n; k += b->at[i++].count)
        memcpy(at + k, b->at[i].starts, b->at[i].count * sizeof *at);
    qsort(at, all, sizeof *at, by_time);
    for (size_t i = 0; i < all && n < TEAM_STARTS; i++)
        if (n == 0 || at[i] != at[n - 1])
            at[n++] = at[i];
    *ret = at;
    return n;
}

static bool team_at(const struct panel *p, const struct bench *benches, instant start,
                    struct search *s)
{
    for (size_t i = 0; i < s->seats; i++) {
        const struct bench *b = &benches[i];
        for (size_t j = 0; j < b->n; j++) {
            const struct runner *x = &b->at[j];
            if (bsearch(&start, x->starts, x->count, sizeof start, by_time))
                keep(s, s->free[i], &s->free_count[i],
                     (struct pick){x->expert, x->base + score_trip(p, x->expert, start)});
        }
    }
    fill(s, 0);
    return s->found;
}

static bool ahead(struct pick x, struct pick y)
{
    return x.points != y.points ? x.points > y.points : strcmp(x.expert->id, y.expert->id) < 0;
}

/* Into the list of the best, which is as long as there are seats. */
static void keep(const struct search *s, struct pick *list, size_t *n, struct pick x)
{
    size_t at = *n;
    while (at > 0 && ahead(x, list[at - 1]))
        at--;
    if (at == s->seats)
        return;
    *n = *n < s->seats ? *n + 1 : *n;
    memmove(&list[at + 1], &list[at], (*n - 1 - at) * sizeof *list);
    list[at] = x;
}

static bool better(const struct search *s)
{
    if (!s->found || s->sum != s->best_sum)
        return !s->found || s->sum > s->best_sum;
    for (size_t i = 0; i < s->seats; i++) {
        int order = strcmp(s->chosen[i].expert->id, s->best[i].expert->id);
        if (order != 0)
            return order < 0;
    }
    return false;
}

/* Every way to fill the seats from `seat` on; at most SEATS_MAX deep and wide. */
static void fill(struct search *s, size_t seat)
{
    if (seat == s->seats) {
        if (better(s)) {
            memcpy(s->best, s->chosen, sizeof s->best);
            s->best_sum = s->sum;
            s->found = true;
        }
        return;
    }
    for (size_t i = 0; i < s->free_count[seat]; i++) {
        struct pick x = s->free[seat][i];
        bool taken = false;
        for (size_t j = 0; j < seat; j++)
            taken |= s->chosen[j].expert == x.expert;
        if (taken)
            continue;
        s->chosen[seat] = x;
        s->sum += x.points;
        fill(s, seat + 1);
        s->sum -= x.points;
    }
}

/* Starts come in rising order, so of equal totals the earlier one is there already. */
static void list(struct teams *t, const struct team *x)
{
    size_t at = t->n;
    while (at > 0 && t->at[at - 1].total < x->total)
        at--;
    if (at == TEAMS_LISTED)
        return;
    size_t keep = t->n < TEAMS_LISTED ? t->n : TEAMS_LISTED - 1;
    memmove(&t->at[at + 1], &t->at[at], (keep - at) * sizeof *t->at);
    t->at[at] = *x;
    t->n = keep + 1;
}

static int by_base(const void *x, const void *y)
{
    const struct runner *p = x, *q = y;
    if (p->base != q->base)
        return p->base > q->base ? -1 : 1;
    return strcmp(p->expert->id, q->expert->id);
}

static int by_time(const void *x, const void *y)
{
    instant p = *(const instant *)x, q = *(const instant *)y;
    return (p > q) - (p < q);
}
