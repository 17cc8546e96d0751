#include "board_in.h"

#include <stdlib.h>
#include <string.h>

enum { BOUNDS = WEIGHTS_SUM_MOST + 1 };

/* Everybody who may be among the best, the most promising first. */
struct hopeful {
    uint32_t expert;
    int bound; /* no score is above it */
};

struct hopefuls {
    struct hopeful *at;
    size_t n;
};

static void rank_all(struct ask *q, struct board_want want, struct ranking *r);
static void rank_best(struct ask *q, size_t top, struct ranking *r);
static struct hopefuls hopefuls_of(struct ask *q);
static bool candidate_make(struct ask *q, size_t i, struct candidate *ret, enum rule *ret_rule);

struct ranking *board_rank(struct arena *a, const struct board *b, const struct panel *p,
                           struct board_want want)
{
    struct ask q = ask_make(a, b, p);
    struct ranking *r = arena_new_of(a, struct ranking);
    if (want.top == 0 || want.ineligible)
        rank_all(&q, want, r);
    else
        rank_best(&q, want.top, r);
    for (size_t i = 0; i < r->candidate_count; i++) {
        struct candidate *c = &r->candidates[i];
        c->appointments_in_window = rank_appointments(&p->request.windows, c->expert);
    }
    return r;
}

static void rank_all(struct ask *q, struct board_want want, struct ranking *r)
{
    r->candidates = arena_array(q->a, struct candidate, q->b->n);
    r->ineligible = arena_array(q->a, struct ineligible, want.ineligible ? q->b->n : 0);
    for (size_t i = 0; i < q->b->n; i++) {
        enum rule rule;
        if (candidate_make(q, i, &r->candidates[r->candidate_count], &rule))
            r->candidate_count++;
        else if (want.ineligible)
            r->ineligible[r->ineligible_count++] = (struct ineligible){&q->b->experts[i], rule};
    }
    rank_sort(r);
    if (want.top && want.top < r->candidate_count)
        r->candidate_count = want.top;
}

/* Down from the highest bound until nobody left can reach the last of the best. Equal bounds are
 * looked at, too: the earlier slot or the id may decide. */
static void rank_best(struct ask *q, size_t top, struct ranking *r)
{
    struct hopefuls h = hopefuls_of(q);
    top = top < h.n ? top : h.n;
    r->candidates = arena_array(q->a, struct candidate, top + 1);
    for (size_t i = 0; i < h.n; i++) {
        struct candidate *c = r->candidates, x;
        size_t n = r->candidate_count;
        enum rule rule;
        if (n == top && c[n - 1].score.total > h.at[i].bound)
            break;
        if (!candidate_make(q, h.at[i].expert, &x, &rule))
            continue;
        for (; n > 0 && rank_order(&x, &c[n - 1]) < 0; n--)
            c[n] = c[n - 1];
        c[n] = x;
        r->candidate_count += r->candidate_count < top;
    }
}

static bool candidate_make(struct ask *q, size_t i, struct candidate *ret, enum rule *ret_rule)
{
    const struct expert *e = &q->b->experts[i];
    *ret_rule = eligible(q->p, e);
    if (*ret_rule != RULE_none)
        return false;
    struct slots slots = ask_first(q, i);
    *ret_rule = slots.against;
    if (slots.against == RULE_none)
        *ret = (struct candidate){
            .expert = e, .score = score(q->p, e, slots.start[0]), .slots = slots};
    return slots.against == RULE_none;
}

/* --- bounds --- */

/* What the request asks for, as signatures; and the most that the rest of the score may be. */
struct filter {
    int level;
    uint64_t modes, districts, languages; /* all of these */
    uint64_t topic[SCORE_TOPICS + 1];
    size_t topics;
    int rest[SCORE_TOPICS + 1][2]; /* by topics in common; serves the district or not */
    int named;                     /* for those whom the request names */
    uint64_t district;
    uint64_t *names;
    bool own; /* the entries' own points stand */
};

static void name_all(const struct ask *q, const struct words *ids, uint64_t *names)
{
    for (size_t i = 0; i < ids->n; i++) {
        size_t at = board_number(q->b, ids->at[i]);
        if (at < q->b->n)
            bit_set(names, at);
    }
}

static struct filter filter_of(struct ask *q)
{
    const struct request *r = &q->p->request;
    struct filter f = {.level = r->min_level, .modes = signature(r->mode)};
    f.languages = signature_of(&r->languages);
    f.district = r->district ? signature(r->district) : 0;
    f.districts = strcmp(r->mode, "visit") == 0 ? f.district : 0;
    for (size_t i = 0; i < r->topics.n && i <= SCORE_TOPICS; i++)
        f.topic[f.topics++] = signature(r->topics.at[i]);
    for (int t = 0; t <= SCORE_TOPICS; t++)
        for (int d = 0; d < 2; d++)
            f.rest[t][d] = score_rest_most(q->p, (struct score_hint){false, d == 1, t});
    f.named = score_rest_most(q->p, (struct score_hint){true, true, SCORE_TOPICS});
    f.names = arena_array(q->a, uint64_t, bits_words(q->b->n));
    struct words preferred = {(const char **)&(const char *){r->preferred}, r->preferred != NULL};
    name_all(q, &preferred, f.names);
    name_all(q, &r->previous, f.names);
    f.own = !q->p->weights || memcmp(q->p->weights, &q->b->weights, sizeof q->b->weights) == 0;
    return f;
}

/* -1: the expert cannot serve */
static int bound_of(const struct ask *q, const struct filter *f, const struct entry *x)
{
    if (x->level < f->level || (x->modes & f->modes) != f->modes ||
        (x->districts & f->districts) != f->districts ||
        (x->languages & f->languages) != f->languages)
        return -1;
    int topics = f->topics > SCORE_TOPICS ? SCORE_TOPICS : 0;
    for (size_t i = 0; i < f->topics && f->topics <= SCORE_TOPICS; i++)
        topics += (x->topics & f->topic[i]) != 0;
    int own = f->own ? x->own : score_own(q->p, &q->b->experts[x->expert]);
    bool there = (x->districts & f->district) == f->district;
    return own + (bit_is(f->names, x->expert) ? f->named : f->rest[topics][there]);
}

/* Sorted by counting: bounds are small numbers. */
static struct hopefuls hopefuls_of(struct ask *q)
{
    const struct field_list *list = board_field(q->b, q->p->request.field);
    size_t n = list ? list->n : 0, from[BOUNDS] = {0}, sum = 0;
    struct hopeful *any = arena_array(q->a, struct hopeful, n);
    struct hopefuls h = {arena_array(q->a, struct hopeful, n), 0};
    struct filter f = filter_of(q);
    for (size_t i = 0; i < n; i++) {
        int bound = bound_of(q, &f, &list->at[i]);
        if (bound < 0)
            continue;
        any[h.n++] = (struct hopeful){list->at[i].expert, bound};
        from[bound]++;
    }
    for (size_t i = BOUNDS; i-- > 0;) {
        size_t here = from[i];
        from[i] = sum;
        sum += here;
    }
    for (size_t i = 0; i < h.n; i++)
        h.at[from[any[i].bound]++] = any[i];
    return h;
}
