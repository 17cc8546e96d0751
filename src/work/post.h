/*
 * Inside work/ only: one POST to somebody else's endpoint, webhook_parallel at once (talks.h). Only
 * addresses that base/net allows are connected; redirects are not followed; the answer's body is
 * read up to a limit and dropped; webhook_timeout ends it. 2xx is ok, 410 is gone, everything else
 * may change.
 *
 * Threads and not libcurl's multi interface: 7.88 waits in place for its own resolver's thread when
 * a transfer ends while a name is being looked up, so a dead name server would stop the loop.
 */
#ifndef WORK_POST_H
#define WORK_POST_H

#include "base/conf.h"
#include "base/net.h"
#include "talks.h"

#include <stddef.h>

enum { POST_HEADERS_MAX = 8, POST_ANSWER_MAX = 64 * 1024 };

struct post;

struct post *post_new(struct event_base *base, const struct conf *conf);
void post_free(struct post *p); /* accepts NULL */

/* url, headers ("name: value", ends with NULL) and body must live until the callback. */
void post_send(struct post *p, const char *url, const char *const headers[], const char *body,
               size_t len, talk_done_fn *done, void *ctx);

#endif
