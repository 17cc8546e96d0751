/* Shared by the parts of live only: tail.c (the reader and what it keeps), live.c (the streams),
 * live_replay.c (those that are far behind). */
#ifndef FLOW_LIVE_IN_H
#define FLOW_LIVE_IN_H

#include "base/buf.h"
#include "base/id.h"
#include "flow/live.h"
#include "flow/stream.h"

#include <sys/queue.h>

enum { ENTITY_TEXT = 41, ROLE_TEXT = 16, EVENT_MAX = 4 << 10, BATCH_MAX = 32 << 10 };

/* One row of the log as every stream gets it. */
struct change {
    int64_t version;
    unsigned roles; /* who may see it */
    char entity[ENTITY_TEXT];
    char *text; /* the event; owned */
    size_t len;
};

/* From row i of api.changes_since. */
unsigned change_roles(const struct rows *r, size_t i);
void change_print(const struct rows *r, size_t i, struct buf *out);

struct tail_conf {
    struct event_base *base;
    struct store *store;
    int64_t every_ms;
    size_t kept;
    void (*news)(void *ctx); /* there are newer ones */
    void (*anew)(void *ctx); /* the log is another one now */
    void *ctx;
};

struct tail *tail_new(const struct tail_conf *conf);
void tail_free(struct tail *t);
void tail_kick(struct tail *t);
bool tail_known(const struct tail *t); /* false: it has not read the log yet */
int64_t tail_newest(const struct tail *t);
int64_t tail_oldest(const struct tail *t); /* of those kept */
const struct change *tail_after(const struct tail *t,
                                int64_t version); /* kept, the next; or NULL */

/* What a follower waits for: it is in exactly one of these lists. */
enum waits {
    CALM,     /* news */
    BEHIND,   /* its turn */
    BUSY,     /* its client, to take what was sent */
    FAR,      /* a free place among those who are read to from the database */
    REPLAYED, /* the page that was asked for */
    WAITS
};

enum {
    HERE = -1,
    RELOAD = -2
}; /* positions: the newest, once it is known; the client must reload */

struct follower {
    TAILQ_ENTRY(follower) link;
    enum waits waits;
    struct live *live;
    struct stream *stream;
    struct ticket *replay;
    int64_t at;   /* its position */
    bool proven;  /* the log has that version */
    int64_t beat; /* when something was sent last, by clock_mono_ms() */
    unsigned role;
    char role_name[ROLE_TEXT];
    char entity[ENTITY_TEXT]; /* "": all */
    char token[ID_HASH_LEN + 1];
};
TAILQ_HEAD(followers, follower);

struct live {
    struct live_conf conf;
    struct tail *tail;
    struct followers lists[WAITS];
    struct event *pump, *tick;
    struct buf batch;
    struct ticket *recheck;
    int64_t recheck_at;
    uint64_t serial;
    size_t replaying; /* followers in REPLAYED */
    bool draining;
    struct live_stats stats;
};

/* live.c */
bool live_wants(const struct follower *k, unsigned roles, const char *entity);
void live_move(struct follower *k, enum waits to);
void live_settle(struct follower *k); /* sends the batch; k may be gone then */

/* live_replay.c */
void live_replay(struct live *l); /* asks for those who are FAR, as many as may be at once */
void live_replay_drop(struct follower *k);

#endif
