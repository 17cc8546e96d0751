/* The panel for a step of a call. */
#include "base/arena.h"
#include "work/app.h"
#include "work/panel_cache.h"

static void got(void *call, enum err err, struct panel *panel);
static void left(void *ask);

enum step panel_call(struct call *c, const char *request)
{
    struct app *app = call_app(c);
    struct panel_ask *a = arena_new_of(call_arena(c), struct panel_ask);
    *a = (struct panel_ask){.arena = call_arena(c), .request = request, .fn = got, .ctx = c};
    panel_cache_ask(app->panel, a);
    arena_hook(call_arena(c), left, a);
    return STEP_WAIT;
}

static void left(void *ask)
{
    panel_ask_drop(ask);
}

static void got(void *call, enum err err, struct panel *panel)
{
    struct call *c = call;
    if (err != OK) {
        call_fail(c, err, err == ERR_NOT_FOUND ? "there is no such request" : NULL);
        return;
    }
    *(struct panel *)call_work_new(c, sizeof *panel) = *panel;
    call_go_on(c);
}
