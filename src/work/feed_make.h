/* Inside work/ only: how a feed's bytes are made of what api.feed_fetch said. */
#ifndef WORK_FEED_MAKE_H
#define WORK_FEED_MAKE_H

#include "base/buf.h"
#include "base/clock.h"
#include "flow/call.h"

struct feed_event {
    const char *key; /* of its text: "appointment number viewer zone" */
    const char *appointment, *zone, *status;
    json_int_t number;
    instant start, end;
};

/* A feed's row as C has it; strings live as long as the call. */
struct feed_index {
    const char *id, *scope, *viewer, *name, *zone;
    instant modified, latest, since, horizon; /* latest: 0 where nothing is shown */
    size_t n;
    struct feed_event *events;
};

/* false: it is not what it should be. */
bool feed_index_take(struct call *c, const struct rows *rows, struct feed_index *ret);

/* [[appointment, number], …] of the events whose texts are not kept, at most n; a new reference. */
json_t *feed_texts_missing(struct call *c, const struct feed_index *index, size_t n);

/* Renders the revisions that api.feed_revisions gave, and keeps the texts. */
void feed_texts_render(struct call *c, const struct rows *rows, const struct feed_index *index);

/* The whole bytes, without the oldest events where they are too many; false: a text is missing. */
bool feed_join(struct call *c, const struct feed_index *index, struct buf *out);
void feed_busy_write(struct call *c, const struct feed_index *index, struct buf *out);

#endif
