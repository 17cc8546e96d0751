/* One shape as JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
#include "form/openapi.h"
#include "form/shape.h"
#include "form/shape_text.h"

#include <string.h>

#define LINE_CLASS "[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]"
#define TEXT_CLASS "[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u2028\\u2029]"
#define NOT_BLANK "(?=[\\s\\S]*\\S)"

static json_t *schema_in_place(const struct shape *s, json_t *components);
static json_t *object_schema(const struct shape *s, json_t *components);
static json_t *string_schema(const struct shape *s);
static json_t *enum_schema(const struct shape *s);
static json_t *rule_schema(const struct shape_rule *r);
static json_t *or_null(json_t *schema);

json_t *openapi_schema(const struct shape *s, json_t *components)
{
    if (!s->name)
        return schema_in_place(s, components);
    if (!json_object_get(components, s->name))
        json_object_set_new(components, s->name, schema_in_place(s, components));
    return json_pack("{s:s+}", "$ref", "#/components/schemas/", s->name);
}

static json_t *schema_in_place(const struct shape *s, json_t *components)
{
    if (s->kind == SHAPE_OBJECT)
        return object_schema(s, components);
    if (s->kind == SHAPE_ARRAY)
        return json_pack("{s:s, s:o, s:I, s:I, s:o*}", "type", "array", "items",
                         openapi_schema(s->items, components), "minItems", (json_int_t)s->min,
                         "maxItems", (json_int_t)s->max, "uniqueItems",
                         s->unique ? json_true() : NULL);
    if (s->kind == SHAPE_INTEGER)
        return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)s->min,
                         "maximum", (json_int_t)s->max);
    if (s->kind == SHAPE_BOOLEAN)
        return json_pack("{s:s}", "type", "boolean");
    return s->kind == SHAPE_ENUM ? enum_schema(s) : string_schema(s);
}

static json_t *object_schema(const struct shape *s, json_t *components)
{
    json_t *properties = json_object(), *required = json_array(), *rules = json_array();
    for (const struct shape_member *m = s->members; m->name; m++) {
        json_t *schema = openapi_schema(m->shape, components);
        json_object_set_new(properties, m->name, m->flags & NULLABLE ? or_null(schema) : schema);
        if (!(m->flags & OPTIONAL))
            json_array_append_new(required, json_string(m->name));
    }
    for (const struct shape_rule *r = s->rules; r && r->member; r++)
        json_array_append_new(rules, rule_schema(r));
    json_t *o = json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
                          "required", required, "additionalProperties", 0);
    if (json_array_size(rules) > 0)
        json_object_set(o, "allOf", rules);
    json_decref(rules);
    return o;
}

/* Order cannot be said in JSON Schema: it is a sentence. Presence can. */
static json_t *rule_schema(const struct shape_rule *r)
{
    json_t *there = json_pack("{s:[s], s:{s:{s:{s:s}}}}", "required", r->member, "properties",
                              r->member, "not", "type", "null");
    switch (r->rule) {
    case RULE_NEEDS:
        return json_pack("{s:{s:[s], s:{s:{s:s}}}, s:o}", "if", "required", r->other, "properties",
                         r->other, "const", r->value, "then", there);
    case RULE_ONLY:
        return json_pack("{s:{s:[s], s:{s:{s:{s:s}}}}, s:{s:o}}", "if", "required", r->other,
                         "properties", r->other, "not", "const", r->value, "then", "not", there);
    case RULE_BEFORE:
    case RULE_UNTIL:
        break;
    }
    json_decref(there);
    return json_pack("{s:s++}", "description", r->member,
                     r->rule == RULE_BEFORE ? " is before " : " is not after ", r->other);
}

static json_t *enum_schema(const struct shape *s)
{
    json_t *values = json_array();
    for (const char *const *value = s->values; *value; value++)
        json_array_append_new(values, json_string(*value));
    return json_pack("{s:s, s:o}", "type", "string", "enum", values);
}

static json_t *string_schema(const struct shape *s)
{
    const struct shape_text *form = shape_text(s->kind);
    if (form)
        return json_pack("{s:s, s:s*, s:s, s:I}", "type", "string", "format", form->format,
                         "pattern", form->pattern, "maxLength", (json_int_t)form->max);
    return json_pack("{s:s, s:s+++, s:I, s:I}", "type", "string", "pattern", "^",
                     s->min > 0 ? NOT_BLANK : "", s->kind == SHAPE_TEXT ? TEXT_CLASS : LINE_CLASS,
                     "*$", "minLength", (json_int_t)s->min, "maxLength", (json_int_t)s->max);
}

static json_t *or_null(json_t *schema)
{
    return json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
}
