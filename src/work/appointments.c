/* Offering a seat needs a secret link; the rest of an appointment's life is SQL. */
#include "base/arena.h"
#include "form/json.h"
#include "work/app.h"
#include "work/routes.h"

static enum step offer_ask(struct call *c);
static enum step offer_reply(struct call *c);

step_fn *const appointment_offer[] = {offer_ask, offer_reply, NULL};

static enum step offer_ask(struct call *c)
{
    struct secret link;
    secret_new(call_app(c), "link", &link);
    json_t *extra = json_pack("{s:{s:s, s:s}}", "link", "id", link.id, "hash", link.hash);
    arena_hook(call_arena(c), json_hook, extra);
    return call_ask(c, ASK_appointment_add, call_who(c), call_args(c, extra));
}

static enum step offer_reply(struct call *c)
{
    return call_reply_row(c, NULL);
}
