#include "board_in.h"

#include "base/log.h"
#include "core/availability.h"
#include "core/day.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A block of memory that is measured first and filled then. */
struct pack {
    char *block; /* NULL while it is measured */
    size_t used;
};

static void *pack(struct pack *k, const void *from, size_t size);
static void pack_expert(struct pack *k, const struct expert *from, struct expert *to);
static void mark_full(const struct zone_row *z, const struct expert *e, struct row *r);
static void mark_left(const struct zone_row *z, const struct expert *e, struct row *r);

/* --- zones --- */

static void piece_add(struct clock_piece *at, size_t *n, size_t most, uint32_t cell, int32_t value,
                      bool *odd)
{
    if (*n > 0 && at[*n - 1].value == value)
        return;
    if (*n == most)
        *odd = true;
    else
        at[(*n)++] = (struct clock_piece){cell, value};
}

static void zone_row_make(const struct board *b, struct zone_row *z)
{
    uint32_t cells = (uint32_t)(b->words * BITS);
    *z = (struct zone_row){.zone = z->zone};
    for (uint32_t c = 0; c < cells; c++) {
        instant t = board_cell_at(b, c);
        int32_t offset = zone_offset(z->zone, t), day = day_of(t + offset);
        z->odd |= offset % BOARD_CELL != 0 || zone_offset(z->zone, t + BOARD_CELL - 1) != offset;
        piece_add(z->offset, &z->offsets, SEGMENTS_MAX, c, offset, &z->odd);
        if (z->days == 0 || z->day[z->days - 1].value != day)
            piece_add(z->year, &z->years, YEARS_MAX, c, day_year(day), &z->odd);
        piece_add(z->day, &z->days, PIECES_MAX, c, day, &z->odd);
    }
    z->offset[z->offsets].at = z->day[z->days].at = z->year[z->years].at = cells;
}

uint32_t zone_number(struct board *b, const struct zone *zone)
{
    for (size_t i = 0; i < b->zone_count; i++)
        if (b->zones[i].zone == zone)
            return (uint32_t)i;
    b->zones = realloc(b->zones, (b->zone_count + 1) * sizeof *b->zones);
    if (!b->zones)
        fatal("out of memory");
    b->zones[b->zone_count].zone = zone;
    zone_row_make(b, &b->zones[b->zone_count]);
    return (uint32_t)b->zone_count++;
}

void zone_rows_make(struct board *b)
{
    for (size_t i = 0; i < b->zone_count; i++)
        zone_row_make(b, &b->zones[i]);
}

/* --- rows --- */

struct row *row_new(struct board *b, const struct expert *from, struct expert *ret_copy)
{
    struct pack k = {0};
    struct row *r = NULL;
    size_t bits = b->words * sizeof(uint64_t), places = from->skill_count * sizeof(uint32_t);
    uint32_t zone = zone_number(b, from->zone);
    for (int pass = 0; pass < 2; pass++) {
        k.used = 0;
        r = pack(&k, NULL, sizeof *r + bits);
        uint32_t *place = pack(&k, NULL, places);
        pack_expert(&k, from, ret_copy);
        if (pass == 0 && !(k.block = calloc(1, k.used)))
            fatal("out of memory");
        if (pass == 1)
            *r = (struct row){.zone = zone, .notice = from->notice, .place = place};
    }
    panel_seal_expert(ret_copy);
    return r;
}

/* The bits from that word on, and what the caps have filled. */
void row_build(struct board *b, size_t i, size_t from_word)
{
    struct arena *a = arena_new();
    struct row *r = b->rows[i];
    struct span range = {board_cell_at(b, from_word * BITS), board_cell_at(b, b->words * BITS)};
    struct spans free_time = slots_unbooked(a, &b->office, &b->experts[i], range);
    memset(r->free + from_word, 0, (b->words - from_word) * sizeof *r->free);
    for (size_t j = 0; j < free_time.n; j++) {
        int64_t from = cell_ceil(b, free_time.at[j].from);
        int64_t until = cell_floor(b, free_time.at[j].until);
        if (from < until)
            bits_fill(r->free, (size_t)from, (size_t)until);
    }
    for (size_t w = 0; w < b->words; w++)
        b->free[w] |= r->free[w];
    mark_full(&b->zones[r->zone], &b->experts[i], r);
    mark_left(&b->zones[r->zone], &b->experts[i], r);
    arena_free(a);
}

/* What is left of the hours of each year; less than nothing is less than any meeting. */
static void mark_left(const struct zone_row *z, const struct expert *e, struct row *r)
{
    for (size_t y = 0; y < z->years; y++) {
        int64_t left = (int64_t)e->hours_per_year * 60 - panel_minutes(e, z->year[y].value);
        left = left > -1 ? left : -1;
        bool some = e->hours_per_year != CAP_NONE && left < INT32_MAX;
        r->minutes_left[y] = some ? (int32_t)left : INT32_MAX;
    }
}

/* Counts what is held on each day and in each week that reach into the weeks of the board. */
static void mark_full(const struct zone_row *z, const struct expert *e, struct row *r)
{
    int on_day[PIECES_MAX + 2] = {0}, in_week[PIECES_MAX / 7 + 3] = {0};
    int32_t first = z->day[0].value, last = first, week = day_week(first);
    for (size_t i = 0; i < z->days; i++) { /* a clock set back may show a day again */
        first = z->day[i].value < first ? z->day[i].value : first;
        last = z->day[i].value > last ? z->day[i].value : last;
    }
    assert(last - first <= PIECES_MAX && first >= z->day[0].value - 1);
    week = day_week(first);
    for (size_t i = 0; i < e->held_count; i++) {
        int32_t day = e->held[i].day, w = day_week(day);
        if (day >= first && day <= last)
            on_day[day - first]++;
        if (w >= week && w <= day_week(last))
            in_week[w - week]++;
    }
    memset(r->full_days, 0, sizeof r->full_days);
    memset(r->full_weeks, 0, sizeof r->full_weeks);
    for (size_t i = 0; i < z->days; i++) {
        int32_t day = z->day[i].value;
        if (on_day[day - first] >= e->per_day)
            bit_set(r->full_days, i);
        if (in_week[day_week(day) - week] >= e->per_week)
            bit_set(r->full_weeks, i);
    }
}

/* --- copies --- */

static void *pack(struct pack *k, const void *from, size_t size)
{
    size_t at = (k->used + 7) & ~(size_t)7;
    k->used = at + size;
    if (!k->block)
        return NULL;
    return from && size ? memcpy(k->block + at, from, size) : k->block + at;
}

static const char *pack_text(struct pack *k, const char *from)
{
    return from ? pack(k, from, strlen(from) + 1) : NULL;
}

static struct words pack_words(struct pack *k, const struct words *from)
{
    const char **at = pack(k, NULL, from->n * sizeof *at);
    for (size_t i = 0; i < from->n; i++) {
        const char *text = pack_text(k, from->at[i]);
        if (at)
            at[i] = text;
    }
    return (struct words){at, from->n};
}

static struct spans pack_spans(struct pack *k, const struct spans *from)
{
    return (struct spans){pack(k, from->at, from->n * sizeof *from->at), from->n, from->n};
}

/* All that a struct expert points to, first what the FIXED rules ask for. Whoever adds a pointer to
 * it adds a line here. */
static void pack_expert(struct pack *k, const struct expert *from, struct expert *to)
{
    *to = *from;
    to->skills = pack(k, from->skills, from->skill_count * sizeof *from->skills);
    for (size_t i = 0; i < from->skill_count; i++) {
        const char *field = pack_text(k, from->skills[i].field);
        if (to->skills)
            to->skills[i].field = field;
    }
    to->modes = pack_words(k, &from->modes);
    to->languages = pack_words(k, &from->languages);
    to->districts = pack_words(k, &from->districts);
    to->topics = pack_words(k, &from->topics);
    to->id = pack_text(k, from->id);
    to->name = pack_text(k, from->name);
    to->conflict_companies = pack_words(k, &from->conflict_companies);
    to->conflict_names = pack_words(k, &from->conflict_names);
    to->ended = pack(k, from->ended, from->ended_count * sizeof *from->ended);
    for (size_t i = 0; i < from->ended_count; i++) {
        const char *key = pack_text(k, from->ended[i].key);
        if (to->ended)
            to->ended[i].key = key;
    }
    to->weekly = pack(k, from->weekly, from->weekly_count * sizeof *from->weekly);
    to->dated = pack(k, from->dated, from->dated_count * sizeof *from->dated);
    to->absences = pack_spans(k, &from->absences);
    to->duties = pack_spans(k, &from->duties);
    to->busy = pack_spans(k, &from->busy);
    to->away = pack_spans(k, &from->away);
    to->held = pack(k, from->held, from->held_count * sizeof *from->held);
    for (size_t i = 0; i < from->held_count; i++) {
        const char *district = pack_text(k, from->held[i].district);
        if (to->held)
            to->held[i].district = district;
    }
    to->years = pack(k, from->years, from->year_count * sizeof *from->years);
}
