/* `jamund serve`: builds the app from the ground up, runs the loop, takes it down in reverse. */
#include "base/arena.h"
#include "base/log.h"
#include "carrier.h"
#include "dav_calendar.h"
#include "flow/flow.h"
#include "flow/live.h"
#include "templates.h"
#include "work/app.h"
#include "work/commands.h"
#include "work/feeds.h"
#include "work/imap.h"
#include "work/ladder.h"
#include "work/lmtp.h"
#include "work/outbox.h"
#include "work/panel_cache.h"
#include "work/planner.h"
#include "work/reply_cache.h"
#include "work/routes.h"
#include "work/secret.h"
#include "work/sweep.h"
#include "work/trace.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

enum { DRAIN_LOOK_MS = 50, DRAIN_MAX_MS = 20000 };

static void store_changed(void *ctx, const struct store *s);
static void wrote(void *app);
static void news(void *app);
static bool open_store(struct app *app);
static struct live *make_live(struct app *app);
static bool open_doors(struct app *app);
static void run(struct app *app);
static void take_down(struct app *app);

int cli_serve(struct conf *c, int argc, char **argv)
{
    char why[CONF_WHY];
    struct app app = {.conf = c};
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    if (secret_key_read(conf_str(c, CONF_secret_key_file), app.key, why) != OK) {
        fprintf(stderr, "jamund serve: %s\n", why);
        return CLI_FAILED;
    }
    app.arena = arena_new();
    app.texts = templates_load(c, app.arena);
    if (!app.texts) {
        arena_free(app.arena);
        return CLI_FAILED;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    app.base = event_base_new();
    app.replies = reply_cache_new();
    app.feeds = feed_cache_new((size_t)conf_int(c, CONF_feed_cache_max),
                               (size_t)conf_int(c, CONF_feed_cache_bytes));
    app.dav = dav_calendars_new(DAV_CALENDARS_MAX, DAV_CALENDARS_BYTES);
    app.feed_texts = feed_texts_new(FEED_TEXTS_BYTES);
    bool up = open_store(&app) && open_doors(&app);
    if (up)
        run(&app);
    take_down(&app);
    return up ? 0 : CLI_FAILED;
}

static bool open_store(struct app *app)
{
    const struct conf *c = app->conf;
    struct store_conf s = {
        .conninfo = conf_str(c, CONF_database),
        .read_conns = (int)conf_int(c, CONF_read_conns),
        .read_depth = (int)conf_int(c, CONF_read_depth),
        .read_timeout_ms = (int)conf_int(c, CONF_read_timeout),
        .write_conns = (int)conf_int(c, CONF_write_conns),
        .write_timeout_ms = (int)conf_int(c, CONF_write_timeout),
        .long_conns = (int)conf_int(c, CONF_long_conns),
        .queue_max = (int)conf_int(c, CONF_queue_max),
        .changed = store_changed,
        .ctx = app,
    };
    if (store_open(app->base, &s, &app->store) != OK)
        return false;
    app->feed_watch =
        feed_watch_new(app->store, app->feeds, app->dav, conf_int(c, CONF_feed_fresh));
    app->feed_seen = feed_seen_new(app);
    app->panel = panel_cache_new(app);
    app->hooks = outbox_new(app, &hook_carrier);
    app->calendars = outbox_new(app, &calendar_carrier);
    app->outbox = outbox_new(app, &mail_carrier);
    app->ladder = ladder_new(app);
    app->planner = planner_new(app);
    app->sweep = sweep_new(app);
    app->trace = trace_new(app);
    app->live = make_live(app);
    return true;
}

static struct live *make_live(struct app *app)
{
    const struct conf *c = app->conf;
    return live_new(&(struct live_conf){
        .base = app->base,
        .store = app->store,
        .every_ms = conf_int(c, CONF_changes_every),
        .heartbeat_ms = conf_int(c, CONF_changes_heartbeat),
        .recheck_ms = conf_int(c, CONF_changes_recheck),
        .replay_max = conf_int(c, CONF_changes_replay_max),
        .kept = (size_t)conf_int(c, CONF_changes_kept),
        .streams_max = (size_t)conf_int(c, CONF_changes_streams_max),
        .news = news,
        .ctx = app,
    });
}

static void store_changed(void *ctx, const struct store *s)
{
    struct app *app = ctx;
    if (store_problem(s))
        log_error("store.contract", F_STR("problem", store_problem(s)));
    else if (store_ready(s) != app->ready)
        log_info("store.changed", F_INT("ready", store_ready(s)));
    app->ready = store_ready(s);
    live_kick(app->live);
    panel_cache_kick(app->panel);
    if (!app->ready && app->feed_watch) {
        feed_watch_lost(app->feed_watch);
        feed_texts_clear(app->feed_texts);
    }
}

static struct flow *make_flow(struct app *app, const struct route *rows, size_t n,
                              const struct route *any, size_t any_count)
{
    struct flow_conf f = {
        .base = app->base,
        .store = app->store,
        .routes = rows,
        .route_count = n,
        .any = any,
        .any_count = any_count,
        .deadline_ms = conf_int(app->conf, CONF_call_deadline),
        .long_deadline_ms = conf_int(app->conf, CONF_long_deadline),
        .calls_max = (size_t)conf_int(app->conf, CONF_calls_max),
        .app = app,
        .read = trace_read,
        .replied = counts_replied,
        .wrote = wrote,
    };
    return flow_new(&f);
}

static void wrote(void *app)
{
    app_wrote(app);
}

void app_wrote(struct app *app)
{
    outbox_kick(app->outbox);
    outbox_kick(app->hooks);
    outbox_kick(app->calendars);
    ladder_kick(app->ladder);
    planner_kick(app->planner);
    live_kick(app->live);
    feed_watch_doubt(app->feed_watch);
}

static void news(void *arg)
{
    struct app *app = arg;
    panel_cache_kick(app->panel);
    feed_watch_doubt(app->feed_watch);
}

static bool open_doors(struct app *app)
{
    const struct conf *c = app->conf;
    struct door_conf d = {
        .listen = conf_str(c, CONF_listen),
        .shared = conf_int(c, CONF_listen_shared) != 0,
        .head_max = (size_t)conf_int(c, CONF_head_max),
        .body_max = (size_t)conf_int(c, CONF_body_max),
        .head_deadline_ms = (int)conf_int(c, CONF_head_deadline),
        .body_deadline_ms = (int)conf_int(c, CONF_body_deadline),
        .write_deadline_ms = (int)conf_int(c, CONF_write_deadline),
        .idle_deadline_ms = (int)conf_int(c, CONF_idle_deadline),
        .conns_max = (int)conf_int(c, CONF_conns_max),
        .conns_per_address_max = (int)conf_int(c, CONF_conns_per_address_max),
    };
    app->flow = make_flow(app, routes, route_count, dav_routes, dav_route_count);
    app->admin_flow = make_flow(app, admin_routes, admin_route_count, NULL, 0);
    if (door_open(app->base, &d, flow_serve, app->flow, &app->door) != OK)
        return false;
    d.listen = conf_str(c, CONF_admin_listen);
    return door_open(app->base, &d, flow_serve, app->admin_flow, &app->admin_door) == OK &&
           lmtp_open(app, &app->lmtp) == OK && imap_open(app, &app->imap) == OK;
}

struct shutdown {
    struct app *app;
    struct event *wait; /* the load balancer's time to notice */
    struct event *look;
    int looks;
};

static void drain(struct app *app)
{
    app->draining = true;
    log_info("serve.drain", F_INT("calls", flow_calls(app->flow)));
    live_drain(app->live);
    door_drain(app->door);
    lmtp_drain(app->lmtp);
    imap_drain(app->imap);
    outbox_drain(app->outbox);
    outbox_drain(app->hooks);
    outbox_drain(app->calendars);
    ladder_drain(app->ladder);
    planner_drain(app->planner);
    trace_flush(app->trace);
    feed_seen_flush(app->feed_seen);
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    struct shutdown *s = arg;
    (void)fd;
    (void)what;
    bool over = ++s->looks * DRAIN_LOOK_MS >= DRAIN_MAX_MS;
    if (over ||
        (door_idle(s->app->door) && outbox_idle(s->app->outbox) && outbox_idle(s->app->hooks) &&
         lmtp_idle(s->app->lmtp) && imap_idle(s->app->imap) && outbox_idle(s->app->calendars) &&
         ladder_idle(s->app->ladder) && planner_idle(s->app->planner) && trace_idle(s->app->trace)))
        event_base_loopbreak(s->app->base);
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
    struct shutdown *s = arg;
    (void)fd;
    (void)what;
    if (s->app->leaving) { /* asked twice: at once */
        event_base_loopbreak(s->app->base);
        return;
    }
    int64_t ms = conf_int(s->app->conf, CONF_drain_wait);
    s->app->leaving = true; /* not ready from now on, and serving still */
    log_info("serve.leave", F_INT("drain_in_ms", ms));
    event_add(s->wait, &(struct timeval){ms / 1000, ms % 1000 * 1000});
}

static void on_waited(evutil_socket_t fd, short what, void *arg)
{
    struct shutdown *s = arg;
    (void)fd;
    (void)what;
    drain(s->app);
    event_add(s->look, &(struct timeval){0, DRAIN_LOOK_MS * 1000});
}

/* Heard while the loop runs, and ignored after it: an end that has begun is not cut short. libevent
 * gives back what it finds; none is lost while that changes. */
static void hear(struct event *term, struct event *intr)
{
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGTERM);
    sigaddset(&both, SIGINT);
    sigprocmask(SIG_BLOCK, &both, NULL);
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    event_add(term, NULL);
    event_add(intr, NULL);
    sigprocmask(SIG_UNBLOCK, &both, NULL);
}

static void run(struct app *app)
{
    struct shutdown s = {.app = app};
    s.wait = evtimer_new(app->base, on_waited, &s);
    s.look = event_new(app->base, -1, EV_PERSIST, on_look, &s);
    struct event *term = evsignal_new(app->base, SIGTERM, on_signal, &s);
    struct event *intr = evsignal_new(app->base, SIGINT, on_signal, &s);
    hear(term, intr);
    log_info("serve.up", F_STR("listen", conf_str(app->conf, CONF_listen)),
             F_INT("port", door_port(app->door)), F_INT("admin_port", door_port(app->admin_door)));
    event_base_dispatch(app->base);
    log_info("serve.down", F_INT("calls_cut", flow_calls(app->flow)));
    event_free(intr);
    event_free(term);
    event_free(s.look);
    event_free(s.wait);
}

static void take_down(struct app *app)
{
    imap_close(app->imap);
    lmtp_close(app->lmtp);
    door_close(app->admin_door);
    door_close(app->door);
    flow_free(app->admin_flow);
    flow_free(app->flow);
    live_free(app->live);
    app->live = NULL; /* the store may still say that it changed */
    trace_free(app->trace);
    sweep_free(app->sweep);
    planner_free(app->planner);
    ladder_free(app->ladder);
    outbox_free(app->outbox);
    outbox_free(app->hooks);
    outbox_free(app->calendars);
    panel_cache_free(app->panel);
    app->panel = NULL; /* as above */
    feed_seen_free(app->feed_seen);
    feed_watch_free(app->feed_watch);
    app->feed_watch = NULL; /* as above */
    store_close(app->store);
    feed_texts_free(app->feed_texts);
    dav_calendars_free(app->dav);
    feed_cache_free(app->feeds);
    reply_cache_free(app->replies);
    event_base_free(app->base);
    arena_free(app->arena);
}
