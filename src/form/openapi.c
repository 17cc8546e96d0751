#include "form/openapi.h"

#include "base/buf.h"
#include "form/problem.h"
#include "form/shape.h"
#include "form/shapes.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static json_t *operation(const struct openapi_route *r, json_t *components);
static json_t *parameters(const struct openapi_route *r, json_t *components);
static json_t *replies(const struct openapi_route *r, json_t *components);

json_t *openapi_document(const struct openapi_route *routes, size_t n)
{
    json_t *paths = json_object(), *components = json_object();
    for (size_t i = 0; i < n; i++) {
        char method[16] = "";
        for (size_t c = 0; routes[i].method[c] && c < sizeof method - 1; c++)
            method[c] = (char)tolower((unsigned char)routes[i].method[c]);
        if (!json_object_get(paths, routes[i].path))
            json_object_set_new(paths, routes[i].path, json_object());
        json_object_set_new(json_object_get(paths, routes[i].path), method,
                            operation(&routes[i], components));
    }
    json_decref(openapi_schema(&reply_problem, components));
    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o, s:{s:{s:s, s:s}}}}", "openapi", "3.1.0",
                     "info", "title", "Jamund", "version", "1", "description",
                     "전문가 자문단 일정 서비스 / expert advisory panel scheduling", "paths", paths,
                     "components", "schemas", components, "securitySchemes", "token", "type",
                     "http", "scheme", "bearer");
}

static json_t *content(const char *media, json_t *schema)
{
    return json_pack("{s:{s:o}}", media, "schema", schema);
}

/* get_v1_requests_id_candidates */
static json_t *operation_id(const struct openapi_route *r)
{
    struct buf id;
    buf_init(&id, 256);
    for (const char *c = r->method; *c; c++)
        buf_char(&id, (char)tolower((unsigned char)*c));
    for (const char *c = r->path; *c; c++)
        if (isalnum((unsigned char)*c))
            buf_char(&id, *c);
        else if (id.data[id.len - 1] != '_' && c[1])
            buf_char(&id, '_');
    json_t *text = json_string(id.data);
    buf_done(&id);
    return text;
}

static json_t *operation(const struct openapi_route *r, json_t *components)
{
    json_t *o =
        json_pack("{s:o, s:s, s:o, s:o}", "operationId", operation_id(r), "summary", r->summary,
                  "parameters", parameters(r, components), "responses", replies(r, components));
    if (r->who) {
        json_object_set_new(o, "security", json_pack("[{s:[]}]", "token"));
        json_object_set_new(o, "x-who", json_string(r->who));
    }
    if (r->body)
        json_object_set_new(
            o, "requestBody",
            json_pack("{s:b, s:o}", "required", 1, "content",
                      content(r->flags & OPENAPI_FORM ? "application/x-www-form-urlencoded"
                                                      : "application/json",
                              openapi_schema(r->body, components))));
    if (r->flags & OPENAPI_CALENDAR)
        json_object_set_new(
            o, "requestBody",
            json_pack("{s:b, s:o}", "required", 1, "content",
                      content("text/calendar", json_pack("{s:s}", "type", "string"))));
    return o;
}

static json_t *parameter(const char *name, const char *where, bool required, json_t *schema)
{
    return json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", where, "required", required,
                     "schema", schema);
}

static json_t *parameters(const struct openapi_route *r, json_t *components)
{
    static const struct shape uuid = {.kind = SHAPE_UUID};
    json_t *list = json_array();
    for (const char *open = strchr(r->path, '{'); open; open = strchr(open + 1, '{')) {
        size_t len = strcspn(open + 1, "}");
        bool secret = len == 5 && strncmp(open + 1, "token", 5) == 0;
        json_t *one = parameter(
            "", "path", true,
            secret ? json_pack("{s:s, s:s}", "type", "string", "pattern", "^[A-Za-z0-9_-]{43}$")
                   : openapi_schema(&uuid, components));
        json_object_set_new(one, "name", json_stringn(open + 1, len));
        json_array_append_new(list, one);
    }
    for (const struct shape_member *m = r->query ? r->query->members : NULL; m && m->name; m++)
        json_array_append_new(list, parameter(m->name, "query", !(m->flags & OPTIONAL),
                                              openapi_schema(m->shape, components)));
    if (r->flags & OPENAPI_KEY)
        json_array_append_new(list, parameter("Idempotency-Key", "header", true,
                                              json_pack("{s:s, s:i, s:i}", "type", "string",
                                                        "minLength", 1, "maxLength", 255)));
    if (r->flags & OPENAPI_MATCH)
        json_array_append_new(
            list, parameter("If-Match", "header", true, json_pack("{s:s}", "type", "string")));
    return list;
}

static json_t *replies(const struct openapi_route *r, json_t *components)
{
    char status[16];
    json_t *all = json_object(), *good = json_pack("{s:s}", "description", r->summary);
    if (r->reply)
        json_object_set_new(good, "content",
                            content(r->media ? r->media : "application/json",
                                    openapi_schema(r->reply, components)));
    else if (r->media)
        json_object_set_new(
            good, "content",
            content(r->media,
                    json_pack("{s:s}", "type",
                              strcmp(r->media, "application/json") == 0 ? "object" : "string")));
    if (r->flags & OPENAPI_ETAG) {
        json_object_set_new(good, "headers",
                            json_pack("{s:{s:{s:s}}}", "ETag", "schema", "type", "string"));
        if (strcmp(r->method, "GET") == 0)
            json_object_set_new(all, "304", json_pack("{s:s}", "description", "Not modified"));
    }
    snprintf(status, sizeof status, "%d", r->status);
    json_object_set_new(all, status, good);
    for (size_t i = 0; i < 2; i++) {
        json_t *bad = content(PROBLEM_MEDIA, openapi_schema(&reply_problem, components));
        if (r->media && strcmp(r->media, "text/html") == 0)
            json_object_set_new(bad, "text/html",
                                json_pack("{s:{s:s}}", "schema", "type", "string"));
        json_object_set_new(all, i ? "5XX" : "4XX",
                            json_pack("{s:s, s:o}", "description", "Problem", "content", bad));
    }
    return all;
}
