#include "rig.h"

#include "base/log.h"
#include "fake_pq.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

enum { TURNS_MAX = 2000, SETTLED = 12 };

struct rig rig;

static const struct ask_row asks[RIG_ASKS] = {
    [LOOK] = {"look", "text", LANE_READ, CARD_ONE},
    [LOOK_MAYBE] = {"look_maybe", "text", LANE_READ, CARD_MAYBE},
    [LOOK_MANY] = {"look_many", "text", LANE_READ, CARD_MANY},
    [LOOK_NONE] = {"look_none", "text", LANE_READ, CARD_NONE},
    [CHANGE] = {"change", "text", LANE_WRITE, CARD_ONE},
    [EXPORT] = {"export", "text", LANE_LONG, CARD_MANY},
};

static void note_change(void *ctx, const struct store *s)
{
    (void)s;
    ++*(int *)ctx;
}

int rig_up(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    fake_reset();
    rig = (struct rig){.base = event_base_new()};
    rig.conf = (struct store_conf){.conninfo = "host=/nowhere dbname=fake",
                                   .read_conns = 1,
                                   .read_depth = 4,
                                   .write_conns = 1,
                                   .long_conns = 1,
                                   .queue_max = 4,
                                   .backoff_min_ms = 2,
                                   .backoff_max_ms = 4,
                                   .asks = asks,
                                   .ask_count = RIG_ASKS,
                                   .changed = note_change,
                                   .ctx = &rig.changes};
    return 0;
}

int rig_down(void **state)
{
    (void)state;
    store_close(rig.store);
    event_base_free(rig.base);
    return 0;
}

void rig_begin(void)
{
    if (store_open(rig.base, &rig.conf, &rig.store) != OK)
        fatal("the rig's store does not open");
}

static bool ready(void)
{
    return store_ready(rig.store) &&
           store_stats(rig.store, LANE_READ).ready == (size_t)rig.conf.read_conns &&
           store_stats(rig.store, LANE_WRITE).ready == (size_t)rig.conf.write_conns;
}

void rig_open(void)
{
    rig_begin();
    if (!rig_until(ready))
        fatal("the rig's store does not get ready");
}

void rig_settle(void)
{
    for (int i = 0; i < SETTLED; i++)
        event_base_loop(rig.base, EVLOOP_NONBLOCK);
}

bool rig_until(bool (*holds)(void))
{
    for (int i = 0; i < TURNS_MAX && !holds(); i++)
        event_base_loop(rig.base, EVLOOP_ONCE);
    return holds();
}

static void note_answer(void *ctx, const struct answer *a)
{
    struct note *n = ctx;
    n->calls++;
    n->err = a->err;
    snprintf(n->message, sizeof n->message, "%s", a->message);
    snprintf(n->constraint, sizeof n->constraint, "%s", a->constraint ? a->constraint : "");
    n->rows = a->rows ? rows_count(a->rows) : 0;
    if (n->rows)
        snprintf(n->name, sizeof n->name, "%s", rows_text(a->rows, 0, "name"));
    if (n->keep)
        n->kept = rows_keep(a->rows);
}

struct ticket *rig_ask(int ask, const char *arg, struct note *n)
{
    return store_ask(rig.store, (enum ask)ask, (const char *const[]){arg}, note_answer, n);
}

void rig_answer(const char *lane, int nth, int rows)
{
    int conn = fake_conn(lane, nth);
    fake_rows(conn, rows);
    fake_end(conn);
    fake_sync(conn);
    rig_settle();
}

void rig_fail(const char *lane, int nth, const char *state)
{
    int conn = fake_conn(lane, nth);
    fake_error(conn, state, "the server's words", "some_key");
    fake_end(conn);
    fake_sync(conn);
    rig_settle();
}
