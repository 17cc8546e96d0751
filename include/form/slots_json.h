/*
 * The starts at which somebody could serve: what is asked (GET /v1/slots in its query, as a request
 * without a company; how the answer is to be read, for that and for a request's own slots), and the
 * answer (SLOTS). What is wrong with a parameter is named by it: "/fields".
 *
 *   fields     tax:2,legal    a seat each: the field, and the lowest level (1 where none is said)
 *   windows    2026-06-04T00:00:00Z/2026-06-04T09:00:00Z,…   within SLOTS_DAYS days
 *   alignment  grid: on the office's grid of the expert's clock; packed: core/slots.h
 *   zone       in which starts are written; else the office's
 *   cursor     the last start of the page before
 */
#ifndef FORM_SLOTS_JSON_H
#define FORM_SLOTS_JSON_H

#include "core/board.h"
#include "form/shape.h"

enum {
    SLOTS_DAYS = BOARD_WEEKS * 7, /* a window ends within so many days */
    SLOTS_WINDOWS_MAX = 20,
    SLOTS_PAGE = 100, /* starts of a page, where the query does not say */
    SLOTS_PAGE_MAX = 1000,
    SLOTS_WHO_MAX = 50, /* listed of those who could take a seat; `count` says how many there are */
};

struct slots_page {
    bool packed;
    const struct zone *zone;
    size_t limit;
    instant after; /* starts later than this one; 0: all */
    bool who;      /* the reader may see who could come */
};

/* False: errors say what is wrong. */
bool slots_page_read(const json_t *query, const struct zone *office, struct slots_page *ret,
                     struct shape_errors *errors) MUST;
bool slots_request_read(struct arena *a, const json_t *query, instant now, struct request *ret,
                        struct shape_errors *errors) MUST;
/* Whether there are its fields and its district at all; NULL: nobody knows. */
bool slots_request_known(const struct request *r, const struct known_codes *c,
                         struct shape_errors *errors) MUST;

/* Leaves out of the request's windows what is before the page; and how many starts board_slots()
 * should find for it. */
void slots_page_cut(struct arena *a, struct panel *p, const struct slots_page *page);
size_t slots_wanted(const struct slots_page *page);
json_t *slots_json(const struct panel *p, const struct board_slots *s,
                   const struct slots_page *page); /* a new reference */

#endif
