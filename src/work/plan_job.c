/* One claimed plan: its facts, its worker, and what it brings back. */
#include "planner_in.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "form/brief.h"
#include "work/worker.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 25,        /* requests asked for at a time: some milliseconds of the loop */
    TELL_MS = 1000,    /* progress is told as often as this */
    GRACE_SECONDS = 15 /* beyond a plan's own seconds: reading, proving, reasons */
};

static void got_facts(void *job, const struct answer *a);
static void job_ask_piece(struct job *j);
static void got_piece(void *job, const struct answer *a);
static void job_begin(struct job *j);
static void begun(void *job, const struct answer *a);
static void on_tell(evutil_socket_t fd, short what, void *job);
static void told(void *job, const struct answer *a);
static void on_line(void *job, const char *line, size_t len);
static void on_done(void *job, enum worker_end end);
static void job_finish(struct job *j);
static void finished(void *job, const struct answer *a);
static void job_fail(struct job *j, const char *why);
static void failed(void *job, const struct answer *a);
static void job_leave(struct job *j, const char *why);

void job_free(struct job *j)
{
    struct planner *p = j->planner;
    TAILQ_REMOVE(&p->jobs, j, link);
    p->count--;
    ticket_drop(j->ticket);
    worker_stop(j->worker);
    if (j->tell)
        event_free(j->tell);
    json_decref(j->progress);
    json_decref(j->found);
    free(j->wrong);
    buf_done(&j->input);
    arena_free(j->arena);
}

static void job_end(struct job *j)
{
    struct planner *p = j->planner;
    job_free(j);
    planner_kick(p);
}

/* Asks with {"plan_id", "lease", "lease_seconds"} and what is added; more is stolen, may be NULL.
 */
static void ask_as(struct job *j, enum ask ask, json_t *more, answer_fn *then)
{
    json_t *args = more ? more : json_object();
    json_object_set_new(args, "plan_id", json_string(j->plan));
    json_object_set_new(args, "lease", json_string(j->lease));
    json_object_set_new(args, "lease_seconds",
                        json_integer(conf_int(j->planner->app->conf, CONF_plan_lease) / 1000));
    char *text = json_dumps(args, JSON_COMPACT);
    const char *input = j->input.data;
    j->ticket = store_ask(j->planner->app->store, ask, (const char *[]){text, input}, then, j);
    free(text);
    json_decref(args);
}

/* False: the answer is an error or says that somebody else has the plan, and the job is over. */
static bool go_on(struct job *j, const struct answer *a)
{
    j->ticket = NULL;
    if (a->err != OK) {
        job_leave(j, err_row(a->err)->code);
        return false;
    }
    const char *said = rows_value(a->rows);
    if (!said || strcmp(said, "stale") == 0) {
        j->planner->stats.stale++;
        job_leave(j, "stale");
        return false;
    }
    return true;
}

/* ---- facts ---- */

void job_start(struct planner *p, const struct rows *rows, size_t row)
{
    struct arena *a = arena_new();
    struct job *j = arena_new_of(a, struct job);
    j->planner = p;
    j->arena = a;
    j->plan = arena_strdup(a, rows_text(rows, row, "plan_id"));
    j->lease = arena_strdup(a, rows_text(rows, row, "lease"));
    buf_init(&j->input, BRIEF_BYTES_MAX);
    TAILQ_INSERT_TAIL(&p->jobs, j, link);
    p->count++;
    if (strcmp(rows_text(rows, row, "spent"), "t") == 0)
        job_fail(j, "it was begun three times and never came to an end");
    else
        ask_as(j, ASK_plan_facts, NULL, got_facts);
}

static void tell_unread(const struct job *j)
{
    size_t i;
    json_t *v;
    json_array_foreach(brief_unread(j->brief), i, v)
        log_error("planner.expert", F_STR("plan", j->plan),
                  F_STR("expert", json_string_value(json_object_get(v, "expert"))),
                  F_STR("why", json_string_value(json_object_get(v, "why"))));
}

static void got_facts(void *job, const struct answer *a)
{
    struct job *j = job;
    const char *why;
    if (!go_on(j, a))
        return;
    json_t *doc = json_loads(rows_value(a->rows), 0, NULL);
    enum err e = brief_new(j->arena, doc, &j->brief, &why);
    json_decref(doc);
    if (e != OK) {
        job_fail(j, why);
        return;
    }
    tell_unread(j);
    job_ask_piece(j);
}

static void job_ask_piece(struct job *j)
{
    char at[24], n[24];
    snprintf(at, sizeof at, "%zu", j->asked);
    snprintf(n, sizeof n, "%d", PIECE);
    j->ticket = store_ask(j->planner->app->store, ASK_plan_requests,
                          (const char *[]){j->plan, at, n}, got_piece, j);
}

static void got_piece(void *job, const struct answer *a)
{
    struct job *j = job;
    const char *why;
    if (!go_on(j, a))
        return;
    json_t *doc = json_loads(rows_value(a->rows), 0, NULL);
    enum err e = brief_add(j->brief, doc, &why);
    json_decref(doc);
    j->asked += PIECE;
    if (e != OK)
        job_fail(j, why);
    else if (j->asked < brief_expected(j->brief))
        job_ask_piece(j);
    else
        job_begin(j);
}

static void job_begin(struct job *j)
{
    if (!brief_print(j->brief, &j->input)) {
        job_fail(j, "it is too large");
        return;
    }
    ask_as(j, ASK_plan_begin,
           json_pack("{s:I, s:O, s:O}", "as_of", (json_int_t)brief_version(j->brief), "request_ids",
                     brief_requests(j->brief), "expert_ids", brief_experts(j->brief)),
           begun);
}

/* ---- the worker ---- */

static void begun(void *job, const struct answer *a)
{
    struct job *j = job;
    struct app *app = j->planner->app;
    if (!go_on(j, a))
        return;
    int seconds = brief_seconds(j->brief) + GRACE_SECONDS;
    struct worker_task task = {.name = "plan",
                               .input = j->input.data,
                               .len = j->input.len,
                               .wall_ms = (int64_t)seconds * 1000,
                               .cpu_seconds = seconds,
                               .bytes = conf_int(app->conf, CONF_plan_bytes_max),
                               .line = on_line,
                               .done = on_done,
                               .arg = j};
    if (worker_start(app->base, &task, &j->worker) != OK) {
        job_leave(j, "no process");
        return;
    }
    j->tell = event_new(app->base, -1, EV_PERSIST, on_tell, j);
    if (!j->tell || event_add(j->tell, &(struct timeval){TELL_MS / 1000, TELL_MS % 1000 * 1000}))
        fatal("no timer");
}

static void on_line(void *job, const char *line, size_t len)
{
    struct job *j = job;
    json_t *doc = json_loadb(line, len, 0, NULL);
    json_t *progress = json_object_get(doc, "progress"), *found = json_object_get(doc, "plan");
    json_t *wrong = json_object_get(doc, "error");
    if (progress) {
        json_decref(j->progress);
        j->progress = json_incref(progress);
    } else if (found && !j->found) {
        j->found = json_incref(found);
    } else if (wrong && !j->wrong) {
        j->wrong = json_dumps(wrong, JSON_COMPACT);
    }
    json_decref(doc);
}

/* Once a second at most; without news a third of the lease may pass. */
static void on_tell(evutil_socket_t fd, short what, void *job)
{
    struct job *j = job;
    int64_t now = clock_mono_ms();
    (void)fd;
    (void)what;
    bool late = now - j->told_ms >= conf_int(j->planner->app->conf, CONF_plan_lease) / 3;
    if (j->ticket || (!j->progress && !late))
        return;
    j->told_ms = now;
    ask_as(j, ASK_plan_progress, j->progress ? json_pack("{s:o}", "progress", j->progress) : NULL,
           told);
    j->progress = NULL;
}

/* Progress is not the result: where it could not be told, the worker goes on, and whoever has the
 * plan meanwhile, should the lease end, is found out when the result is brought. */
static void told(void *job, const struct answer *a)
{
    struct job *j = job;
    j->ticket = NULL;
    if (a->err != OK)
        log_warn("planner.untold", F_STR("plan", j->plan), F_STR("error", err_row(a->err)->code));
    else if (!go_on(j, a))
        return;
    if (j->ended)
        job_finish(j);
}

static void on_done(void *job, enum worker_end end)
{
    struct job *j = job;
    j->worker = NULL;
    j->ended = true;
    event_del(j->tell);
    if (end != WORKER_DONE && !j->wrong) {
        json_decref(j->found);
        j->found = NULL;
    }
    log_info("planner.worker", F_STR("plan", j->plan), F_STR("end", worker_end_name(end)));
    if (!j->ticket) /* else told() goes on */
        job_finish(j);
}

/* ---- the end ---- */

static void add_funnels(struct job *j)
{
    size_t i;
    json_t *u;
    json_array_foreach(json_object_get(j->found, "unserved"), i, u)
    {
        const json_t *funnel =
            brief_funnel(j->brief, (size_t)json_integer_value(json_object_get(u, "request")));
        if (funnel)
            json_object_set_new(u, "rules", json_deep_copy(funnel));
    }
}

static void job_finish(struct job *j)
{
    if (j->wrong || !j->found) {
        job_fail(j, j->wrong ? j->wrong : "the worker came to no end");
        return;
    }
    add_funnels(j);
    ask_as(j, ASK_plan_done, json_pack("{s:O}", "result", j->found), finished);
}

static void finished(void *job, const struct answer *a)
{
    struct job *j = job;
    j->ticket = NULL;
    if (a->err == ERR_CONSTRAINT || a->err == ERR_VALUE || a->err == ERR_REFERENCE) {
        job_fail(j, "the worker's plan could not be taken");
        return;
    }
    if (!go_on(j, a))
        return;
    j->planner->stats.computed++;
    log_info("planner.computed", F_STR("plan", j->plan));
    job_end(j);
}

static void job_fail(struct job *j, const char *why)
{
    log_warn("planner.failed", F_STR("plan", j->plan), F_STR("why", why));
    ask_as(j, ASK_plan_failed, json_pack("{s:s}", "reason", why), failed);
}

static void failed(void *job, const struct answer *a)
{
    struct job *j = job;
    if (!go_on(j, a))
        return;
    j->planner->stats.failed++;
    job_end(j);
}

/* The lease runs out, and whoever is there then begins anew. */
static void job_leave(struct job *j, const char *why)
{
    log_warn("planner.left", F_STR("plan", j->plan), F_STR("why", why));
    job_end(j);
}

static void given_back(void *job, const struct answer *a)
{
    struct job *j = job;
    (void)a;
    j->ticket = NULL;
    job_end(j);
}

void job_give_back(struct job *j)
{
    if (j->ended) /* its result is on the way */
        return;
    ticket_drop(j->ticket);
    worker_stop(j->worker);
    j->worker = NULL;
    if (j->tell)
        event_del(j->tell);
    ask_as(j, ASK_plan_leave, NULL, given_back);
}
