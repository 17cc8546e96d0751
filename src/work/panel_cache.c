/* What is due next is decided in one place, go_on(): a look, the next piece of a load, or nothing.
 * A piece that was read is newer than `version` says; that does no harm, since the look that
 * follows reads again whom the log names since then. */
#include "work/panel_cache.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "core/day.h"
#include "form/json.h"
#include "form/panel_json.h"
#include "work/app.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 50,      /* experts of one load */
    PAGE = 500,      /* changes of one look */
    REQUESTS = 32,   /* requests in one look */
    LOG_FAR = 20000, /* changes behind: all is loaded again */
    DAYS_GOOD = 2,   /* after the day it was loaded on; jamund.panel_span() has as much to spare */
    AGAIN_MS = 500,  /* after a failed load */
    UNREAD_MAX = 1000,
    MARK_TEXT = 200,
    NUMBER_TEXT = 24,
};

struct panel_cache {
    struct app *app;
    struct event *timer;
    struct ticket *ticket;        /* of the load or look under way */
    TAILQ_HEAD(, panel_ask) asks; /* those of the look under way first */
    struct board *board;
    json_t *unread; /* the ids of those who are left out, the first UNREAD_MAX */
    bool whole;     /* answers can be given */
    bool loading;   /* the next piece comes after `last` */
    bool piece;     /* the turn after a look is a piece's */
    bool kicked;
    char last[ID_UUID_LEN + 1];
    int32_t day;
    char mark[MARK_TEXT]; /* of the log's row `version` */
    struct panel_stats stats;
};

static void on_timer(evutil_socket_t fd, short what, void *cache);
static void go_on(struct panel_cache *p);
static void load(struct panel_cache *p);
static void loaded(void *cache, const struct answer *a);
static void look(struct panel_cache *p);
static void looked(void *cache, const struct answer *a);
static void answer(struct panel_cache *p, const json_t *doc);
static void answer_one(struct panel_cache *p, struct panel_ask *a, const json_t *facts);
static void fail(struct panel_cache *p, enum err err);

struct panel_cache *panel_cache_new(struct app *app)
{
    struct panel_cache *p = calloc(1, sizeof *p);
    if (!p)
        fatal("out of memory");
    p->app = app;
    p->board = board_new(BOARD_WEEKS, PANEL_EXPERTS_MAX);
    p->unread = json_object();
    p->loading = true;
    TAILQ_INIT(&p->asks);
    p->timer = event_new(app->base, -1, 0, on_timer, p);
    if (!p->timer)
        fatal("no timer");
    event_active(p->timer, 0, 0);
    return p;
}

void panel_cache_free(struct panel_cache *p)
{
    if (!p)
        return;
    ticket_drop(p->ticket);
    event_free(p->timer);
    board_free(p->board);
    json_decref(p->unread);
    free(p);
}

void panel_cache_kick(struct panel_cache *p)
{
    if (!p)
        return;
    p->kicked = true;
    event_active(p->timer, 0, 0);
}

void panel_cache_ask(struct panel_cache *p, struct panel_ask *a)
{
    a->cache = p;
    a->sent = false;
    TAILQ_INSERT_TAIL(&p->asks, a, link);
    event_active(p->timer, 0, 0);
}

void panel_ask_drop(struct panel_ask *a)
{
    if (a->cache)
        TAILQ_REMOVE(&a->cache->asks, a, link);
    a->cache = NULL;
}

struct panel_stats panel_cache_stats(const struct panel_cache *p)
{
    struct panel_stats s = p->stats;
    const struct panel_ask *a;
    s.experts = board_count(p->board);
    s.unread = json_object_size(p->unread);
    TAILQ_FOREACH(a, &p->asks, link)
    (*(a->sent ? &s.waiting : &s.next))++;
    return s;
}

const struct board *panel_cache_board(const struct panel_cache *p)
{
    return p->board;
}

static void on_timer(evutil_socket_t fd, short what, void *cache)
{
    (void)fd;
    (void)what;
    go_on(cache);
}

static void go_on(struct panel_cache *p)
{
    bool wanted = p->kicked || !TAILQ_EMPTY(&p->asks);
    if (p->ticket)
        return;
    if (p->loading && (!p->whole || !wanted || p->piece))
        load(p);
    else if (wanted)
        look(p);
}

/* --- loading --- */

static void load_all(struct panel_cache *p)
{
    p->loading = true;
    p->last[0] = '\0';
}

static void load(struct panel_cache *p)
{
    char n[NUMBER_TEXT];
    snprintf(n, sizeof n, "%d", PIECE);
    p->ticket = store_ask(p->app->store, ASK_panel_load,
                          (const char *[]){p->last[0] ? p->last : NULL, n}, loaded, p);
}

/* Where the log was, of the first piece of a cache that is not whole, or of a look. */
static void stand_at(struct panel_cache *p, const json_t *doc)
{
    const char *mark = json_string_value(json_object_get(doc, "mark"));
    p->stats.version = json_integer_value(json_object_get(doc, "version"));
    snprintf(p->mark, sizeof p->mark, "%s", mark ? mark : "");
}

static int32_t day_of_doc(const json_t *doc)
{
    int32_t day = 0;
    const char *text = json_string_value(json_object_get(doc, "day"));
    return text && day_parse(text, &day) ? day : 0;
}

/* Of whom it cannot be told what they are now, nothing is told. */
static void leave_out(struct panel_cache *p, const json_t *doc, const char *why)
{
    const char *id = json_string_value(json_object_get(doc, "id"));
    log_error("panel.expert", F_STR("expert", id ? id : ""),
              F_STR("why", why ? why : "there are too many"));
    if (id)
        (void)board_drop(p->board, id);
    if (id && json_object_size(p->unread) < UNREAD_MAX)
        json_object_set_new(p->unread, id, json_true());
}

static void keep(struct panel_cache *p, const json_t *doc)
{
    struct arena *a = arena_new();
    struct expert e;
    const char *why;
    if (panel_expert_from_json(a, doc, &e, &why) != OK || !board_put(p->board, &e))
        leave_out(p, doc, why);
    else
        json_object_del(p->unread, e.id);
    arena_free(a);
}

static void keep_all(struct panel_cache *p, const json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one) keep(p, one);
}

static void loaded(void *cache, const struct answer *a)
{
    struct panel_cache *p = cache;
    p->ticket = NULL;
    p->piece = false;
    if (a->err != OK) {
        fail(p, a->err);
        event_add(p->timer, &(struct timeval){0, AGAIN_MS * 1000});
        return;
    }
    json_t *doc = json_loads(rows_value(a->rows), 0, NULL);
    const json_t *list = json_object_get(doc, "experts");
    size_t n = json_array_size(list);
    if (!p->last[0])
        json_object_clear(p->unread);
    keep_all(p, list);
    if (!p->last[0] && !p->whole)
        stand_at(p, doc);
    if (!p->last[0])
        p->day = day_of_doc(doc);
    const char *last = json_string_value(json_object_get(json_array_get(list, n - 1), "id"));
    if (n < PIECE) {
        p->loading = false;
        p->whole = true;
        p->stats.loads++;
        p->last[0] = '\0';
    } else {
        snprintf(p->last, sizeof p->last, "%s", last ? last : "");
    }
    json_decref(doc);
    go_on(p);
}

/* --- looking --- */

static void look(struct panel_cache *p)
{
    char after[NUMBER_TEXT], n[NUMBER_TEXT];
    struct panel_ask *a;
    struct buf ids;
    size_t count = 0;
    buf_init(&ids, REQUESTS * (ID_UUID_LEN + 1) + 2);
    buf_char(&ids, '{');
    TAILQ_FOREACH(a, &p->asks, link)
    {
        if (a->request && count == REQUESTS)
            break;
        a->sent = true;
        a->place = count;
        if (a->request)
            buf_printf(&ids, "%s%s", count++ ? "," : "", a->request);
    }
    buf_char(&ids, '}');
    snprintf(after, sizeof after, "%" PRId64, p->stats.version);
    snprintf(n, sizeof n, "%d", PAGE);
    p->kicked = false;
    p->stats.looks++;
    p->ticket = store_ask(p->app->store, ASK_panel_look,
                          (const char *[]){after, p->mark, n, ids.data}, looked, p);
    buf_done(&ids);
}

/* Those of the look that is over wait for the next one. */
static void wait_on(struct panel_cache *p)
{
    struct panel_ask *a;
    TAILQ_FOREACH(a, &p->asks, link)
    a->sent = false;
}

static void lose(struct panel_cache *p)
{
    p->whole = false;
    board_free(p->board);
    p->board = board_new(BOARD_WEEKS, PANEL_EXPERTS_MAX);
    load_all(p);
    wait_on(p);
}

/* It is another day than that of what is here. */
static void mind_the_day(struct panel_cache *p, int32_t day)
{
    if (day < p->day || day > p->day + DAYS_GOOD)
        lose(p);
    else if (day != p->day && !p->loading)
        load_all(p);
}

static void take_in(struct panel_cache *p, const json_t *doc)
{
    int64_t newest = json_integer_value(json_object_get(doc, "newest"));
    const json_t *reached = json_object_get(doc, "reached"),
                 *experts = json_object_get(doc, "experts");
    size_t i, n = json_array_size(reached);
    json_t *id;
    json_array_foreach(reached, i, id) if (n != json_array_size(experts)) /* some are no more */
    {
        (void)board_drop(p->board, json_string_value(id));
        json_object_del(p->unread, json_string_value(id));
    }
    keep_all(p, experts);
    p->stats.reached += n;
    stand_at(p, doc);
    if (newest > p->stats.version + LOG_FAR)
        lose(p);
    else
        mind_the_day(p, day_of_doc(doc));
    if (!p->whole || newest > p->stats.version) {
        p->kicked = true;
        wait_on(p);
    }
}

static void looked(void *cache, const struct answer *a)
{
    struct panel_cache *p = cache;
    p->ticket = NULL;
    p->piece = true;
    if (a->err != OK) {
        fail(p, a->err);
        go_on(p); /* for those who came meanwhile */
        return;
    }
    json_t *doc = json_loads(rows_value(a->rows), 0, NULL);
    if (json_is_true(json_object_get(doc, "anew"))) {
        log_warn("panel.anew", F_INT("version", p->stats.version));
        lose(p);
    } else {
        take_in(p, doc);
        answer(p, doc);
    }
    json_decref(doc);
    go_on(p);
}

/* Those whose look it was, but for who left meanwhile; fn may ask again, which is of the next. */
static void answer(struct panel_cache *p, const json_t *doc)
{
    const json_t *requests = json_object_get(doc, "requests");
    struct panel_ask *a;
    while ((a = TAILQ_FIRST(&p->asks)) && a->sent) {
        const json_t *facts =
            a->request ? json_array_get(requests, a->place) : json_object_get(doc, "office");
        panel_ask_drop(a);
        answer_one(p, a, facts);
    }
}

static void answer_one(struct panel_cache *p, struct panel_ask *a, const json_t *facts)
{
    struct panel said, panel;
    const char *why;
    if (json_is_null(facts)) {
        a->fn(a->ctx, ERR_NOT_FOUND, NULL);
        return;
    }
    if (panel_request_from_json(a->arena, facts, &said, &why) != OK) {
        log_error("panel.request", F_STR("request", a->request), F_STR("why", why));
        a->fn(a->ctx, ERR_INTERNAL, NULL);
        return;
    }
    board_office(p->board, &said);
    board_version(p->board, said.version);
    board_at(p->board, said.now);
    panel = board_panel(a->arena, p->board, &said.request);
    panel.codes = said.codes;
    a->fn(a->ctx, OK, &panel);
}

/* Those who wait for this look; or, as long as there is nothing to look at, everybody. */
static void fail(struct panel_cache *p, enum err err)
{
    struct panel_ask *a;
    if (err != ERR_UNAVAILABLE)
        log_warn("panel.failed", F_STR("error", err_row(err)->code));
    TAILQ_FOREACH(a, &p->asks, link)
    a->sent |= !p->whole;
    while ((a = TAILQ_FIRST(&p->asks)) && a->sent) {
        panel_ask_drop(a);
        a->fn(a->ctx, err, NULL);
    }
}
