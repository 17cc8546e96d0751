#include "work/trace.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "flow/route.h"
#include "work/app.h"

#include <event2/event.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct trace {
    struct app *app;
    struct event *timer;
    struct ticket *ticket;
    json_t *waiting, *sent; /* sent: the batch under way, NULL if none */
    json_t *seen;           /* who read what in this second */
    instant second;
};

static void on_timer(evutil_socket_t fd, short what, void *trace);
static void written(void *trace, const struct answer *a);

struct trace *trace_new(struct app *app)
{
    struct trace *t = calloc(1, sizeof *t);
    if (!t)
        fatal("out of memory");
    t->app = app;
    t->waiting = json_array();
    t->seen = json_object();
    t->timer = event_new(app->base, -1, EV_PERSIST, on_timer, t);
    if (!t->timer || event_add(t->timer, &(struct timeval){TRACE_MS / 1000, 0}) != 0)
        fatal("no timer");
    return t;
}

void trace_free(struct trace *t)
{
    if (!t)
        return;
    size_t lost = json_array_size(t->waiting) + json_array_size(t->sent);
    if (lost)
        log_error("trace.lost", F_INT("reads", lost));
    ticket_drop(t->ticket);
    event_free(t->timer);
    json_decref(t->waiting);
    json_decref(t->sent);
    json_decref(t->seen);
    free(t);
}

/* What was read: the thing's id, or the hash of the secret that opened it. */
static const char *subject_of(struct call *c, char hash[ID_HASH_LEN + 1])
{
    const char *token = call_path(c, "token"), *id = call_path(c, "id");
    if (!call_role(c) && call_secret(c))
        return call_secret(c);
    if (!token)
        return id ? id : "";
    id_hash(token, strlen(token), hash);
    return hash;
}

/* The actor has one role, so that need not be compared. */
static bool seen_already(struct trace *t, struct call *c, const char *subject)
{
    const char *who = call_actor(c) ? call_actor(c) : "";
    const char *read = arena_printf(call_arena(c), "%s %s %s", who, call_route(c)->path, subject);
    instant now = clock_now();
    if (now != t->second)
        json_object_clear(t->seen);
    t->second = now;
    if (json_object_get(t->seen, read))
        return true;
    json_object_set_new(t->seen, read, json_true());
    return false;
}

bool trace_read(void *app, struct call *c)
{
    struct trace *t = ((struct app *)app)->trace;
    char hash[ID_HASH_LEN + 1];
    const char *subject = subject_of(c, hash);
    if (json_array_size(t->waiting) >= TRACE_MAX)
        return false;
    if (seen_already(t, c, subject))
        return true;
    json_array_append_new(t->waiting, json_pack("{s:I, s:s?, s:s, s:s, s:s}", "at",
                                                (json_int_t)t->second, "actor", call_actor(c),
                                                "role", call_role(c) ? call_role(c) : "secret",
                                                "what", call_route(c)->path, "subject", subject));
    if (json_array_size(t->waiting) >= TRACE_BATCH)
        trace_flush(t);
    return true;
}

bool trace_idle(const struct trace *t)
{
    return !t->sent && json_array_size(t->waiting) == 0;
}

static void on_timer(evutil_socket_t fd, short what, void *trace)
{
    (void)fd;
    (void)what;
    trace_flush(trace);
}

void trace_flush(struct trace *t)
{
    if (t->sent || json_array_size(t->waiting) == 0)
        return;
    t->sent = t->waiting;
    t->waiting = json_array();
    char *text = json_dumps(t->sent, JSON_COMPACT);
    t->ticket = store_ask(t->app->store, ASK_reads_log, (const char *[]){text}, written, t);
    free(text);
}

/* A batch that was not taken goes back to the front. A write whose outcome is unknown may then
 * stand twice; a trace too many is better than one too few. */
static void written(void *trace, const struct answer *a)
{
    struct trace *t = trace;
    t->ticket = NULL;
    if (a->err != OK) {
        json_array_extend(t->sent, t->waiting);
        json_decref(t->waiting);
        t->waiting = t->sent;
    } else {
        json_decref(t->sent);
    }
    t->sent = NULL;
    if (a->err == OK && t->app->draining)
        trace_flush(t);
}
