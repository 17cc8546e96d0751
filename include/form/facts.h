/*
 * The facts of a revision as lines of text: a label and a value in two languages each. One table in
 * facts.c says which facts there are, in which order; a fact that this viewer may not see (or that
 * is not there) makes no line. Mails print them as a table, calendars in DESCRIPTION.
 */
#ifndef FORM_FACTS_H
#define FORM_FACTS_H

#include "base/buf.h"
#include "form/revision.h"

enum { FACTS_MAX = 16 };

struct fact {
    const char *label, *value; /* values are as people typed them: clean them where they go */
    bool brief;                /* fits a short text: when, how and where, no person's data */
};

/* Which seats are named: those that are live, or all with what became of them. */
enum facts_seats { SEATS_LIVE, SEATS_ALL };

/* Returns how many; their text lives in a. The time is not among them: see form/when. */
size_t facts_of(struct arena *a, const struct revision *r, enum facts_seats seats, enum lang lang,
                struct fact ret[FACTS_MAX]);

/* "심층자문(세무) 가나다정밀": what a calendar or a subject line calls the appointment. */
void facts_title(struct buf *out, const struct revision *r, enum lang lang);

#endif
