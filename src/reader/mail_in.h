/* Inside the mail task only. */
#ifndef READER_MAIL_IN_H
#define READER_MAIL_IN_H

#include <gmime/gmime.h>
#include <jansson.h>
#include <stdbool.h>

/* The decoded bytes of a part, at most so many; NULL: more, or none. The caller unrefs. */
GByteArray *mail_bytes(GMimeObject *part, size_t most);

/* What a report says of a mail that did not arrive; NULL: it is no such report. */
json_t *mail_bounce(GMimeMessage *m);

/* Of a calendar by reader/object.h what include/reader/mail.h promises; a reference of its own.
 * events: those of the mail so far. */
json_t *mail_answers(json_t *calendar, size_t *events);

bool mail_is(GMimeObject *part, const char *type, const char *subtype);

/* A text as JSON, cut and made valid; null for NULL. */
json_t *mail_text(const char *s, size_t most);

#endif
