/* The office's weights: the database keeps what was set, core knows the others. */
#include "base/arena.h"
#include "form/json.h"
#include "form/weights_json.h"
#include "work/routes.h"

static enum step show(struct call *c);
static enum step check(struct call *c);
static enum step set(struct call *c);
static enum step reply(struct call *c);

step_fn *const weights_show[] = {show, reply, NULL};
step_fn *const weights_set[] = {check, set, reply, NULL};

static enum step show(struct call *c)
{
    return call_ask(c, ASK_weights_get, call_who(c), call_args(c, NULL));
}

static enum step check(struct call *c)
{
    struct shape_errors errors = {.arena = call_arena(c)};
    struct weights w = weights_default;
    weights_take(&w, json_object_get(call_body(c), "weights"));
    return weights_fit(&w, "/weights", &errors) ? STEP_MORE
                                                : call_fail_fields(c, ERR_INVALID, &errors);
}

static enum step set(struct call *c)
{
    return call_ask(c, ASK_weights_put, call_who(c), call_args(c, NULL));
}

static enum step reply(struct call *c)
{
    struct weights w = weights_default;
    json_t *body = json_loads(rows_text(call_rows(c), 0, "body"), 0, NULL);
    arena_hook(call_arena(c), json_hook, body);
    weights_take(&w, json_object_get(body, "weights"));
    json_t *extra = json_pack("{s:o}", "weights", weights_json(&w));
    arena_hook(call_arena(c), json_hook, extra);
    return call_reply_row(c, extra);
}
