/* Starts at which a consultation could be served: in general, and for a request. */
#include "form/slots_json.h"

#include "base/arena.h"
#include "flow/route.h"
#include "work/app.h"
#include "work/panel_cache.h"
#include "work/reply_cache.h"
#include "work/routes.h"

static enum step list_look(struct call *c);
static enum step list_find(struct call *c);
static enum step request_look(struct call *c);
static enum step request_find(struct call *c);

step_fn *const slots_list[] = {reply_kept, list_look, list_find, NULL};
step_fn *const request_slots[] = {reply_kept, request_look, request_find, NULL};

static enum step fail(struct call *c, const struct shape_errors *errors)
{
    return call_fail_fields(c, ERR_INVALID, errors);
}

/* Whoever may assign may see who could come; others see when, and how many. */
static enum step reply(struct call *c, const struct panel *panel)
{
    const struct app *app = call_app(c);
    struct panel p = *panel;
    struct slots_page page;
    struct shape_errors errors = {.arena = call_arena(c)};
    if (!slots_page_read(call_query(c), panel->zone, &page, &errors))
        return fail(c, &errors);
    page.who = (role_of(call_role(c)) & may_row(MAY_ASSIGN)->roles) != 0;
    p.request.packed = page.packed;
    slots_page_cut(call_arena(c), &p, &page);
    const struct board_slots *found =
        board_slots(call_arena(c), panel_cache_board(app->panel), &p, slots_wanted(&page));
    return reply_keep(c, &p, slots_json(&p, found, &page));
}

static enum step request_look(struct call *c)
{
    return panel_call(c, call_path(c, "id"));
}

static enum step request_find(struct call *c)
{
    return reply(c, call_work(c));
}

/* What is wrong is said before anything is asked. */
static enum step list_look(struct call *c)
{
    struct request r;
    struct slots_page page;
    struct shape_errors errors = {.arena = call_arena(c)};
    bool ok = slots_request_read(call_arena(c), call_query(c), call_now(c), &r, &errors);
    ok &= slots_page_read(call_query(c), NULL, &page, &errors);
    return ok ? panel_call(c, NULL) : fail(c, &errors);
}

static enum step list_find(struct call *c)
{
    const struct app *app = call_app(c);
    const struct panel *panel = call_work(c);
    struct request r;
    struct shape_errors errors = {.arena = call_arena(c)};
    if (!slots_request_read(call_arena(c), call_query(c), panel->now, &r, &errors))
        return fail(c, &errors);
    if (!slots_request_known(&r, panel->codes, &errors))
        return fail(c, &errors);
    struct panel p = board_panel(call_arena(c), panel_cache_board(app->panel), &r);
    return reply(c, &p);
}
