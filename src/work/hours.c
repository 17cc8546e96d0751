/* The expert's own page of hours and absences: shown by GET, changed by POST of its forms. */
#include "base/arena.h"
#include "base/id.h"
#include "calendar_secret.h"
#include "form/address.h"
#include "form/json.h"
#include "form/page.h"
#include "page_reply.h"
#include "work/app.h"
#include "work/app_password.h"
#include "work/routes.h"
#include "work/secret.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct change;
static enum step hours_ask(struct call *c);
static void put_change(struct call *c, json_t *facts, const struct change *change);
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
    struct secret feed;           /* the same */
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
        put_change(c, facts, change);
    return page_reply(c, page_availability, facts);
}

/* What is told with the answer, and never again. feed_open is the address as programs take it that
 * subscribe at a touch. */
static void put_secret(struct call *c, json_t *facts, const struct change *change)
{
    const struct app *app = call_app(c);
    if (*change->password.text)
        json_object_set_new(facts, "password", json_string(change->password.text));
    if (!*change->feed.id)
        return;
    const char *url = secret_url(app->conf, app->key, call_arena(c), "feed", change->feed.id);
    json_object_set_new(facts, "feed_url", json_string(url));
    json_object_set_new(facts, "feed_open", json_sprintf("webcal%s", strchr(url, ':')));
}

/* The form, where it was refused, is shown as it was sent. */
static void put_change(struct call *c, json_t *facts, const struct change *change)
{
    const json_t *form = call_body(c);
    const char *outcome = change->outcome, *field = strchr(outcome, ' ');
    json_object_set_new(facts, "notice", json_stringn(outcome, strcspn(outcome, " ")));
    json_object_set_new(facts, "wrong", json_string(field ? field + 1 : ""));
    if (field)
        json_object_set_new(facts, "form", json_deep_copy(form));
    if (strcmp(outcome, "done") == 0)
        put_secret(c, facts, change);
}

/* What the database gets beside a form that asks for a password: a new one's id and hash. */
static json_t *password_secret(struct call *c, const json_t *form, struct change *change)
{
    const struct app *app = call_app(c);
    (void)form;
    app_password_new(app->key, &change->password);
    return json_pack("{s:s, s:s}", "id", change->password.id, "hash", change->password.hash);
}

static json_t *feed_secret(struct call *c, const json_t *form, struct change *change)
{
    (void)form;
    secret_new(call_app(c), "feed", &change->feed);
    return json_pack("{s:s, s:s}", "id", change->feed.id, "hash", change->feed.hash);
}

/* An address as calendars show it (webcal:, webcals:), sealed. What it leads to is judged when it
 * is fetched. */
static json_t *calendar_secret(struct call *c, const json_t *form, struct change *change)
{
    const struct app *app = call_app(c);
    const char *typed = json_string_value(json_object_get(form, "url"));
    char id[ID_UUID_LEN + 1];
    typed = typed ? typed + strspn(typed, " ") : "";
    size_t len = strcspn(typed, " ");
    const char *url = arena_strndup(call_arena(c), typed, len);
    if (strncasecmp(url, "webcal://", 9) == 0 || strncasecmp(url, "webcals://", 10) == 0)
        url = arena_printf(call_arena(c), "https%s", strchr(url, ':'));
    if (!url_valid(url) || typed[len + strspn(typed + len, " ")] != '\0') {
        change->outcome = "calendar url";
        return NULL;
    }
    id_random_uuid(id);
    return calendar_address_seal(app->key, call_arena(c), id, url);
}

/* The form as the database gets it, with a secret made for it where it asks for one; NULL: it is
 * wrong, and the outcome says so. An address itself goes nowhere. */
static const json_t *with_secret(struct call *c, const json_t *form, struct change *change)
{
    static const struct {
        const char *change;
        json_t *(*secret)(struct call *c, const json_t *form, struct change *change);
    } rows[] = {
        {"app_password", password_secret}, {"calendar", calendar_secret}, {"feed", feed_secret}};
    const char *kind = json_string_value(json_object_get(form, "change"));
    size_t i = 0;
    while (i < sizeof rows / sizeof *rows && strcmp(rows[i].change, kind) != 0)
        i++;
    if (i == sizeof rows / sizeof *rows)
        return form;
    json_t *secret = rows[i].secret(c, form, change);
    if (!secret)
        return NULL;
    json_t *more = json_copy((json_t *)(uintptr_t)form);
    arena_hook(call_arena(c), json_hook, more);
    json_object_set_new(more, "secret", secret);
    json_object_del(more, "url");
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
    form = with_secret(c, form, change);
    if (!form)
        return STEP_MORE;
    char *text = json_dumps(form, JSON_COMPACT);
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
