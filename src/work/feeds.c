/* An expert's calendar by its secret URL: /feeds/{token}.ics. Never redirects, never 429: calendar
 * clients drop a feed that does. While PostgreSQL is away the last body known goes on; while
 * nothing changes it is not read again. */
#include "work/feeds.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "form/ical.h"
#include "form/json.h"
#include "work/app.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

enum { FEED_MAX = 8 << 20 };

static enum step rotate_ask(struct call *c);
static enum step rotate_reply(struct call *c);
static enum step feed_look(struct call *c);
static enum step feed_ask(struct call *c);
static enum step feed_reply(struct call *c);

step_fn *const feed_rotate[] = {rotate_ask, rotate_reply, NULL};
step_fn *const feed_serve[] = {feed_look, feed_ask, feed_reply, NULL};

static enum step rotate_ask(struct call *c)
{
    return secret_ask(c, ASK_feed_rotate, "feed");
}

/* The URL derives from the id in the answer, so the same Idempotency-Key tells the same URL. */
static enum step rotate_reply(struct call *c)
{
    const struct app *app = call_app(c);
    json_t *body = json_loads(rows_text(call_rows(c), 0, "body"), 0, NULL);
    arena_hook(call_arena(c), json_hook, body);
    const char *id = json_string_value(json_object_get(body, "id"));
    json_t *extra =
        json_pack("{s:s}", "url", secret_url(app->conf, app->key, call_arena(c), "feed", id));
    arena_hook(call_arena(c), json_hook, extra);
    return call_reply_row(c, extra);
}

static const char *feed_hash(struct call *c)
{
    char *hash = call_work(c);
    if (!hash) {
        hash = call_work_new(c, ID_HASH_LEN + 1);
        const char *token = call_path(c, "token");
        id_hash(token, strlen(token), hash);
    }
    return hash;
}

static enum step reply_body(struct call *c, const struct feed_body *b)
{
    const struct http_field fields[] = {
        {"ETag", b->etag},
        {"Last-Modified", b->modified},
        {"Cache-Control", "private, no-cache"},
        {"X-Robots-Tag", "noindex"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Disposition", "inline; filename=\"jamund.ics\""},
    };
    const char *none = http_header(call_request(c), "if-none-match");
    const char *since = http_header(call_request(c), "if-modified-since");
    bool same = none ? strcmp(none, "*") == 0 || strstr(none, b->etag) != NULL
                     : since && strcmp(since, b->modified) == 0;
    struct http_reply r = {.status = same ? 304 : 200,
                           .type = same ? NULL : "text/calendar; charset=utf-8",
                           .body = b->bytes,
                           .body_len = same ? 0 : b->len,
                           .fields = fields,
                           .field_count = sizeof fields / sizeof *fields};
    return call_reply(c, &r);
}

/* PostgreSQL did not answer: what is known goes on; what is not cannot be told from revoked. */
static enum step feed_away(struct call *c, enum err e)
{
    struct app *app = call_app(c);
    const struct feed_body *b = feed_cache_get(app->feeds, feed_hash(c));
    return b ? reply_body(c, b) : call_fail(c, e, NULL);
}

static enum step feed_look(struct call *c)
{
    struct app *app = call_app(c);
    call_on_error(c, feed_away);
    if (!feed_cache_get(app->feeds, feed_hash(c)))
        return STEP_MORE;
    feed_watch_wait(app->feed_watch, c);
    return STEP_WAIT;
}

static enum step feed_ask(struct call *c)
{
    struct app *app = call_app(c);
    const struct feed_body *b = feed_cache_get(app->feeds, feed_hash(c));
    return b && feed_watch_fresh(app->feed_watch, b) ? reply_body(c, b)
                                                     : call_ask(c, ASK_feed_fetch, feed_hash(c));
}

/* False when the events are not what they should be. */
static bool render(struct call *c, const json_t *events, const char *name, struct buf *out)
{
    struct ical_audience to = {.method = ICAL_FEED};
    const struct conf *conf = ((struct app *)call_app(c))->conf;
    struct buf body;
    size_t i;
    json_t *event;
    instant last = 0;
    to.organizer = (struct person){.name = conf_str(conf, CONF_mail_from_name),
                                   .email = conf_str(conf, CONF_mail_from)};
    buf_init(&body, FEED_MAX);
    json_array_foreach(events, i, event)
    {
        struct revision *r;
        if (revision_from_json(call_arena(c), event, &r) != OK) {
            buf_done(&body);
            return false;
        }
        ical_event(&body, r, &to);
        last = r->modified > last ? r->modified : last;
    }
    struct ical_feed_head head = {.name = arena_printf(call_arena(c), "%s 자문 일정", name),
                                  .modified = last};
    ical_feed_begin(out, &head);
    buf_add(out, body.data, body.len);
    ical_feed_end(out);
    bool ok = !body.full && !out->full;
    buf_done(&body);
    return ok;
}

static enum step feed_reply(struct call *c)
{
    const struct rows *rows = call_rows(c);
    struct app *app = call_app(c);
    struct buf out;
    struct feed_body b = {0};
    if (rows_count(rows) == 0 || rows_bool(rows, 0, "revoked")) {
        feed_cache_drop(app->feeds, feed_hash(c));
        return call_fail(c, rows_count(rows) ? ERR_GONE : ERR_NOT_FOUND, NULL);
    }
    json_t *events = json_loads(rows_text(rows, 0, "events"), 0, NULL);
    arena_hook(call_arena(c), json_hook, events);
    buf_init(&out, FEED_MAX);
    if (!render(c, events, rows_text(rows, 0, "name"), &out)) {
        buf_done(&out);
        log_error("feed.render");
        return call_fail(c, ERR_INTERNAL, NULL);
    }
    b.version = rows_int(rows, 0, "version");
    b.until = rows_int(rows, 0, "until");
    b.bytes = buf_take(&out, &b.len);
    buf_done(&out);
    return reply_body(c,
                      feed_cache_put(app->feeds, feed_hash(c), &b, rows_int(rows, 0, "modified")));
}
