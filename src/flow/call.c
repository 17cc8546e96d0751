#include "badge_in.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEP_MS = 500, CALLS_MAX = 4096 };

static void call_run(struct call *c);
static void call_gone(void *call);
static void call_answered(void *call, const struct answer *a);
static void on_timer(evutil_socket_t fd, short what, void *flow);

struct flow *flow_new(const struct flow_conf *conf)
{
    struct flow *f = calloc(1, sizeof *f);
    if (!f)
        fatal("out of memory");
    f->conf = *conf;
    if (f->conf.calls_max == 0)
        f->conf.calls_max = CALLS_MAX;
    TAILQ_INIT(&f->calls[0]);
    TAILQ_INIT(&f->calls[1]);
    f->badges = badges_new(conf->base, conf->store);
    f->timer = event_new(conf->base, -1, EV_PERSIST, on_timer, f);
    if (!f->timer || event_add(f->timer, &(struct timeval){0, SWEEP_MS * 1000}) != 0)
        fatal("no timer");
    return f;
}

void flow_free(struct flow *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < 2; i++)
        while (!TAILQ_EMPTY(&f->calls[i]))
            call_end(TAILQ_FIRST(&f->calls[i]));
    arena_free(f->spare);
    badges_free(f->badges);
    event_free(f->timer);
    free(f);
}

size_t flow_calls(const struct flow *f)
{
    return f->count;
}

static void call_due(struct call *c, struct calls *among, int64_t in_ms)
{
    if (c->among)
        TAILQ_REMOVE(c->among, c, link);
    c->among = among;
    c->deadline = clock_mono_ms() + in_ms;
    TAILQ_INSERT_TAIL(among, c, link);
}

static struct call *call_new(struct flow *f, struct exchange *x)
{
    struct arena *a = f->spare ? f->spare : arena_new();
    f->spare = NULL;
    struct call *c = arena_new_of(a, struct call);
    c->flow = f;
    c->arena = a;
    c->exchange = x;
    c->request = exchange_request(x);
    call_due(c, &f->calls[0], f->conf.deadline_ms);
    f->count++;
    exchange_on_gone(x, call_gone, c);
    return c;
}

void call_end(struct call *c)
{
    struct flow *f = c->flow;
    struct arena *a = c->arena;
    ticket_drop(c->ticket);
    TAILQ_REMOVE(c->among, c, link);
    f->count--;
    arena_reset(a); /* and with it the call */
    if (f->spare)
        arena_free(a);
    else
        f->spare = a;
}

static void call_gone(void *call)
{
    call_end(call);
}

void flow_serve(void *flow, struct exchange *x)
{
    struct flow *f = flow;
    struct call *c = call_new(f, x);
    if (f->count > f->conf.calls_max) {
        call_fail(c, ERR_BUSY, NULL);
        return;
    }
    c->match = route_find(c->arena, f->conf.routes, f->conf.route_count, c->request->method,
                          c->request->path);
    if (!c->match.route && !c->match.allow)
        c->match = route_find_any(c->arena, f->conf.any, f->conf.any_count, c->request->path);
    if (!c->match.route) {
        call_fail(c, c->match.allow ? ERR_METHOD : ERR_NOT_FOUND, NULL);
        return;
    }
    c->route = c->match.route;
    if (c->route->flags & ROUTE_LONG)
        call_due(c, &f->calls[1], f->conf.long_deadline_ms);
    c->next = gate_steps;
    c->in_prelude = true;
    call_run(c);
}

/* The only loop: runs steps until one waits or the call is over. */
static void call_run(struct call *c)
{
    for (;;) {
        if (c->in_prelude && !*c->next) {
            c->in_prelude = false;
            c->next = c->route->steps;
        }
        step_fn *step = *c->next++;
        assert(step); /* the last step of every route replies */
        if (step(c) != STEP_MORE)
            return;
    }
}

void call_again(struct call *c)
{
    c->next--;
}

void call_go_on(struct call *c)
{
    call_run(c);
}

enum step call_then(struct call *c, step_fn *const *steps)
{
    c->next = steps;
    return STEP_MORE;
}

void call_came_with(struct call *c, const char *hash)
{
    c->token = hash;
}

const char *call_secret(const struct call *c)
{
    return c->token;
}

enum step call_ask(struct call *c, enum ask ask, ...)
{
    const char *args[ASK_ARGS_MAX];
    size_t n = ask_args(&ask_rows[ask]);
    va_list ap;
    va_start(ap, ask);
    for (size_t i = 0; i < n; i++)
        args[i] = va_arg(ap, const char *);
    va_end(ap);
    c->is_write = ask_rows[ask].lane == LANE_WRITE;
    c->ticket = store_ask(c->flow->conf.store, ask, args, call_answered, c);
    return STEP_WAIT;
}

void call_on_error(struct call *c, error_fn *fn)
{
    c->on_error = fn;
}

static void call_answered(void *call, const struct answer *a)
{
    struct call *c = call;
    c->ticket = NULL;
    if (a->err != OK) {
        if (c->on_error)
            c->on_error(c, a->err);
        else
            call_answer_error(c, a);
        return;
    }
    if (c->is_write && c->flow->conf.wrote)
        c->flow->conf.wrote(c->flow->conf.app);
    c->rows = rows_keep(a->rows);
    arena_hook(c->arena, rows_hook, c->rows);
    call_run(c);
}

static void on_timer(evutil_socket_t fd, short what, void *flow)
{
    (void)fd;
    (void)what;
    flow_sweep(flow);
}

static void end_overdue(struct calls *among)
{
    int64_t now = clock_mono_ms();
    struct call *c;
    while ((c = TAILQ_FIRST(among)) && c->deadline <= now) {
        if (c->on_error)
            c->on_error(c, ERR_DEADLINE);
        else
            call_fail(c, ERR_DEADLINE, NULL);
    }
}

void flow_sweep(struct flow *f)
{
    end_overdue(&f->calls[0]);
    end_overdue(&f->calls[1]);
}

struct arena *call_arena(struct call *c)
{
    return c->arena;
}

void *call_app(struct call *c)
{
    return c->flow->conf.app;
}

const struct route *call_route(const struct call *c)
{
    return c->route;
}

const char *call_actor(const struct call *c)
{
    return c->actor;
}

const char *call_role(const struct call *c)
{
    return c->role;
}

int64_t call_version(const struct call *c)
{
    return c->version;
}

int64_t call_now(const struct call *c)
{
    return c->now;
}

const struct http_request *call_request(const struct call *c)
{
    return c->request;
}

const char *call_path(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->match.param_count; i++)
        if (strcmp(c->match.params[i].name, name) == 0)
            return c->match.params[i].value;
    return NULL;
}

const json_t *call_body(const struct call *c)
{
    return c->body;
}

const json_t *call_query(const struct call *c)
{
    return c->query;
}

const struct rows *call_rows(const struct call *c)
{
    return c->rows;
}

void *call_work_new(struct call *c, size_t size)
{
    return c->work = arena_alloc(c->arena, size);
}

void *call_work(const struct call *c)
{
    return c->work;
}
