/* form/openapi: the document. Given a folder, the program writes there the document and values with
 * what shape_check says of them, for a JSON Schema validator to say the same (tests/form). */
#include "base/arena.h"
#include "form/openapi.h"
#include "form/shapes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ID "0b54f2a0-1111-4222-8333-444455556666"

static const struct openapi_route routes[] = {
    {"GET", "/v1/experts", "Experts, by page", "coordinator, manager", &shape_expert_query, NULL,
     &reply_experts, NULL, 200, 0},
    {"POST", "/v1/experts", "A new expert", "manager", NULL, &shape_expert, &reply_expert, NULL,
     201, OPENAPI_KEY | OPENAPI_ETAG},
    {"GET", "/v1/experts/{id}", "One expert", "coordinator", NULL, NULL, &reply_expert, NULL, 200,
     OPENAPI_ETAG},
    {"POST", "/v1/requests", "A new request", "field", NULL, &shape_request, &reply_request, NULL,
     201, OPENAPI_KEY},
    {"POST", "/v1/appointments/{id}/cancel", "Ends it", "coordinator", NULL, &shape_cancel,
     &reply_appointment, NULL, 200, OPENAPI_KEY | OPENAPI_MATCH},
    {"GET", "/feeds/{token}.ics", "A calendar", NULL, NULL, NULL, NULL, "text/calendar", 200,
     OPENAPI_ETAG},
    {"POST", "/r/{token}", "An expert's answer", NULL, NULL, &shape_answer, NULL, "text/html", 200,
     OPENAPI_FORM},
    {"DELETE", "/v1/feeds/{id}", "Revokes it", "coordinator", NULL, NULL, NULL, NULL, 204, 0},
};

#define REQUEST(mode, more)                                                                        \
    "{\"case_id\":\"" ID "\",\"seats\":[{\"field\":\"tax\",\"min_level\":2}],\"mode\":\"" mode     \
    "\",\"minutes\":60,\"windows\":[{\"from\":\"2026-12-01T09:00:00+09:00\",\"until\":"            \
    "\"2026-12-01T18:00:00+09:00\"}]" more "}"

static const struct {
    const struct shape *shape;
    const char *text;
} values[] = {
    {&shape_request, REQUEST("visit", "")},
    {&shape_request, REQUEST("walk", "")},
    {&shape_request, REQUEST("visit", ",\"extra\":1")},
    {&shape_request, REQUEST("center", "")},
    {&shape_request, REQUEST("center", ",\"place_id\":null")},
    {&shape_request, REQUEST("center", ",\"place_id\":\"" ID "\"")},
    {&shape_request, REQUEST("visit", ",\"place_id\":\"" ID "\"")},
    {&shape_request, REQUEST("visit", ",\"place_id\":null")},
    {&shape_request, REQUEST("online", ",\"online_url\":\"https://example.kr/a\"")},
    {&shape_request, REQUEST("online", ",\"online_url\":\"http://example.kr/a\"")},
    {&shape_request, REQUEST("phone", ",\"languages\":[\"ko\",\"ko\"]")},
    {&shape_request, REQUEST("phone", ",\"languages\":[\"ko\",\"en\"]")},
    {&shape_request, REQUEST("phone", ",\"deadline\":\"2026-12-01T09:00:00\"")},
    {&shape_request, REQUEST("phone", ",\"topics\":[\" \"]")},
    {&shape_request, REQUEST("phone", ",\"topics\":[\"가\\r\\n나\"]")},
    {&shape_request, REQUEST("phone", ",\"topics\":[\"가\\u2028나\"]")},
    {&shape_cancel, "{\"reason\":\"한 줄\\n두 줄\\t끝\"}"},
    {&shape_cancel, "{\"reason\":\"한 줄\\r\\n두 줄\"}"},
    {&shape_cancel, "{\"reason\":\"\\n \\u3000\"}"},
    {&shape_cancel, "{\"reason\":\"\"}"},
    {&shape_cancel, "{\"reason\":null}"},
    {&shape_cancel, "{}"},
    {&shape_cancel, "[]"},
    {&shape_case, "{\"company_id\":\"" ID "\",\"channel\":\"web\",\"title\":\"가\",\"text\":\"\"}"},
    {&shape_case, "{\"company_id\":\"" ID "\",\"channel\":\"fax\",\"title\":\"가\"}"},
    {&shape_answer, "{\"answer\":\"decline\",\"revision\":1}"},
    {&shape_answer, "{\"answer\":\"decline\",\"revision\":1,\"reason\":\"가\"}"},
    {&shape_answer, "{\"answer\":\"accept\",\"revision\":0}"},
    {&shape_answer, "{\"answer\":\"accept\",\"revision\":1}"},
};

/* Every object is closed, every reference leads somewhere. */
static void walk(const json_t *v, const json_t *schemas, size_t *closed)
{
    const char *key;
    json_t *value;
    size_t i;
    const char *ref = json_string_value(json_object_get(v, "$ref"));
    if (ref) {
        assert_int_equal(strncmp(ref, "#/components/schemas/", 21), 0);
        assert_non_null(json_object_get(schemas, ref + 21));
    }
    if (json_object_get(v, "properties") && json_object_get(v, "type")) {
        assert_true(json_is_false(json_object_get(v, "additionalProperties")));
        ++*closed;
    }
    json_object_foreach((json_t *)(uintptr_t)v, key, value) walk(value, schemas, closed);
    json_array_foreach(v, i, value) walk(value, schemas, closed);
}

static const json_t *at(const json_t *v, const char *a, const char *b, const char *c)
{
    return json_object_get(json_object_get(json_object_get(v, a), b), c);
}

static void objects_are_closed_and_references_lead_somewhere(void **state)
{
    (void)state;
    size_t closed = 0;
    json_t *doc = openapi_document(routes, COUNT(routes));
    assert_non_null(doc);
    assert_string_equal(json_string_value(json_object_get(doc, "openapi")), "3.1.0");
    walk(doc, json_object_get(json_object_get(doc, "components"), "schemas"), &closed);
    assert_true(closed > 20);
    json_decref(doc);
}

static void a_route_says_what_it_needs(void **state)
{
    (void)state;
    json_t *doc = openapi_document(routes, COUNT(routes));
    const json_t *cancel = at(doc, "paths", "/v1/appointments/{id}/cancel", "post");
    char *text = json_dumps(cancel, JSON_COMPACT);
    assert_non_null(
        strstr(text, "\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":true"));
    assert_non_null(strstr(text, "\"name\":\"If-Match\",\"in\":\"header\",\"required\":true"));
    assert_non_null(strstr(text, "\"name\":\"id\",\"in\":\"path\",\"required\":true"));
    assert_non_null(strstr(text, "\"operationId\":\"post_v1_appointments_id_cancel\""));
    assert_non_null(strstr(text, "\"x-who\":\"coordinator\""));
    assert_non_null(strstr(text, "application/problem+json"));
    free(text);
    assert_non_null(
        at(at(doc, "paths", "/v1/experts/{id}", "get"), "responses", "304", "description"));
    assert_non_null(at(doc, "paths", "/v1/experts", "post"));
    assert_null(json_object_get(at(doc, "paths", "/feeds/{token}.ics", "get"), "security"));
    json_decref(doc);
}

static void every_shape_becomes_a_schema(void **state)
{
    (void)state;
    json_t *components = json_object();
    for (size_t i = 0; shapes_in[i]; i++)
        json_decref(openapi_schema(shapes_in[i], components));
    for (size_t i = 0; shapes_out[i]; i++) {
        json_decref(openapi_schema(shapes_out[i], components));
        assert_non_null(json_object_get(components, shapes_out[i]->name));
    }
    json_decref(components);
}

/* Two shapes of one name would silently become one. */
static void names_of_shapes_are_unique(void **state)
{
    (void)state;
    const struct shape *all[512];
    size_t n = 0;
    for (size_t i = 0; shapes_in[i]; i++)
        all[n++] = shapes_in[i];
    for (size_t i = 0; shapes_out[i]; i++)
        all[n++] = shapes_out[i];
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (all[i]->name && all[j]->name)
                assert_string_not_equal(all[i]->name, all[j]->name);
}

static int save_all(const char *folder)
{
    char path[512];
    json_t *doc = openapi_document(routes, COUNT(routes)), *said = json_array();
    json_t *schemas = json_object_get(json_object_get(doc, "components"), "schemas");
    for (size_t i = 0; i < COUNT(values); i++) {
        struct arena *a = arena_new();
        struct shape_errors errors = {.arena = a};
        json_t *value = json_loads(values[i].text, JSON_DECODE_ANY, NULL);
        bool good = shape_check(values[i].shape, value, &errors);
        json_decref(openapi_schema(values[i].shape, schemas));
        json_array_append_new(said, json_pack("{s:s, s:o, s:b}", "schema", values[i].shape->name,
                                              "value", value, "good", good));
        arena_free(a);
    }
    snprintf(path, sizeof path, "%s/openapi.json", folder);
    int failed = json_dump_file(doc, path, JSON_INDENT(1));
    snprintf(path, sizeof path, "%s/values.json", folder);
    failed |= json_dump_file(said, path, JSON_INDENT(1));
    json_decref(doc);
    json_decref(said);
    return failed != 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return save_all(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_closed_and_references_lead_somewhere),
        cmocka_unit_test(a_route_says_what_it_needs),
        cmocka_unit_test(every_shape_becomes_a_schema),
        cmocka_unit_test(names_of_shapes_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
