#include "board_in.h"

#include "base/log.h"
#include "core/share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64, SETTLED_SECONDS = 900 /* every clock's midnight is on a quarter of UTC */ };

static void rebuild(struct board *b, size_t from_word);
static void settle(struct board *b);
static void find_again(struct board *b);

struct board *board_new(int weeks, size_t experts_most)
{
    assert(weeks >= 1 && weeks <= BOARD_WEEKS_MAX && experts_most <= PANEL_EXPERTS_MAX);
    struct board *b = calloc(1, sizeof *b);
    if (!b)
        fatal("out of memory");
    b->words = bits_words((size_t)weeks * 7 * DAY_CELLS) + 1; /* one may have begun */
    b->free = board_grown(NULL, b->words, sizeof *b->free);
    memset(b->free, 0, b->words * sizeof *b->free);
    b->most = experts_most;
    b->weights = weights_default;
    b->office = (struct panel){.align = 30};
    b->settled = INSTANT_NEVER;
    return b;
}

void board_free(struct board *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->n; i++)
        free(b->rows[i]);
    for (size_t i = 0; i < b->field_count; i++) {
        free(b->fields[i].code);
        free(b->fields[i].at);
    }
    free(b->free);
    free(b->office.holidays);
    free(b->experts);
    free(b->rows);
    free(b->slots);
    free(b->zones);
    codes_free(&b->modes);
    codes_free(&b->districts);
    codes_free(&b->languages);
    free(b->fields);
    free(b);
}

/* --- the office, and the time --- */

void board_office(struct board *b, const struct panel *office)
{
    const struct panel was = b->office;
    size_t bytes = office->holiday_count * sizeof *office->holidays;
    bool same = was.holiday_count == office->holiday_count &&
                (bytes == 0 || memcmp(was.holidays, office->holidays, bytes) == 0);
    b->office = *office;
    b->office.now = was.now;
    b->office.request = (struct request){0};
    b->office.codes = NULL;
    b->office.experts = NULL;
    b->office.expert_count = 0;
    b->office.holidays = was.holidays;
    const struct weights *w = office->weights ? office->weights : &weights_default;
    if (memcmp(&b->weights, w, sizeof *w) != 0)
        b->settled = INSTANT_NEVER;
    b->weights = *w;
    b->office.weights = &b->weights;
    if (same)
        return;
    b->office.holidays =
        board_grown(was.holidays, office->holiday_count + 1, sizeof *office->holidays);
    if (bytes)
        memcpy(b->office.holidays, office->holidays, bytes);
    panel_seal_holidays(&b->office);
    rebuild(b, 0);
}

void board_version(struct board *b, int64_t version)
{
    b->office.version = version;
}

void board_at(struct board *b, instant now)
{
    instant from = now - ((now % WORD_SECONDS) + WORD_SECONDS) % WORD_SECONDS;
    b->office.now = now;
    if (from != b->from) {
        instant on = (from - b->from) / WORD_SECONDS;
        size_t gone = on > 0 && on < (instant)b->words ? (size_t)on : b->words;
        b->from = from;
        zone_rows_make(b);
        for (size_t i = 0; i < b->n; i++)
            memmove(b->rows[i]->free, b->rows[i]->free + gone,
                    (b->words - gone) * sizeof(uint64_t));
        rebuild(b, b->words - gone);
    }
    if (b->settled == INSTANT_NEVER || now / SETTLED_SECONDS != b->settled / SETTLED_SECONDS)
        settle(b);
}

struct span board_weeks(const struct board *b)
{
    return (struct span){b->from, board_cell_at(b, b->words * BITS)};
}

static void rebuild(struct board *b, size_t from_word)
{
    memset(b->free, 0, b->words * sizeof *b->free);
    for (size_t i = 0; i < b->n; i++)
        row_build(b, i, from_word);
}

/* An expert's id, and where they stand. */
struct standing {
    const char *id;
    size_t at;
};

static int by_id(const void *x, const void *y)
{
    return strcmp(((const struct standing *)x)->id, ((const struct standing *)y)->id);
}

static void put_in_order(struct board *b)
{
    struct standing *order = board_grown(NULL, b->n, sizeof *order);
    struct expert *experts = board_grown(NULL, b->room, sizeof *experts);
    struct row **rows = board_grown(NULL, b->room, sizeof *rows);
    for (size_t i = 0; i < b->n; i++)
        order[i] = (struct standing){b->experts[i].id, i};
    qsort(order, b->n, sizeof *order, by_id);
    for (size_t i = 0; i < b->n; i++) {
        experts[i] = b->experts[order[i].at];
        rows[i] = b->rows[order[i].at];
    }
    free(order);
    free(b->experts);
    free(b->rows);
    b->experts = experts;
    b->rows = rows;
    find_again(b);
    for (size_t i = 0; i < b->field_count; i++)
        b->fields[i].n = 0;
    for (size_t i = 0; i < b->n; i++)
        board_list(b, i);
}

static void settle(struct board *b)
{
    struct panel p = b->office;
    if (b->disordered && b->n)
        put_in_order(b);
    struct arena *a = arena_new();
    p.experts = b->experts;
    p.expert_count = b->n;
    panel_shares(a, &p);
    arena_free(a);
    for (size_t i = 0; i < b->field_count; i++) {
        struct field_list *f = &b->fields[i];
        p.request.field = f->code;
        for (size_t j = 0; j < f->n; j++)
            f->at[j].own = score_own(&p, &b->experts[f->at[j].expert]);
    }
    b->disordered = false;
    b->settled = b->office.now;
}

/* --- experts --- */

/* Where the id stands in `slots`, or would. */
static size_t slot_of(const struct board *b, const char *id)
{
    size_t at = text_hash(id) & (b->slot_count - 1);
    while (b->slots[at] && strcmp(b->experts[b->slots[at] - 1].id, id) != 0)
        at = (at + 1) & (b->slot_count - 1);
    return at;
}

size_t board_number(const struct board *b, const char *id)
{
    uint32_t slot = b->slot_count ? b->slots[slot_of(b, id)] : 0;
    return slot ? slot - 1 : b->n;
}

size_t board_count(const struct board *b)
{
    return b->n;
}

static void find_again(struct board *b)
{
    memset(b->slots, 0, b->slot_count * sizeof *b->slots);
    for (size_t i = 0; i < b->n; i++)
        b->slots[slot_of(b, b->experts[i].id)] = (uint32_t)i + 1;
}

static void make_room(struct board *b)
{
    if (b->n < b->room)
        return;
    b->room = b->room ? b->room * 2 : FIRST_ROOM;
    b->experts = board_grown(b->experts, b->room, sizeof *b->experts);
    b->rows = board_grown(b->rows, b->room, sizeof *b->rows);
    b->slot_count = b->room * 2;
    b->slots = board_grown(b->slots, b->slot_count, sizeof *b->slots);
    find_again(b);
}

/* Does the new one stand in the same lists? Then it takes the places of the old one. */
static bool take_places(struct board *b, size_t i, const struct expert *e, struct row *row)
{
    const struct expert *was = &b->experts[i];
    if (was->skill_count != e->skill_count)
        return false;
    for (size_t j = 0; j < e->skill_count; j++)
        if (strcmp(was->skills[j].field, e->skills[j].field) != 0)
            return false;
    if (e->skill_count)
        memcpy(row->place, b->rows[i]->place, e->skill_count * sizeof *row->place);
    return true;
}

bool board_put(struct board *b, const struct expert *e)
{
    size_t i = board_number(b, e->id);
    bool new = i == b->n, same_places = false;
    if (new && b->n == b->most)
        return false;
    struct expert copy;
    struct row *row = row_new(b, e, &copy), *was = NULL;
    if (new) {
        make_room(b);
        b->slots[slot_of(b, copy.id)] = (uint32_t)++b->n;
    } else {
        same_places = take_places(b, i, &copy, row);
        if (!same_places)
            board_unlist(b, i);
        was = b->rows[i];
    }
    b->experts[i] = copy;
    b->rows[i] = row;
    free(was);
    row_build(b, i, 0);
    if (same_places)
        board_relist(b, i);
    else
        board_list(b, i);
    b->disordered |= !same_places;
    b->settled = INSTANT_NEVER;
    return true;
}

/* Closes the gap at `hole`: what was pushed on by its neighbours moves back. */
static void unslot(struct board *b, size_t hole)
{
    size_t mask = b->slot_count - 1;
    b->slots[hole] = 0;
    for (size_t at = (hole + 1) & mask; b->slots[at]; at = (at + 1) & mask) {
        uint32_t moved = b->slots[at];
        b->slots[at] = 0;
        b->slots[slot_of(b, b->experts[moved - 1].id)] = moved;
    }
}

bool board_drop(struct board *b, const char *id)
{
    size_t i = board_number(b, id), last = b->n - 1;
    if (i == b->n)
        return false;
    board_unlist(b, i);
    unslot(b, slot_of(b, id));
    struct row *was = b->rows[i];
    if (i != last) {
        unslot(b, slot_of(b, b->experts[last].id));
        b->experts[i] = b->experts[last];
        b->rows[i] = b->rows[last];
        b->slots[slot_of(b, b->experts[i].id)] = (uint32_t)i + 1;
        for (size_t j = 0; j < b->experts[i].skill_count; j++)
            if (b->rows[i]->place[j] != NOWHERE) {
                const char *code = b->experts[i].skills[j].field;
                board_field(b, code)->at[b->rows[i]->place[j]].expert = (uint32_t)i;
            }
    }
    b->n = last;
    free(was);
    b->disordered = true;
    b->settled = INSTANT_NEVER;
    return true;
}

/* --- the panel for a request --- */

/* The code as the experts' skills have it: they are compared by pointer first. */
static const char *own_code(const struct board *b, const char *code)
{
    const struct field_list *f = board_field(b, code);
    return f ? f->code : code;
}

struct panel board_panel(struct arena *a, const struct board *b, const struct request *r)
{
    struct panel p = b->office;
    assert(b->settled != INSTANT_NEVER);
    p.request = *r;
    if (r->field)
        p.request.field = own_code(b, r->field);
    for (size_t i = 0; i < r->seat_count; i++)
        p.request.seats[i].field = own_code(b, r->seats[i].field);
    p.experts = b->experts;
    p.expert_count = b->n;
    panel_seal_request(a, &p);
    return p;
}
