#include "work/outbox.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "form/json.h"
#include "form/mail.h"
#include "smtp.h"
#include "spool.h"
#include "work/app.h"

#include <event2/event.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

enum { KICK_MS = 20, MARK_AGAIN_MS = 1000, MAIL_MAX = 1 << 20, BACKOFF_MAX_S = 6 * 3600 };

/* One claimed message: rendered, delivered, marked; then freed. */
struct job {
    TAILQ_ENTRY(job) link;
    struct outbox *outbox;
    struct arena *arena;
    const char *id;
    int attempts;
    struct buf bytes;
    bool ok, dead;
    const char *why;
    struct ticket *ticket;
    struct event *again;
    int marks;
};

struct outbox {
    struct app *app;
    char worker[64];
    struct event *timer;
    struct ticket *claim;
    struct smtp *smtp; /* NULL: mails go to the spool */
    TAILQ_HEAD(, job) jobs;
    size_t count;
    bool kicked, draining;
    struct outbox_stats stats;
};

static void on_timer(evutil_socket_t fd, short what, void *outbox);
static void claimed(void *outbox, const struct answer *a);
static void job_start(struct outbox *o, const struct rows *rows, size_t row);
static void delivered(void *job, const struct smtp_result *r);
static void job_mark(struct job *j);

struct outbox *outbox_new(struct app *app)
{
    struct outbox *o = calloc(1, sizeof *o);
    if (!o)
        fatal("out of memory");
    o->app = app;
    TAILQ_INIT(&o->jobs);
    snprintf(o->worker, sizeof o->worker, "%ld-%08" PRIx32, (long)getpid(), randombytes_random());
    o->timer = evtimer_new(app->base, on_timer, o);
    if (!o->timer)
        fatal("no timer");
    if (*conf_str(app->conf, CONF_smtp_url))
        o->smtp = smtp_new(app->base, app->conf);
    else if (!spool_open(conf_str(app->conf, CONF_spool_dir)))
        fatal("spool_dir %s cannot be written", conf_str(app->conf, CONF_spool_dir));
    outbox_kick(o);
    return o;
}

static void job_free(struct job *j)
{
    struct outbox *o = j->outbox;
    TAILQ_REMOVE(&o->jobs, j, link);
    o->count--;
    ticket_drop(j->ticket);
    if (j->again)
        event_free(j->again);
    buf_done(&j->bytes);
    arena_free(j->arena);
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    smtp_free(o->smtp);
    while (!TAILQ_EMPTY(&o->jobs))
        job_free(TAILQ_FIRST(&o->jobs));
    ticket_drop(o->claim);
    event_free(o->timer);
    free(o);
}

/* How many more mails may be claimed: never more than a stalling mail server lets end within the
 * lease, or another daemon would take them over and send them again. */
static int64_t outbox_room(const struct outbox *o)
{
    const struct conf *c = o->app->conf;
    int64_t most = conf_int(c, CONF_outbox_batch);
    int64_t rounds = conf_int(c, CONF_outbox_lease) / SMTP_TALK_MS;
    int64_t in_time = conf_int(c, CONF_outbox_parallel) * (rounds > 1 ? rounds : 1);
    if (o->smtp && in_time < most)
        most = in_time;
    return most - (int64_t)o->count;
}

void outbox_kick(struct outbox *o)
{
    if (o->draining)
        return;
    if (o->claim || outbox_room(o) <= 0) {
        o->kicked = true; /* looks again when the work in hand is done */
        return;
    }
    if (!evtimer_pending(o->timer, NULL))
        event_add(o->timer, &(struct timeval){0, KICK_MS * 1000});
}

void outbox_drain(struct outbox *o)
{
    o->draining = true;
    event_del(o->timer);
}

bool outbox_idle(const struct outbox *o)
{
    return !o->claim && o->count == 0;
}

const struct outbox_stats *outbox_stats(const struct outbox *o)
{
    return &o->stats;
}

static void on_timer(evutil_socket_t fd, short what, void *outbox)
{
    struct outbox *o = outbox;
    char n[24], lease[24];
    (void)fd;
    (void)what;
    if (o->claim || o->draining || outbox_room(o) <= 0)
        return;
    o->kicked = false;
    snprintf(n, sizeof n, "%" PRId64, outbox_room(o));
    snprintf(lease, sizeof lease, "%" PRId64, conf_int(o->app->conf, CONF_outbox_lease) / 1000);
    o->claim = store_ask(o->app->store, ASK_outbox_claim, (const char *[]){o->worker, n, lease},
                         claimed, o);
}

static void claimed(void *outbox, const struct answer *a)
{
    struct outbox *o = outbox;
    o->claim = NULL;
    if (a->err != OK) {
        log_warn("outbox.claim", F_STR("error", err_row(a->err)->code));
        return;
    }
    size_t n = rows_count(a->rows);
    for (size_t i = 0; i < n; i++)
        job_start(o, a->rows, i);
    if (n > 0 || o->kicked)
        outbox_kick(o);
}

/* The message as the database gave it, with the link's URL put in; false: it cannot be a mail. */
static bool job_render(struct job *j, const char *text, struct mail_envelope *ret)
{
    json_t *message = json_loads(text, 0, NULL);
    arena_hook(j->arena, json_hook, message);
    struct app *app = j->outbox->app;
    secret_put(app->conf, app->key, j->arena, message);
    return mail_render(j->arena, message, &j->bytes, ret) == OK && !j->bytes.full;
}

static void job_start(struct outbox *o, const struct rows *rows, size_t row)
{
    struct arena *a = arena_new();
    struct job *j = arena_new_of(a, struct job);
    struct mail_envelope envelope;
    j->outbox = o;
    j->arena = a;
    j->id = arena_strdup(a, rows_text(rows, row, "id"));
    j->attempts = (int)rows_int(rows, row, "attempts");
    buf_init(&j->bytes, MAIL_MAX);
    TAILQ_INSERT_TAIL(&o->jobs, j, link);
    o->count++;
    if (!job_render(j, rows_text(rows, row, "message"), &envelope)) {
        delivered(j, &(struct smtp_result){.permanent = true, .why = "it cannot be a mail"});
    } else if (o->smtp) {
        smtp_send(o->smtp, envelope.from, envelope.to, j->bytes.data, j->bytes.len, delivered, j);
    } else {
        bool ok =
            spool_write(conf_str(o->app->conf, CONF_spool_dir), j->id, j->bytes.data, j->bytes.len);
        delivered(j, &(struct smtp_result){.ok = ok, .why = "the spool cannot be written"});
    }
}

static void delivered(void *job, const struct smtp_result *r)
{
    struct job *j = job;
    struct outbox *o = j->outbox;
    j->ok = r->ok;
    j->dead =
        !r->ok && (r->permanent || j->attempts >= conf_int(o->app->conf, CONF_outbox_attempts_max));
    j->why = arena_strdup(j->arena, r->ok ? "" : r->why);
    *(r->ok ? &o->stats.sent : j->dead ? &o->stats.dead : &o->stats.failed) += 1;
    if (r->ok) /* the server's words may hold an address: they go to the database, not the log */
        log_info("outbox.sent", F_STR("id", j->id), F_INT("attempt", j->attempts));
    else
        log_warn(j->dead ? "outbox.dead" : "outbox.failed", F_STR("id", j->id),
                 F_INT("attempt", j->attempts));
    job_mark(j);
}

/* Doubles with each attempt, up to six hours; up to a fifth more, so that mails do not march. */
static int64_t backoff_seconds(const struct job *j)
{
    int64_t s = conf_int(j->outbox->app->conf, CONF_outbox_backoff) / 1000;
    for (int i = 1; i < j->attempts && s < BACKOFF_MAX_S; i++)
        s *= 2;
    s = s < 1 ? 1 : s > BACKOFF_MAX_S ? BACKOFF_MAX_S : s;
    return s + randombytes_uniform((uint32_t)(s / 5 + 1));
}

static void job_again(evutil_socket_t fd, short what, void *job)
{
    (void)fd;
    (void)what;
    job_mark(job);
}

/* A mark that the database did not take is tried again while the lease lasts: a mail that was sent
 * should not be sent twice because PostgreSQL was away for a moment. */
static void marked(void *job, const struct answer *a)
{
    struct job *j = job;
    struct outbox *o = j->outbox;
    j->ticket = NULL;
    int64_t lease = conf_int(o->app->conf, CONF_outbox_lease);
    if (a->err != OK && !o->draining && ++j->marks * MARK_AGAIN_MS < lease) {
        if (!j->again)
            j->again = evtimer_new(o->app->base, job_again, j);
        event_add(j->again, &(struct timeval){MARK_AGAIN_MS / 1000, 0});
        return;
    }
    if (a->err == OK && strcmp(rows_value(a->rows), "t") != 0)
        o->stats.lost++;
    job_free(j);
    if (o->kicked && o->count == 0)
        outbox_kick(o);
}

static void job_mark(struct job *j)
{
    struct outbox *o = j->outbox;
    if (j->ok) {
        char *hash = arena_alloc(j->arena, ID_HASH_LEN + 1);
        id_hash(j->bytes.data, j->bytes.len, hash);
        j->ticket = store_ask(o->app->store, ASK_outbox_sent,
                              (const char *[]){j->id, o->worker, hash}, marked, j);
        return;
    }
    j->ticket = store_ask(o->app->store, ASK_outbox_failed,
                          (const char *[]){j->id, o->worker, j->why, j->dead ? "true" : "false",
                                           arena_printf(j->arena, "%" PRId64, backoff_seconds(j))},
                          marked, j);
}
