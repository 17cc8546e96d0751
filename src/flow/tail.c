/* The reader of the change log, and the newest changes in a ring. The last one known comes first
 * again in each page: when it does not, this is another log (a backup was restored). */
#include "base/clock.h"
#include "base/log.h"
#include "flow/route.h"
#include "live_in.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 500, GAP_MS = 50, NUMBER_TEXT = 24 };

struct tail {
    struct tail_conf conf;
    struct event *timer;
    struct ticket *ticket;
    struct change *ring;
    size_t first, count;
    int64_t newest, asked_at;
    bool known, kicked, replaced; /* replaced: what was known is no longer so */
    enum err err;                 /* of the last look, so that the log tells a trouble once */
};

static void look(evutil_socket_t fd, short what, void *arg);
static void look_in(struct tail *t, int64_t ms);
static void looked(void *arg, const struct answer *a);
static void take_all(struct tail *t, const struct rows *r);
static void take_more(struct tail *t, const struct rows *r);
static void keep(struct tail *t, const struct rows *r, size_t i);
static bool is_last(const struct tail *t, const struct rows *r);
static const struct change *at(const struct tail *t, size_t i);
static void forget(struct tail *t);

struct tail *tail_new(const struct tail_conf *conf)
{
    struct tail *t = calloc(1, sizeof *t);
    if (!t)
        fatal("out of memory");
    t->conf = *conf;
    t->ring = calloc(conf->kept, sizeof *t->ring);
    t->timer = event_new(conf->base, -1, 0, look, t);
    if (!t->ring || !t->timer)
        fatal("out of memory");
    look_in(t, 0);
    return t;
}

void tail_free(struct tail *t)
{
    ticket_drop(t->ticket);
    event_free(t->timer);
    forget(t);
    free(t->ring);
    free(t);
}

/* Many writes in a row are one look. */
void tail_kick(struct tail *t)
{
    int64_t due = t->asked_at + GAP_MS - clock_mono_ms();
    t->kicked = true;
    if (!t->ticket)
        look_in(t, due > 0 ? due : 0);
}

static void look_in(struct tail *t, int64_t ms)
{
    if (event_add(t->timer, &(struct timeval){ms / 1000, (ms % 1000) * 1000}) != 0)
        fatal("no timer");
}

static void look(evutil_socket_t fd, short what, void *arg)
{
    struct tail *t = arg;
    char after[NUMBER_TEXT], n[NUMBER_TEXT];
    (void)fd;
    (void)what;
    t->asked_at = clock_mono_ms();
    t->kicked = false;
    snprintf(after, sizeof after, "%lld", (long long)(t->newest > 0 ? t->newest - 1 : 0));
    snprintf(n, sizeof n, "%zu", t->known ? PAGE + (size_t)1 : t->conf.kept);
    t->ticket =
        t->known
            ? store_ask(t->conf.store, ASK_changes_since, (const char *[]){after, n}, looked, t)
            : store_ask(t->conf.store, ASK_changes_last, (const char *[]){n}, looked, t);
}

static void looked(void *arg, const struct answer *a)
{
    struct tail *t = arg;
    t->ticket = NULL;
    if (a->err != OK) {
        if (a->err != t->err && a->err != ERR_UNAVAILABLE)
            log_warn("changes.failed", F_STR("error", err_row(a->err)->code));
        look_in(t, t->conf.every_ms);
    } else if (t->known) {
        take_more(t, a->rows);
    } else {
        take_all(t, a->rows);
    }
    t->err = a->err;
}

static void take_all(struct tail *t, const struct rows *r)
{
    for (size_t i = 0; i < rows_count(r); i++)
        keep(t, r, i);
    t->known = true;
    look_in(t, t->conf.every_ms);
    (t->replaced ? t->conf.anew : t->conf.news)(t->conf.ctx);
    t->replaced = false;
}

static void take_more(struct tail *t, const struct rows *r)
{
    size_t n = rows_count(r), old = t->newest > 0;
    if (!is_last(t, r)) {
        log_error("changes.replaced", F_INT("version", t->newest));
        forget(t);
        t->replaced = true;
        look_in(t, 0);
        return;
    }
    for (size_t i = old; i < n; i++)
        keep(t, r, i);
    look_in(t, n > PAGE ? 0 : t->kicked ? GAP_MS : t->conf.every_ms);
    if (n > old)
        t->conf.news(t->conf.ctx);
}

static bool is_last(const struct tail *t, const struct rows *r)
{
    struct buf text;
    if (t->newest == 0)
        return true;
    if (rows_count(r) == 0)
        return false;
    buf_init(&text, EVENT_MAX);
    change_print(r, 0, &text);
    bool same = strcmp(text.data, at(t, t->count - 1)->text) == 0;
    buf_done(&text);
    return same;
}

static void keep(struct tail *t, const struct rows *r, size_t i)
{
    struct buf text;
    struct change *c = &t->ring[(t->first + t->count) % t->conf.kept];
    if (t->count == t->conf.kept)
        t->first = (t->first + 1) % t->conf.kept;
    else
        t->count++;
    free(c->text);
    c->version = t->newest = rows_int(r, i, "version");
    c->roles = change_roles(r, i);
    snprintf(c->entity, sizeof c->entity, "%s", rows_text(r, i, "entity"));
    buf_init(&text, EVENT_MAX);
    change_print(r, i, &text);
    c->text = strndup(text.data, text.len);
    c->len = text.len;
    buf_done(&text);
    if (!c->text)
        fatal("out of memory");
}

static const struct change *at(const struct tail *t, size_t i)
{
    return &t->ring[(t->first + i) % t->conf.kept];
}

static void forget(struct tail *t)
{
    for (size_t i = 0; i < t->conf.kept; i++)
        free(t->ring[i].text);
    memset(t->ring, 0, t->conf.kept * sizeof *t->ring);
    t->first = t->count = 0;
    t->newest = 0;
    t->known = false;
}

bool tail_known(const struct tail *t)
{
    return t->known;
}

int64_t tail_newest(const struct tail *t)
{
    return t->newest;
}

int64_t tail_oldest(const struct tail *t)
{
    return t->count ? at(t, 0)->version : t->newest + 1;
}

const struct change *tail_after(const struct tail *t, int64_t version)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (at(t, mid)->version > version)
            high = mid;
        else
            low = mid + 1;
    }
    return low < t->count ? at(t, low) : NULL;
}

unsigned change_roles(const struct rows *r, size_t i)
{
    unsigned roles = 0;
    char name[ROLE_TEXT];
    for (const char *s = rows_text(r, i, "roles"); *s; s += strspn(s, " ")) {
        size_t len = strcspn(s, " ");
        snprintf(name, sizeof name, "%.*s", (int)len, s);
        roles |= role_of(name);
        s += len;
    }
    return roles;
}

void change_print(const struct rows *r, size_t i, struct buf *out)
{
    buf_printf(out, "id: %s\nevent: %s\ndata: %s\n\n", rows_text(r, i, "version"),
               rows_text(r, i, "kind"), rows_text(r, i, "data"));
}
