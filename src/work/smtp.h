/*
 * Inside work/ only: hands mails to the mail server through libcurl, on a thread per conversation,
 * outbox_parallel of them. The callback comes exactly once per mail, from the loop, unless
 * smtp_free() comes first; that cuts what is under way within about a second.
 */
#ifndef WORK_SMTP_H
#define WORK_SMTP_H

#include "base/conf.h"

#include <stdbool.h>
#include <stddef.h>

enum { SMTP_TALK_MS = 60000 }; /* one conversation takes no longer */

struct event_base;
struct smtp;

struct smtp_result {
    bool ok;
    bool permanent;  /* refused for good: trying again changes nothing */
    const char *why; /* "550: …", gone after the callback */
};
typedef void smtp_done_fn(void *ctx, const struct smtp_result *r);

struct smtp *smtp_new(struct event_base *base, const struct conf *conf);
void smtp_free(struct smtp *s); /* accepts NULL */

/* from, to (checked addresses) and bytes must live until the callback, or smtp_free(). */
void smtp_send(struct smtp *s, const char *from, const char *to, const char *bytes, size_t len,
               smtp_done_fn *done, void *ctx);

#endif
