#include "board_in.h"

#include "core/day.h"

#include <string.h>

static void allow(struct ask *q);
static void allow_piece(struct ask *q, struct span piece, int64_t *first, int64_t *last, bool mark);
static const uint64_t *grid_of(struct ask *q, uint32_t zone);
static bool in_free_time(struct ask *q, size_t i);
static void pack_starts(struct ask *q);
static void look_up_ends(struct ask *q, size_t i);
static enum rule reason(struct ask *q, size_t i);

struct ask ask_make(struct arena *a, const struct board *b, const struct panel *p)
{
    struct ask q = {.b = b, .p = p, .a = a};
    size_t seconds = (size_t)p->request.minutes * 60;
    q.least = seconds / BOARD_CELL;
    q.most = (seconds + BOARD_CELL - 1) / BOARD_CELL;
    q.tail = q.most / BITS + 1;
    q.slow = p->request.fixed || q.least == 0 || p->align % (BOARD_CELL / 60) != 0;
    if (!q.slow)
        allow(&q);
    q.aligned = arena_array(a, uint64_t *, b->zone_count);
    q.set = arena_array(a, uint64_t, q.words + q.tail);
    q.work = arena_array(a, uint64_t, q.words + q.tail);
    return q;
}

bool ask_by_bits(const struct ask *q, size_t i)
{
    return !q->slow && (q->p->request.packed || !q->b->zones[q->b->rows[i]->zone].odd);
}

/* --- what the request allows, whoever comes --- */

static void allow(struct ask *q)
{
    const struct request *r = &q->p->request;
    struct spans s = span_subtract(q->a, &r->open, &r->company_busy);
    s = span_subtract(q->a, &s, &r->room_busy);
    int64_t first = INT64_MAX, last = -1;
    for (size_t i = 0; i < s.n; i++)
        allow_piece(q, s.at[i], &first, &last, false);
    if (last < 0)
        return;
    q->cell = (size_t)first / BITS * BITS;
    q->words = bits_words((size_t)last - q->cell);
    q->allowed = arena_array(q->a, uint64_t, q->words);
    for (size_t i = 0; i < s.n; i++)
        allow_piece(q, s.at[i], &first, &last, true);
    if (r->company_full.n == 0)
        return;
    q->not_full = arena_array(q->a, uint64_t, q->words);
    memset(q->not_full, 0xff, q->words * sizeof *q->not_full);
    for (size_t i = 0; i < r->company_full.n; i++) {
        int64_t from = cell_ceil(q->b, r->company_full.at[i].from) - (int64_t)q->cell;
        int64_t until = cell_ceil(q->b, r->company_full.at[i].until) - (int64_t)q->cell;
        int64_t end = (int64_t)(q->words * BITS);
        from = from > 0 ? from : 0;
        until = until < end ? until : end;
        if (from < until)
            bits_wipe(q->not_full, (size_t)from, (size_t)until);
    }
}

/* The starts in one piece (for a packed request: its whole cells), as far as the weeks go. */
static void allow_piece(struct ask *q, struct span piece, int64_t *first, int64_t *last, bool mark)
{
    struct span weeks = board_weeks(q->b);
    bool packed = q->p->request.packed;
    if (piece.from < weeks.from || piece.until > weeks.until) {
        q->beyond = true;
        q->slow |= packed && piece.from < weeks.from; /* where it begins decides all its starts */
        piece.from = piece.from > weeks.from ? piece.from : weeks.from;
        piece.until = piece.until < weeks.until ? piece.until : weeks.until;
    }
    int64_t from = cell_ceil(q->b, piece.from), until = cell_floor(q->b, piece.until);
    if (!packed)
        until = cell_floor(q->b, piece.until - (instant)q->p->request.minutes * 60) + 1;
    if (from >= until)
        return;
    *first = from < *first ? from : *first;
    *last = until > *last ? until : *last;
    if (mark)
        bits_fill(q->allowed, (size_t)from - q->cell, (size_t)until - q->cell);
}

/* The allowed starts that stand on the grid of a zone's clock. */
static const uint64_t *grid_of(struct ask *q, uint32_t zone)
{
    if (q->aligned[zone])
        return q->aligned[zone];
    const struct zone_row *z = &q->b->zones[zone];
    uint64_t *grid = arena_array(q->a, uint64_t, q->words);
    int64_t step = (int64_t)q->p->align * 60, end = (int64_t)(q->cell + q->words * BITS);
    for (size_t i = 0; i < z->offsets; i++) {
        int64_t c = z->offset[i].at > q->cell ? z->offset[i].at : (int64_t)q->cell;
        int64_t until = z->offset[i + 1].at < end ? z->offset[i + 1].at : end;
        int64_t over = (board_cell_at(q->b, (size_t)c) + z->offset[i].value) % step;
        over = (over + step) % step;
        for (c += (over ? step - over : 0) / BOARD_CELL; c < until; c += step / BOARD_CELL)
            bit_set(grid, (size_t)c - q->cell);
    }
    bits_and(grid, q->allowed, q->words);
    return q->aligned[zone] = grid;
}

void ask_grid(struct ask *q, uint64_t *any)
{
    for (uint32_t z = 0; z < q->b->zone_count; z++) {
        const uint64_t *grid = q->p->request.packed ? q->allowed : grid_of(q, z);
        for (size_t w = 0; w < q->words; w++)
            any[w] |= grid[w];
    }
}

/* --- starts in an expert's free time, into q->set --- */

static bool in_free_time(struct ask *q, size_t i)
{
    const struct row *r = q->b->rows[i];
    size_t w = q->cell / BITS, have = q->b->words - w, all = q->words + q->tail;
    bool any = q->words > 0;
    if (!any)
        return false;
    have = have < all ? have : all;
    memcpy(q->set, r->free + w, have * sizeof *q->set);
    memset(q->set + have, 0, (all - have) * sizeof *q->set);
    if (q->p->request.packed) {
        bits_and(q->set, q->allowed, q->words);
        pack_starts(q);
    } else {
        bits_starts(q->set, all, q->least);
        any = bits_and(q->set, grid_of(q, r->zone), q->words);
    }
    if (any && q->least != q->most)
        look_up_ends(q, i);
    return any && bits_any(q->set, q->words);
}

/* From free cells to starts: those that follow each other from the beginning of each run on. */
static void pack_starts(struct ask *q)
{
    size_t bits = q->words * BITS, step = (size_t)q->p->align * 60 / BOARD_CELL;
    memcpy(q->work, q->set, q->words * sizeof *q->set);
    memset(q->set, 0, q->words * sizeof *q->set);
    for (size_t end, at = bits_next(q->work, 0, bits); at < bits;
         at = bits_next(q->work, end, bits)) {
        end = bits_next_gap(q->work, at, bits);
        for (; at + q->least <= end; at += step)
            bit_set(q->set, at);
    }
}

/* The bit in which a meeting ends may be free as far as it needs it, though not the whole of it;
 * and in the last bits of a packed piece the request itself may end. */
static void look_up_ends(struct ask *q, size_t i)
{
    size_t bits = q->words * BITS, cells = q->b->words * BITS;
    for (size_t at = bits_next(q->set, 0, bits); at < bits; at = bits_next(q->set, at + 1, bits)) {
        size_t end = q->cell + at + q->least;
        if (!q->p->request.packed && end < cells && bit_is(q->b->rows[i]->free, end))
            continue;
        if (!slot_free(q->p, &q->b->experts[i], board_cell_at(q->b, q->cell + at)))
            bit_clear(q->set, at);
    }
}

/* --- TIMED rules: each takes its starts out of q->set --- */

static void wipe_cells(struct ask *q, int64_t from, int64_t until)
{
    int64_t base = (int64_t)q->cell, end = base + (int64_t)(q->words * BITS);
    from = from > base ? from : base;
    until = until < end ? until : end;
    if (from < until)
        bits_wipe(q->set, (size_t)(from - base), (size_t)(until - base));
}

static void wipe_notice(struct ask *q, size_t i)
{
    instant first = q->p->now + (instant)q->b->rows[i]->notice * 60;
    wipe_cells(q, 0, cell_ceil(q->b, first));
}

static void wipe_visit(struct ask *q, size_t i)
{
    instant visit = q->p->request.visit;
    (void)i;
    if (visit == 0)
        return;
    wipe_cells(q, 0, cell_ceil(q->b, visit));
    wipe_cells(q, cell_floor(q->b, visit) + 1, INT64_MAX);
}

static void wipe_on_duty(struct ask *q, size_t i)
{
    const struct spans *duties = &q->b->experts[i].duties;
    instant meeting = (instant)q->p->request.minutes * 60;
    for (size_t j = 0; !q->p->request.desk && j < duties->n; j++)
        wipe_cells(q, cell_ceil(q->b, duties->at[j].from - meeting + 1),
                   cell_ceil(q->b, duties->at[j].until));
}

static void wipe_off_duty(struct ask *q, size_t i)
{
    const struct spans *duties = &q->b->experts[i].duties;
    int64_t done = 0;
    for (size_t j = 0; q->p->request.desk && j < duties->n; j++) {
        wipe_cells(q, done, cell_ceil(q->b, duties->at[j].from));
        done = cell_floor(q->b, duties->at[j].until - (instant)q->p->request.minutes * 60) + 1;
        done = done > 0 ? done : 0;
    }
    if (q->p->request.desk)
        wipe_cells(q, done, INT64_MAX);
}

static void wipe_cooling_off(struct ask *q, size_t i)
{
    const struct expert *e = &q->b->experts[i];
    for (size_t j = 0; j < e->ended_count; j++)
        if (eligible_ended(&q->p->request, &e->ended[j]))
            wipe_cells(q, 0, cell_ceil(q->b, e->ended[j].until));
}

/* The starts of meetings with less than `rest` seconds to the one held; other_day: only those that
 * start on another day of the expert than that. */
static void wipe_near(struct ask *q, size_t i, const struct held *h, instant rest, bool other_day)
{
    const struct zone_row *z = &q->b->zones[q->b->rows[i]->zone];
    instant first = h->span.from - (instant)q->p->request.minutes * 60 - rest + 1;
    int64_t from = cell_ceil(q->b, first), until = cell_ceil(q->b, h->span.until + rest);
    if (!other_day)
        wipe_cells(q, from, until);
    for (size_t d = 0; other_day && d < z->days; d++) {
        int64_t day = z->day[d].at, end = z->day[d + 1].at;
        if (z->day[d].value != h->day)
            wipe_cells(q, from > day ? from : day, until < end ? until : end);
    }
}

static void wipe_rest(struct ask *q, size_t i)
{
    const struct expert *e = &q->b->experts[i];
    for (size_t j = 0; j < e->held_count; j++) {
        if (q->p->rest)
            wipe_near(q, i, &e->held[j], (instant)(q->p->rest + e->before + e->after) * 60, false);
        if (q->p->night)
            wipe_near(q, i, &e->held[j], (instant)q->p->night * 60, true);
    }
}

static void wipe_company_cap(struct ask *q, size_t i)
{
    (void)i;
    if (q->not_full)
        bits_and(q->set, q->not_full, q->words);
}

static void wipe_days(struct ask *q, size_t i, const uint64_t *full)
{
    const struct zone_row *z = &q->b->zones[q->b->rows[i]->zone];
    for (size_t d = bits_next(full, 0, z->days); d < z->days; d = bits_next(full, d + 1, z->days))
        wipe_cells(q, z->day[d].at, z->day[d + 1].at);
}

static void wipe_cap_day(struct ask *q, size_t i)
{
    wipe_days(q, i, q->b->rows[i]->full_days);
}

static void wipe_cap_week(struct ask *q, size_t i)
{
    wipe_days(q, i, q->b->rows[i]->full_weeks);
}

static void wipe_cap_year(struct ask *q, size_t i)
{
    const struct row *r = q->b->rows[i];
    const struct zone_row *z = &q->b->zones[r->zone];
    for (size_t y = 0; y < z->years; y++)
        if (q->p->request.minutes > r->minutes_left[y])
            wipe_cells(q, z->year[y].at, z->year[y + 1].at);
}

typedef void wipe_fn(struct ask *q, size_t i);

static wipe_fn *const wipes[RULE_COUNT] = {
    [RULE_notice] = wipe_notice,           [RULE_visit] = wipe_visit,
    [RULE_on_duty] = wipe_on_duty,         [RULE_off_duty] = wipe_off_duty,
    [RULE_cooling_off] = wipe_cooling_off, [RULE_rest] = wipe_rest,
    [RULE_company_cap] = wipe_company_cap, [RULE_cap_day] = wipe_cap_day,
    [RULE_cap_week] = wipe_cap_week,       [RULE_cap_year] = wipe_cap_year,
};

static void wipe(struct ask *q, size_t i, enum rule rule)
{
    size_t bits = q->words * BITS;
    if (q->p->waived >> rule & 1u)
        return;
    if (wipes[rule]) {
        wipes[rule](q, i);
        return;
    }
    for (size_t at = bits_next(q->set, 0, bits); at < bits; at = bits_next(q->set, at + 1, bits))
        if (eligible_against(rule, q->p, &q->b->experts[i], board_cell_at(q->b, q->cell + at)))
            bit_clear(q->set, at);
}

bool ask_all(struct ask *q, size_t i)
{
    if (!in_free_time(q, i))
        return false;
    for (enum rule r = RULE_no_free_slot + 1; r < RULE_COUNT; r++)
        wipe(q, i, r);
    return bits_any(q->set, q->words);
}

/* Of starts that come to nothing: the rule that takes the last one away. */
static enum rule reason(struct ask *q, size_t i)
{
    enum rule r = RULE_no_free_slot;
    for (bool any = in_free_time(q, i); any; any = bits_any(q->set, q->words))
        wipe(q, i, ++r);
    return r;
}

/* --- the first starts --- */

/* Is some cell taken that the meeting that stands needs whole? Then nobody has to be asked. */
static bool fixed_taken(const struct ask *q, size_t i)
{
    instant start = q->p->request.fixed, end = start + (instant)q->p->request.minutes * 60;
    int64_t from = cell_ceil(q->b, start), until = cell_floor(q->b, end);
    if (start == 0 || from < 0 || until > (int64_t)(q->b->words * BITS) || from >= until)
        return false;
    return bits_next_gap(q->b->rows[i]->free, (size_t)from, (size_t)until) < (size_t)until;
}

/* Those of q->set that lie in the wished windows, or those that do not. */
static void list_starts(struct ask *q, bool wished, struct slots *s)
{
    const struct request *r = &q->p->request;
    size_t bits = q->words * BITS;
    for (size_t at = bits_next(q->set, 0, bits); at < bits && s->n < SLOTS_LISTED;
         at = bits_next(q->set, at + 1, bits)) {
        instant start = board_cell_at(q->b, q->cell + at);
        struct span meeting = {start, start + (instant)r->minutes * 60};
        if (r->wished.n == 0 || span_covers(&r->wished, meeting) == wished)
            s->start[s->n++] = start;
    }
}

struct slots ask_first(struct ask *q, size_t i)
{
    struct slots s = {.against = RULE_no_free_slot};
    if (fixed_taken(q, i))
        return s;
    if (!ask_by_bits(q, i) || (q->beyond && q->p->request.wished.n))
        return slots_find(q->p, &q->b->experts[i]);
    if (ask_all(q, i)) {
        if (q->p->request.wished.n)
            list_starts(q, true, &s);
        list_starts(q, false, &s);
    }
    if (s.n < SLOTS_LISTED && q->beyond)
        return slots_find(q->p, &q->b->experts[i]);
    s.against = s.n > 0 ? RULE_none : reason(q, i);
    return s;
}
