/*
 * iCalendar content lines (RFC 5545 3.1), the only place that escapes and folds. An own writer, not
 * libical's: a revision must render to the same bytes also after a library upgrade, and Debian's
 * libical prints URIs raw, leaves ^ in CN and commas in X- properties as they are, and folds behind
 * blanks, which mail paths may strip. (Foreign calendars are read by reader/scan.)
 * Lines end in CR LF, hold at most 75 octets, are never cut inside a character, never end in a
 * blank.
 */
#ifndef FORM_ICAL_LINE_H
#define FORM_ICAL_LINE_H

#include "base/buf.h"

struct ical_line {
    struct buf *out;
    struct buf text; /* the line under work, unfolded */
};

void ical_line_init(struct ical_line *l, struct buf *out);
void ical_line_done(struct ical_line *l); /* frees; out->full is set if a line was too long */

void ical_line_raw(struct ical_line *l, const char *s);  /* ours, or past a strict grammar */
void ical_line_text(struct ical_line *l, const char *s); /* a TEXT value: cleaned, escaped */
void ical_line_quoted(struct ical_line *l,
                      const char *s);    /* a parameter value, RFC 6868; '/' for '\' */
void ical_line_end(struct ical_line *l); /* folds the line into out */

/* Whole lines: NAME:value; NULL or empty values write nothing. */
void ical_line_put(struct ical_line *l, const char *name, const char *raw);
void ical_line_put_text(struct ical_line *l, const char *name, const char *text);

#endif
