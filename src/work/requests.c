/* Requests for which C must think: the candidates. Everything else about a request is SQL. */
#include "base/arena.h"
#include "base/log.h"
#include "core/team.h"
#include "form/json.h"
#include "form/panel_json.h"
#include "form/weights_json.h"
#include "work/routes.h"

static enum step panel_load(struct call *c);
static enum step candidates_rank(struct call *c);
static enum step standing_find(struct call *c);

step_fn *const request_candidates[] = {panel_load, candidates_rank, NULL};
step_fn *const request_standing[] = {panel_load, standing_find, NULL};

static enum step panel_load(struct call *c)
{
    return call_ask(c, ASK_request_panel, call_path(c, "id"));
}

/* The panel as the query wants it seen: from one seat, with other weights. */
struct seen {
    struct panel *panel; /* the whole of it */
    struct panel seat;
    int no;
};

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

/* What if the weights were others? false: they cannot be. */
static bool weigh(struct call *c, struct panel *p, struct shape_errors *errors)
{
    const char *what_if = json_string_value(json_object_get(call_query(c), "weights"));
    struct weights *w = arena_new_of(call_arena(c), struct weights);
    *w = *p->weights;
    p->weights = w;
    return !what_if || weights_parse(w, what_if, "/weights", errors);
}

/* false: *ret_step is the answer. */
static bool see(struct call *c, struct seen *ret, enum step *ret_step)
{
    struct shape_errors errors = {.arena = call_arena(c)};
    const char *why;
    json_t *doc = json_loads(rows_value(call_rows(c)), 0, NULL);
    arena_hook(call_arena(c), json_hook, doc);
    if (panel_from_json(call_arena(c), doc, &ret->panel, &why) != OK) {
        log_error("candidates.panel", F_STR("request", call_path(c, "id")), F_STR("why", why));
        *ret_step = call_fail(c, ERR_INTERNAL, NULL);
        return false;
    }
    size_t seat = seat_asked_for(c, &ret->panel->request);
    if (seat == SEATS_MAX)
        shape_errors_add(&errors, "/seat", "없는 자리입니다", "there is no such seat");
    if (!weigh(c, ret->panel, &errors) || seat == SEATS_MAX) {
        *ret_step = call_fail_fields(c, ERR_INVALID, &errors);
        return false;
    }
    ret->seat = panel_seat(ret->panel, seat);
    ret->no = ret->panel->request.seats[seat].no;
    return true;
}

static enum step candidates_rank(struct call *c)
{
    struct arena *a = call_arena(c);
    struct seen seen;
    enum step step;
    if (!see(c, &seen, &step))
        return step;
    json_t *out = ranking_json(a, &seen.seat, seen.no, rank(a, &seen.seat));
    arena_hook(a, json_hook, out);
    if (seen.panel->request.seat_count > 1)
        json_object_set_new(out, "teams", teams_json(teams_find(a, seen.panel)));
    return call_reply_json(c, 200, out);
}

static enum step standing_find(struct call *c)
{
    struct arena *a = call_arena(c);
    struct seen seen;
    enum step step;
    if (!see(c, &seen, &step))
        return step;
    json_t *out =
        standing_json(a, &seen.seat, seen.no, rank(a, &seen.seat), call_path(c, "expert_id"));
    if (!out)
        return call_fail(c, ERR_NOT_FOUND, NULL);
    arena_hook(a, json_hook, out);
    return call_reply_json(c, 200, out);
}
