/*
 * Replies that were made of the panel, kept as bytes: what they say is as good as new while the
 * change log has not grown and the minute is the same (starts and notice are whole minutes). Both
 * are known of every call when it comes to its own steps (flow/call.h), so nothing is asked for. A
 * reply is found by what was asked and the role that asked; the least recently used one goes.
 */
#ifndef WORK_REPLY_CACHE_H
#define WORK_REPLY_CACHE_H

#include "core/panel.h"
#include "flow/call.h"

enum { REPLIES_MAX = 64, REPLIES_BYTES_MAX = 2 << 20 };

struct reply_cache;

struct reply_cache *reply_cache_new(void);
void reply_cache_free(struct reply_cache *k); /* accepts NULL */

/* A step: replies with what is kept, or lets the next step make it. */
enum step reply_kept(struct call *c);

/* Replies with the body, and keeps it as of the panel. Takes the reference. */
enum step reply_keep(struct call *c, const struct panel *p, json_t *body);

#endif
