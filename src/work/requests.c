/* Requests for which C must think: the candidates. Everything else about a request is SQL. */
#include "base/arena.h"
#include "core/team.h"
#include "form/panel_json.h"
#include "form/weights_json.h"
#include "work/app.h"
#include "work/panel_cache.h"
#include "work/reply_cache.h"
#include "work/routes.h"

static enum step panel_look(struct call *c);
static enum step candidates_rank(struct call *c);
static enum step standing_find(struct call *c);

step_fn *const request_candidates[] = {reply_kept, panel_look, candidates_rank, NULL};
step_fn *const request_standing[] = {reply_kept, panel_look, standing_find, NULL};

static enum step panel_look(struct call *c)
{
    return panel_call(c, call_path(c, "id"));
}

/* The panel as the query wants it seen, from one seat and perhaps with other weights; and the
 * ranking of everybody. */
struct seen {
    struct panel whole, seat;
    int no;
    struct ranking *ranking;
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

/* false: what is asked for cannot be, and was answered so. */
static bool see(struct call *c, struct seen *ret)
{
    static const struct board_want everybody = {.ineligible = true};
    const struct app *app = call_app(c);
    struct shape_errors errors = {.arena = call_arena(c)};
    ret->whole = *(const struct panel *)call_work(c);
    size_t seat = seat_asked_for(c, &ret->whole.request);
    if (seat == SEATS_MAX)
        shape_errors_add(&errors, "/seat", "없는 자리입니다", "there is no such seat");
    if (!weigh(c, &ret->whole, &errors) || seat == SEATS_MAX) {
        call_fail_fields(c, ERR_INVALID, &errors);
        return false;
    }
    ret->seat = panel_seat(&ret->whole, seat);
    ret->no = ret->whole.request.seats[seat].no;
    ret->ranking = board_rank(call_arena(c), panel_cache_board(app->panel), &ret->seat, everybody);
    return true;
}

/* The first vacant seat that nobody can take; 0: there is none. */
static int empty_seat(struct arena *a, const struct board *b, const struct panel *p)
{
    static const struct board_want anybody = {.top = 1};
    for (size_t i = 0; i < p->request.seat_count; i++) {
        struct panel seat = panel_seat(p, i);
        if (!p->request.seats[i].held && board_rank(a, b, &seat, anybody)->candidate_count == 0)
            return p->request.seats[i].no;
    }
    return 0;
}

static bool any_vacant(const struct request *r)
{
    bool any = false;
    for (size_t i = 0; i < r->seat_count; i++)
        any |= !r->seats[i].held;
    return any;
}

/* Teams are looked for among the best of each seat, starts among everybody: only these say no. */
static void add_teams(struct call *c, const struct panel *p, json_t *out)
{
    const struct app *app = call_app(c);
    const struct board *b = panel_cache_board(app->panel);
    struct arena *a = call_arena(c);
    const struct teams *t = teams_find(a, p);
    json_object_set_new(out, "teams", teams_json(t));
    if (t->n == 0 && any_vacant(&p->request) && board_slots(a, b, p, 1)->n == 0)
        json_object_set_new(out, "no_team", no_team_json(a, b, p, empty_seat(a, b, p)));
}

static enum step candidates_rank(struct call *c)
{
    struct seen seen;
    if (!see(c, &seen))
        return STEP_DONE;
    json_t *out = ranking_json(call_arena(c), &seen.seat, seen.no, seen.ranking);
    if (seen.whole.request.seat_count > 1)
        add_teams(c, &seen.whole, out);
    return reply_keep(c, &seen.whole, out);
}

static enum step standing_find(struct call *c)
{
    struct seen seen;
    if (!see(c, &seen))
        return STEP_DONE;
    json_t *out =
        standing_json(call_arena(c), &seen.seat, seen.no, seen.ranking, call_path(c, "expert_id"));
    if (!out)
        return call_fail(c, ERR_NOT_FOUND, NULL);
    return reply_keep(c, &seen.whole, out);
}
