/* Webhooks: the URL must be one that may be called, and the secret is told with what made it. */
#include "base/arena.h"
#include "base/net.h"
#include "form/json.h"
#include "form/shape.h"
#include "hooks.h"
#include "work/app.h"
#include "work/routes.h"

#include <string.h>

static enum step check(struct call *c);
static enum step add(struct call *c);
static enum step change(struct call *c);
static enum step rotate(struct call *c);
static enum step reply_secret(struct call *c);
static enum step reply(struct call *c);

step_fn *const webhook_add[] = {check, add, reply_secret, NULL};
step_fn *const webhook_change[] = {check, change, reply, NULL};
step_fn *const webhook_rotate[] = {rotate, reply_secret, NULL};

static enum step refuse(struct call *c, const char *ko, const char *en)
{
    struct shape_errors errors = {.arena = call_arena(c)};
    shape_errors_add(&errors, "/url", ko, en);
    return call_fail_fields(c, ERR_INVALID, &errors);
}

enum step check_url(struct call *c, enum conf_key networks)
{
    const struct app *app = call_app(c);
    const char *url = json_string_value(json_object_get(call_body(c), "url"));
    struct net_list also;
    bool literal;
    if (!url)
        return STEP_MORE;
    if (!net_list_read(conf_str(app->conf, networks), &also))
        return call_fail(c, ERR_INTERNAL, NULL);
    const char *host = strstr(url, "://") + 3;
    host = arena_strndup(call_arena(c), host, strcspn(host, ":/?#"));
    bool plain = strncmp(url, "http:", 5) == 0; /* to this machine: the grammar says so */
    if (!net_host_allowed(&also, host, &literal))
        return refuse(c, "공인 주소가 아닙니다.", "is not a public address");
    if (plain && !net_host_allowed(&also, "127.0.0.1", &literal))
        return refuse(c, "https 주소여야 합니다.", "must be an https URL");
    return STEP_MORE;
}

static enum step check(struct call *c)
{
    return check_url(c, CONF_webhook_networks);
}

static enum step add(struct call *c)
{
    return call_ask(c, ASK_webhook_add, call_who(c), call_args(c, NULL));
}

static enum step change(struct call *c)
{
    return call_ask(c, ASK_webhook_change, call_who(c), call_args(c, NULL));
}

static enum step rotate(struct call *c)
{
    return call_ask(c, ASK_webhook_rotate, call_who(c), call_args(c, NULL));
}

/* The secret derives from the answer, so the same Idempotency-Key tells the same one. */
static enum step reply_secret(struct call *c)
{
    const struct app *app = call_app(c);
    uint8_t secret[SIGN_SECRET_BYTES];
    char text[SIGN_SECRET_LEN + 1];
    json_t *body = json_loads(rows_text(call_rows(c), 0, "body"), 0, NULL);
    arena_hook(call_arena(c), json_hook, body);
    hook_secret(app->key, json_string_value(json_object_get(body, "id")),
                json_integer_value(json_object_get(body, "secret_number")), secret);
    sign_secret_text(secret, text);
    json_t *extra = json_pack("{s:s}", "secret", text);
    arena_hook(call_arena(c), json_hook, extra);
    return call_reply_row(c, extra);
}

static enum step reply(struct call *c)
{
    return call_reply_row(c, NULL);
}
