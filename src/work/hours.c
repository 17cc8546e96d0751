/* The expert's own page of hours and absences: shown by GET, changed by POST of its forms. */
#include "base/arena.h"
#include "base/id.h"
#include "form/json.h"
#include "form/page.h"
#include "page_reply.h"
#include "work/app.h"
#include "work/app_password.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

struct change;
static enum step hours_ask(struct call *c);
static void put_change(json_t *facts, const struct change *change, const json_t *form);
static enum step hours_page(struct call *c);
static enum step hours_change(struct call *c);
static enum step hours_changed(struct call *c);
static enum step leave_ask(struct call *c);
static enum step leave_reply(struct call *c);
static enum step link_new(struct call *c);
static enum step link_reply(struct call *c);

step_fn *const hours_show[] = {hours_ask, hours_page, NULL};
step_fn *const hours_take[] = {hours_change, hours_changed, hours_page, NULL};
step_fn *const link_leave[] = {leave_ask, leave_reply, NULL};
step_fn *const expert_link[] = {link_new, link_reply, NULL};

/* What came of a form. */
struct change {
    const char *outcome;
    struct app_password password; /* made with it; "" where it was none of that */
};

/* The link's id, NULL when its token is not one of ours for this purpose. */
static const char *link_id(struct call *c, const char *purpose)
{
    const struct app *app = call_app(c);
    char *id = arena_alloc(call_arena(c), ID_UUID_LEN + 1);
    return id_signed(app->key, purpose, call_path(c, "token"), id) ? id : NULL;
}

static enum step hours_ask(struct call *c)
{
    const char *id = link_id(c, "expert");
    call_on_error(c, page_fail);
    return id ? call_ask(c, ASK_hours_page, id) : page_fail(c, ERR_NOT_FOUND);
}

/* The database's page; beside it the outcome of a change and, where it was refused, the form. */
static enum step hours_page(struct call *c)
{
    const struct rows *rows = call_rows(c);
    const struct change *change = call_work(c);
    if (rows_count(rows) == 0 || rows_bool(rows, 0, "revoked"))
        return page_fail(c, rows_count(rows) ? ERR_GONE : ERR_NOT_FOUND);
    json_t *facts = json_loads(rows_text(rows, 0, "page"), 0, NULL);
    arena_hook(call_arena(c), json_hook, facts);
    const struct app *app = call_app(c);
    json_object_set_new(facts, "dav_url",
                        json_string(public_address(app->conf, call_arena(c), "/dav/")));
    if (change)
        put_change(facts, change, call_body(c));
    return page_reply(c, page_availability, facts);
}

/* The form, where it was refused, is shown as it was sent. */
static void put_change(json_t *facts, const struct change *change, const json_t *form)
{
    const char *outcome = change->outcome, *field = strchr(outcome, ' ');
    json_object_set_new(facts, "notice", json_stringn(outcome, strcspn(outcome, " ")));
    json_object_set_new(facts, "wrong", json_string(field ? field + 1 : ""));
    if (field)
        json_object_set_new(facts, "form", json_deep_copy(form));
    if (*change->password.text && strcmp(outcome, "done") == 0)
        json_object_set_new(facts, "password", json_string(change->password.text));
}

/* A form that asks for a password goes on with a new one's id and hash. */
static const json_t *with_secret(struct call *c, const json_t *form, struct change *change)
{
    const struct app *app = call_app(c);
    if (strcmp(json_string_value(json_object_get(form, "change")), "app_password") != 0)
        return form;
    app_password_new(app->key, &change->password);
    json_t *more = json_copy((json_t *)(uintptr_t)form);
    arena_hook(call_arena(c), json_hook, more);
    json_object_set_new(
        more, "secret",
        json_pack("{s:s, s:s}", "id", change->password.id, "hash", change->password.hash));
    return more;
}

static enum step hours_change(struct call *c)
{
    const json_t *form = call_body(c);
    const char *id = link_id(c, "expert");
    call_on_error(c, page_fail);
    if (!id)
        return page_fail(c, ERR_NOT_FOUND);
    struct change *change = call_work_new(c, sizeof *change);
    if (!form) {
        change->outcome = "unreadable";
        return STEP_MORE;
    }
    char *text = json_dumps(with_secret(c, form, change), JSON_COMPACT);
    arena_hook(call_arena(c), free, text);
    return call_ask(c, ASK_hours_change, id, text);
}

static enum step hours_changed(struct call *c)
{
    struct change *change = call_work(c);
    if (!change->outcome)
        change->outcome = arena_strdup(call_arena(c), rows_value(call_rows(c)));
    return hours_ask(c);
}

static enum step link_new(struct call *c)
{
    return call_ask(c, ASK_expert_link, call_who(c), call_args(c, NULL));
}

static enum step link_reply(struct call *c)
{
    return secret_reply_url(c, "expert");
}

static enum step leave_ask(struct call *c)
{
    const char *id = link_id(c, "seat");
    call_on_error(c, page_fail);
    return id ? call_ask(c, ASK_hours_link, id) : page_fail(c, ERR_NOT_FOUND);
}

/* On to the expert's own page, from /r/{token}/hours: relative, whatever stands before it in the
 * public URL. */
static enum step leave_reply(struct call *c)
{
    const struct app *app = call_app(c);
    const char *id = rows_value(call_rows(c));
    char token[ID_SIGNED_LEN + 1];
    if (!*id)
        return page_fail(c, ERR_GONE);
    id_sign(app->key, "expert", id, token);
    const char *to = arena_printf(call_arena(c), "../%s/availability", token);
    const char *body = arena_printf(call_arena(c), "<!DOCTYPE html><a href=\"%s\">→</a>", to);
    const struct http_field fields[] = {{"Location", to},
                                        {"Content-Security-Policy", PAGE_CSP},
                                        {"Cache-Control", "no-store"},
                                        {"Referrer-Policy", "no-referrer"}};
    struct http_reply r = {.status = 303,
                           .type = PAGE_MEDIA,
                           .body = body,
                           .body_len = strlen(body),
                           .fields = fields,
                           .field_count = sizeof fields / sizeof *fields};
    return call_reply(c, &r);
}
