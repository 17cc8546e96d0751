#include "core/rank.h"

#include <stdlib.h>
#include <string.h>

static void consider(const struct panel *p, const struct expert *e, struct ranking *r);
static int by_merit(const void *x, const void *y);
static int by_rule(const void *x, const void *y);

struct ranking *rank(struct arena *a, const struct panel *p)
{
    struct ranking *r = arena_new_of(a, struct ranking);
    r->candidates = arena_array(a, struct candidate, p->expert_count);
    r->ineligible = arena_array(a, struct ineligible, p->expert_count);
    for (size_t i = 0; i < p->expert_count; i++)
        consider(p, &p->experts[i], r);
    rank_sort(r);
    return r;
}

void rank_sort(struct ranking *r)
{
    if (r->candidate_count) /* an empty list may be NULL, which qsort may not be given */
        qsort(r->candidates, r->candidate_count, sizeof *r->candidates, by_merit);
    if (r->ineligible_count)
        qsort(r->ineligible, r->ineligible_count, sizeof *r->ineligible, by_rule);
}

static void consider(const struct panel *p, const struct expert *e, struct ranking *r)
{
    struct slots slots = {.against = eligible(p, e)};
    if (slots.against == RULE_none)
        slots = slots_find(p, e);
    if (slots.against != RULE_none) {
        r->ineligible[r->ineligible_count++] = (struct ineligible){e, slots.against};
        return;
    }
    r->candidates[r->candidate_count++] = (struct candidate){
        .expert = e,
        .score = score(p, e, slots.start[0]),
        .slots = slots,
        .appointments_in_window = rank_appointments(&p->request.windows, e),
    };
}

int rank_appointments(const struct spans *windows, const struct expert *e)
{
    int count = 0;
    for (size_t i = 0; i < e->held_count; i++)
        count += span_meets(windows, e->held[i].span);
    return count;
}

static int by_merit(const void *x, const void *y)
{
    return rank_order(x, y);
}

int rank_order(const struct candidate *p, const struct candidate *q)
{
    if (p->score.total != q->score.total)
        return p->score.total > q->score.total ? -1 : 1;
    if (p->slots.start[0] != q->slots.start[0])
        return p->slots.start[0] < q->slots.start[0] ? -1 : 1;
    return strcmp(p->expert->id, q->expert->id);
}

static int by_rule(const void *x, const void *y)
{
    const struct ineligible *p = x, *q = y;
    if (p->rule != q->rule)
        return p->rule < q->rule ? -1 : 1;
    return strcmp(p->expert->id, q->expert->id);
}
