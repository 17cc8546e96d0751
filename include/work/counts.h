/*
 * What a daemon has counted for /metrics, beside what its parts count themselves: a row of
 * counts.def each, and CalDAV's replies by method and class of status.
 */
#ifndef WORK_COUNTS_H
#define WORK_COUNTS_H

#include "flow/call.h"
#include "form/http_head.h"

enum count {
#define COUNT(what, metric, label, value) COUNT_##what,
#include "work/counts.def"
#undef COUNT
    COUNTS
};

enum { STATUS_CLASSES = 6 };

struct counts {
    uint64_t of[COUNTS];
    uint64_t dav[HTTP_METHOD_COUNT][STATUS_CLASSES];
};

void counts_replied(void *app, const struct call *c, int status); /* as struct flow_conf has it */

/* states: as api.mail_take() says what became of a message's answers, separated by blanks. */
void counts_answers(struct counts *n, const char *states);

/* Each as one line: "jamund_feed_replies_total{status="304"} 7". */
struct buf;
void counts_print(struct buf *b, const struct counts *n);
void counts_line(struct buf *b, const char *metric, const char *label, const char *value,
                 uint64_t n); /* label may be NULL */

#endif
