/* Requests for which C must think: the candidates. Everything else about a request is SQL. */
#include "base/arena.h"
#include "base/log.h"
#include "core/team.h"
#include "form/json.h"
#include "form/panel_json.h"
#include "form/shape.h"
#include "work/routes.h"

static enum step candidates_load(struct call *c);
static enum step candidates_rank(struct call *c);

step_fn *const request_candidates[] = {candidates_load, candidates_rank, NULL};

static enum step candidates_load(struct call *c)
{
    return call_ask(c, ASK_request_panel, call_path(c, "id"));
}

/* The seat of the query, else the first vacant one, else the first; SEATS_MAX: there is none such.
 */
static size_t seat_asked_for(struct call *c, const struct request *r)
{
    json_int_t no = json_integer_value(json_object_get(call_query(c), "seat"));
    for (size_t i = 0; i < r->seat_count; i++)
        if (no ? r->seats[i].no == no : !r->seats[i].held)
            return i;
    return no ? SEATS_MAX : 0;
}

static enum step fail_seat(struct call *c)
{
    struct shape_errors errors = {.arena = call_arena(c)};
    shape_errors_add(&errors, "/seat", "없는 자리입니다", "there is no such seat");
    return call_fail_fields(c, ERR_INVALID, &errors);
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
    size_t seat = seat_asked_for(c, &panel->request);
    if (seat == SEATS_MAX)
        return fail_seat(c);
    struct panel seen = panel_seat(panel, seat);
    json_t *out = ranking_json(call_arena(c), &seen, panel->request.seats[seat].no,
                               rank(call_arena(c), &seen));
    arena_hook(call_arena(c), json_hook, out);
    if (panel->request.seat_count > 1)
        json_object_set_new(out, "teams", teams_json(teams_find(call_arena(c), panel)));
    return call_reply_json(c, 200, out);
}
