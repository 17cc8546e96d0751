/*
 * Inside work/ only: hands mails to the mail server through libcurl's multi interface on the event
 * loop. The callback comes exactly once per mail, from the loop, unless smtp_free() comes first.
 */
#ifndef WORK_SMTP_H
#define WORK_SMTP_H

#include "base/conf.h"

#include <stdbool.h>
#include <stddef.h>

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

/* bytes must live until the callback. from and to are checked addresses. */
void smtp_send(struct smtp *s, const char *from, const char *to, const char *bytes, size_t len,
               smtp_done_fn *done, void *ctx);

#endif
