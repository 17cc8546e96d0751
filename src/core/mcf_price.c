/*
 * Which arc enters the tree: the best of a block of those that are hot, the next block each time
 * (block search). When none is left, the cold ones are looked at, all of them, and the best of each
 * run of them joins the hot ones; when there is none, the flow is optimal.
 *
 * At first all are hot. Now and then, and before a solve with other costs, where they are many,
 * only those stay so that are in the tree or near to entering it: potentials that move a little let
 * few others enter, and what is looked at again and again should fit into the cache.
 */
#include "mcf_in.h"
#include "mcf_simplex_in.h"

#include <stdlib.h>

enum { BLOCK_LEAST = 16, BLOCK_FACTOR = 4 };
enum { HOT_LEAST = 64, HOT_PER_NODE = 2, TOO_MANY = 8, SAMPLE = 1024, RUN = 256 };
enum { COOL_EVERY = 3 }; /* so many pivots a node */

static size_t first_of(const struct mcf_simplex *s)
{
    return (size_t)s->nodes;
}

static int64_t reduced(const struct mcf_simplex *s, size_t k)
{
    const struct spar *x = &s->arc[k];
    return x->cost + s->pi[x->from] - s->pi[x->to];
}

/* The best arc of from .. to - 1, or -1. */
static int32_t best_of(const struct mcf_simplex *s, size_t from, size_t to)
{
    int32_t found = -1;
    int64_t best = 0;
    const int64_t *pi = s->pi;
    for (size_t k = from; k < to; k++) {
        const struct spar *x = &s->arc[k];
        int64_t rc = x->cost + pi[x->from] - pi[x->to];
        if (rc < best) {
            best = rc;
            found = (int32_t)k;
        }
    }
    return found;
}

static void block_fit(struct mcf_simplex *s)
{
    s->block = BLOCK_LEAST;
    while (s->block * s->block < BLOCK_FACTOR * (s->hot - first_of(s)))
        s->block++;
}

static bool best_of_hot(struct mcf_simplex *s, int32_t *ret)
{
    size_t all = s->hot - first_of(s);
    for (size_t seen = 0; seen < all;) {
        if (s->next < first_of(s) || s->next >= s->hot)
            s->next = first_of(s);
        size_t end = s->next + s->block < s->hot ? s->next + s->block : s->hot;
        int32_t found = best_of(s, s->next, end);
        seen += end - s->next;
        s->next = end;
        if (found >= 0) {
            *ret = found;
            return true;
        }
    }
    return false;
}

/* The node whose arc to its parent it is, or the root, which has none. */
static int32_t below(const struct mcf_simplex *s, size_t k)
{
    const struct spar *x = &s->arc[k];
    return s->tree[x->from].arc == (int32_t)k ? x->from
           : s->tree[x->to].arc == (int32_t)k ? x->to
                                              : s->nodes;
}

#define SWAP(type, array)                                                                          \
    do {                                                                                           \
        type old = s->array[i];                                                                    \
        s->array[i] = s->array[k];                                                                 \
        s->array[k] = old;                                                                         \
    } while (0)

/* Two arcs change places. */
static void swap(struct mcf_simplex *s, size_t i, size_t k)
{
    int32_t u = below(s, i), v = below(s, k);
    if (u != s->nodes)
        s->tree[u].arc = (int32_t)k;
    if (v != s->nodes)
        s->tree[v].arc = (int32_t)i;
    SWAP(struct spar, arc);
    SWAP(int32_t, flow);
    SWAP(int32_t, cap);
    SWAP(bool, turned);
    SWAP(uint32_t, number);
}

static bool warm_up(struct mcf_simplex *s)
{
    size_t had = s->hot;
    for (size_t k = s->hot; k < s->end; k += RUN) {
        int32_t found = best_of(s, k, k + RUN < s->end ? k + RUN : s->end);
        if (found >= 0)
            swap(s, (size_t)found, s->hot++);
    }
    block_fit(s);
    return s->hot > had;
}

bool price_best(struct mcf_simplex *s, int32_t *ret)
{
    if ((s->steps + 1) % (COOL_EVERY * first_of(s) + 1) == 0)
        price_cool(s);
    do {
        if (best_of_hot(s, ret))
            return true;
    } while (warm_up(s));
    return false;
}

void price_added(struct mcf_simplex *s, size_t from)
{
    if (s->hot == from)
        s->hot = s->end;
    while (from < s->end && s->hot < s->end)
        swap(s, s->hot++, from++);
    block_fit(s);
}

static int by_size(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

/* So that about `wanted` of the hot ones are no dearer: judged by some of them. */
static int64_t limit_of(const struct mcf_simplex *s, size_t wanted)
{
    int64_t some[SAMPLE];
    size_t all = s->hot - first_of(s), stride = all / SAMPLE + 1, n = 0;
    for (size_t k = first_of(s); k < s->hot; k += stride)
        some[n++] = reduced(s, k);
    qsort(some, n, sizeof *some, by_size);
    return some[wanted * n / all];
}

void price_cool(struct mcf_simplex *s)
{
    size_t wanted = HOT_LEAST + HOT_PER_NODE * first_of(s), hot = first_of(s);
    if (s->stale || s->hot - hot <= TOO_MANY * wanted)
        return;
    int64_t limit = limit_of(s, wanted);
    for (size_t k = hot; k < s->hot; k++)
        if (reduced(s, k) <= limit)
            swap(s, k, hot++);
    s->hot = hot;
    block_fit(s);
}
