/* The admin listener: is it alive, may it get traffic, what has it done. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "flow/live.h"
#include "form/panel_json.h"
#include "work/app.h"
#include "work/imap.h"
#include "work/ladder.h"
#include "work/outbox.h"
#include "work/panel_cache.h"
#include "work/planner.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

enum { METRICS_MAX = 64 * 1024, FACTS_MAX = 4 << 20 };

static enum step say_live(struct call *c);
static enum step say_ready(struct call *c);
static enum step say_metrics(struct call *c);
static enum step panel_look(struct call *c);
static enum step say_panel(struct call *c);

step_fn *const admin_live[] = {say_live, NULL};
step_fn *const admin_ready[] = {say_ready, NULL};
step_fn *const admin_metrics[] = {say_metrics, NULL};
step_fn *const admin_panel[] = {panel_look, say_panel, NULL};

static enum step say(struct call *c, int status, const char *text, size_t len)
{
    static const struct http_field no_store = {"Cache-Control", "no-store"};
    struct http_reply r = {.status = status,
                           .type = "text/plain; charset=utf-8",
                           .body = text,
                           .body_len = len,
                           .fields = &no_store,
                           .field_count = 1};
    return call_reply(c, &r);
}

static enum step say_live(struct call *c)
{
    return say(c, 200, "ok\n", 3);
}

static enum step say_ready(struct call *c)
{
    const struct app *app = call_app(c);
    if (app->leaving || !store_ready(app->store))
        return call_fail(c, ERR_UNAVAILABLE, store_problem(app->store));
    return say(c, 200, "ready\n", 6);
}

static void count_door(struct buf *b, const struct door_stats *d)
{
    static const char *const classes[] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
    counts_line(b, "connections_total", NULL, NULL, d->accepted);
    counts_line(b, "connections_refused_total", NULL, NULL, d->refused);
    counts_line(b, "connections", NULL, NULL, (uint64_t)d->open);
    counts_line(b, "streams_slow_total", NULL, NULL, d->slow);
    counts_line(b, "requests_total", NULL, NULL, d->requests);
    counts_line(b, "requests_gone_total", NULL, NULL, d->gone);
    counts_line(b, "requests_bad_total", NULL, NULL, d->bad);
    for (size_t i = 2; i < sizeof classes / sizeof *classes; i++)
        counts_line(b, "replies_total", "class", classes[i], d->replies[i]);
}

static enum step say_metrics(struct call *c)
{
    const struct app *app = call_app(c);
    const struct outbox_stats *o = outbox_stats(app->outbox), *h = outbox_stats(app->hooks);
    const struct imap_stats *m = imap_stats(app->imap);
    const struct ladder_stats *l = ladder_stats(app->ladder);
    const struct planner_stats *plans = planner_stats(app->planner);
    const struct live_stats v = live_stats(app->live);
    const struct panel_stats p = panel_cache_stats(app->panel);
    struct buf b;
    buf_init(&b, METRICS_MAX);
    count_door(&b, door_stats(app->door));
    for (int i = 0; i < LANE_COUNT; i++) {
        struct lane_stats s = store_stats(app->store, (enum lane)i);
        const char *lane = ask_lane_name((enum lane)i);
        counts_line(&b, "asks_total", "lane", lane, s.asked);
        counts_line(&b, "asks_failed_total", "lane", lane, s.failed);
        counts_line(&b, "asks_queued", "lane", lane, s.queued);
        counts_line(&b, "store_reconnects_total", "lane", lane, s.reconnects);
        counts_line(&b, "store_connections", "lane", lane, s.ready);
    }
    counts_line(&b, "changes_streams", NULL, NULL, v.streams);
    counts_line(&b, "changes_sent_total", NULL, NULL, v.sent);
    counts_line(&b, "changes_resets_total", NULL, NULL, v.resets);
    counts_line(&b, "changes_replays_total", NULL, NULL, v.replays);
    counts_line(&b, "panel_asks", "look", "this", p.waiting);
    counts_line(&b, "panel_asks", "look", "next", p.next);
    counts_line(&b, "panel_experts", NULL, NULL, p.experts);
    counts_line(&b, "panel_version", NULL, NULL, (uint64_t)p.version);
    counts_line(&b, "panel_loads_total", NULL, NULL, p.loads);
    counts_line(&b, "panel_looks_total", NULL, NULL, p.looks);
    counts_line(&b, "panel_reached_total", NULL, NULL, p.reached);
    counts_line(&b, "panel_unread", NULL, NULL, p.unread);
    counts_line(&b, "mails_sent_total", NULL, NULL, o->sent);
    counts_line(&b, "mails_failed_total", NULL, NULL, o->failed);
    counts_line(&b, "mails_dead_total", NULL, NULL, o->dead);
    counts_line(&b, "imap_rounds_total", NULL, NULL, m->rounds);
    counts_line(&b, "imap_rounds_failed_total", NULL, NULL, m->failed);
    counts_line(&b, "imap_taken_total", NULL, NULL, m->taken);
    counts_line(&b, "imap_flagged_total", NULL, NULL, m->flagged);
    counts_line(&b, "webhooks_delivered_total", NULL, NULL, h->sent);
    counts_line(&b, "webhooks_failed_total", NULL, NULL, h->failed);
    counts_line(&b, "webhooks_dead_total", NULL, NULL, h->dead);
    counts_line(&b, "ladder_offers_total", NULL, NULL, l->offered);
    counts_line(&b, "ladder_exhausted_total", NULL, NULL, l->exhausted);
    counts_line(&b, "ladder_stale_total", NULL, NULL, l->stale);
    counts_line(&b, "ladder_again_total", NULL, NULL, l->again);
    counts_line(&b, "plans_computed_total", NULL, NULL, plans->computed);
    counts_line(&b, "plans_failed_total", NULL, NULL, plans->failed);
    counts_line(&b, "plans_stale_total", NULL, NULL, plans->stale);
    counts_print(&b, &app->counts);
    const char *text = arena_strndup(call_arena(c), b.data, b.len);
    size_t len = b.len;
    buf_done(&b);
    return say(c, 200, text, len);
}

static enum step panel_look(struct call *c)
{
    return panel_call(c, NULL);
}

static int by_expert(const void *x, const void *y)
{
    const struct expert *const *p = x, *const *q = y;
    return strcmp((*p)->id, (*q)->id);
}

/* What is kept in memory, as of now: two daemons that say the same version on one day say the same
 * digest, however they came to it. */
static enum step say_panel(struct call *c)
{
    const struct panel *p = call_work(c);
    char digest[ID_HASH_LEN + 1];
    struct buf b;
    buf_init(&b, FACTS_MAX);
    const struct expert **by_id =
        arena_array(call_arena(c), const struct expert *, p->expert_count);
    for (size_t i = 0; i < p->expert_count; i++)
        by_id[i] = &p->experts[i];
    if (p->expert_count)
        qsort(by_id, p->expert_count, sizeof *by_id, by_expert);
    for (size_t i = 0; i < p->expert_count; i++) {
        panel_expert_print(&b, by_id[i]);
        id_hash(b.data, b.len, digest);
        buf_reset(&b);
        buf_printf(&b, "%s\n", digest);
    }
    const char *text = arena_printf(call_arena(c), "version %lld\nexperts %zu\ndigest %s",
                                    (long long)p->version, p->expert_count, b.data);
    buf_done(&b);
    return say(c, 200, text, strlen(text));
}
