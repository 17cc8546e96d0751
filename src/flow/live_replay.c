/* Followers whose position is older than what is kept in memory, or newer than this daemon has read
 * (another one told them): the database goes on with them, a page at a time. The page begins with
 * their own version; when it does not, the log has none such. */
#include "base/log.h"
#include "live_in.h"

#include <stdio.h>

enum { REPLAYS_MAX = 4, PAGE = 100, NUMBER_TEXT = 24 };

static void start(struct follower *k);
static void came(void *arg, const struct answer *a);
static void take(struct follower *k, const struct rows *r);

void live_replay(struct live *l)
{
    struct follower *k;
    while (l->replaying < REPLAYS_MAX && tail_known(l->tail) && (k = TAILQ_FIRST(&l->lists[FAR])))
        start(k);
}

static void start(struct follower *k)
{
    struct live *l = k->live;
    char after[NUMBER_TEXT], n[NUMBER_TEXT];
    snprintf(after, sizeof after, "%lld", (long long)(k->at > 0 ? k->at - 1 : 0));
    snprintf(n, sizeof n, "%d", PAGE + 1);
    l->replaying++;
    l->stats.replays++;
    live_move(k, REPLAYED);
    k->replay = store_ask(l->conf.store, ASK_changes_since, (const char *[]){after, n}, came, k);
}

/* After an error the next tick tries again. */
static void came(void *arg, const struct answer *a)
{
    struct follower *k = arg;
    struct live *l = k->live;
    k->replay = NULL;
    l->replaying--;
    if (a->err != OK) {
        live_move(k, FAR);
        return;
    }
    buf_reset(&l->batch);
    take(k, a->rows);
    live_settle(k);
    live_replay(l);
}

static void take(struct follower *k, const struct rows *r)
{
    struct buf *batch = &k->live->batch;
    size_t first = k->at > 0;
    if (first && (rows_count(r) == 0 || rows_int(r, 0, "version") != k->at)) {
        k->at = RELOAD;
        return;
    }
    k->proven = true;
    for (size_t i = first; i < rows_count(r); i++) {
        if (batch->len + EVENT_MAX > batch->max)
            return; /* the rest is asked for again */
        if (live_wants(k, change_roles(r, i), rows_text(r, i, "entity"))) {
            change_print(r, i, batch);
            k->live->stats.sent++;
        }
        k->at = rows_int(r, i, "version");
    }
}

void live_replay_drop(struct follower *k)
{
    if (!k->replay)
        return;
    ticket_drop(k->replay);
    k->replay = NULL;
    k->live->replaying--;
}
