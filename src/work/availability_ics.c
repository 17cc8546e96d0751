/* An expert's hours as VAVAILABILITY beside their JSON form: the same resource in other words. */
#include "base/arena.h"
#include "form/json.h"
#include "form/shapes.h"
#include "form/vavailability.h"
#include "work/reading.h"
#include "work/routes.h"

#include <string.h>

enum { AVAILABILITY_BYTES_MAX = 1 << 20 };

static enum step ask(struct call *c);
static enum step show(struct call *c);
static enum step take(struct call *c);
static enum step put(struct call *c);
static enum step reply(struct call *c);

step_fn *const availability_ics[] = {ask, show, NULL};
step_fn *const availability_take[] = {take, reading_check, put, reply, NULL};

static enum step ask(struct call *c)
{
    return call_ask(c, ASK_availability_ics, call_who(c), call_args(c, NULL));
}

static void drop(void *out)
{
    buf_done(out);
}

static enum step show(struct call *c)
{
    const struct rows *rows = call_rows(c);
    const char *etag = rows_text(rows, 0, "etag");
    const char *none = http_header(call_request(c), "if-none-match");
    json_t *doc = json_loads(rows_text(rows, 0, "body"), 0, NULL);
    struct buf *out = arena_alloc(call_arena(c), sizeof *out);
    buf_init(out, AVAILABILITY_BYTES_MAX);
    arena_hook(call_arena(c), json_hook, doc);
    arena_hook(call_arena(c), drop, out);
    if (vavailability_print(out, doc) != OK || out->full)
        return call_fail(c, ERR_INTERNAL, NULL);
    bool same = none && (strcmp(none, "*") == 0 || strstr(none, etag));
    const struct http_field fields[] = {{"Cache-Control", "private, no-cache"}, {"ETag", etag}};
    struct http_reply r = {.status = same ? 304 : 200,
                           .type = same ? NULL : "text/calendar; charset=utf-8",
                           .body = same ? NULL : out->data,
                           .body_len = same ? 0 : out->len,
                           .fields = fields,
                           .field_count = sizeof fields / sizeof *fields};
    return call_reply(c, &r);
}

static enum step take(struct call *c)
{
    return reading_ask(c, "hours");
}

/* What VAVAILABILITY says and hours cannot. */
static bool refused(struct call *c, const json_t *doc, struct shape_errors *errors)
{
    size_t i;
    json_t *one;
    struct arena *a = call_arena(c);
    json_array_foreach(json_object_get(doc, "refused"), i, one)
        shape_errors_add(errors, arena_strdup(a, json_string_value(json_object_get(one, "at"))),
                         "상담 시간으로 옮길 수 없습니다",
                         arena_strdup(a, json_string_value(json_object_get(one, "why"))));
    return errors->n > 0;
}

static enum step put(struct call *c)
{
    const json_t *doc = reading_doc(c);
    struct shape_errors errors = {.arena = call_arena(c)};
    if (refused(c, doc, &errors))
        return call_fail_fields(c, ERR_INVALID, &errors);
    json_t *body = json_pack("{s:O, s:O}", "weekly", json_object_get(doc, "weekly"), "dates",
                             json_object_get(doc, "dates"));
    json_t *extra = json_pack("{s:o, s:O}", "body", body, "zone", json_object_get(doc, "zone"));
    arena_hook(call_arena(c), json_hook, extra);
    if (!shape_check(&shape_availability, body, &errors))
        return call_fail_fields(c, ERR_INVALID, &errors);
    return call_ask(c, ASK_availability_put, call_who(c), call_args(c, extra));
}

static enum step reply(struct call *c)
{
    return call_reply_row(c, NULL);
}
