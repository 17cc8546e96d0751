/* Feeds are made, and get a new address: their secret is told with the answer, and never again. */
#include "work/app.h"
#include "work/routes.h"
#include "work/secret.h"

static enum step rotate_ask(struct call *c);
static enum step add_ask(struct call *c);
static enum step renew_ask(struct call *c);
static enum step reply_url(struct call *c);

step_fn *const feed_rotate[] = {rotate_ask, reply_url, NULL};
step_fn *const feed_add[] = {add_ask, reply_url, NULL};
step_fn *const feed_renew[] = {renew_ask, reply_url, NULL};

static enum step rotate_ask(struct call *c)
{
    return secret_ask(c, ASK_feed_rotate, "feed");
}

static enum step add_ask(struct call *c)
{
    return secret_ask(c, ASK_feed_add, "feed");
}

static enum step renew_ask(struct call *c)
{
    return secret_ask(c, ASK_feed_renew, "feed");
}

static enum step reply_url(struct call *c)
{
    return secret_reply_url(c, "feed");
}
