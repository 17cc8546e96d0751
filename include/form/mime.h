/*
 * Parts of a mail (RFC 5322, 2045, 2047), ASCII on the wire, every line ended by CR LF. Words that
 * people typed reach a header only inside encoded words or a quoted string, cleaned to one line, so
 * no CR LF can begin a header of its own. Addresses must have passed address_valid().
 */
#ifndef FORM_MIME_H
#define FORM_MIME_H

#include "base/buf.h"

/* "Name: text"; encoded words of <= 75, cut between characters, lines of <= 76. */
void mime_header(struct buf *out, const char *name, const char *text);

/* "Name: display <email>"; display may be NULL. */
void mime_mailbox(struct buf *out, const char *name, const char *display, const char *email);

void mime_base64(struct buf *out, const void *bytes, size_t len); /* lines of 76 */

/* Text with CR LF for every '\n', as the canonical form of a text part asks. */
void mime_crlf(struct buf *out, const char *text);

#endif
