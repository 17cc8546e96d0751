#include "work/reading.h"

#include "base/arena.h"
#include "form/json.h"
#include "form/shape.h"
#include "work/app.h"
#include "work/worker.h"

#include <event2/event.h>
#include <stdlib.h>

struct reading {
    struct call *call; /* NULL: a command's */
    struct app *app;
    struct worker *worker;
    json_t *doc;
};

static void on_line(void *reading, const char *line, size_t len)
{
    struct reading *r = reading;
    json_decref(r->doc);
    r->doc = json_loadb(line, len, 0, NULL);
}

static void on_done(void *reading, enum worker_end end)
{
    struct reading *r = reading;
    r->worker = NULL;
    if (end != WORKER_DONE) {
        json_decref(r->doc);
        r->doc = NULL;
    }
    if (r->call) {
        r->app->readings--;
        call_go_on(r->call);
    }
}

static enum err start(struct event_base *base, const char *task, const char *bytes, size_t len,
                      struct reading *r)
{
    struct worker_task t = {.name = task,
                            .foreign = true,
                            .input = bytes,
                            .len = len,
                            .wall_ms = READING_MS,
                            .cpu_seconds = READING_CPU_SECONDS,
                            .bytes = READING_BYTES,
                            .line = on_line,
                            .done = on_done,
                            .arg = r};
    return worker_start(base, &t, &r->worker);
}

static void leave(void *reading)
{
    struct reading *r = reading;
    if (r->worker)
        r->app->readings--;
    worker_stop(r->worker);
    json_decref(r->doc);
}

enum step reading_ask(struct call *c, const char *task)
{
    struct app *app = call_app(c);
    const struct http_request *q = call_request(c);
    if (app->readings >= READINGS_MAX)
        return call_fail(c, ERR_BUSY, NULL);
    struct reading *r = call_work_new(c, sizeof *r);
    *r = (struct reading){.call = c, .app = app};
    if (start(app->base, task, q->body, q->body_len, r) != OK)
        return call_fail(c, ERR_UNAVAILABLE, NULL);
    app->readings++;
    arena_hook(call_arena(c), leave, r);
    return STEP_WAIT;
}

const json_t *reading_doc(const struct call *c)
{
    const struct reading *r = call_work(c);
    return r->doc;
}

enum step reading_check(struct call *c)
{
    const json_t *doc = reading_doc(c);
    const char *word = json_string_value(json_object_get(doc, "error"));
    struct shape_errors errors = {.arena = call_arena(c)};
    if (doc && !word)
        return STEP_MORE;
    json_int_t line = json_integer_value(json_object_get(doc, "line"));
    shape_errors_add(&errors, arena_printf(call_arena(c), "/line/%" JSON_INTEGER_FORMAT, line),
                     "읽을 수 없는 캘린더입니다",
                     arena_printf(call_arena(c), "not a calendar that can be read: %s",
                                  word ? word : "too-much-work"));
    return call_fail_fields(c, ERR_INVALID, &errors);
}

json_t *reading_now(const char *task, const char *bytes, size_t len)
{
    struct reading r = {0};
    struct event_base *base = event_base_new();
    if (base && start(base, task, bytes, len, &r) == OK)
        event_base_dispatch(base);
    if (base)
        event_base_free(base);
    return r.doc;
}
