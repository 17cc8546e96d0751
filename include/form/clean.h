/*
 * Text that people typed, on its way out. Whatever the place (calendar, mail, page), these never
 * pass: control characters, Unicode's own line and paragraph separators, and the marks that turn
 * the direction of writing round (a name could then read as another one). A run of blanks longer
 * than CLEAN_BLANKS_MAX is cut, so that a calendar line can always be folded behind a character.
 * Input is valid UTF-8, NUL-terminated; NULL writes nothing.
 */
#ifndef FORM_CLEAN_H
#define FORM_CLEAN_H

#include "base/buf.h"

enum { CLEAN_BLANKS_MAX = 32 };

void clean_line(struct buf *out, const char *s);  /* one line, single blanks, none at its ends */
void clean_block(struct buf *out, const char *s); /* breaks of any kind become '\n' */
void clean_html(struct buf *out, const char *s);  /* as clean_block, escaped, breaks as <br> */

#endif
