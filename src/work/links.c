/* The pages behind the secret links: shown by GET, answered by POST, nothing else. */
#include "base/arena.h"
#include "base/id.h"
#include "form/json.h"
#include "form/page.h"
#include "page_reply.h"
#include "work/app.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

static enum step link_ask(struct call *c);
static enum step link_page(struct call *c);
static enum step link_answer(struct call *c);
static enum step link_answered(struct call *c);

step_fn *const link_show[] = {link_ask, link_page, NULL};
step_fn *const link_take[] = {link_answer, link_answered, link_page, NULL};

/* What stands behind a link, by its address. */
static const struct door {
    const char *path, *purpose;
    enum ask page, answer;
    page_fn *write;
} doors[] = {
    {"/r/{token}", "seat", ASK_link_page, ASK_link_answer, page_link},
    {"/r/{token}/company", "company", ASK_company_page, ASK_company_answer, page_company},
    {"/r/{token}/rating", "rating", ASK_rating_page, ASK_rating_answer, page_rating},
};

static const struct door *door_of(struct call *c)
{
    const struct door *d = doors;
    while (strcmp(d->path, call_route(c)->path) != 0)
        d++;
    return d;
}

/* The link's id, NULL when its token is not one of ours for this purpose. */
static const char *link_id(struct call *c)
{
    const struct app *app = call_app(c);
    char *id = arena_alloc(call_arena(c), ID_UUID_LEN + 1);
    return id_signed(app->key, door_of(c)->purpose, call_path(c, "token"), id) ? id : NULL;
}

static enum step link_ask(struct call *c)
{
    const char *id = link_id(c);
    call_on_error(c, page_fail);
    return id ? call_ask(c, door_of(c)->page, id) : page_fail(c, ERR_NOT_FOUND);
}

/* The database's page with its state beside it. */
static enum step link_page(struct call *c)
{
    const struct rows *rows = call_rows(c);
    if (rows_count(rows) == 0)
        return page_fail(c, ERR_NOT_FOUND);
    json_t *facts = json_loads(rows_text(rows, 0, "page"), 0, NULL);
    arena_hook(call_arena(c), json_hook, facts);
    json_object_set_new(facts, "state", json_string(rows_text(rows, 0, "state")));
    json_object_set_new(facts, "token", json_string(call_path(c, "token")));
    if (call_work(c))
        json_object_set_new(facts, "notice", json_string(call_work(c)));
    return page_reply(c, door_of(c)->write, facts);
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
    call_on_error(c, page_fail);
    if (!id)
        return page_fail(c, ERR_NOT_FOUND);
    if (!form) { /* the page says what was missing */
        put_notice(c, "unreadable");
        return STEP_MORE;
    }
    char *text = json_dumps(form, JSON_COMPACT);
    arena_hook(call_arena(c), free, text);
    return call_ask(c, door_of(c)->answer, id, text);
}

/* Most outcomes are the page's own words for what it has to say; it is silent on the others. */
static enum step link_answered(struct call *c)
{
    if (!call_work(c)) {
        const char *outcome = rows_value(call_rows(c));
        put_notice(c, strcmp(outcome, "late") == 0 ? "changed" : outcome);
    }
    return link_ask(c);
}
