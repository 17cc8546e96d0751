/* rank N < PANEL: how long core takes to rank the panel of one request, nothing else around it; the
 * median of N times in microseconds. And how many were ranked, so that nobody takes nothing for
 * fast. */
#include "base/arena.h"
#include "form/json.h"
#include "form/panel_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* -1: the panel cannot be read */
static double rank_once(const json_t *doc, size_t *ret_ranked)
{
    struct arena *a = arena_new();
    struct panel *panel;
    const char *why;
    double took = -1;
    if (panel_from_json(a, doc, &panel, &why) == OK) {
        double begin = now_us();
        const struct ranking *r = rank(a, panel);
        took = now_us() - begin;
        *ret_ranked = r->candidate_count + r->ineligible_count;
    } else {
        fprintf(stderr, "rank: %s\n", why);
    }
    arena_free(a);
    return took;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1, ranked = 0;
    json_t *doc = json_loadf(stdin, 0, NULL);
    double *took = calloc(n, sizeof *took);
    bool ok = doc && took && n > 0;
    for (size_t i = 0; ok && i < n; i++)
        ok = (took[i] = rank_once(doc, &ranked)) >= 0;
    if (ok) {
        qsort(took, n, sizeof *took, by_size);
        printf("us=%.1f ranked=%zu\n", took[n / 2], ranked);
    }
    free(took);
    json_decref(doc);
    return !ok || ranked == 0;
}
