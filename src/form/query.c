#include "form/query.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "form/json.h"
#include "form/shape_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct piece {
    char *text;
    size_t len;
};

static bool unescape(struct arena *a, const char *from, size_t len, struct piece *ret);
static bool add_pair(struct arena *a, const struct shape *s, const char *pair, size_t len,
                     json_t *into);
static json_t *typed(const struct shape *s, const struct piece *name, const struct piece *value);

enum err query_decode(struct arena *a, const struct shape *s, const char *text, size_t len,
                      json_t **ret, struct shape_errors *ret_errors)
{
    json_t *into = json_object();
    size_t pairs = 0;
    arena_hook(a, json_hook, into);
    *ret_errors = (struct shape_errors){.arena = a};
    for (const char *at = text, *end = text + len; at < end;) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        stop = stop ? stop : end;
        if (++pairs > QUERY_PAIRS_MAX || !add_pair(a, s, at, (size_t)(stop - at), into)) {
            shape_errors_add(ret_errors, "", "주소나 양식의 값을 읽을 수 없습니다.",
                             "holds a name twice, or a value that cannot be read");
            return ERR_BAD_REQUEST;
        }
        at = stop + 1;
    }
    if (!shape_check(s, into, ret_errors))
        return ERR_INVALID;
    *ret = into;
    return OK;
}

enum err query_fields(struct arena *a, const struct shape *s, const struct http_field *fields,
                      size_t n, json_t **ret, struct shape_errors *ret_errors)
{
    json_t *into = json_object();
    arena_hook(a, json_hook, into);
    *ret_errors = (struct shape_errors){.arena = a};
    for (size_t i = 0; i < n; i++) {
        struct piece name = {.text = arena_strdup(a, fields[i].name)};
        struct piece value = {.text = arena_strdup(a, fields[i].value),
                              .len = strlen(fields[i].value)};
        if (json_object_get(into, name.text)) {
            shape_errors_add(ret_errors, "", "같은 이름이 두 번 있습니다.", "holds a name twice");
            return ERR_BAD_REQUEST;
        }
        if (value.len && json_object_set_new(into, name.text, typed(s, &name, &value)) != 0)
            return ERR_BAD_REQUEST;
    }
    if (!shape_check(s, into, ret_errors))
        return ERR_INVALID;
    *ret = into;
    return OK;
}

static bool add_pair(struct arena *a, const struct shape *s, const char *pair, size_t len,
                     json_t *into)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals ? (size_t)(equals - pair) : len;
    struct piece name, value = {.text = arena_strdup(a, "")};
    if (len == 0)
        return true;
    if (!unescape(a, pair, name_len, &name) || json_object_get(into, name.text))
        return false;
    if (equals && !unescape(a, equals + 1, len - name_len - 1, &value))
        return false;
    return value.len == 0 || json_object_set_new(into, name.text, typed(s, &name, &value)) == 0;
}

static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

static bool unescape(struct arena *a, const char *from, size_t len, struct piece *ret)
{
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = from[i] == '+' ? ' ' : from[i];
        if (c == '%') {
            if (len - i < 3 || hex(from[i + 1]) < 0 || hex(from[i + 2]) < 0)
                return false;
            c = (char)(hex(from[i + 1]) * 16 + hex(from[i + 2]));
            i += 2;
        }
        if (c == '\0')
            return false;
        if (c == '\n' && n > 0 && out[n - 1] == '\r')
            n--;
        out[n++] = c;
    }
    *ret = (struct piece){.text = out, .len = n};
    out[n] = '\0';
    return utf8_valid(out, n);
}

/* A value that is not of the type asked for stays text: the shape then says what it should be. */
static json_t *typed(const struct shape *s, const struct piece *name, const struct piece *value)
{
    for (const struct shape_member *m = s->members; m->name; m++) {
        if (strcmp(m->name, name->text) != 0)
            continue;
        if (m->shape->kind == SHAPE_BOOLEAN && strcmp(value->text, "true") == 0)
            return json_true();
        if (m->shape->kind == SHAPE_BOOLEAN && strcmp(value->text, "false") == 0)
            return json_false();
        if (m->shape->kind == SHAPE_INTEGER && value->len <= 19 &&
            value->text[strspn(value->text, "0123456789")] == '\0') {
            errno = 0;
            long long n = strtoll(value->text, NULL, 10);
            return errno ? json_stringn(value->text, value->len) : json_integer(n);
        }
    }
    return json_stringn(value->text, value->len);
}
