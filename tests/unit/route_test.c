/* flow/route and the tables of work/routes: what is found, and that each row can be. */
#include "base/arena.h"
#include "base/id.h"
#include "work/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define UUID "01234567-89ab-4def-8123-456789abcdef"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct route_match find(enum http_method method, const char *path)
{
    return route_find(arena, routes, route_count, method, path);
}

/* The path of a row with parameters filled in. */
static const char *filled(const char *path)
{
    const char *open = strchr(path, '{'), *close = open ? strchr(open, '}') : NULL;
    if (!open)
        return path;
    return filled(arena_printf(arena, "%.*s%s%s", (int)(open - path), path,
                               strncmp(open, "{token}", 7) == 0 ? "secret" : UUID, close + 1));
}

static void every_row_is_found_and_is_the_only_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count; i++) {
        struct route_match m = find(routes[i].method, filled(routes[i].path));
        assert_ptr_equal(m.route, &routes[i]);
        for (size_t k = 0; k < i; k++)
            assert_false(routes[k].method == routes[i].method &&
                         strcmp(routes[k].path, routes[i].path) == 0);
    }
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count; i++) {
        const struct route *r = &routes[i];
        assert_non_null(r->summary);
        assert_non_null(r->steps);
        assert_non_null(r->steps[0]);
        assert_true((r->status >= 200 && r->status < 300) || r->status == 303);
        assert_true((r->reply != NULL) != (r->media != NULL));
        if (r->method != HTTP_GET && !(r->flags & ROUTE_FORM)) /* what changes something is keyed */
            assert_true(r->flags & ROUTE_KEY);
        if (may_row(r->who)->roles == 0)
            assert_true(r->who == MAY_PUBLIC || r->who == MAY_SECRET);
    }
}

static void parameters_are_checked_and_told(void **state)
{
    (void)state;
    struct route_match m = find(HTTP_GET, "/v1/experts/" UUID);
    assert_int_equal(m.param_count, 1);
    assert_string_equal(m.params[0].name, "id");
    assert_string_equal(m.params[0].value, UUID);
    assert_null(find(HTTP_GET, "/v1/experts/1").route);
    assert_null(find(HTTP_GET, "/v1/experts/" UUID "/").route);
    assert_null(find(HTTP_GET, "/v1/experts/").route);
    assert_null(find(HTTP_GET, "/v1").route);
    assert_string_equal(find(HTTP_GET, "/feeds/abc.ics").params[0].value, "abc");
    assert_null(find(HTTP_GET, "/feeds/.ics").route);
    assert_null(find(HTTP_GET, "/feeds/abc").route);
}

static void head_is_get_and_another_method_is_known(void **state)
{
    (void)state;
    assert_non_null(find(HTTP_HEAD, "/v1/fields").route);
    struct route_match m = find(HTTP_PUT, "/v1/fields");
    assert_null(m.route);
    assert_string_equal(m.allow, "GET, HEAD");
    m = find(HTTP_DELETE, "/v1/nothing");
    assert_null(m.route);
    assert_null(m.allow);
}

/* Rows that take any method are no part of the table that is documented, and hide none of it. */
static void calendars_are_found_by_any_method(void **state)
{
    static const struct {
        const char *path, *row;
    } found[] = {
        {"/dav", "/dav"},
        {"/dav/", "/dav"},
        {"/.well-known/caldav", "/.well-known/caldav"},
        {"/dav/p/" UUID "/", "/dav/p/{id}"},
        {"/dav/c/" UUID "/panel", "/dav/c/{id}/panel"},
        {"/dav/c/" UUID "/panel/x.ics", "/dav/c/{id}/panel/{name}"},
        {"/dav/c/" UUID "/other/", "/dav/c/{id}/{name}"},
    };
    static const char *const none[] = {"/", "/dav/p/1/", "/dav/c/" UUID "/panel/x/y", "/dav//",
                                       "/v1/fields"};
    (void)state;
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        struct route_match m = route_find_any(arena, dav_routes, dav_route_count, found[i].path);
        assert_non_null(m.route);
        assert_string_equal(m.route->path, found[i].row);
        assert_true(m.route->flags & ROUTE_ANY);
        assert_null(find(HTTP_GET, found[i].path).route);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(route_find_any(arena, dav_routes, dav_route_count, none[i]).route);
}

static void roles_are_bits(void **state)
{
    (void)state;
    assert_int_equal(role_of("admin") | role_of("manager") | role_of("coordinator") |
                         role_of("field"),
                     ROLE_ADMIN | ROLE_MANAGER | ROLE_COORDINATOR | ROLE_FIELD);
    assert_int_equal(role_of("expert"), 0);
    assert_int_equal(role_of(""), 0);
    assert_false(may_row(MAY_ASSIGN)->roles & ROLE_FIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_and_is_the_only_one),
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(parameters_are_checked_and_told),
        cmocka_unit_test(head_is_get_and_another_method_is_known),
        cmocka_unit_test(calendars_are_found_by_any_method),
        cmocka_unit_test(roles_are_bits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
