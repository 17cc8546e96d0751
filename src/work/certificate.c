/* 자문확인서: a page for those who keep the panel's accounts. */
#include "base/arena.h"
#include "form/json.h"
#include "form/page.h"
#include "page_reply.h"
#include "work/routes.h"

static enum step certificate_ask(struct call *c);
static enum step certificate_page(struct call *c);

step_fn *const certificate_show[] = {certificate_ask, certificate_page, NULL};

static enum step certificate_ask(struct call *c)
{
    return call_ask(c, ASK_certificate, call_who(c), call_args(c, NULL));
}

static enum step certificate_page(struct call *c)
{
    json_t *facts = json_loads(rows_value(call_rows(c)), 0, NULL);
    arena_hook(call_arena(c), json_hook, facts);
    return page_reply(c, page_certificate, facts);
}
