/*
 * panels facts|starts ROUNDS: random panels for tests/sql/slots.t. facts: an expert of a panel a
 * line, with all that decides their starts, as a table for COPY; starts: what core/board makes of
 * each panel, a start with who a line.
 */
#include "../unit/board_make.h"

#include "core/bits.h"

#include <stdio.h>

enum { EXPERTS = 4, WINDOWS_DAYS = 7 };

static void print_spans(const struct spans *s)
{
    printf("\t{");
    for (size_t i = 0; i < s->n; i++)
        printf("%s[%lld,%lld)", i ? "," : "", (long long)s->at[i].from, (long long)s->at[i].until);
    putchar('}');
}

/* An array of numbers, so many for each thing. */
#define PRINT_EACH(n, ...)                                                                         \
    do {                                                                                           \
        printf("\t{");                                                                             \
        for (size_t i = 0; i < (n); i++) {                                                         \
            const long long some[] = {__VA_ARGS__};                                                \
            for (size_t j = 0; j < sizeof some / sizeof *some; j++)                                \
                printf("%s%lld", i + j ? "," : "", some[j]);                                       \
        }                                                                                          \
        putchar('}');                                                                              \
    } while (0)

static void print_panel(int round, const struct panel *p)
{
    const struct request *r = &p->request;
    printf("%d\t%lld\t%lld\t%d\t%d\t%d", round, (long long)p->now, (long long)r->deadline, p->align,
           r->packed, r->minutes);
    PRINT_EACH(p->holiday_count, p->holidays[i]);
    print_spans(&r->windows);
    print_spans(&r->company_busy);
    print_spans(&r->room_busy);
    print_spans(&r->company_full);
}

static void print_expert(const struct panel *p, const struct expert *e)
{
    printf("\t%s\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d", e->id, eligible(p, e) == RULE_none,
           e->zone->name, e->term_from, e->term_until, e->before, e->after, e->notice, e->per_day,
           e->per_week, e->hours_per_year);
    PRINT_EACH(e->weekly_count, e->weekly[i].weekday, e->weekly[i].from, e->weekly[i].until);
    PRINT_EACH(e->dated_count, e->dated[i].day, e->dated[i].from, e->dated[i].until);
    print_spans(&e->absences);
    print_spans(&e->busy);
    PRINT_EACH(e->held_count, (long long)e->held[i].span.from);
    PRINT_EACH(e->year_count, e->years[i].year, e->years[i].minutes);
    putchar('\n');
}

static void print_starts(struct arena *a, int round, const struct board *b, const struct panel *p)
{
    const struct board_slots *s = board_slots(a, b, p, BOARD_STARTS_MAX);
    const struct board_seat *x = &s->seat[0];
    for (size_t i = 0; i < s->n; i++) {
        const uint64_t *who = x->who + i * x->words;
        printf("%d|%lld|", round, (long long)s->start[i]);
        for (size_t k = bits_next(who, 0, x->n), n = 0; k < x->n; k = bits_next(who, k + 1, x->n))
            printf("%s%s", n++ ? "," : "", p->experts[x->expert[k]].id);
        putchar('\n');
    }
}

/* One seat, and days enough for SQL to count through their minutes. What it knows nothing of is
 * left out: duties, the office's rest, rules of every other week. */
static bool fit(struct panel *p)
{
    struct request *r = &p->request;
    r->seat_count = 1;
    r->seats[0].held = r->desk = false;
    r->visit = p->rest = p->night = 0;
    p->waived = 0;
    for (size_t i = 0; i < p->expert_count; i++) {
        struct expert *e = &p->experts[i];
        e->duties.n = e->ended_count = 0;
        for (size_t j = 0; j < e->weekly_count; j++)
            e->weekly[j] = (struct weekly){
                .weekday = e->weekly[j].weekday, e->weekly[j].from, e->weekly[j].until};
    }
    return !r->fixed && r->windows.n > 0 &&
           r->windows.at[r->windows.n - 1].until - p->now < WINDOWS_DAYS * DAY;
}

static struct board *board_of(const struct panel *p)
{
    struct board *b = board_new(1, EXPERTS);
    board_office(b, p);
    board_at(b, p->now);
    for (size_t i = 0; i < p->expert_count; i++)
        if (!board_put(b, &p->experts[i]))
            abort();
    board_at(b, p->now);
    return b;
}

int main(int argc, char **argv)
{
    bool facts = argc == 3 && strcmp(argv[1], "facts") == 0;
    for (int round = 0; argc == 3 && round < atoi(argv[2]); round++) {
        struct arena *a = arena_new();
        dice = 1000u + (unsigned)round;
        struct panel made = wild_panel(a, EXPERTS);
        bool use = fit(&made);
        struct board *b = board_of(&made);
        struct panel p = board_panel(a, b, &made.request);
        for (size_t i = 0; use && facts && i < p.expert_count; i++) {
            print_panel(round, &p);
            print_expert(&p, &p.experts[i]);
        }
        if (use && !facts)
            print_starts(a, round, b, &p);
        board_free(b);
        arena_free(a);
    }
    zone_done();
    return argc != 3;
}
