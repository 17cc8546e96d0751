/* Feeds are made, and get a new address: their secret is told with the answer, and never again. */
#include "base/arena.h"
#include "form/json.h"
#include "work/app.h"
#include "work/routes.h"

#include <jansson.h>

static enum step rotate_ask(struct call *c);
static enum step add_ask(struct call *c);
static enum step renew_ask(struct call *c);
static enum step reply_url(struct call *c);

step_fn *const feed_rotate[] = {rotate_ask, reply_url, NULL};
step_fn *const feed_add[] = {add_ask, reply_url, NULL};
step_fn *const feed_renew[] = {renew_ask, reply_url, NULL};

static enum step rotate_ask(struct call *c)
{
    return secret_ask(c, ASK_feed_rotate, "feed");
}

static enum step add_ask(struct call *c)
{
    return secret_ask(c, ASK_feed_add, "feed");
}

static enum step renew_ask(struct call *c)
{
    return secret_ask(c, ASK_feed_renew, "feed");
}

/* The URL derives from the id in the answer, so the same Idempotency-Key tells the same URL. */
static enum step reply_url(struct call *c)
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
