#include "planner_in.h"

#include "base/log.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>

enum { KICK_MS = 100 };

static void on_timer(evutil_socket_t fd, short what, void *planner);
static void claimed(void *planner, const struct answer *a);
struct planner *planner_new(struct app *app)
{
    struct planner *p = calloc(1, sizeof *p);
    if (!p)
        fatal("out of memory");
    p->app = app;
    TAILQ_INIT(&p->jobs);
    p->timer = evtimer_new(app->base, on_timer, p);
    if (!p->timer)
        fatal("no timer");
    return p;
}

void planner_free(struct planner *p)
{
    if (!p)
        return;
    while (!TAILQ_EMPTY(&p->jobs))
        job_free(TAILQ_FIRST(&p->jobs));
    ticket_drop(p->claim);
    event_free(p->timer);
    free(p);
}

static size_t room(const struct planner *p)
{
    size_t most = (size_t)conf_int(p->app->conf, CONF_plan_parallel);
    return p->count < most ? most - p->count : 0;
}

void planner_kick(struct planner *p)
{
    if (p->draining)
        return;
    p->kicked = p->claim || room(p) == 0; /* looks again when a hand is free */
    if (!p->kicked && !evtimer_pending(p->timer, NULL))
        event_add(p->timer, &(struct timeval){0, KICK_MS * 1000});
}

bool planner_idle(const struct planner *p)
{
    return !p->claim && p->count == 0;
}

const struct planner_stats *planner_stats(const struct planner *p)
{
    return &p->stats;
}

static const char *lease_seconds(const struct planner *p, char text[24])
{
    snprintf(text, 24, "%" PRId64, conf_int(p->app->conf, CONF_plan_lease) / 1000);
    return text;
}

static void on_timer(evutil_socket_t fd, short what, void *planner)
{
    struct planner *p = planner;
    char n[24], lease[24];
    (void)fd;
    (void)what;
    if (p->claim || p->draining || room(p) == 0)
        return;
    snprintf(n, sizeof n, "%zu", room(p));
    p->claim = store_ask(p->app->store, ASK_plan_claim,
                         (const char *[]){n, lease_seconds(p, lease)}, claimed, p);
}

static void claimed(void *planner, const struct answer *a)
{
    struct planner *p = planner;
    p->claim = NULL;
    if (a->err != OK) {
        log_warn("planner.claim", F_STR("error", err_row(a->err)->code));
        return;
    }
    for (size_t i = 0; i < rows_count(a->rows); i++)
        job_start(p, a->rows, i);
    if (p->draining) /* they came too late */
        planner_drain(p);
    if (p->kicked)
        planner_kick(p);
}

void planner_drain(struct planner *p)
{
    struct job *j;
    p->draining = true;
    event_del(p->timer);
    TAILQ_FOREACH(j, &p->jobs, link)
    job_give_back(j);
}
