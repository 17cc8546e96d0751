/* A calendar by its secret URL: /feeds/{token}.ics, and .ifb for when it is busy alone. Never
 * redirects, never 429 or 503 where there is something to serve: calendar clients drop a feed that
 * does. While PostgreSQL is away or at its limit the last body known goes on, as long as the trace
 * can hold who read it (work/trace.h; then 503); while nothing changes nothing is asked. */
#include "work/feeds.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "feed_make.h"
#include "form/accept.h"
#include "form/json.h"
#include "work/app.h"
#include "work/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEED_MAX = 16 << 20, PIECE = 200, ROUNDS_MAX = 64 };
enum { FIELDS = 9, DATE_SETTLES = 2 }; /* of a reply, the last two of them not always; seconds */

struct serve {
    const char *token;
    char hash[ID_HASH_LEN + 1]; /* where it is asked for */
    enum feed_kind kind;
    const struct rows *fetched;
    struct feed_index index;
    int rounds; /* of texts that were asked for */
};

static enum step look_events(struct call *c);
static enum step look_busy(struct call *c);
static enum step ask(struct call *c);
static enum step take(struct call *c);
static enum step gather(struct call *c);

step_fn *const feed_serve[] = {look_events, ask, take, gather, NULL};
step_fn *const feed_busy[] = {look_busy, ask, take, gather, NULL};

static const struct kind {
    const char *type, *disposition;
} kinds[] = {
    [FEED_EVENTS] = {"text/calendar; charset=utf-8", "inline; filename=\"jamund.ics\""},
    [FEED_BUSY] = {"text/calendar; charset=utf-8; method=PUBLISH; component=VFREEBUSY",
                   "inline; filename=\"jamund.ifb\""},
};

/* RFC 9110 8.8.2.1: more may change within the second that a date names; then none is told. */
static bool has_date(const struct feed_body *b)
{
    return b->modified_at + DATE_SETTLES < clock_now();
}

/* RFC 9110 13.2.2: an ETag is asked first, and a date only where there is none. */
static bool is_same(const struct http_request *r, const char *etag, const char *modified)
{
    const char *none = http_header(r, "if-none-match");
    const char *since = http_header(r, "if-modified-since");
    return none ? strcmp(none, "*") == 0 || strstr(none, etag) != NULL
                : since && modified && strcmp(since, modified) == 0;
}

static enum step reply_body(struct call *c, struct feed_body *b)
{
    struct app *app = call_app(c);
    const struct serve *s = call_work(c);
    const struct http_request *request = call_request(c);
    bool gz = accept_gzip(http_header(request, "accept-encoding")) && feed_cache_zip(app->feeds, b);
    struct http_field fields[FIELDS] = {
        {"ETag", gz ? b->etag_gz : b->etag},
        {"Cache-Control", "private, no-cache"},
        {"Vary", "Accept-Encoding"},
        {"X-Robots-Tag", "noindex"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Disposition", kinds[s->kind].disposition},
    };
    size_t n = FIELDS - 2;
    const char *modified = has_date(b) ? b->modified : NULL;
    if (modified)
        fields[n++] = (struct http_field){"Last-Modified", modified};
    bool same = is_same(request, fields[0].value, modified);
    if (gz && !same)
        fields[n++] = (struct http_field){"Content-Encoding", "gzip"};
    struct memfile *file = gz || same ? NULL : feed_cache_file(app->feeds, b, clock_now());
    struct http_reply r = {.status = same ? 304 : 200,
                           .type = same ? NULL : kinds[s->kind].type,
                           .body = gz ? b->gz : b->bytes,
                           .body_len = same ? 0
                                       : gz ? b->gz_len
                                            : b->len,
                           .file = file,
                           .fields = fields,
                           .field_count = n};
    feed_cache_note(app->feeds, b, clock_now(), http_header(request, "user-agent"));
    return call_reply(c, &r);
}

/* PostgreSQL did not answer: what is known goes on; what is not cannot be told from revoked. */
static enum step away(struct call *c, enum err e)
{
    struct app *app = call_app(c);
    const struct serve *s = call_work(c);
    struct feed_body *b = feed_cache_get(app->feeds, s->token, s->kind);
    if (b)
        app->counts.of[COUNT_feed_old]++;
    return b ? reply_body(c, b) : call_fail(c, e, NULL);
}

static enum step reply_fresh(struct call *c, struct feed_body *b)
{
    struct app *app = call_app(c);
    app->counts.of[COUNT_feed_fresh]++;
    return reply_body(c, b);
}

static bool is_fresh(const struct app *app, const struct feed_body *b)
{
    return !b->stale && feed_watch_fresh(app->feed_watch, b->until);
}

static enum step look(struct call *c, enum feed_kind kind)
{
    struct app *app = call_app(c);
    struct serve *s = call_work_new(c, sizeof *s);
    s->token = call_path(c, "token");
    s->kind = kind;
    call_on_error(c, away);
    struct feed_body *b = feed_cache_get(app->feeds, s->token, kind);
    if (!b)
        return STEP_MORE;
    if (feed_watch_knows(app->feed_watch, INT64_MAX))
        return is_fresh(app, b) ? reply_fresh(c, b) : STEP_MORE;
    feed_watch_wait(app->feed_watch, c);
    return STEP_WAIT;
}

static enum step look_events(struct call *c)
{
    return look(c, FEED_EVENTS);
}

static enum step look_busy(struct call *c)
{
    return look(c, FEED_BUSY);
}

static enum step ask(struct call *c)
{
    struct app *app = call_app(c);
    struct serve *s = call_work(c);
    struct feed_body *b = feed_cache_get(app->feeds, s->token, s->kind);
    if (b && is_fresh(app, b))
        return reply_fresh(c, b);
    id_hash(s->token, strlen(s->token), s->hash);
    call_came_with(c, s->hash);
    return call_ask(c, ASK_feed_fetch, s->hash);
}

/* It cannot be made now: what is known goes on, if it is for the same eyes. */
static enum step not_made(struct call *c, const char *event)
{
    struct app *app = call_app(c);
    const struct serve *s = call_work(c);
    struct feed_body *b = feed_cache_get(app->feeds, s->token, s->kind);
    log_error(event, F_STR("feed", rows_text(s->fetched, 0, "id")));
    if (!b || strcmp(b->viewer, rows_text(s->fetched, 0, "viewer")) != 0)
        return call_fail(c, ERR_INTERNAL, NULL);
    app->counts.of[COUNT_feed_old]++;
    return reply_body(c, b);
}

static enum step take(struct call *c)
{
    struct app *app = call_app(c);
    struct serve *s = call_work(c);
    s->fetched = call_rows(c);
    if (rows_count(s->fetched) == 0 || rows_bool(s->fetched, 0, "gone")) {
        feed_cache_drop(app->feeds, s->token);
        return call_fail(c, rows_count(s->fetched) ? ERR_GONE : ERR_NOT_FOUND, NULL);
    }
    if (feed_index_take(c, s->fetched, &s->index))
        return STEP_MORE;
    return not_made(c, "feed.index");
}

static enum step reply_made(struct call *c, struct buf *out)
{
    struct app *app = call_app(c);
    const struct serve *s = call_work(c);
    struct feed_body b = {
        .keys = strdup(rows_text(s->fetched, 0, "keys")),
        .until = rows_int(s->fetched, 0, "until"),
        .stale = feed_watch_missed(app->feed_watch, rows_int(s->fetched, 0, "version"))};
    snprintf(b.viewer, sizeof b.viewer, "%s", s->index.viewer);
    if (!b.keys)
        fatal("out of memory");
    b.bytes = buf_take(out, &b.len);
    app->counts.of[COUNT_feed_made]++;
    return reply_body(c, feed_cache_put(app->feeds, s->token, s->kind, &b, s->index.modified));
}

/* The texts that are not kept are asked for in pieces; then all are joined. */
static enum step gather(struct call *c)
{
    struct serve *s = call_work(c);
    struct buf out;
    if (s->rounds > 0)
        feed_texts_render(c, call_rows(c), &s->index);
    if (s->kind == FEED_EVENTS && s->rounds < ROUNDS_MAX) {
        json_t *missing = feed_texts_missing(c, &s->index, PIECE);
        arena_hook(call_arena(c), json_hook, missing);
        if (json_array_size(missing) > 0) {
            char *text = json_dumps(missing, JSON_COMPACT);
            arena_hook(call_arena(c), free, text);
            s->rounds++;
            call_again(c);
            return call_ask(c, ASK_feed_revisions, s->index.viewer, text);
        }
    }
    buf_init(&out, FEED_MAX);
    bool good = true;
    if (s->kind == FEED_EVENTS)
        good = feed_join(c, &s->index, &out);
    else
        feed_busy_write(c, &s->index, &out);
    enum step step = good && !out.full ? reply_made(c, &out) : not_made(c, "feed.render");
    buf_done(&out);
    return step;
}
