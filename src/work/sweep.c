#include "work/sweep.h"

#include "base/log.h"
#include "work/app.h"
#include "work/outbox.h"

#include <event2/event.h>
#include <stdlib.h>

#define SWEEP_BATCH "100" /* offers expired in one transaction */

struct sweep {
    struct app *app;
    struct event *timer;
    struct ticket *ticket;
};

static void look(evutil_socket_t fd, short what, void *arg);
static void expired(void *arg, const struct answer *a);

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
    if (!s->ticket && !s->app->draining)
        s->ticket =
            store_ask(s->app->store, ASK_offers_expire, (const char *[]){SWEEP_BATCH}, expired, s);
}

static void expired(void *arg, const struct answer *a)
{
    struct sweep *s = arg;
    s->ticket = NULL;
    if (a->err != OK) {
        log_warn("sweep.failed", F_STR("error", err_row(a->err)->code));
        return;
    }
    long long n = strtoll(rows_value(a->rows), NULL, 10);
    if (n > 0) {
        log_info("sweep.expired", F_INT("offers", n));
        outbox_kick(s->app->outbox);
    }
}
