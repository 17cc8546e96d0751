/* Plans for which C must think: a walk-in's best seats. Everything else about a plan is SQL, or the
 * planner's (work/planner.h). */
#include "base/arena.h"
#include "base/log.h"
#include "form/brief.h"
#include "form/json.h"
#include "work/routes.h"

static enum step load(struct call *c);
static enum step book(struct call *c);
static enum step reply(struct call *c);

step_fn *const plan_walk_in[] = {load, book, reply, NULL};

static enum step load(struct call *c)
{
    return call_ask(c, ASK_plan_walk_facts, call_path(c, "id"),
                    json_string_value(json_object_get(call_body(c), "request_id")));
}

/* The best seats go along as choices: of two who come at once, the second gets the next best. */
static enum step book(struct call *c)
{
    struct brief *b;
    const char *why;
    json_t *facts = json_loads(rows_value(call_rows(c)), 0, NULL);
    arena_hook(call_arena(c), json_hook, facts);
    if (brief_new(call_arena(c), facts, &b, &why) != OK ||
        brief_add(b, json_object_get(facts, "asked"), &why) != OK) {
        log_error("walk_in.brief", F_STR("plan", call_path(c, "id")), F_STR("why", why));
        return call_fail(c, ERR_INTERNAL, NULL);
    }
    if (json_array_size(brief_unread(b)) > 0) /* each is named where experts are kept */
        log_warn("walk_in.unread", F_STR("plan", call_path(c, "id")),
                 F_INT("experts", (int64_t)json_array_size(brief_unread(b))));
    json_t *choices = brief_best(b);
    json_t *args = json_pack("{s:o, s:o}", "choices", choices, "funnel",
                             json_array_size(choices) ? json_null() : brief_why(b));
    arena_hook(call_arena(c), json_hook, args);
    return call_ask(c, ASK_plan_walk_in, call_who(c), call_args(c, args));
}

static enum step reply(struct call *c)
{
    return call_reply_row(c, NULL);
}
