#include "core/span.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SPANS_FIRST = 8 };

static int by_from(const void *x, const void *y);
static size_t first_ending_at(const struct spans *s, instant t);
static void make_room(struct arena *a, struct spans *s);

struct spans span_list(struct arena *a, const struct span *any, size_t n)
{
    struct spans s = {0};
    if (n == 0)
        return s;
    struct span *sorted = arena_array(a, struct span, n);
    memcpy(sorted, any, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_from);
    for (size_t i = 0; i < n; i++)
        span_add(a, &s, sorted[i]);
    return s;
}

void span_add(struct arena *a, struct spans *s, struct span x)
{
    if (x.from >= x.until)
        return;
    size_t i = first_ending_at(s, x.from), j = i;
    while (j < s->n && s->at[j].from <= x.until)
        j++;
    if (i == j) {
        make_room(a, s);
        memmove(&s->at[i + 1], &s->at[i], (s->n - i) * sizeof *s->at);
        s->at[i] = x;
        s->n++;
        return;
    }
    struct span *at = &s->at[i], last = s->at[j - 1];
    at->from = x.from < at->from ? x.from : at->from;
    at->until = x.until > last.until ? x.until : last.until;
    memmove(at + 1, &s->at[j], (s->n - j) * sizeof *at);
    s->n -= j - i - 1;
}

struct spans span_union(struct arena *a, const struct spans *x, const struct spans *y)
{
    struct spans s = {0};
    for (size_t i = 0, j = 0; i < x->n || j < y->n;) {
        bool take_x = j == y->n || (i < x->n && x->at[i].from <= y->at[j].from);
        span_add(a, &s, take_x ? x->at[i++] : y->at[j++]);
    }
    return s;
}

struct spans span_subtract(struct arena *a, const struct spans *x, const struct spans *y)
{
    struct spans s = {0};
    size_t j = 0;
    for (size_t i = 0; i < x->n; i++) {
        struct span rest = x->at[i];
        while (j < y->n && y->at[j].until <= rest.from)
            j++;
        for (size_t k = j; k < y->n && y->at[k].from < rest.until; k++) {
            span_add(a, &s, (struct span){rest.from, y->at[k].from});
            rest.from = y->at[k].until;
        }
        span_add(a, &s, rest);
    }
    return s;
}

struct spans span_intersect(struct arena *a, const struct spans *x, const struct spans *y)
{
    struct spans s = {0};
    for (size_t i = 0, j = 0; i < x->n && j < y->n;) {
        struct span p = x->at[i], q = y->at[j];
        span_add(a, &s,
                 (struct span){p.from > q.from ? p.from : q.from,
                               p.until < q.until ? p.until : q.until});
        if (p.until < q.until)
            i++;
        else
            j++;
    }
    return s;
}

bool span_meets(const struct spans *s, struct span x)
{
    size_t i = first_ending_at(s, x.from + 1);
    return x.from < x.until && i < s->n && s->at[i].from < x.until;
}

bool span_covers(const struct spans *s, struct span x)
{
    size_t i = first_ending_at(s, x.until);
    return x.from < x.until && i < s->n && s->at[i].from <= x.from;
}

static int by_from(const void *x, const void *y)
{
    instant p = ((const struct span *)x)->from, q = ((const struct span *)y)->from;
    return (p > q) - (p < q);
}

/* Index of the first span with until >= t; s->n where there is none. */
static size_t first_ending_at(const struct spans *s, instant t)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->at[mid].until < t)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void make_room(struct arena *a, struct spans *s)
{
    assert(s->n < SPANS_MAX);
    if (s->n < s->room)
        return;
    size_t room = s->room ? s->room * 2 : SPANS_FIRST;
    struct span *at = arena_array(a, struct span, room);
    if (s->n)
        memcpy(at, s->at, s->n * sizeof *at);
    s->at = at;
    s->room = room;
}
