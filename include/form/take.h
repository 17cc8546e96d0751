/*
 * Taking members out of the documents that our own database makes (revisions, messages). Null and
 * absent are the same: not for this viewer. A member of another type than asked, or out of range,
 * or a needed one that is absent marks `bad`; the caller looks once, at the end. Strings are copied
 * to the arena; they are valid UTF-8 without NUL.
 */
#ifndef FORM_TAKE_H
#define FORM_TAKE_H

#include "base/arena.h"
#include "base/clock.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct take {
    struct arena *arena;
    bool bad;
};

const char *take_str(struct take *t, const json_t *from, const char *key);  /* NULL where absent */
const char *take_need(struct take *t, const json_t *from, const char *key); /* "" when bad */
int64_t take_int(struct take *t, const json_t *from, const char *key, int64_t min,
                 int64_t max);                                             /* needed */
instant take_instant(struct take *t, const json_t *from, const char *key); /* needed; 1970-9999 */
const json_t *take_object(struct take *t, const json_t *from, const char *key); /* may be NULL */
const json_t *take_array(struct take *t, const json_t *from, const char *key);  /* may be NULL */

#endif
