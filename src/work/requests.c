/* Requests for which C must think: the candidates. Everything else about a request is SQL. */
#include "base/arena.h"
#include "core/team.h"
#include "form/json.h"
#include "form/panel_json.h"
#include "form/shape.h"
#include "work/app.h"
#include "work/panel_cache.h"
#include "work/routes.h"

static enum step candidates_look(struct call *c);
static enum step candidates_rank(struct call *c);

step_fn *const request_candidates[] = {candidates_look, candidates_rank, NULL};

static enum step candidates_look(struct call *c)
{
    return panel_call(c, call_path(c, "id"));
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
    const struct app *app = call_app(c);
    const struct panel *panel = call_work(c);
    const struct board_want everybody = {.ineligible = true};
    size_t seat = seat_asked_for(c, &panel->request);
    if (seat == SEATS_MAX)
        return fail_seat(c);
    struct panel seen = panel_seat(panel, seat);
    const struct ranking *r =
        board_rank(call_arena(c), panel_cache_board(app->panel), &seen, everybody);
    json_t *out = ranking_json(call_arena(c), &seen, panel->request.seats[seat].no, r);
    arena_hook(call_arena(c), json_hook, out);
    if (panel->request.seat_count > 1)
        json_object_set_new(out, "teams", teams_json(teams_find(call_arena(c), panel)));
    return call_reply_json(c, 200, out);
}
