/*
 * One message of the outbox as a complete mail: RFC 5322 bytes, a pure function of the message, so
 * that a mail sent again is the same mail (same Message-ID, Date and boundaries). Korean and
 * English, the reader's language first, as text and as HTML, for exactly one recipient. What asks,
 * invites, takes back or declines a counter carries a calendar, in the form that makes mail clients
 * show their buttons:
 *     multipart/mixed
 *         multipart/alternative: text/plain, text/html, text/calendar; method=...
 *         application/ics: the same bytes as a file
 * Which mails there are: mail_kinds.def; their words: form/mail_texts.
 */
#ifndef FORM_MAIL_H
#define FORM_MAIL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "form/mail_texts.h"

#include <jansson.h>

enum { MAIL_MAX_BYTES = 2 << 20 }; /* a fit maximum for out */

struct mail_envelope {      /* strings live in the arena; addresses have passed address_valid() */
    const char *from, *to;  /* from: the message's reply_to: a bounce says whose mail it was */
    const char *message_id; /* without < > */
};

/* Adds the mail to out. ERR_INVALID: the message is not whole, or an address, link, partstat, kind
 * or thread in it is not acceptable (nothing is written then); ERR_TOO_LARGE: out was too small. */
MUST enum err mail_render(struct arena *a, const struct mail_texts *texts, const json_t *message,
                          struct buf *out, struct mail_envelope *ret);

/* The same message for a gateway that sends short texts (SMS, AlimTalk): a title line, and a text
 * that begins with it and says when, where, until when to answer, and the link; in Korean, and
 * without any person's data. Its reader may have no address. Both live in the arena. ERR_INVALID:
 * as above. */
MUST enum err mail_short(struct arena *a, const struct mail_texts *texts, const json_t *message,
                         const char **ret_title, const char **ret_text);

#endif
