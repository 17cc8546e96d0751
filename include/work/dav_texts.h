/*
 * Calendar objects as they were rendered, by a key that names all that their bytes depend on, so
 * that none is ever stale. The least recently used one goes when there are too many.
 */
#ifndef WORK_DAV_TEXTS_H
#define WORK_DAV_TEXTS_H

#include "base/arena.h"

enum { DAV_TEXTS_MAX = 20000, DAV_KEY_MAX = 160 };

struct dav_texts;

struct dav_texts *dav_texts_new(size_t max);
void dav_texts_free(struct dav_texts *t); /* accepts NULL */

/* A copy in the arena, or NULL. */
const char *dav_texts_get(struct dav_texts *t, const char *key, struct arena *a, size_t *ret_len);
void dav_texts_put(struct dav_texts *t, const char *key, const char *bytes, size_t len);

#endif
