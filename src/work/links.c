/* The page behind an expert's secret link: shown by GET, answered by POST, nothing else. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "form/json.h"
#include "form/page.h"
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

static const char *link_hash(struct call *c)
{
    char *hash = arena_alloc(call_arena(c), ID_HASH_LEN + 1);
    const char *token = call_path(c, "token");
    id_hash(token, strlen(token), hash);
    return hash;
}

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

static enum step link_ask(struct call *c)
{
    call_on_error(c, fail_page);
    return call_ask(c, ASK_link_page, link_hash(c));
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

static enum step link_answer(struct call *c)
{
    const json_t *form = call_body(c);
    call_on_error(c, fail_page);
    if (!form) { /* the page says what was missing */
        memcpy(call_work_new(c, sizeof "reason"), "reason", sizeof "reason");
        return STEP_MORE;
    }
    const char *answer = json_string_value(json_object_get(form, "answer"));
    long long shown = json_integer_value(json_object_get(form, "revision"));
    return call_ask(c, ASK_link_answer, link_hash(c),
                    strcmp(answer, "accept") == 0 ? "accepted" : "declined",
                    json_string_value(json_object_get(form, "reason")),
                    arena_printf(call_arena(c), "%lld", shown));
}

/* An answer that came too late changes nothing; the page says so. */
static enum step link_answered(struct call *c)
{
    if (!call_work(c) && strcmp(rows_value(call_rows(c)), "late") == 0)
        memcpy(call_work_new(c, sizeof "changed"), "changed", sizeof "changed");
    return call_ask(c, ASK_link_page, link_hash(c));
}
