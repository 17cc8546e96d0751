/* Pages as replies: neither kept nor scripted, whatever they say. */
#ifndef WORK_PAGE_REPLY_H
#define WORK_PAGE_REPLY_H

#include "base/buf.h"
#include "flow/call.h"

enum { PAGE_MAX = 256 * 1024 };

/* Writes a page from its facts. */
typedef enum err page_fn(struct buf *out, const json_t *facts);

enum step page_reply(struct call *c, page_fn *write, const json_t *facts);
enum step page_fail(struct call *c, enum err why); /* an error_fn: says it kindly, as a page */

#endif
