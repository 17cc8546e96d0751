/* A mailbox that is read: when, which message next, and what is done about it. */
#include "work/imap.h"

#include "base/log.h"
#include "imap_in.h"
#include "letter.h"
#include "work/app.h"

#include <event2/event.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum imap_state {
    IMAP_WAITING, /* for the next round */
    IMAP_TALKING, /* the thread has a task */
    IMAP_READING, /* the reader has a message */
    IMAP_TAKING,  /* the database has it */
};

struct again {
    uint32_t uid;
    int tries;
};

struct imap {
    struct app *app;
    struct talks *talks;
    struct imap_session *session; /* the thread's */
    struct event *timer;
    enum imap_state state;
    enum imap_task task; /* while TALKING */
    bool draining;
    int failures; /* rounds one after the other */
    /* The round: */
    uint32_t validity, uid; /* of the folder; of the message that it has come to */
    uint32_t uids[IMAP_BATCH_MAX];
    size_t n, next;
    bool more;
    struct buf message; /* the thread's while it has a task */
    struct letter *letter;
    struct ticket *ticket;
    struct again again[IMAP_AGAIN_MAX]; /* messages that something broke at */
    size_t again_at;
    struct imap_stats stats;
};

static void do_talk(void *imap, CURL *easy, struct talk *talk);
static void done_talk(void *imap, struct talk *talk);
static void on_timer(evutil_socket_t fd, short what, void *imap);
static void on_letter(void *imap, enum letter_end end, const char *doc);
static void on_taken(void *imap, const struct answer *a);

/* ---- its life ---- */

static bool settings_fit(const struct conf *c)
{
    static const enum conf_key folders[] = {CONF_imap_folder, CONF_imap_done_folder};
    char why[CONF_WHY], password[IMAP_PASSWORD_MAX + 2];
    bool fits = imap_password(c, password, why);
    sodium_memzero(password, sizeof password);
    for (size_t i = 0; fits && i < sizeof folders / sizeof *folders; i++)
        if (*conf_str(c, folders[i]) && !imap_folder_valid(conf_str(c, folders[i]))) {
            snprintf(why, sizeof why, "%s must be printable ASCII, as the server lists it",
                     conf_row(folders[i])->name);
            fits = false;
        }
    if (!fits)
        log_error("imap.settings", F_STR("why", &why[0]));
    return fits;
}

enum err imap_open(struct app *app, struct imap **ret)
{
    const struct conf *c = app->conf;
    *ret = NULL;
    if (!*conf_str(c, CONF_imap_url))
        return OK;
    if (!settings_fit(c))
        return ERR_INVALID;
    struct imap *i = calloc(1, sizeof *i);
    if (!i)
        fatal("out of memory");
    i->app = app;
    i->session = imap_session_new(c);
    i->talks =
        talks_new(app->base,
                  &(struct talks_conf){.threads = 1, .ctx = i, .talk = do_talk, .done = done_talk});
    i->timer = evtimer_new(app->base, on_timer, i);
    if (!i->timer)
        fatal("no timer");
    buf_init(&i->message, (size_t)conf_int(c, CONF_mail_in_max));
    event_add(i->timer, &(struct timeval){0});
    log_info("imap.up", F_STR("url", conf_str(c, CONF_imap_url)));
    *ret = i;
    return OK;
}

void imap_drain(struct imap *i)
{
    if (!i)
        return;
    i->draining = true;
    event_del(i->timer);
}

/* What is looked for or fetched only can be cut; it is unread. */
bool imap_idle(const struct imap *i)
{
    return !i || i->state == IMAP_WAITING || (i->state == IMAP_TALKING && i->task != IMAP_MARK);
}

const struct imap_stats *imap_stats(const struct imap *i)
{
    static const struct imap_stats none;
    return i ? &i->stats : &none;
}

void imap_close(struct imap *i)
{
    if (!i)
        return;
    talks_free(i->talks);
    imap_session_free(i->session);
    letter_drop(i->letter);
    ticket_drop(i->ticket);
    event_free(i->timer);
    buf_done(&i->message);
    free(i);
}

/* ---- tasks ---- */

static void start_talk(struct imap *i, enum imap_task task, enum imap_mark mark)
{
    struct imap_talk *t = calloc(1, sizeof *t);
    if (!t)
        fatal("out of memory");
    t->task = task;
    t->mark = mark;
    t->uid = i->uid;
    t->validity = i->validity;
    t->message = &i->message;
    i->state = IMAP_TALKING;
    i->task = task;
    talks_add(i->talks, &t->talk);
}

static void do_talk(void *imap, CURL *easy, struct talk *talk)
{
    struct imap *i = imap;
    (void)easy; /* the session has its own */
    imap_session_do(i->session, i->talks, (struct imap_talk *)talk);
}

/* ---- rounds ---- */

static void wait_ms(struct imap *i, int64_t ms)
{
    ms += randombytes_uniform((uint32_t)(ms / 5 + 1)); /* so that daemons do not march */
    i->state = IMAP_WAITING;
    if (!i->draining)
        event_add(i->timer, &(struct timeval){ms / 1000, ms % 1000 * 1000});
}

static int64_t pause_ms(const struct imap *i)
{
    int64_t ms = conf_int(i->app->conf, CONF_imap_every);
    for (int n = 0; n < i->failures && ms < IMAP_WAIT_MAX_MS; n++)
        ms = 2 * ms < IMAP_WAIT_MAX_MS ? 2 * ms : IMAP_WAIT_MAX_MS;
    return ms;
}

static void look(struct imap *i)
{
    i->n = i->next = 0;
    start_talk(i, IMAP_LOOK, 0);
}

static void on_timer(evutil_socket_t fd, short what, void *imap)
{
    struct imap *i = imap;
    (void)fd;
    (void)what;
    if (!store_ready(i->app->store)) {
        wait_ms(i, conf_int(i->app->conf, CONF_imap_every));
        return;
    }
    i->stats.rounds++;
    look(i);
}

/* The next round begins behind the message at which this one ended. */
static void end_early(struct imap *i, const char *why)
{
    i->failures++;
    i->stats.failed++;
    log_warn("imap.failed", F_STR("why", why), F_INT("times", i->failures));
    wait_ms(i, pause_ms(i));
}

static void end_round(struct imap *i)
{
    i->failures = 0;
    start_talk(i, IMAP_LEAVE, 0);
}

/* The folder was made anew: its numbers mean other messages. */
static void forget_uids(struct imap *i)
{
    i->validity = i->uid = 0;
    memset(i->again, 0, sizeof i->again);
}

static struct again *again_of(struct imap *i, uint32_t uid)
{
    for (size_t n = 0; n < IMAP_AGAIN_MAX; n++)
        if (i->again[n].uid == uid)
            return &i->again[n];
    return NULL;
}

/* Something broke at this message, which may be its fault. */
static void count_try(struct imap *i)
{
    struct again *a = again_of(i, i->uid);
    if (!a) {
        a = &i->again[i->again_at++ % IMAP_AGAIN_MAX];
        *a = (struct again){.uid = i->uid};
    }
    a->tries++;
}

/* ---- one message ---- */

static void flag(struct imap *i, const char *why)
{
    log_warn("mail.in", F_STR("via", "imap"), F_STR("error", why), F_INT("uid", i->uid));
    i->stats.flagged++;
    start_talk(i, IMAP_MARK, IMAP_FLAGGED);
}

static void next(struct imap *i)
{
    if (i->draining || !store_ready(i->app->store)) {
        end_round(i);
    } else if (i->next < i->n) {
        i->uid = i->uids[i->next++];
        const struct again *a = again_of(i, i->uid);
        if (a && a->tries >= IMAP_TRIES_MAX)
            flag(i, "given-up");
        else
            start_talk(i, IMAP_GET, 0);
    } else if (i->more) {
        look(i);
    } else {
        i->uid = 0; /* the next round begins with the first message again */
        end_round(i);
    }
}

static void read_message(struct imap *i)
{
    i->state = IMAP_READING;
    i->letter = letter_read(i->app->base, i->message.data, i->message.len, on_letter, i);
    if (!i->letter)
        next(i);
}

static void on_letter(void *imap, enum letter_end end, const char *doc)
{
    struct imap *i = imap;
    i->letter = NULL;
    if (end == LETTER_BAD) {
        flag(i, "unreadable");
    } else if (end == LETTER_LATER) {
        count_try(i);
        next(i);
    } else {
        char *env = letter_env("imap", NULL, NULL, i->message.data, i->message.len);
        i->state = IMAP_TAKING;
        i->ticket =
            store_ask(i->app->store, ASK_mail_take, (const char *[]){env, doc}, on_taken, i);
        free(env);
    }
}

static void on_taken(void *imap, const struct answer *a)
{
    struct imap *i = imap;
    i->ticket = NULL;
    counts_answers(&i->app->counts, a->err == OK ? rows_value(a->rows) : "not_taken");
    if (a->err == OK) {
        log_info("mail.in", F_STR("via", "imap"), F_STR("outcome", rows_value(a->rows)));
        i->stats.taken++;
        app_wrote(i->app);
        start_talk(i, IMAP_MARK, IMAP_SEEN);
    } else if (letter_is_refused(a->err)) {
        flag(i, err_row(a->err)->code);
    } else {
        log_warn("mail.in", F_STR("via", "imap"), F_STR("error", err_row(a->err)->code),
                 F_STR("sqlstate", a->sqlstate));
        next(i);
    }
}

/* ---- what became of a task ---- */

static void looked(struct imap *i, const struct imap_talk *t)
{
    i->validity = t->validity;
    memcpy(i->uids, t->uids, t->n * sizeof *t->uids);
    i->n = t->n;
    i->more = t->more;
    next(i);
}

static void done_talk(void *imap, struct talk *talk)
{
    struct imap *i = imap;
    struct imap_talk *t = (struct imap_talk *)talk;
    i->state = IMAP_WAITING;
    if (t->task == IMAP_LEAVE) {
        wait_ms(i, pause_ms(i));
    } else if (t->became == IMAP_MOVED_ON) {
        forget_uids(i);
        end_early(i, "uidvalidity");
    } else if (t->became == IMAP_FAILED) {
        if (t->task == IMAP_GET)
            count_try(i);
        end_early(i, t->why);
    } else if (t->task == IMAP_LOOK) {
        looked(i, t);
    } else if (t->task == IMAP_MARK || t->became == IMAP_GONE || i->draining) {
        if (t->unmoved)
            log_warn("imap.unmoved", F_INT("uid", t->uid));
        next(i);
    } else if (t->became == IMAP_TOO_LONG) {
        flag(i, "too-long");
    } else {
        read_message(i);
    }
}
