/* Fixed documents: the pages' style and the OpenAPI document. */
#include "base/arena.h"
#include "form/json.h"
#include "form/page.h"
#include "work/routes.h"

#include <stdlib.h>
#include <string.h>

static enum step style_reply(struct call *c);
static enum step openapi_reply(struct call *c);

step_fn *const style_serve[] = {style_reply, NULL};
step_fn *const openapi_serve[] = {openapi_reply, NULL};

static enum step style_reply(struct call *c)
{
    const struct page_asset *asset = page_asset(call_request(c)->path);
    const struct http_field fields[] = {{"Cache-Control", "public, max-age=3600"},
                                        {"X-Content-Type-Options", "nosniff"}};
    if (!asset)
        return call_fail(c, ERR_NOT_FOUND, NULL);
    struct http_reply r = {.status = 200,
                           .type = asset->media,
                           .body = asset->text,
                           .body_len = asset->len,
                           .fields = fields,
                           .field_count = 2};
    return call_reply(c, &r);
}

static enum step openapi_reply(struct call *c)
{
    json_t *doc = routes_openapi();
    arena_hook(call_arena(c), json_hook, doc);
    return call_reply_json(c, 200, doc);
}
