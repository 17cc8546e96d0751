/*
 * Inside core/board*, and for these files alone: how a board lies in memory.
 *
 * Experts stand in an array without gaps: the last one moves where one is dropped, and when the
 * board is settled, they stand in the order of their ids. Each has a row, one block of memory with
 * the bits, what else is derived, and all that the facts point to. The bits of all rows are about
 * the same cells: cell 0 begins at `from`. Each field has a list of those in it, made to be looked
 * through without touching rows: codes are remembered as signatures, in which a missing bit proves
 * that a code is missing. When settled, lists are in the order of the experts.
 */
#ifndef CORE_BOARD_IN_H
#define CORE_BOARD_IN_H

#include "core/bits.h"
#include "core/board.h"

enum {
    WORD_SECONDS = BITS * BOARD_CELL,
    DAY_CELLS = 86400 / BOARD_CELL,
    PIECES_MAX = 256, /* days of a zone within the weeks; a clock change may split one */
    PIECE_WORDS = PIECES_MAX / BITS,
    SEGMENTS_MAX = 16, /* clock changes within the weeks */
    YEARS_MAX = 3,
    NOWHERE = UINT32_MAX,
    CODES_MAX = 63,
};

#define CODE_OTHER (UINT64_C(1) << CODES_MAX)

/* A zone's clock during the weeks, for instants at which a cell begins: cells from at[i] up to
 * at[i + 1] have one offset, one day, one year. */
struct clock_piece {
    uint32_t at;
    int32_t value;
};

struct zone_row {
    const struct zone *zone;
    bool odd; /* off the cells: bits know nothing of when its experts could start */
    struct clock_piece offset[SEGMENTS_MAX + 1], day[PIECES_MAX + 1], year[YEARS_MAX + 1];
    size_t offsets, days, years;
};

struct row {
    uint32_t zone;   /* number in board.zones */
    uint32_t *place; /* in the list of each skill's field; NOWHERE: of a field that stood before */
    int32_t notice;
    int32_t minutes_left[YEARS_MAX];                          /* of the cap, in the zone's years */
    uint64_t full_days[PIECE_WORDS], full_weeks[PIECE_WORDS]; /* pieces of the zone's days */
    uint64_t free[];                                          /* the bits */
};

/* What is known of an expert in a field without looking at more; a line of memory. */
struct entry {
    uint32_t expert;
    int16_t level;
    bool plain;  /* not paused, no conflicts of interest */
    int32_t own; /* score_own(), with the office's weights */
    struct span term;
    uint64_t modes, districts, languages, topics;
};

/* Codes by number; a bit for each, and one for all those beyond. */
struct codes {
    char *at[CODES_MAX];
    size_t n;
};

struct field_list {
    char *code; /* stands in the experts' skills, too */
    struct entry *at;
    size_t n, room;
};

struct board {
    struct panel office; /* without request and experts */
    struct weights weights;
    instant from;
    size_t words;   /* of each row's bits */
    uint64_t *free; /* cells that somebody has free, or had */
    struct expert *experts;
    struct row **rows;
    size_t n, room, most;
    uint32_t *slots; /* from id to number + 1, open addressing; 0: empty */
    size_t slot_count;
    struct zone_row *zones;
    size_t zone_count;
    struct field_list *fields;
    size_t field_count;
    struct codes modes, districts, languages;
    instant settled; /* when; INSTANT_NEVER: something came since */
    bool disordered; /* since then: experts or lists */
};

static inline instant board_cell_at(const struct board *b, size_t cell)
{
    return b->from + (instant)cell * BOARD_CELL;
}

static inline int64_t cell_floor(const struct board *b, instant t)
{
    int64_t d = t - b->from;
    return d / BOARD_CELL - (d % BOARD_CELL < 0);
}

static inline int64_t cell_ceil(const struct board *b, instant t)
{
    return -cell_floor(b, 2 * b->from - t);
}

struct ask;

/* core/board_filter.c: whom a request may be for, from the entries alone. */
uint64_t text_hash(const char *text);
enum fits { FITS_NOT, FITS_MAYBE /* eligible() knows */, FITS };

struct filter {
    const struct spans *open;
    int level;
    uint64_t modes, districts, languages; /* all of these */
    bool exact;                           /* the bits say all that the rules ask */
    bool waived;                          /* some rule is not asked: only eligible() knows */
    uint64_t *out, *named;                /* experts, by number */
    uint64_t topic[SCORE_TOPICS + 1], district;
    size_t topics;
};

struct entry entry_of(struct board *b, size_t i, int level);
struct filter filter_make(struct ask *q);
/* Those in the request's field; where that rule is waived everybody, of whom entries say nothing.
 */
const struct field_list *filter_list(struct ask *q);
enum fits filter_fits(const struct filter *f, const struct entry *x);
struct score_hint filter_hint(const struct filter *f, const struct entry *x);
void codes_free(struct codes *c);

/* core/board_row.c */
uint32_t zone_number(struct board *b, const struct zone *zone); /* makes it at its first use */
void zone_rows_make(struct board *b);
struct row *row_new(struct board *b, const struct expert *from, struct expert *ret_copy);
void row_build(struct board *b, size_t i, size_t from_word);

/* core/board.c */
size_t board_number(const struct board *b, const char *id); /* b->n: there is none */

/* core/board_list.c: the list of each field */
const struct field_list *board_field(const struct board *b, const char *code); /* or NULL */
void board_list(struct board *b, size_t i);
void board_unlist(struct board *b, size_t i);
void board_relist(struct board *b, size_t i); /* the same fields, other facts */
void *board_grown(void *at, size_t n, size_t size);

/* core/board_starts.c: when one expert after the other could start. Sets are of `words` words, and
 * their first bit is cell `cell`. */
struct ask {
    const struct board *b;
    const struct panel *p;
    bool slow;   /* core/slots has to be asked about everybody */
    bool beyond; /* and about those whom the weeks do not settle: windows reach out of them */
    size_t cell, words, tail;
    size_t least, most;   /* whole cells of a meeting, and those it touches */
    uint64_t *allowed;    /* starts (packed: cells) that the request allows */
    uint64_t *not_full;   /* starts outside the company's full years; NULL: all */
    uint64_t **aligned;   /* starts on the grid, by zone; NULL: not made yet */
    uint64_t *set, *work; /* words + tail */
    struct arena *a;
};

struct ask ask_make(struct arena *a, const struct board *b, const struct panel *p);
bool ask_by_bits(const struct ask *q, size_t i); /* else only core/slots knows of this expert */
struct slots ask_first(struct ask *q, size_t i);
void ask_grid(struct ask *q, uint64_t *any); /* what anybody's starts may be, added to `any` */
/* Every start, no rule against it, into q->set; false: there is none. For ask_by_bits() alone. */
bool ask_all(struct ask *q, size_t i);

#endif
