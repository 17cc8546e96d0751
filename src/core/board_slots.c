#include "board_in.h"

#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = BOARD_STARTS_MAX + 1 };

/* Everybody who can take one seat, in the order of their ids, with their starts: as bits, or, where
 * core/slots had to be asked, as instants. */
struct bench {
    int no;
    size_t n;
    uint32_t *expert;
    uint64_t *bits; /* so many words for each; NULL: instants */
    instant **start;
    size_t *count;
};

/* All starts that are looked at: rising, and by number. */
struct table {
    instant *start;
    size_t n;
    uint32_t *number; /* of each cell; NOWHERE: no start. NULL: instants */
};

static struct board_slots *find(struct ask *q, size_t most, bool by_bits);
static bool bits_do(const struct ask *q);
static void bench_make(struct ask *q, bool by_bits, struct bench *x);
static struct table table_of(struct ask *q, const struct bench *x, size_t most);
static void who_of(struct ask *q, const struct bench *x, const struct table *t,
                   struct board_seat *ret);
static void keep_full(struct board_slots *s);
static void cut(struct board_slots *s, size_t most);

struct board_slots *board_slots(struct arena *a, const struct board *b, const struct panel *p,
                                size_t most)
{
    struct ask q = ask_make(a, b, p);
    struct board_slots *s = NULL;
    most = most < BOARD_STARTS_MAX ? most : BOARD_STARTS_MAX;
    if (!q.slow && bits_do(&q))
        s = find(&q, most, true);
    if (!s || (q.beyond && s->n <= most))
        s = find(&q, most, false);
    cut(s, most);
    return s;
}

static struct board_slots *find(struct ask *q, size_t most, bool by_bits)
{
    const struct request *r = &q->p->request;
    struct bench benches[SEATS_MAX];
    struct board_slots *s = arena_new_of(q->a, struct board_slots);
    for (size_t i = 0; i < r->seat_count; i++) {
        if (r->seats[i].held)
            continue;
        struct panel seen = panel_seat(q->p, i);
        struct ask seat = *q;
        seat.p = &seen;
        benches[s->seats].no = r->seats[i].no;
        bench_make(&seat, by_bits, &benches[s->seats++]);
    }
    if (s->seats == 0)
        return s;
    struct table t = table_of(q, &benches[0], s->seats == 1 ? most + 1 : LOOKED_AT);
    for (size_t i = 0; i < s->seats; i++)
        who_of(q, &benches[i], &t, &s->seat[i]);
    s->start = t.start;
    s->n = t.n;
    s->more = t.n == LOOKED_AT;
    if (s->seats > 1)
        keep_full(s);
    return s;
}

/* --- who can take a seat, and when --- */

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
        if (!ask_by_bits(q, i) && in_seats(&q->p->request, &q->b->experts[i]))
            return false;
    return true;
}

/* Those in the field, marked by the place of their ids. */
static uint64_t *in_field(struct ask *q, size_t *ret_n)
{
    const struct field_list *list = board_field(q->b, q->p->request.field);
    uint64_t *marks = arena_array(q->a, uint64_t, bits_words(q->b->n));
    *ret_n = list ? list->n : 0;
    for (size_t i = 0; i < *ret_n; i++)
        bit_set(marks, q->b->order[list->at[i].expert]);
    return marks;
}

static bool starts_of(struct ask *q, size_t i, bool by_bits, struct bench *x)
{
    if (by_bits) {
        if (!ask_all(q, i))
            return false;
        memcpy(x->bits + x->n * q->words, q->set, q->words * sizeof *q->set);
        return true;
    }
    struct arena *a = arena_new();
    instant *at = arena_array(a, instant, LOOKED_AT);
    size_t n = slots_all(q->p, &q->b->experts[i], at, LOOKED_AT);
    x->count[x->n] = n;
    x->start[x->n] = arena_array(q->a, instant, n);
    if (n)
        memcpy(x->start[x->n], at, n * sizeof *at);
    arena_free(a);
    return n > 0;
}

static void bench_make(struct ask *q, bool by_bits, struct bench *x)
{
    size_t n, all = q->b->n;
    uint64_t *marks = in_field(q, &n);
    x->n = 0;
    x->expert = arena_array(q->a, uint32_t, n);
    x->bits = by_bits ? arena_array(q->a, uint64_t, n * q->words) : NULL;
    x->start = arena_array(q->a, instant *, by_bits ? 0 : n);
    x->count = arena_array(q->a, size_t, by_bits ? 0 : n);
    for (size_t at = bits_next(marks, 0, all); at < all; at = bits_next(marks, at + 1, all)) {
        uint32_t i = q->b->by_id[at];
        if (eligible(q->p, &q->b->experts[i]) == RULE_none && starts_of(q, i, by_bits, x))
            x->expert[x->n++] = i;
    }
}

/* --- the starts of all of them --- */

static int by_time(const void *x, const void *y)
{
    instant p = *(const instant *)x, q = *(const instant *)y;
    return (p > q) - (p < q);
}

static struct table table_of_instants(struct ask *q, const struct bench *x, size_t most)
{
    size_t all = 0, n = 0;
    for (size_t i = 0; i < x->n; i++)
        all += x->count[i];
    struct table t = {.start = arena_array(q->a, instant, all)};
    for (size_t i = 0; i < x->n; n += x->count[i++])
        memcpy(t.start + n, x->start[i], x->count[i] * sizeof *t.start);
    qsort(t.start, all, sizeof *t.start, by_time);
    for (size_t i = 0; i < all && t.n < most; i++)
        if (t.n == 0 || t.start[i] != t.start[t.n - 1])
            t.start[t.n++] = t.start[i];
    return t;
}

static struct table table_of(struct ask *q, const struct bench *x, size_t most)
{
    if (!x->bits)
        return table_of_instants(q, x, most);
    size_t bits = q->words * BITS, n = 0;
    memset(q->work, 0, q->words * sizeof *q->work);
    for (size_t i = 0; i < x->n; i++)
        for (size_t w = 0; w < q->words; w++)
            q->work[w] |= x->bits[i * q->words + w];
    n = bits_count(q->work, q->words);
    n = n < most ? n : most;
    struct table t = {arena_array(q->a, instant, n), 0, arena_array(q->a, uint32_t, bits)};
    memset(t.number, 0xff, bits * sizeof *t.number);
    for (size_t at = bits_next(q->work, 0, bits); t.n < n; at = bits_next(q->work, at + 1, bits)) {
        t.number[at] = (uint32_t)t.n;
        t.start[t.n++] = board_cell_at(q->b, q->cell + at);
    }
    return t;
}

/* --- who at each of them: counted first, placed then --- */

/* Adds one to at[number of the start] for each start of the i-th; with `who`, their number there.
 */
static void place_bits(const struct ask *q, const struct bench *x, size_t i, const struct table *t,
                       uint32_t *at, uint32_t *who)
{
    const uint64_t *bits = x->bits + i * q->words;
    for (size_t w = 0; w < q->words; w++)
        for (uint64_t word = bits[w]; word; word &= word - 1) {
            uint32_t n = t->number[w * BITS + (size_t)__builtin_ctzll(word)];
            if (n == NOWHERE)
                continue;
            if (who)
                who[at[n]] = x->expert[i];
            at[n]++;
        }
}

static void place_instants(const struct bench *x, size_t i, const struct table *t, uint32_t *at,
                           uint32_t *who)
{
    for (size_t j = 0; j < x->count[i]; j++) {
        const instant *found = bsearch(&x->start[i][j], t->start, t->n, sizeof *t->start, by_time);
        if (!found)
            continue;
        if (who)
            who[at[found - t->start]] = x->expert[i];
        at[found - t->start]++;
    }
}

static void place(const struct ask *q, const struct bench *x, const struct table *t, uint32_t *at,
                  uint32_t *who)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->bits)
            place_bits(q, x, i, t, at, who);
        else
            place_instants(x, i, t, at, who);
}

static void who_of(struct ask *q, const struct bench *x, const struct table *t,
                   struct board_seat *ret)
{
    uint32_t *first = arena_array(q->a, uint32_t, t->n + 2);
    place(q, x, t, first + 2, NULL); /* first[i + 2]: how many at i */
    for (size_t i = 2; i < t->n + 2; i++)
        first[i] += first[i - 1];
    uint32_t *who = arena_array(q->a, uint32_t, first[t->n + 1]);
    place(q, x, t, first + 1, who); /* first[i + 1]: from where the next at i goes to its end */
    *ret = (struct board_seat){x->no, first, who};
}

/* --- several seats --- */

/* Can the seats from `seat` on be taken by others than the chosen? Of each list only as many as
 * there are seats matter: the rest of the seats can take no more than the others away. */
static bool fill(const struct board_slots *s, size_t start, size_t seat, uint32_t *chosen)
{
    if (seat == s->seats)
        return true;
    const struct board_seat *x = &s->seat[seat];
    for (uint32_t i = x->first[start]; i < x->first[start + 1] && i < x->first[start] + s->seats;
         i++) {
        bool taken = false;
        for (size_t j = 0; j < seat; j++)
            taken |= chosen[j] == x->who[i];
        chosen[seat] = x->who[i];
        if (!taken && fill(s, start, seat + 1, chosen))
            return true;
    }
    return false;
}

static void keep_full(struct board_slots *s)
{
    uint32_t chosen[SEATS_MAX], end[SEATS_MAX] = {0};
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool full = fill(s, i, 0, chosen);
        for (size_t j = 0; j < s->seats; j++) {
            struct board_seat *x = &s->seat[j];
            uint32_t from = x->first[i], count = x->first[i + 1] - from;
            if (!full)
                continue;
            memmove(x->who + end[j], x->who + from, count * sizeof *x->who);
            x->first[n] = end[j]; /* n <= i: what is read later stands behind */
            end[j] += count;
        }
        if (full)
            s->start[n++] = s->start[i];
    }
    for (size_t j = 0; j < s->seats; j++)
        s->seat[j].first[n] = end[j];
    s->n = n;
}

static void cut(struct board_slots *s, size_t most)
{
    s->more |= s->n > most;
    s->n = s->n < most ? s->n : most;
}
