/* The steps in front of every route's own: who asks, may they, is the request complete. */
#include "badge_in.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/log.h"
#include "base/utf8.h"
#include "form/json.h"
#include "form/query.h"
#include "form/shape.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { KEY_MAX = 255, MATCH_MAX = 64, METHOD_MAX = 32 };

static enum step gate_ask(struct call *c);
static enum step gate_admit(struct call *c);
static enum step gate_demand(struct call *c);
static enum step gate_decode(struct call *c);

step_fn *const gate_steps[] = {gate_ask, gate_admit, gate_demand, gate_decode, NULL};

static enum step gate_ask(struct call *c)
{
    if (may_row(c->route->who)->roles == 0)
        return STEP_MORE;
    const char *auth = http_header(c->request, "authorization");
    if (!auth || strncasecmp(auth, "Bearer ", 7) != 0 || !id_is_token(auth + 7))
        return call_fail(c, ERR_UNAUTHENTICATED, NULL);
    char *hash = arena_alloc(c->arena, ID_HASH_LEN + 1);
    id_hash(auth + 7, ID_TOKEN_LEN, hash);
    c->token = hash;
    return badges_ask(c->flow->badges, c, hash);
}

static enum step gate_admit(struct call *c)
{
    unsigned allowed = may_row(c->route->who)->roles;
    if (allowed == 0)
        return STEP_MORE;
    if (!c->role)
        return call_fail(c, ERR_UNAUTHENTICATED, NULL);
    if (!(role_of(c->role) & allowed))
        return call_fail(c, ERR_FORBIDDEN, may_row(c->route->who)->sentence);
    return STEP_MORE;
}

/* One entity tag, strong; lists and weak tags never match here. */
static bool match_ok(const char *v)
{
    size_t n = strlen(v);
    return strcmp(v, "*") == 0 || (n >= 2 && n <= MATCH_MAX && v[0] == '"' && v[n - 1] == '"' &&
                                   memchr(v + 1, '"', n - 2) == NULL && utf8_valid(v, n));
}

static enum step gate_demand(struct call *c)
{
    if (c->route->flags & ROUTE_KEY) {
        const char *key = http_header(c->request, "idempotency-key");
        if (!key || !*key)
            return call_fail(c, ERR_NEEDS_KEY, NULL);
        if (strlen(key) > KEY_MAX)
            return call_fail(c, ERR_BAD_REQUEST, "Idempotency-Key is longer than 255 bytes");
        if (!utf8_valid(key, strlen(key)))
            return call_fail(c, ERR_BAD_REQUEST, "Idempotency-Key is not UTF-8");
    }
    if (c->route->flags & ROUTE_MATCH) {
        const char *match = http_header(c->request, "if-match");
        if (!match)
            return call_fail(c, ERR_NEEDS_MATCH, NULL);
        if (!match_ok(match))
            return call_fail(c, ERR_PRECONDITION, "If-Match takes one strong entity tag or *");
    }
    return STEP_MORE;
}

static const char *body_media(const struct route *r)
{
    if (r->flags & ROUTE_CALENDAR)
        return "text/calendar";
    return r->flags & ROUTE_FORM ? "application/x-www-form-urlencoded" : "application/json";
}

static enum step decode_body(struct call *c)
{
    const char *type = http_header(c->request, "content-type"), *want = body_media(c->route);
    bool raw = c->route->flags & ROUTE_CALENDAR;
    if (!c->route->body && !raw)
        return c->request->body_len ? call_fail(c, ERR_BAD_REQUEST, "this resource takes no body")
                                    : STEP_MORE;
    size_t n = strlen(want);
    if (!type || strncasecmp(type, want, n) != 0 || !strchr("; ", type[n]))
        return call_fail(c, ERR_MEDIA_TYPE, want);
    if (raw)
        return STEP_MORE;
    struct shape_errors errors = {.arena = c->arena};
    enum err e = (c->route->flags & ROUTE_FORM ? query_decode : shape_decode)(
        c->arena, c->route->body, c->request->body, c->request->body_len, &c->body, &errors);
    /* a form's page says itself what is wrong with it: its step finds no body */
    return e == OK || c->route->flags & ROUTE_FORM ? STEP_MORE : call_fail_fields(c, e, &errors);
}

static enum step gate_decode(struct call *c)
{
    struct shape_errors errors = {.arena = c->arena};
    if (c->route->flags & ROUTE_ANY)
        return STEP_MORE;
    if (c->route->query) {
        enum err e = query_fields(c->arena, c->route->query, c->request->params,
                                  c->request->param_count, &c->query, &errors);
        if (e != OK)
            return call_fail_fields(c, e, &errors);
    } else if (c->request->param_count &&
               !c->route->media) { /* mailers add to the links of pages */
        return call_fail(c, ERR_BAD_REQUEST, "this resource takes no query");
    }
    return decode_body(c);
}

/* What makes two requests with one key the same request: method, path and body. */
static void request_hash(const struct call *c, char out[ID_HASH_LEN + 1])
{
    struct buf b;
    buf_init(&b, METHOD_MAX + strlen(c->request->path) + c->request->body_len);
    buf_printf(&b, "%s %s\n", http_method_name(c->request->method), c->request->path);
    buf_add(&b, c->request->body, c->request->body_len);
    id_hash(b.data, b.len, out);
    buf_done(&b);
}

const char *call_who(struct call *c)
{
    char hash[ID_HASH_LEN + 1];
    const char *key =
        c->route->flags & ROUTE_KEY ? http_header(c->request, "idempotency-key") : NULL;
    const char *match = c->route->flags & ROUTE_MATCH ? http_header(c->request, "if-match") : NULL;
    request_hash(c, hash);
    json_t *o = json_pack("{s:s*, s:s, s:s*, s:s, s:s*, s:s, s:s*}", "actor", c->actor,
                          "actor_kind", "user", "role", c->role, "via", "api", "key", key, "hash",
                          hash, "if_match", match);
    arena_hook(c->arena, json_hook, o);
    char *text = json_dumps(o, JSON_COMPACT);
    arena_hook(c->arena, free, text);
    if (!text) /* without it nobody would be asking: no mask, no audit */
        fatal("a call that cannot be written");
    return text;
}
