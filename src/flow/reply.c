/* Replies: what the database answered, what C computed, and every error in one form. */
#include "base/arena.h"
#include "base/log.h"
#include "call_in.h"
#include "form/json.h"
#include "form/problem.h"
#include "form/shape.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 8 };

static enum step plain_ask(struct call *c)
{
    return call_ask(c, c->route->ask, call_who(c), call_args(c, NULL));
}

static enum step plain_reply(struct call *c)
{
    return call_reply_row(c, NULL);
}

step_fn *const plain_steps[] = {plain_ask, plain_reply, NULL};

static char *dump(struct call *c, const json_t *doc, size_t *ret_len)
{
    char *text = json_dumps(doc, JSON_COMPACT);
    if (!text)
        fatal("JSON that cannot be written");
    arena_hook(c->arena, free, text);
    *ret_len = strlen(text);
    return text;
}

const char *call_args(struct call *c, const json_t *extra)
{
    json_t *args = json_object();
    size_t len;
    arena_hook(c->arena, json_hook, args);
    if (c->query)
        json_object_update(args, c->query);
    if (c->body)
        json_object_set(args, "body", c->body);
    for (size_t i = 0; i < c->match.param_count; i++)
        if (strcmp(c->match.params[i].name, "token") != 0) /* a secret */
            json_object_set_new(args, c->match.params[i].name,
                                json_string(c->match.params[i].value));
    if (extra)
        json_object_update(args, (json_t *)(uintptr_t)extra);
    return dump(c, args, &len);
}

/* Promise 7: every access to personal data leaves a trace, or does not happen. What methods there
 * are is told to anybody and is none. */
static bool traced(struct call *c, const struct http_reply *r)
{
    const struct flow_conf *f = &c->flow->conf;
    bool personal = c->route && c->route->flags & ROUTE_PERSONAL && r->status < 300 &&
                    c->request->method != HTTP_OPTIONS;
    return !personal || !f->read || f->read(f->app, c);
}

enum step call_reply(struct call *c, const struct http_reply *r)
{
    if (!traced(c, r))
        return call_fail(c, ERR_BUSY, NULL);
    const struct flow_conf *f = &c->flow->conf;
    if (f->replied)
        f->replied(f->app, c, r->status);
    exchange_reply(c->exchange, r);
    call_end(c);
    return STEP_DONE;
}

enum step call_reply_json(struct call *c, int status, const json_t *body)
{
    struct http_reply r = {.status = status, .type = "application/json"};
    r.body = dump(c, body, &r.body_len);
    const struct http_field no_store = {"Cache-Control", "no-store"};
    r.fields = &no_store;
    r.field_count = 1;
    return call_reply(c, &r);
}

/* A list, weakly compared (RFC 9110 13.1.2): our tags are quoted, so one is in it or is not. */
static bool not_modified(const struct call *c, const char *etag)
{
    const char *none = http_header(c->request, "if-none-match");
    bool reads = c->request->method == HTTP_GET || c->request->method == HTTP_HEAD;
    return reads && none && *etag && (strcmp(none, "*") == 0 || strstr(none, etag) != NULL);
}

/* The body as the database wrote it, with the members of extra put in. */
static const char *row_body(struct call *c, const json_t *extra, size_t *ret_len)
{
    *ret_len = rows_len(c->rows, 0, "body");
    if (!extra)
        return rows_text(c->rows, 0, "body");
    json_t *doc = json_loadb(rows_text(c->rows, 0, "body"), *ret_len, 0, NULL);
    arena_hook(c->arena, json_hook, doc);
    json_object_update(doc, (json_t *)(uintptr_t)extra);
    return dump(c, doc, ret_len);
}

enum step call_reply_row(struct call *c, const json_t *extra)
{
    struct http_field fields[FIELDS_MAX] = {{"Cache-Control", "private, no-cache"}};
    struct http_reply r = {.status = (int)rows_int(c->rows, 0, "status"), .fields = fields};
    const char *etag = rows_text(c->rows, 0, "etag"), *at = rows_text(c->rows, 0, "location");
    r.field_count = 1;
    if (*etag)
        fields[r.field_count++] = (struct http_field){"ETag", etag};
    if (*at)
        fields[r.field_count++] = (struct http_field){"Location", at};
    if (not_modified(c, etag)) {
        r.status = 304;
        return call_reply(c, &r);
    }
    r.type = "application/json";
    r.body = row_body(c, extra, &r.body_len);
    return call_reply(c, &r);
}

static enum step reply_problem(struct call *c, enum err e, const char *detail,
                               const struct shape_errors *errors, const json_t *extra)
{
    struct http_field fields[FIELDS_MAX] = {{"Cache-Control", "no-store"}};
    struct http_reply r = {.status = err_row(e)->status, .type = PROBLEM_MEDIA, .fields = fields};
    json_t *doc = problem_json(e, detail, errors, extra);
    arena_hook(c->arena, json_hook, doc);
    r.field_count = 1;
    r.body = dump(c, doc, &r.body_len);
    if (r.status == 503)
        fields[r.field_count++] = (struct http_field){"Retry-After", "1"};
    if (r.status == 405 && c->match.allow)
        fields[r.field_count++] = (struct http_field){"Allow", c->match.allow};
    if (r.status == 401)
        fields[r.field_count++] = (struct http_field){"WWW-Authenticate", "Bearer"};
    return call_reply(c, &r);
}

enum step call_fail(struct call *c, enum err e, const char *detail)
{
    return reply_problem(c, e, detail, NULL, NULL);
}

enum step call_fail_fields(struct call *c, enum err e, const struct shape_errors *errors)
{
    return reply_problem(c, e, NULL, errors, NULL);
}

/* Our own functions put a JSON object into DETAIL; PostgreSQL's own DETAIL may hold a person's data
 * and is neither passed on nor logged. */
enum step call_answer_error(struct call *c, const struct answer *a)
{
    json_t *extra = a->detail ? json_loads(a->detail, 0, NULL) : NULL;
    bool ours = json_is_object(extra) || (a->sqlstate && strcmp(a->sqlstate, "P0002") == 0) ||
                (a->sqlstate && strncmp(a->sqlstate, "JM", 2) == 0);
    arena_hook(c->arena, json_hook, extra);
    if (a->err == ERR_INTERNAL)
        log_error("call.failed", F_STR("path", c->route->path), F_STR("sqlstate", a->sqlstate),
                  F_STR("constraint", a->constraint)); /* its message may quote personal data */
    return reply_problem(c, a->err, ours ? a->message : NULL, NULL,
                         json_is_object(extra) ? extra : NULL);
}
