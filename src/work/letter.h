/*
 * Inside work/ only: one message that came in, on its way to api.mail_take(). It is never parsed
 * here: a child reads it (reader/mail.h); what that says goes on to the database as it is.
 */
#ifndef WORK_LETTER_H
#define WORK_LETTER_H

#include "base/buf.h"
#include "work/worker.h"

enum letter_end {
    LETTER_READ,  /* doc is what the reader said */
    LETTER_BAD,   /* no mail, or one that takes too much to read: never to be tried again */
    LETTER_LATER, /* no child just now, or it was too slow or broke: the load's fault, maybe */
};

/* doc: one line of JSON, NUL-terminated, gone after the callback; NULL unless READ. */
typedef void letter_fn(void *ctx, enum letter_end end, const char *doc);

struct letter;

/* Calls back exactly once, from the loop; bytes are borrowed until then. NULL: no child. */
struct letter *letter_read(struct event_base *base, const char *bytes, size_t len, letter_fn *fn,
                           void *ctx);
void letter_drop(struct letter *l); /* no callback; accepts NULL */

/* The first argument of api.mail_take(), malloc'd; NULL: an address is not UTF-8. via: "lmtp",
 * "deliver", "imap". from: the return path, to: the recipient, as the envelope had them; NULL: not
 * known. */
char *letter_env(const char *via, const char *from, const char *to, const char *bytes, size_t len);

/* What api.mail_take() answered of a mail that will never be taken: what it says breaks a rule of
 * the data (SQLSTATE classes 22 and 23), and does so again each time. */
bool letter_is_refused(enum err err);

#endif
