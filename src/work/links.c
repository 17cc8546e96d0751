/* The page behind an expert's secret link: shown by GET, answered by POST, nothing else. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "form/json.h"
#include "form/page.h"
#include "work/app.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 256 * 1024 };

static enum step link_ask(struct call *c);
static enum step link_page(struct call *c);
static enum step link_answer(struct call *c);
static enum step link_answered(struct call *c);

step_fn *const link_show[] = {link_ask, link_page, NULL};
step_fn *const link_take[] = {link_answer, link_answered, link_page, NULL};

static enum step reply_page(struct call *c, int status, struct buf *page)
{
    static const struct http_field fields[] = {
        {"Content-Security-Policy", PAGE_CSP}, {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},    {"X-Content-Type-Options", "nosniff"},
        {"X-Robots-Tag", "noindex"},           {"Retry-After", "1"}};
    struct http_reply r = {.status = status,
                           .type = PAGE_MEDIA,
                           .body = page->data,
                           .body_len = page->len,
                           .fields = fields,
                           .field_count = sizeof fields / sizeof *fields - (status != 503)};
    enum step done = call_reply(c, &r);
    buf_done(page);
    return done;
}

static enum step fail_page(struct call *c, enum err why)
{
    struct buf page;
    buf_init(&page, PAGE_MAX);
    if (page_error(&page, why) != OK)
        buf_str(&page, err_row(why)->title);
    return reply_page(c, err_row(why)->status, &page);
}

/* The link's id, NULL when its token is not one of ours. */
static const char *link_id(struct call *c)
{
    const struct app *app = call_app(c);
    char *id = arena_alloc(call_arena(c), ID_UUID_LEN + 1);
    return id_signed(app->key, "seat", call_path(c, "token"), id) ? id : NULL;
}

static enum step link_ask(struct call *c)
{
    const char *id = link_id(c);
    call_on_error(c, fail_page);
    return id ? call_ask(c, ASK_link_page, id) : fail_page(c, ERR_NOT_FOUND);
}

/* The database's page with its state beside it. */
static enum step link_page(struct call *c)
{
    const struct rows *rows = call_rows(c);
    if (rows_count(rows) == 0)
        return fail_page(c, ERR_NOT_FOUND);
    json_t *facts = json_loads(rows_text(rows, 0, "page"), 0, NULL);
    struct buf page;
    arena_hook(call_arena(c), json_hook, facts);
    json_object_set_new(facts, "state", json_string(rows_text(rows, 0, "state")));
    if (call_work(c))
        json_object_set_new(facts, "notice", json_string(call_work(c)));
    buf_init(&page, PAGE_MAX);
    if (page_link(&page, facts) != OK) {
        buf_done(&page);
        return fail_page(c, ERR_INTERNAL);
    }
    return reply_page(c, 200, &page);
}

static void put_notice(struct call *c, const char *notice)
{
    size_t size = strlen(notice) + 1;
    memcpy(call_work_new(c, size), notice, size);
}

static enum step link_answer(struct call *c)
{
    const json_t *form = call_body(c);
    const char *id = link_id(c);
    call_on_error(c, fail_page);
    if (!id)
        return fail_page(c, ERR_NOT_FOUND);
    if (!form) { /* the page says what was missing */
        put_notice(c, "unreadable");
        return STEP_MORE;
    }
    char *text = json_dumps(form, JSON_COMPACT);
    arena_hook(call_arena(c), free, text);
    return call_ask(c, ASK_link_answer, id, text);
}

/* An answer that came too late, or lacks something, changes nothing; the page says so. */
static const char *notice_of(const char *outcome)
{
    static const char *const notices[][2] = {
        {"late", "changed"}, {"reason", "reason"}, {"proposals", "proposals"}};
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++)
        if (strcmp(notices[i][0], outcome) == 0)
            return notices[i][1];
    return NULL;
}

static enum step link_answered(struct call *c)
{
    const char *notice = call_work(c) ? NULL : notice_of(rows_value(call_rows(c)));
    if (notice)
        put_notice(c, notice);
    return link_ask(c);
}
