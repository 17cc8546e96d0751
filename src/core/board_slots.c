#include "board_in.h"

#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = BOARD_STARTS_MAX + 1 };

/* All starts that are looked at: rising, and by number. */
struct table {
    instant *start;
    size_t n;
    uint16_t *number; /* of each cell that is one; NULL: instants */
};

/* Where core/slots has to be asked: everybody's starts for a seat, in the order of the list. */
struct instants {
    instant **start;
    size_t *n;
};

static struct board_slots *find(struct ask *q, size_t most, bool by_bits);
static bool bits_do(const struct ask *q);
static struct table table_of_cells(struct ask *q);
static struct table table_of_instants(struct ask *q);
static struct instants instants_of(struct ask *q);
static void who_by_cells(struct ask *q, const struct table *t, struct board_seat *s);
static void who_by_instants(struct ask *q, const struct table *t, struct board_seat *s);
static void keep(struct board_slots *s, const struct table *t, size_t most);

struct board_slots *board_slots(struct arena *a, const struct board *b, const struct panel *p,
                                size_t most)
{
    struct ask q = ask_make(a, b, p);
    struct board_slots *s = NULL;
    most = most < BOARD_STARTS_MAX ? most : BOARD_STARTS_MAX;
    if (!q.slow && bits_do(&q))
        s = find(&q, most, true);
    if (!s || (q.beyond && s->n <= most && !s->more))
        s = find(&q, most, false);
    return s;
}

static struct board_slots *find(struct ask *q, size_t most, bool by_bits)
{
    const struct request *r = &q->p->request;
    struct board_slots *s = arena_new_of(q->a, struct board_slots);
    struct table t = {0};
    for (size_t i = 0; i < r->seat_count; i++) {
        if (r->seats[i].held)
            continue;
        struct panel seen = panel_seat(q->p, i);
        struct ask seat = *q;
        struct board_seat *x = &s->seat[s->seats];
        seat.p = &seen;
        x->no = r->seats[i].no;
        if (s->seats++ == 0)
            t = by_bits ? table_of_cells(&seat) : table_of_instants(&seat);
        if (by_bits)
            who_by_cells(&seat, &t, x);
        else
            who_by_instants(&seat, &t, x);
    }
    keep(s, &t, most);
    s->more |= t.n == LOOKED_AT;
    return s;
}

static bool in_seats(const struct request *r, const struct expert *e)
{
    for (size_t i = 0; i < r->seat_count; i++)
        if (!r->seats[i].held && panel_level(e, r->seats[i].field) > 0)
            return true;
    return false;
}

/* Does no zone of those concerned need core/slots? */
static bool bits_do(const struct ask *q)
{
    bool odd = false;
    for (size_t z = 0; z < q->b->zone_count; z++)
        odd |= q->b->zones[z].odd;
    for (size_t i = 0; odd && i < q->b->n; i++)
        if (!ask_by_bits(q, i) && (q->p->waived || in_seats(&q->p->request, &q->b->experts[i])))
            return false;
    return true;
}

/* --- the starts --- */

/* Every cell that is on somebody's grid, and free. */
static struct table table_of_cells(struct ask *q)
{
    uint64_t *any = arena_array(q->a, uint64_t, q->words);
    ask_grid(q, any);
    struct table t = {.number = arena_array(q->a, uint16_t, q->words * BITS)};
    if (q->words && bits_and(any, q->b->free + q->cell / BITS, q->words))
        t.start = arena_array(q->a, instant, bits_count(any, q->words));
    for (size_t w = 0; w < q->words; w++)
        for (uint64_t word = any[w]; word; word &= word - 1) {
            size_t c = w * BITS + (size_t)__builtin_ctzll(word);
            t.number[c] = (uint16_t)t.n;
            t.start[t.n++] = board_cell_at(q->b, q->cell + c);
        }
    return t;
}

static int by_time(const void *x, const void *y)
{
    instant p = *(const instant *)x, q = *(const instant *)y;
    return (p > q) - (p < q);
}

/* The starts of everybody for the first seat. */
static struct table table_of_instants(struct ask *q)
{
    struct instants x = instants_of(q);
    size_t all = 0, n = 0, count = filter_list(q)->n;
    for (size_t i = 0; i < count; i++)
        all += x.n[i];
    struct table t = {.start = arena_array(q->a, instant, all)};
    for (size_t i = 0; i < count; n += x.n[i++])
        if (x.n[i])
            memcpy(t.start + n, x.start[i], x.n[i] * sizeof *t.start);
    qsort(t.start, all, sizeof *t.start, by_time);
    for (size_t i = 0; i < all && t.n < LOOKED_AT; i++)
        if (t.n == 0 || t.start[i] != t.start[t.n - 1])
            t.start[t.n++] = t.start[i];
    return t;
}

static struct instants instants_of(struct ask *q)
{
    const struct field_list *list = filter_list(q);
    size_t count = list->n;
    struct instants x = {arena_array(q->a, instant *, count), arena_array(q->a, size_t, count)};
    struct arena *a = arena_new();
    instant *at = arena_array(a, instant, LOOKED_AT);
    for (size_t i = 0; i < count; i++) {
        const struct expert *e = &q->b->experts[list->at[i].expert];
        if (eligible(q->p, e) != RULE_none)
            continue;
        x.n[i] = slots_all(q->p, e, at, LOOKED_AT);
        x.start[i] = arena_array(q->a, instant, x.n[i]);
        if (x.n[i])
            memcpy(x.start[i], at, x.n[i] * sizeof *at);
    }
    arena_free(a);
    return x;
}

/* --- who at each of them --- */

static const struct field_list *seat_make(struct ask *q, const struct table *t,
                                          struct board_seat *s)
{
    const struct field_list *list = filter_list(q);
    s->words = bits_words(list->n);
    s->expert = arena_array(q->a, uint32_t, list->n);
    s->who = arena_array(q->a, uint64_t, t->n * s->words);
    return list;
}

/* The starts of up to 64 experts become, for each start, the set of those experts. */
static void place(const struct ask *q, const struct table *t, const uint64_t *rows, size_t n,
                  uint64_t *who, size_t words)
{
    for (size_t w = 0; w < q->words; w++) {
        uint64_t square[BITS] = {0}, any = 0;
        for (size_t i = 0; i < n; i++)
            any |= square[i] = rows[i * q->words + w];
        if (any)
            bits_turn(square);
        for (; any; any &= any - 1) {
            size_t bit = (size_t)__builtin_ctzll(any);
            who[t->number[w * BITS + bit] * words] = square[bit];
        }
    }
}

static bool can_serve(struct ask *q, const struct filter *f, const struct entry *x)
{
    enum fits fits = filter_fits(f, x);
    return fits == FITS ||
           (fits == FITS_MAYBE && eligible(q->p, &q->b->experts[x->expert]) == RULE_none);
}

static void who_by_cells(struct ask *q, const struct table *t, struct board_seat *s)
{
    const struct field_list *list = seat_make(q, t, s);
    struct filter f = filter_make(q);
    uint64_t *rows = arena_array(q->a, uint64_t, BITS * q->words);
    for (size_t j = 0; j < list->n; j++) {
        const struct entry *x = &list->at[j];
        if (!can_serve(q, &f, x) || !ask_all(q, x->expert))
            continue;
        memcpy(rows + s->n % BITS * q->words, q->set, q->words * sizeof *rows);
        s->expert[s->n++] = x->expert;
        if (s->n % BITS == 0)
            place(q, t, rows, BITS, s->who + s->n / BITS - 1, s->words);
    }
    if (s->n % BITS)
        place(q, t, rows, s->n % BITS, s->who + s->n / BITS, s->words);
}

static void who_by_instants(struct ask *q, const struct table *t, struct board_seat *s)
{
    struct instants x = instants_of(q);
    const struct field_list *list = seat_make(q, t, s);
    for (size_t j = 0; j < list->n; j++) {
        if (x.n[j] == 0)
            continue;
        s->expert[s->n] = list->at[j].expert;
        for (size_t k = 0; k < x.n[j]; k++) {
            const instant *at = bsearch(&x.start[j][k], t->start, t->n, sizeof *t->start, by_time);
            if (at)
                bit_set(s->who + (size_t)(at - t->start) * s->words, s->n);
        }
        s->n++;
    }
}

/* --- the starts at which every seat can be taken --- */

/* Can the seats from `seat` on be taken by others than the chosen? Of each set only as many as
 * there are seats matter: the rest of the seats can take no more than the others away. */
static bool fill(const struct board_slots *s, size_t row, size_t seat, uint32_t *chosen)
{
    if (seat == s->seats)
        return true;
    const struct board_seat *x = &s->seat[seat];
    const uint64_t *who = x->who + row * x->words;
    if (s->seats == 1)
        return bits_any(who, x->words);
    size_t tried = 0;
    for (size_t k = bits_next(who, 0, x->n); k < x->n && tried < s->seats;
         k = bits_next(who, k + 1, x->n), tried++) {
        bool taken = false;
        for (size_t j = 0; j < seat; j++)
            taken |= chosen[j] == x->expert[k];
        chosen[seat] = x->expert[k];
        if (!taken && fill(s, row, seat + 1, chosen))
            return true;
    }
    return false;
}

static void keep(struct board_slots *s, const struct table *t, size_t most)
{
    uint32_t chosen[SEATS_MAX];
    s->start = t->start;
    for (size_t row = 0; row < t->n && s->seats > 0; row++) {
        if (!fill(s, row, 0, chosen))
            continue;
        if (s->n == most) {
            s->more = true;
            return;
        }
        s->start[s->n] = t->start[row];
        for (size_t i = 0; i < s->seats; i++) { /* n <= row: what is read later stands behind */
            struct board_seat *x = &s->seat[i];
            if (s->n < row && x->words)
                memcpy(x->who + s->n * x->words, x->who + row * x->words,
                       x->words * sizeof *x->who);
        }
        s->n++;
    }
}
