#include "flow/route.h"

#include "base/arena.h"
#include "base/id.h"

#include <string.h>

static const struct may_row may_rows[] = {
#define MAY(name, roles, sentence) {#name, roles, sentence},
#include "flow/may.def"
#undef MAY
};

const struct may_row *may_row(enum may m)
{
    return &may_rows[m];
}

unsigned role_of(const char *name)
{
    static const struct {
        const char *name;
        unsigned bit;
    } roles[] = {{"admin", ROLE_ADMIN},
                 {"manager", ROLE_MANAGER},
                 {"coordinator", ROLE_COORDINATOR},
                 {"field", ROLE_FIELD}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].bit;
    return 0;
}

/* What comes before the first parameter is the same, which it is not for most rows. */
static bool begins_so(const char *pattern, const char *path)
{
    while (*pattern && *pattern != '{' && *pattern == *path)
        pattern++, path++;
    return *pattern == '{' || *pattern == *path;
}

/* One segment against its pattern: literal, or {name} with what may follow ("{token}.ics"). */
static bool take_segment(struct arena *a, const char *pattern, size_t plen, const char *seg,
                         size_t len, struct route_match *m)
{
    const char *close = memchr(pattern, '}', plen);
    if (*pattern != '{' || !close)
        return plen == len && memcmp(pattern, seg, len) == 0;
    size_t name = (size_t)(close - pattern) - 1, tail = plen - name - 2;
    if (len <= tail || memcmp(close + 1, seg + len - tail, tail) != 0)
        return false;
    char *value = arena_strndup(a, seg, len - tail);
    const char *key = arena_strndup(a, pattern + 1, name);
    if (strcmp(key, "token") != 0 && strcmp(key, "name") != 0 && !id_is_uuid(value))
        return false;
    m->params[m->param_count++] = (struct http_field){key, value};
    return true;
}

static bool take_path(struct arena *a, const struct route *r, const char *path,
                      struct route_match *m)
{
    const char *pattern = r->path;
    *m = (struct route_match){.route = r};
    while (*pattern == '/' && *path == '/') {
        size_t plen = strcspn(++pattern, "/"), len = strcspn(++path, "/");
        if (!take_segment(a, pattern, plen, path, len, m))
            return false;
        pattern += plen;
        path += len;
    }
    return *pattern == '\0' && *path == '\0';
}

static inline bool path_matches(struct arena *a, const struct route *r, const char *path,
                                struct route_match *m)
{
    return begins_so(r->path, path) && take_path(a, r, path, m);
}

/* NULL: it has none, there is no such path. */
static const char *methods_of(struct arena *a, const struct route *routes, size_t n,
                              const char *path)
{
    struct route_match m;
    const char *all = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!path_matches(a, &routes[i], path, &m))
            continue;
        enum http_method method = routes[i].method;
        const char *name = method == HTTP_GET ? "GET, HEAD" : http_method_name(method);
        all = all ? arena_printf(a, "%s, %s", all, name) : name;
    }
    return all;
}

struct route_match route_find(struct arena *a, const struct route *routes, size_t n,
                              enum http_method method, const char *path)
{
    struct route_match m;
    if (method == HTTP_HEAD)
        method = HTTP_GET;
    for (size_t i = 0; i < n; i++)
        if (routes[i].method == method && path_matches(a, &routes[i], path, &m))
            return m;
    return (struct route_match){.allow = methods_of(a, routes, n, path)};
}

struct route_match route_find_any(struct arena *a, const struct route *routes, size_t n,
                                  const char *path)
{
    struct route_match m;
    size_t len = strlen(path);
    const char *plain = len > 1 && path[len - 1] == '/' ? arena_strndup(a, path, len - 1) : path;
    for (size_t i = 0; i < n; i++)
        if (path_matches(a, &routes[i], plain, &m))
            return m;
    return (struct route_match){0};
}
