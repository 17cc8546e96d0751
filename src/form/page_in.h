/* What the pages share: words in two languages, moments on a wall clock, rows of facts. Each json_t
 * is a new reference. */
#ifndef FORM_PAGE_IN_H
#define FORM_PAGE_IN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOMENT_BYTES = 64 };

struct both {
    const char *ko, *en;
};

enum { PAGE_WEEKDAYS = 7 };

struct page_weekday {
    const char *key; /* as the API says it */
    struct both label;
};

extern const struct page_weekday page_weekdays[PAGE_WEEKDAYS]; /* from Monday on */

/* A fact of a revision: where it stands. */
struct page_fact {
    struct both label;
    const char *ko, *en; /* paths in the revision; en may be NULL */
    bool live;           /* only while the reader may have to be there */
};

struct page_notice {
    const char *notice;
    struct both text;
};

struct page_state {
    const char *state, *tone;
    bool live; /* the details are shown */
    struct both title, text;
};

json_t *page_both(struct both t);
const char *page_text(const json_t *v, const char *path); /* at a.b.c; NULL: none, or empty */
json_t *page_row(struct both label, const char *value, const char *value_en);
json_t *page_url_row(struct both label, const char *url);
json_t *page_moment_row(struct both label, int64_t t, int offset);

/* "2026년 12월 1일 (화) 14:00" and "Tue 1 Dec 2026, 14:00": the wall clock at that offset. */
void page_moment(int64_t t, int offset, char ko[MOMENT_BYTES], char en[MOMENT_BYTES]);
json_t *page_other_weeks(const json_t *rules); /* the sentences of weekly rules with a breadth */
struct both page_mode(const json_t *revision); /* NULLs: an unknown one */
int page_offset(const json_t *facts);          /* minutes; of Korea where it is not said */

/* The rows of a revision: when, how, where, then the n facts; nothing is said twice. facts[0] is
 * the place. */
json_t *page_rows(const json_t *revision, int offset, const struct page_fact *facts, size_t n,
                  bool live);

json_t *page_notice(const json_t *facts, const struct page_notice *notices, size_t n);
const struct page_state *page_state(const json_t *facts, const struct page_state *states,
                                    size_t n); /* the last one for an unknown one */
json_t *page_owner(const json_t *revision);
const char *page_office(const json_t *facts);

#endif
