/*
 * Inside work/ only: one GET of somebody else's file, on a thread (talks.h), as polite and as wary
 * as it can be: conditional, by the name that the settings give, through at most FETCH_HOPS_MAX
 * redirects of which each goes by https to an address that base/net allows (http where this
 * machine is allowed), in calendar_timeout, and of at most FETCH_BYTES_MAX, unpacked.
 */
#ifndef WORK_FETCH_H
#define WORK_FETCH_H

#include "base/buf.h"
#include "base/conf.h"

enum { FETCH_BYTES_MAX = 5 << 20, FETCH_HOPS_MAX = 5, FETCH_MARK_MAX = 500, FETCH_WHY_MAX = 32 };

struct event_base;
struct fetch;

struct fetch_result {
    const char *why; /* a word; NULL: it is here */
    bool same;       /* 304 */
    struct buf *body;
    const char *etag, *last_modified; /* "" for none */
};
typedef void fetch_done_fn(void *ctx, const struct fetch_result *r); /* on the loop */

struct fetch *fetch_new(struct event_base *base, const struct conf *conf);
void fetch_free(struct fetch *f); /* cuts what is under way: no callback any more; accepts NULL */

/* url, etag and last_modified ("" for none) must live until the callback. */
void fetch_get(struct fetch *f, const char *url, const char *etag, const char *last_modified,
               fetch_done_fn *done, void *ctx);

/* The same for a command, which waits: the body is put into the buffer. false: why is a word. */
bool fetch_now(const struct conf *conf, const char *url, struct buf *into,
               char ret_why[FETCH_WHY_MAX]);

#endif
