#include "board_in.h"

#include <assert.h>
#include <string.h>

enum {
    BOUNDS = WEIGHTS_SUM_MOST + 1,
    TOP_MOST = 128, /* more are found by looking at everybody */
};

/* Everybody who may be among the best, the most promising first. */
struct hopeful {
    uint32_t expert;
    int16_t bound; /* no score is above it */
    bool fits;     /* no FIXED rule is against them; false: eligible() knows */
};

struct hopefuls {
    struct hopeful *at;
    size_t n;
};

static void rank_all(struct ask *q, struct ranking *r);
static void rank_field(struct ask *q, struct ranking *r);
static void rank_best(struct ask *q, size_t top, struct ranking *r);
static struct hopefuls hopefuls_of(struct ask *q);
static bool candidate_make(struct ask *q, size_t i, bool fits, struct candidate *ret,
                           enum rule *ret_rule);

struct ranking *board_rank(struct arena *a, const struct board *b, const struct panel *p,
                           struct board_want want)
{
    struct ask q = ask_make(a, b, p);
    struct ranking *r = arena_new_of(a, struct ranking);
    if (want.ineligible || p->waived)
        rank_all(&q, r);
    else if (want.top == 0 || want.top > TOP_MOST)
        rank_field(&q, r);
    else
        rank_best(&q, want.top, r);
    if (!want.ineligible)
        r->ineligible_count = 0;
    if (want.top && want.top < r->candidate_count)
        r->candidate_count = want.top;
    for (size_t i = 0; i < r->candidate_count; i++) {
        struct candidate *c = &r->candidates[i];
        c->appointments_in_window = rank_appointments(&p->request.windows, c->expert);
    }
    return r;
}

static void rank_all(struct ask *q, struct ranking *r)
{
    r->candidates = arena_array(q->a, struct candidate, q->b->n);
    r->ineligible = arena_array(q->a, struct ineligible, q->b->n);
    for (size_t i = 0; i < q->b->n; i++) {
        enum rule rule;
        if (candidate_make(q, i, false, &r->candidates[r->candidate_count], &rule))
            r->candidate_count++;
        else
            r->ineligible[r->ineligible_count++] = (struct ineligible){&q->b->experts[i], rule};
    }
    rank_sort(r);
}

static void rank_field(struct ask *q, struct ranking *r)
{
    struct hopefuls h = hopefuls_of(q);
    r->candidates = arena_array(q->a, struct candidate, h.n + 1);
    for (size_t i = 0; i < h.n; i++) {
        enum rule rule;
        r->candidate_count += candidate_make(q, h.at[i].expert, h.at[i].fits,
                                             &r->candidates[r->candidate_count], &rule);
    }
    rank_sort(r);
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
        if (!candidate_make(q, h.at[i].expert, h.at[i].fits, &x, &rule))
            continue;
        for (; n > 0 && rank_order(&x, &c[n - 1]) < 0; n--)
            c[n] = c[n - 1];
        c[n] = x;
        r->candidate_count += r->candidate_count < top;
    }
}

static bool candidate_make(struct ask *q, size_t i, bool fits, struct candidate *ret,
                           enum rule *ret_rule)
{
    const struct expert *e = &q->b->experts[i];
    *ret_rule = fits ? RULE_none : eligible(q->p, e);
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

/* The most that the rest of the score may be, by what is known of an expert. */
struct bounds {
    int rest[2][2][SCORE_TOPICS + 1]; /* named, serves, topics */
    bool own;                         /* the entries' own points stand */
};

static struct bounds bounds_of(const struct ask *q)
{
    struct bounds x;
    for (int named = 0; named < 2; named++)
        for (int serves = 0; serves < 2; serves++)
            for (int topics = 0; topics <= SCORE_TOPICS; topics++)
                x.rest[named][serves][topics] =
                    score_rest_most(q->p, (struct score_hint){named, serves, topics});
    x.own = !q->p->weights || memcmp(q->p->weights, &q->b->weights, sizeof q->b->weights) == 0;
    return x;
}

/* Sorted by counting: bounds are small numbers. */
static struct hopefuls hopefuls_of(struct ask *q)
{
    const struct field_list *list = board_field(q->b, q->p->request.field);
    size_t n = list ? list->n : 0, from[BOUNDS] = {0}, sum = 0;
    struct hopeful *any = arena_array(q->a, struct hopeful, n);
    struct hopefuls h = {arena_array(q->a, struct hopeful, n), 0};
    struct filter f = filter_make(q);
    struct bounds bounds = bounds_of(q);
    for (size_t i = 0; i < n; i++) {
        const struct entry *x = &list->at[i];
        enum fits fits = filter_fits(&f, x);
        if (fits == FITS_NOT)
            continue;
        struct score_hint k = filter_hint(&f, x);
        int bound = bounds.own ? x->own : score_own(q->p, &q->b->experts[x->expert]);
        bound += bounds.rest[k.named][k.serves][k.topics];
        assert(bound < BOUNDS);
        any[h.n++] = (struct hopeful){x->expert, (int16_t)bound, fits == FITS};
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
