/* Requests for which C must think: the candidates. Everything else about a request is SQL. */
#include "base/arena.h"
#include "base/log.h"
#include "core/rank.h"
#include "form/json.h"
#include "form/panel_json.h"
#include "work/routes.h"

static enum step candidates_load(struct call *c);
static enum step candidates_rank(struct call *c);

step_fn *const request_candidates[] = {candidates_load, candidates_rank, NULL};

static enum step candidates_load(struct call *c)
{
    return call_ask(c, ASK_request_panel, call_path(c, "id"));
}

static enum step candidates_rank(struct call *c)
{
    struct panel *panel;
    const char *why;
    json_t *doc = json_loads(rows_value(call_rows(c)), 0, NULL);
    arena_hook(call_arena(c), json_hook, doc);
    if (panel_from_json(call_arena(c), doc, &panel, &why) != OK) {
        log_error("candidates.panel", F_STR("request", call_path(c, "id")), F_STR("why", why));
        return call_fail(c, ERR_INTERNAL, NULL);
    }
    json_t *out = ranking_json(panel, rank(call_arena(c), panel));
    arena_hook(call_arena(c), json_hook, out);
    return call_reply_json(c, 200, out);
}
