/* core/span: the algebra is compared with sets of minutes in a plain array. */
#include "core/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE = 64, ROUNDS = 3000 };

struct line { /* an obvious set of instants 0 … LINE-1 */
    bool in[LINE];
};

static unsigned seed = 1;

static int draw(int n)
{
    seed = seed * 1103515245u + 12345u;
    return (int)((seed >> 16) % (unsigned)n);
}

static struct spans random_spans(struct arena *a, struct line *ret)
{
    struct span any[8];
    size_t n = (size_t)draw(8);
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < n; i++) {
        any[i] = (struct span){draw(LINE), draw(LINE + 1)}; /* backward ones too */
        for (instant t = any[i].from; t < any[i].until; t++)
            ret->in[t] = true;
    }
    return span_list(a, any, n);
}

static void assert_is(const struct spans *s, const struct line *l)
{
    for (size_t i = 0; i < s->n; i++) {
        assert_true(s->at[i].from < s->at[i].until);
        if (i > 0)
            assert_true(s->at[i - 1].until < s->at[i].from);
    }
    for (instant t = 0; t < LINE; t++)
        assert_int_equal(span_meets(s, (struct span){t, t + 1}), l->in[t]);
}

static void spans_behave_like_sets(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena *a = arena_new();
        struct line p, q, both, less, any;
        struct spans x = random_spans(a, &p), y = random_spans(a, &q);
        for (int t = 0; t < LINE; t++) {
            both.in[t] = p.in[t] && q.in[t];
            less.in[t] = p.in[t] && !q.in[t];
            any.in[t] = p.in[t] || q.in[t];
        }
        struct spans u = span_union(a, &x, &y), m = span_subtract(a, &x, &y);
        struct spans i = span_intersect(a, &x, &y);
        assert_is(&x, &p);
        assert_is(&u, &any);
        assert_is(&m, &less);
        assert_is(&i, &both);
        assert_int_equal(span_intersect(a, &m, &y).n, 0);
        assert_int_equal(span_union(a, &u, &y).n, u.n);
        arena_free(a);
    }
}

static void spans_added_in_any_order_are_the_same_list(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena *a = arena_new();
        struct span any[6];
        struct spans one = {0};
        for (int i = 0; i < 6; i++)
            any[i] = (struct span){draw(LINE), draw(LINE)};
        for (int i = 5; i >= 0; i--)
            span_add(a, &one, any[i]);
        struct spans list = span_list(a, any, 6);
        assert_int_equal(one.n, list.n);
        if (one.n)
            assert_memory_equal(one.at, list.at, one.n * sizeof *one.at);
        arena_free(a);
    }
}

static void spans_meet_and_cover_as_a_walk_says(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct arena *a = arena_new();
        struct line l;
        struct spans s = random_spans(a, &l);
        struct span x = {draw(LINE), draw(LINE)};
        bool all = x.from < x.until, some = false;
        for (instant t = x.from; t < x.until; t++) {
            all &= l.in[t];
            some |= l.in[t];
        }
        assert_int_equal(span_covers(&s, x), all);
        assert_int_equal(span_meets(&s, x), some);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_behave_like_sets),
        cmocka_unit_test(spans_added_in_any_order_are_the_same_list),
        cmocka_unit_test(spans_meet_and_cover_as_a_walk_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
