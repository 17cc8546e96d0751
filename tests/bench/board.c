/*
 * board WHAT EXPERTS BUSY TIMES: what core/board takes on a made-up panel; medians in microseconds
 * of CPU time.
 *   - rank: the best 20 for a request, one of many; and everybody in the field
 *   - slots: every start (each five minutes) in a field that all are in, within four weeks,
 *     with who
 *   - scale: the best 20, and the slots of a field that a quarter is in
 *   - rebuild: one expert's row; all rows, by their number
 * And what they are compared with:
 *   - facts: the panel as a table for COPY: id, codes, points, buffer, free time, hours, busy times
 *   - answers: for TIMES requests code, mode, district, window, and who could first when
 *   - starts: what slots says
 */
#include "board_made.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ALIGN = 30, SLOTS_ALIGN = 5, RANK_DAYS = 7, SLOTS_DAYS = 28, TIMES_MAX = 100000 };

static double took[2][TIMES_MAX];
static size_t found;

/* Of this process alone: with thousands of experts a call is longer than a turn on a busy machine.
 */
static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *x, const void *y)
{
    double p, q;
    memcpy(&p, x, sizeof p);
    memcpy(&q, y, sizeof q);
    return (p > q) - (p < q);
}

static double median(double *at, int n)
{
    qsort(at, (size_t)n, sizeof *at, by_size);
    return at[n / 2];
}

static double rank_once(const struct board *b, int n, size_t top)
{
    struct arena *a = arena_new();
    struct request r = made_request(a, n, RANK_DAYS);
    double begin = now_us();
    struct panel p = board_panel(a, b, &r);
    found += board_rank(a, b, &p, (struct board_want){.top = top})->candidate_count;
    double took_us = now_us() - begin;
    arena_free(a);
    return took_us;
}

static void rank_figures(struct board *b, int experts, size_t busy, int times)
{
    (void)experts, (void)busy;
    for (int i = 0; i < times; i++) {
        took[0][i] = rank_once(b, i, 20);
        took[1][i] = rank_once(b, i, 0);
    }
    printf("best_us=%.3f all_us=%.3f found=%zu\n", median(took[0], times), median(took[1], times),
           found);
}

static struct request slots_request(struct arena *a, const char *field)
{
    struct request r = made_request(a, 0, SLOTS_DAYS);
    r.mode = "online";
    r.windows =
        span_list(a, &(struct span){made_now(), made_now() + (instant)SLOTS_DAYS * DAY_SECONDS}, 1);
    r.seats[0].field = r.field = field;
    r.seats[0].min_level = r.min_level = 1;
    return r;
}

static double slots_once(const struct board *b, const char *field)
{
    struct arena *a = arena_new();
    struct request r = slots_request(a, field);
    double begin = now_us();
    struct panel p = board_panel(a, b, &r);
    p.align = SLOTS_ALIGN;
    found += board_slots(a, b, &p, BOARD_STARTS_MAX)->n;
    double took_us = now_us() - begin;
    arena_free(a);
    return took_us;
}

static void slots_figures(struct board *b, int experts, size_t busy, int times)
{
    (void)experts, (void)busy;
    for (int i = 0; i < times; i++)
        took[0][i] = slots_once(b, "common"); /* everybody is in it */
    printf("us=%.3f found=%zu\n", median(took[0], times), found);
}

static void scale_figures(struct board *b, int experts, size_t busy, int times)
{
    (void)experts, (void)busy;
    for (int i = 0; i < times; i++) {
        took[0][i] = rank_once(b, i, 20);
        took[1][i] = slots_once(b, "field-03");
    }
    printf("rank_us=%.3f slots_us=%.3f found=%zu\n", median(took[0], times), median(took[1], times),
           found);
}

static void rebuild_figures(struct board *b, int experts, size_t busy, int times)
{
    for (int i = 0; i < times; i++) {
        struct arena *a = arena_new();
        struct expert e = made_expert(a, i * 7919 % experts, busy);
        double begin = now_us();
        found += board_put(b, &e);
        took[0][i] = now_us() - begin;
        arena_free(a);
    }
    struct arena *a = arena_new();
    struct expert *all = arena_array(a, struct expert, (size_t)experts);
    for (int i = 0; i < experts; i++)
        all[i] = made_expert(a, i, busy);
    struct panel office = {.align = ALIGN};
    struct board *new = board_new(WEEKS, (size_t)experts);
    double begin = now_us();
    board_office(new, &office);
    board_at(new, made_now());
    for (int i = 0; i < experts; i++)
        found += board_put(new, &all[i]);
    board_at(new, made_now());
    double whole = now_us() - begin;
    printf("one_us=%.3f each_us=%.3f found=%zu\n", median(took[0], times), whole / experts, found);
    board_free(new);
    arena_free(a);
}

/* --- for the oracle --- */

/* As an int8multirange. */
static void print_spans(const struct spans *s)
{
    putchar('{');
    for (size_t i = 0; i < s->n; i++)
        printf("%s[%lld,%lld)", i ? "," : "", (long long)s->at[i].from, (long long)s->at[i].until);
    putchar('}');
}

static void print_words(const struct words *w)
{
    putchar('{');
    for (size_t i = 0; i < w->n; i++)
        printf("%s%s", i ? "," : "", w->at[i]);
    printf("}\t");
}

/* The days whose cap is full, taken out of the free time. */
static struct spans without_full_days(struct arena *a, const struct expert *e, struct spans s)
{
    struct spans full = {0};
    for (size_t i = 0; i < e->held_count; i++) {
        int count = 0;
        for (size_t j = 0; j < e->held_count; j++)
            count += e->held[i].day == e->held[j].day;
        instant midnight = (instant)e->held[i].day * DAY_SECONDS - 9 * HOUR;
        if (count >= e->per_day)
            span_add(a, &full, (struct span){midnight, midnight + DAY_SECONDS});
    }
    return span_subtract(a, &s, &full);
}

static void print_facts(struct board *b, int experts, size_t busy, int times)
{
    (void)experts, (void)busy, (void)times;
    struct request none = {0};
    struct arena *made = arena_new();
    struct panel p = board_panel(made, b, &none);
    struct span weeks = {made_now(), made_now() + WEEKS * 7 * (instant)DAY_SECONDS};
    for (size_t i = 0; i < p.expert_count; i++) {
        struct arena *a = arena_new();
        const struct expert *e = &p.experts[i];
        struct spans hours = availability(a, &p, e, weeks);
        struct spans all = slots_unbooked(a, &p, e, weeks);
        struct spans free_time = without_full_days(a, e, all);
        p.request.field = e->skills[0].field;
        printf("%s\t{", e->id);
        for (size_t j = 0; j < e->skill_count; j++)
            for (int l = 1; l <= e->skills[j].level; l++)
                printf("%s%s:%d", j || l > 1 ? "," : "", e->skills[j].field, l);
        printf("}\t");
        print_words(&e->modes);
        print_words(&e->districts);
        print_words(&e->languages);
        printf("%d\t%d\t", score_own(&p, e), e->before);
        print_spans(&free_time);
        putchar('\t');
        struct spans open = without_full_days(a, e, hours);
        print_spans(&open);
        putchar('\t');
        print_spans(&e->busy);
        putchar('\n');
        arena_free(a);
    }
    arena_free(made);
}

static void print_answers(struct board *b, int experts, size_t busy, int times)
{
    (void)experts, (void)busy;
    for (int i = 0; i < times; i++) {
        struct arena *a = arena_new();
        struct request r = made_request(a, i, RANK_DAYS);
        struct panel p = board_panel(a, b, &r);
        const struct ranking *all = board_rank(a, b, &p, (struct board_want){0, false});
        printf("%s:%d\t%s\t%s\t%lld\t%lld\t", r.field, r.min_level, r.mode,
               strcmp(r.mode, "visit") == 0 ? r.district : "", (long long)r.windows.at[0].from,
               (long long)r.windows.at[0].until);
        for (size_t j = 0; j < all->candidate_count; j++)
            printf("%s%s=%lld", j ? "," : "", all->candidates[j].expert->id,
                   (long long)all->candidates[j].slots.start[0]);
        putchar('\n');
        arena_free(a);
    }
}

static void print_starts(struct board *b, int experts, size_t busy, int times)
{
    (void)experts, (void)busy, (void)times;
    struct arena *a = arena_new();
    struct request r = slots_request(a, "common");
    struct panel p = board_panel(a, b, &r);
    p.align = SLOTS_ALIGN;
    const struct board_slots *s = board_slots(a, b, &p, BOARD_STARTS_MAX);
    const struct board_seat *x = &s->seat[0];
    for (size_t i = 0; i < s->n; i++) {
        const uint64_t *who = x->who + i * x->words;
        printf("%lld\t", (long long)s->start[i]);
        for (size_t k = bits_next(who, 0, x->n), n = 0; k < x->n; k = bits_next(who, k + 1, x->n))
            printf("%s%s", n++ ? "," : "", p.experts[x->expert[k]].id);
        putchar('\n');
    }
    arena_free(a);
}

static const struct {
    const char *name;
    void (*run)(struct board *b, int experts, size_t busy, int times);
} whats[] = {{"rank", rank_figures},       {"slots", slots_figures}, {"scale", scale_figures},
             {"rebuild", rebuild_figures}, {"facts", print_facts},   {"answers", print_answers},
             {"starts", print_starts}};

int main(int argc, char **argv)
{
    int experts = argc == 5 ? atoi(argv[2]) : 0, times = argc == 5 ? atoi(argv[4]) : 0;
    size_t busy = argc == 5 ? strtoul(argv[3], NULL, 10) : 0, what = 0;
    while (argc > 1 && what < sizeof whats / sizeof *whats && strcmp(argv[1], whats[what].name))
        what++;
    if (argc != 5 || what == sizeof whats / sizeof *whats || experts < 1 || times < 1 ||
        times > TIMES_MAX) {
        fprintf(stderr,
                "board: rank|slots|scale|rebuild|facts|answers|starts EXPERTS BUSY TIMES\n");
        return 1;
    }
    struct board *b = made_board(experts, busy, ALIGN);
    whats[what].run(b, experts, busy, times);
    board_free(b);
    zone_done();
    return 0;
}
