/*
 * Inside work/ only: hands mails to the mail server through libcurl, outbox_parallel conversations
 * at once (talks.h). The callback comes exactly once per mail, from the loop, unless smtp_free()
 * comes first; that cuts what is under way within about a second.
 */
#ifndef WORK_SMTP_H
#define WORK_SMTP_H

#include "base/conf.h"
#include "talks.h"

#include <stddef.h>

enum { SMTP_TALK_MS = 60000 }; /* one conversation takes no longer */

struct smtp;

struct smtp *smtp_new(struct event_base *base, const struct conf *conf);
void smtp_free(struct smtp *s); /* accepts NULL */

/* from, to (checked addresses) and bytes must live until the callback, or smtp_free(). */
void smtp_send(struct smtp *s, const char *from, const char *to, const char *bytes, size_t len,
               talk_done_fn *done, void *ctx);

#endif
