/* try */
#include "../lib/expo.h"
#include "../lib/lemon.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
int main(int argc, char **argv)
{
    int R = atoi(argv[1]), B = atoi(argv[2]), seed = atoi(argv[3]), rounds = atoi(argv[4]);
    (void)argc;
    struct arena *a = arena_new();
    struct expo *x = expo_new(a, (struct expo_size){R, 119, 32, B, 1}, (uint64_t)seed);
    struct mcf p = expo_whole(a, x);
    printf("nodes %d arcs %zu\n", p.nodes, p.arcs);
    for (int i = 0; i < rounds; i++) {
        struct mcf_result r = {0};
        struct arena *b = arena_new();
        double t0 = now();
        mcf_solve(b, &p, NULL, &r);
        double t1 = now();
        bool ok = mcf_check(&p, NULL, &r);
        double t2 = now();
        struct mcf_result q = {0};
        mcf_ssp(b, &p, NULL, &q);
        double t3 = now();
        bool ok2 = mcf_check(&p, NULL, &q);
        int64_t c;
        double s;
        lemon_solve(&p, &c, &s);
        printf("ns %.3f (%zu) %d check %.3f ssp %.3f %d lemon %.3f  %ld %ld %ld\n", t1 - t0,
               r.steps, ok, t2 - t1, t3 - t2, ok2, s, (long)r.cost, (long)q.cost, (long)c);
        arena_free(b);
    }
    arena_free(a);
}
