/* Offering a seat needs a secret link; the rest of an appointment's life is SQL. */
#include "work/app.h"
#include "work/routes.h"

static enum step offer_ask(struct call *c);
static enum step reassign_ask(struct call *c);
static enum step offer_reply(struct call *c);

step_fn *const appointment_offer[] = {offer_ask, offer_reply, NULL};
step_fn *const appointment_reassign[] = {reassign_ask, offer_reply, NULL};

static enum step offer_ask(struct call *c)
{
    return secret_ask(c, ASK_appointment_add, "link");
}

static enum step reassign_ask(struct call *c)
{
    return secret_ask(c, ASK_seat_fill, "link");
}

static enum step offer_reply(struct call *c)
{
    return call_reply_row(c, NULL);
}
