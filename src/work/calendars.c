/* Experts' own calendars: claimed as the outbox claims what leaves, fetched on a thread, read in
 * the reader, and of what it says the busy time goes to the database. Nothing of them is logged. */
#include "base/arena.h"
#include "base/log.h"
#include "calendar_secret.h"
#include "carrier.h"
#include "fetch.h"
#include "form/json.h"
#include "hooks.h"
#include "work/routes.h"
#include "work/worker.h"

#include <stdlib.h>
#include <string.h>

enum {
    READ_MS = 60000, /* of the wall clock, on a machine that has other work, too */
    READ_CPU_SECONDS = 3,
    READ_BYTES = 512 << 20,
    LEASE_SPARE_MS = 15000,
    TRIES_MAX = 1 << 30, /* a calendar is never given up */
};

static enum step check(struct call *c);
static enum step add(struct call *c);
static enum step reply(struct call *c);

step_fn *const calendar_add[] = {check, add, reply, NULL};

static const char *text(const json_t *of, const char *name)
{
    const char *s = json_string_value(json_object_get(of, name));
    return s ? s : "";
}

static enum step check(struct call *c)
{
    return check_url(c, CONF_calendar_networks);
}

/* The address itself goes nowhere from here. */
static enum step add(struct call *c)
{
    const struct app *app = call_app(c);
    const json_t *body = call_body(c), *label = json_object_get(body, "label");
    char id[ID_UUID_LEN + 1];
    id_random_uuid(id);
    json_t *extra =
        json_pack("{s:{s:O*}, s:o}", "body", "label", label, "calendar",
                  calendar_address_seal(app->key, call_arena(c), id, text(body, "url")));
    arena_hook(call_arena(c), json_hook, extra);
    return call_ask(c, ASK_calendar_add, call_who(c), call_args(c, extra));
}

static enum step reply(struct call *c)
{
    return call_reply_row(c, NULL);
}

struct calendars {
    struct app *app;
    struct fetch *fetch;
    struct reading *readings; /* under way */
};

/* One calendar between its claim and its mark. */
struct reading {
    struct calendars *of;
    struct reading *next;
    struct job *job;
    json_t *message;  /* the job's */
    const char *url;  /* as it is fetched */
    struct buf given; /* to the reader */
    json_t *answer;
    const char *etag, *last_modified;
    struct worker *worker;
    struct ticket *ticket;
};

static void open_address(struct reading *r);
static void sealed(void *reading, const struct answer *a);
static void fetch(struct reading *r);
static void fetched(void *reading, const struct fetch_result *r);
static void on_line(void *reading, const char *line, size_t len);
static void on_end(void *reading, enum worker_end end);
static void stored(void *reading, const struct answer *a);

static struct outbox_limits calendar_limits(const struct conf *c)
{
    return (struct outbox_limits){.most = conf_int(c, CONF_calendar_parallel),
                                  .lease_ms =
                                      conf_int(c, CONF_calendar_timeout) + READ_MS + LEASE_SPARE_MS,
                                  .attempts_max = TRIES_MAX,
                                  .backoff_ms = conf_int(c, CONF_calendar_backoff)};
}

static void *calendar_open(struct app *app)
{
    struct calendars *s = calloc(1, sizeof *s);
    if (!s)
        fatal("out of memory");
    s->app = app;
    s->fetch = fetch_new(app->base, app->conf);
    return s;
}

static void reading_free(struct reading *r)
{
    struct reading **at = &r->of->readings;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    worker_stop(r->worker);
    ticket_drop(r->ticket);
    json_decref(r->answer);
    buf_done(&r->given);
    free(r);
}

static void calendar_close(void *way)
{
    struct calendars *s = way;
    fetch_free(s->fetch);
    while (s->readings)
        reading_free(s->readings);
    free(s);
}

/* The end of it: the job is marked, the reading is gone. */
static void end(struct reading *r, const char *why)
{
    struct job *j = r->job;
    struct app *app = r->of->app;
    app->counts.of[why         ? COUNT_calendar_failed
                   : r->answer ? COUNT_calendar_read
                               : COUNT_calendar_unchanged]++;
    const struct talk_result result = {.ok = !why, .why = why};
    reading_free(r);
    job_done(j, &result);
}

static void calendar_carry(void *way, struct job *j, json_t *message)
{
    struct calendars *s = way;
    struct reading *r = calloc(1, sizeof *r);
    if (!r)
        fatal("out of memory");
    *r = (struct reading){.of = s, .next = s->readings, .job = j, .message = message};
    buf_init(&r->given, 2 * FETCH_BYTES_MAX);
    s->readings = r;
    open_address(r);
}

/* One from before addresses were sealed is sealed first. */
static void open_address(struct reading *r)
{
    const struct app *app = r->of->app;
    const struct job *j = r->job;
    const char *url = json_string_value(json_object_get(r->message, "url"));
    r->url =
        url ? url : calendar_address_open(app->key, j->arena, j->id, text(r->message, "address"));
    if (!r->url) {
        end(r, "address-lost"); /* another key, or not this calendar's */
    } else if (!url) {
        fetch(r);
    } else {
        json_t *secret = calendar_address_seal(app->key, j->arena, j->id, url);
        char *doc = json_dumps(secret, JSON_COMPACT);
        r->ticket = store_ask(app->store, ASK_calendar_seal,
                              (const char *[]){j->id, j->worker, doc ? doc : "{}"}, sealed, r);
        free(doc);
        json_decref(secret);
    }
}

static void sealed(void *reading, const struct answer *a)
{
    struct reading *r = reading;
    r->ticket = NULL;
    if (a->err != OK)
        end(r, "database");
    else
        fetch(r);
}

static void fetch(struct reading *r)
{
    fetch_get(r->of->fetch, r->url, text(r->message, "etag"), text(r->message, "last_modified"),
              fetched, r);
}

static void fetched(void *reading, const struct fetch_result *f)
{
    struct reading *r = reading;
    struct arena *a = r->job->arena;
    if (f->why || f->same) {
        end(r, f->why);
        return;
    }
    char *options = json_dumps(json_object_get(r->message, "options"), JSON_COMPACT);
    buf_str(&r->given, options ? options : "");
    buf_char(&r->given, '\n');
    buf_add(&r->given, f->body->data, f->body->len);
    free(options);
    r->etag = arena_strdup(a, f->etag);
    r->last_modified = arena_strdup(a, f->last_modified);
    const struct worker_task task = {.name = "busy",
                                     .foreign = true,
                                     .input = r->given.data,
                                     .len = r->given.len,
                                     .wall_ms = READ_MS,
                                     .cpu_seconds = READ_CPU_SECONDS,
                                     .bytes = READ_BYTES,
                                     .line = on_line,
                                     .done = on_end,
                                     .arg = r};
    if (worker_start(r->of->app->base, &task, &r->worker) != OK)
        end(r, "no-reader");
}

static void on_line(void *reading, const char *line, size_t len)
{
    struct reading *r = reading;
    json_decref(r->answer);
    r->answer = json_loadb(line, len, 0, NULL);
}

/* The worker is gone when this returns; it is not stopped any more. */
static void on_end(void *reading, enum worker_end ended)
{
    struct reading *r = reading;
    r->worker = NULL;
    const char *error = text(r->answer, "error");
    if (ended != WORKER_DONE || !r->answer || *error) {
        bool spent = ended == WORKER_LATE || ended == WORKER_LIMITED;
        end(r, *error  ? arena_strdup(r->job->arena, error)
               : spent ? "too-much-work"
                       : "unreadable");
        return;
    }
    json_object_set_new(r->answer, "etag", json_string(r->etag));
    json_object_set_new(r->answer, "last_modified", json_string(r->last_modified));
    char *doc = json_dumps(r->answer, JSON_COMPACT);
    r->ticket =
        store_ask(r->of->app->store, ASK_calendar_busy,
                  (const char *[]){r->job->id, r->job->worker, doc ? doc : "{}"}, stored, r);
    free(doc);
}

static void stored(void *reading, const struct answer *a)
{
    struct reading *r = reading;
    r->ticket = NULL;
    end(r, a->err == OK ? NULL : "database");
}

const struct carrier calendar_carrier = {
    .name = "calendar",
    .claim = ASK_calendar_lease,
    .sent = ASK_calendar_sent,
    .failed = ASK_calendar_failed,
    .gone = ASK_calendar_sent, /* none is ever gone: it may come back */
    .limits = calendar_limits,
    .open = calendar_open,
    .close = calendar_close,
    .carry = calendar_carry,
};
