#include "work/ladder.h"

#include "base/arena.h"
#include "base/log.h"
#include "core/team.h"
#include "form/json.h"
#include "work/app.h"
#include "work/outbox.h"
#include "work/panel_cache.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { KICK_MS = 100 };

/* One claimed request: looked at, offered or given up; then freed. */
struct job {
    TAILQ_ENTRY(job) link;
    struct ladder *ladder;
    struct arena *arena;
    const char *request, *version; /* as they were claimed */
    int tries;
    const char *refused[LADDER_TRIES]; /* experts against whom a rule stood */
    size_t refused_count;
    struct panel_ask look;
    struct arena *looking; /* what the look brings lives here */
    struct ticket *ticket;
};

struct ladder {
    struct app *app;
    struct event *timer;
    struct ticket *claim;
    TAILQ_HEAD(, job) jobs;
    size_t count;
    bool kicked, draining;
    struct ladder_stats stats;
};

static void on_timer(evutil_socket_t fd, short what, void *ladder);
static void claimed(void *ladder, const struct answer *a);
static void job_start(struct ladder *l, const struct rows *rows, size_t row);
static void job_look(struct job *j);
static void looked(void *job, enum err err, struct panel *panel);
static void job_offer(struct job *j, const struct team *t);
static void offered(void *job, const struct answer *a);
static void job_again(struct job *j, const struct answer *a);
static void job_give_up(struct job *j);
static void given_up(void *job, const struct answer *a);
static void job_leave(struct job *j, enum err why);

struct ladder *ladder_new(struct app *app)
{
    struct ladder *l = calloc(1, sizeof *l);
    if (!l)
        fatal("out of memory");
    l->app = app;
    TAILQ_INIT(&l->jobs);
    l->timer = evtimer_new(app->base, on_timer, l);
    if (!l->timer)
        fatal("no timer");
    return l;
}

static void job_free(struct job *j)
{
    struct ladder *l = j->ladder;
    TAILQ_REMOVE(&l->jobs, j, link);
    l->count--;
    ticket_drop(j->ticket);
    panel_ask_drop(&j->look);
    arena_free(j->looking);
    arena_free(j->arena);
}

static void job_end(struct job *j)
{
    struct ladder *l = j->ladder;
    job_free(j);
    outbox_kick(l->app->outbox);
    if (l->kicked)
        ladder_kick(l);
}

void ladder_free(struct ladder *l)
{
    if (!l)
        return;
    while (!TAILQ_EMPTY(&l->jobs))
        job_free(TAILQ_FIRST(&l->jobs));
    ticket_drop(l->claim);
    event_free(l->timer);
    free(l);
}

void ladder_kick(struct ladder *l)
{
    if (l->draining)
        return;
    l->kicked = l->claim || l->count == LADDER_PARALLEL; /* looks again when a hand is free */
    if (!l->kicked && !evtimer_pending(l->timer, NULL))
        event_add(l->timer, &(struct timeval){0, KICK_MS * 1000});
}

void ladder_drain(struct ladder *l)
{
    l->draining = true;
    event_del(l->timer);
}

bool ladder_idle(const struct ladder *l)
{
    return !l->claim && l->count == 0;
}

const struct ladder_stats *ladder_stats(const struct ladder *l)
{
    return &l->stats;
}

static void on_timer(evutil_socket_t fd, short what, void *ladder)
{
    struct ladder *l = ladder;
    char n[24], lease[24];
    (void)fd;
    (void)what;
    if (l->claim || l->draining || l->count == LADDER_PARALLEL)
        return;
    snprintf(n, sizeof n, "%zu", LADDER_PARALLEL - l->count);
    snprintf(lease, sizeof lease, "%" PRId64, conf_int(l->app->conf, CONF_ladder_lease) / 1000);
    l->claim = store_ask(l->app->store, ASK_ladder_claim, (const char *[]){n, lease}, claimed, l);
}

static void claimed(void *ladder, const struct answer *a)
{
    struct ladder *l = ladder;
    l->claim = NULL;
    if (a->err != OK) {
        log_warn("ladder.claim", F_STR("error", err_row(a->err)->code));
        return;
    }
    size_t n = rows_count(a->rows);
    for (size_t i = 0; i < n; i++)
        job_start(l, a->rows, i);
    if (n > 0 || l->kicked)
        ladder_kick(l);
}

static void job_start(struct ladder *l, const struct rows *rows, size_t row)
{
    struct arena *a = arena_new();
    struct job *j = arena_new_of(a, struct job);
    j->ladder = l;
    j->arena = a;
    j->request = arena_strdup(a, rows_text(rows, row, "request_id"));
    j->version = arena_strdup(a, rows_text(rows, row, "version"));
    TAILQ_INSERT_TAIL(&l->jobs, j, link);
    l->count++;
    if (strcmp(rows_text(rows, row, "spent"), "t") == 0)
        job_give_up(j);
    else
        job_look(j);
}

static void job_look(struct job *j)
{
    arena_free(j->looking);
    j->looking = arena_new();
    j->look =
        (struct panel_ask){.arena = j->looking, .request = j->request, .fn = looked, .ctx = j};
    panel_cache_ask(j->ladder->app->panel, &j->look);
}

static void looked(void *job, enum err err, struct panel *panel)
{
    struct job *j = job;
    if (err != OK) {
        job_leave(j, err);
        return;
    }
    struct words refused = {j->refused, j->refused_count};
    panel_leave_out(j->looking, panel, &panel->request.asked);
    panel_leave_out(j->looking, panel, &refused);
    const struct teams *t = teams_find(j->looking, panel);
    if (t->n > 0)
        job_offer(j, &t->at[0]);
    else
        job_give_up(j);
}

static void job_offer(struct job *j, const struct team *t)
{
    json_t *experts = json_array();
    for (size_t i = 0; i < t->n; i++)
        json_array_append_new(experts, json_string(t->members[i].expert->id));
    json_t *args =
        json_pack("{s:s, s:i, s:I, s:o}", "request_id", j->request, "version", atoi(j->version),
                  "start", (json_int_t)t->start, "expert_ids", experts);
    char *text = json_dumps(args, JSON_COMPACT);
    j->ticket =
        store_ask(j->ladder->app->store, ASK_ladder_offer, (const char *[]){text}, offered, j);
    free(text);
    json_decref(args);
}

static void offered(void *job, const struct answer *a)
{
    struct job *j = job;
    j->ticket = NULL;
    if (a->err != OK) {
        job_again(j, a);
        return;
    }
    bool stale = strcmp(rows_value(a->rows), "stale") == 0;
    *(stale ? &j->ladder->stats.stale : &j->ladder->stats.offered) += 1;
    log_info(stale ? "ladder.stale" : "ladder.offered", F_STR("request", j->request));
    job_end(j);
}

/* The expert whom the refusal names does not come into question any more. */
static void refuse(struct job *j, const char *detail)
{
    json_t *said = detail ? json_loads(detail, 0, NULL) : NULL;
    const char *id = json_string_value(json_object_get(said, "expert_id"));
    if (id && j->refused_count < LADDER_TRIES)
        j->refused[j->refused_count++] = arena_strdup(j->arena, id);
    json_decref(said);
}

/* The time was taken, or a rule stood against it: ranked anew, it may be another's turn. */
static void job_again(struct job *j, const struct answer *a)
{
    bool rule = a->err == ERR_NEEDS_OVERRIDE;
    bool race = a->err == ERR_SLOT_TAKEN || a->err == ERR_RETRY || a->err == ERR_INVALID;
    if (rule)
        refuse(j, a->detail);
    if ((rule || race) && ++j->tries < LADDER_TRIES && !j->ladder->draining) {
        j->ladder->stats.again++;
        job_look(j);
    } else if (rule && !j->ladder->draining) {
        job_give_up(j);
    } else {
        job_leave(j, a->err);
    }
}

static void job_give_up(struct job *j)
{
    j->ticket = store_ask(j->ladder->app->store, ASK_ladder_exhausted,
                          (const char *[]){j->request, j->version}, given_up, j);
}

static void given_up(void *job, const struct answer *a)
{
    struct job *j = job;
    struct ladder *l = j->ladder;
    j->ticket = NULL;
    if (a->err != OK) {
        job_leave(j, a->err);
        return;
    }
    const char *outcome = rows_value(a->rows);
    l->stats.exhausted += strcmp(outcome, "unmatched") == 0;
    l->stats.stale += strcmp(outcome, "stale") == 0;
    l->kicked |= strcmp(outcome, "again") == 0;
    log_info("ladder.exhausted", F_STR("request", j->request), F_STR("outcome", outcome));
    job_end(j);
}

/* The lease runs out, and whoever is there then goes on. */
static void job_leave(struct job *j, enum err why)
{
    log_warn("ladder.left", F_STR("request", j->request), F_STR("error", err_row(why)->code));
    job_end(j);
}
