#include "work/sweep.h"

#include "base/log.h"
#include "work/app.h"
#include "work/ladder.h"
#include "work/outbox.h"
#include "work/planner.h"

#include <event2/event.h>
#include <stdlib.h>

#define SWEEP_BATCH "100" /* rows in one transaction */

static void told_expired(struct sweep *s, long long n);
static void told_nudged(struct sweep *s, long long n);
static void told_reminded(struct sweep *s, long long n);
static void told_stale(struct sweep *s, long long n);
static void told_colliding(struct sweep *s, long long n);

/* What is looked after, one ask after the other. */
static const struct {
    enum ask ask;
    void (*done)(struct sweep *s, long long n); /* n of them; NULL: nobody need know */
    bool none_counts;                           /* also when there are none */
} duties[] = {
    {ASK_offers_expire, told_expired, false},
    {ASK_offers_nudge, told_nudged, false},
    {ASK_reminders_make, told_reminded, false},
    {ASK_keys_forget, NULL, false},
    {ASK_deliveries_forget, NULL, false},
    {ASK_replies_forget, NULL, false},
    {ASK_calendars_age, NULL, false},
    {ASK_calendars_stale, told_stale, true},
    {ASK_calendars_colliding, told_colliding, true},
};
enum { DUTIES = sizeof duties / sizeof *duties };

struct sweep {
    struct app *app;
    struct event *timer;
    struct ticket *ticket;
    size_t duty; /* the one under way */
};

static void look(evutil_socket_t fd, short what, void *arg);
static void next_duty(struct sweep *s);
static void done(void *arg, const struct answer *a);

struct sweep *sweep_new(struct app *app)
{
    struct sweep *s = calloc(1, sizeof *s);
    int64_t ms = conf_int(app->conf, CONF_sweep_every);
    if (!s)
        fatal("out of memory");
    s->app = app;
    s->timer = event_new(app->base, -1, EV_PERSIST, look, s);
    if (!s->timer || event_add(s->timer, &(struct timeval){ms / 1000, (ms % 1000) * 1000}) != 0)
        fatal("no timer");
    return s;
}

void sweep_free(struct sweep *s)
{
    if (!s)
        return;
    ticket_drop(s->ticket);
    event_free(s->timer);
    free(s);
}

static void look(evutil_socket_t fd, short what, void *arg)
{
    struct sweep *s = arg;
    (void)fd;
    (void)what;
    outbox_kick(s->app->outbox);
    outbox_kick(s->app->hooks);
    outbox_kick(s->app->calendars);
    ladder_kick(s->app->ladder);
    planner_kick(s->app->planner);
    if (s->ticket || s->app->draining)
        return;
    s->duty = 0;
    next_duty(s);
}

static void next_duty(struct sweep *s)
{
    s->ticket =
        store_ask(s->app->store, duties[s->duty].ask, (const char *[]){SWEEP_BATCH}, done, s);
}

/* What fails may be one row's fault: the other duties do not wait for it. */
static void done(void *arg, const struct answer *a)
{
    struct sweep *s = arg;
    s->ticket = NULL;
    if (a->err != OK)
        log_warn("sweep.failed", F_STR("duty", ask_rows[duties[s->duty].ask].name),
                 F_STR("error", err_row(a->err)->code));
    if (a->err == ERR_UNAVAILABLE)
        return;
    long long n = a->err == OK ? strtoll(rows_value(a->rows), NULL, 10) : 0;
    if (a->err == OK && (n > 0 || duties[s->duty].none_counts) && duties[s->duty].done)
        duties[s->duty].done(s, n);
    if (++s->duty < DUTIES && !s->app->draining)
        next_duty(s);
}

static void told_expired(struct sweep *s, long long n)
{
    log_info("sweep.expired", F_INT("offers", n));
    outbox_kick(s->app->outbox);
    ladder_kick(s->app->ladder);
}

static void told_nudged(struct sweep *s, long long n)
{
    log_info("sweep.nudged", F_INT("offers", n));
    outbox_kick(s->app->outbox);
}

static void told_reminded(struct sweep *s, long long n)
{
    log_info("sweep.reminded", F_INT("mails", n));
    outbox_kick(s->app->outbox);
}

static void told_stale(struct sweep *s, long long n)
{
    s->app->counts.of[COUNT_calendars_stale] = (uint64_t)n;
}

static void told_colliding(struct sweep *s, long long n)
{
    s->app->counts.of[COUNT_calendars_colliding] = (uint64_t)n;
}
