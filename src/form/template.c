#include "form/template.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* out is NULL while checking; wrong is the first thing that was. */
struct run {
    struct buf *out;
    enum template_escape escape;
    struct arena *arena;
    const char *wrong, *at; /* what, and the name in the text */
    const json_t *stack[TEMPLATE_DEPTH_MAX];
    size_t depth;
    size_t muted; /* inside sections that are not shown */
};

struct tag {
    const char *begin, *end; /* with its braces, or its whole line */
    const char *name;
    size_t len;
    char kind; /* 'v' for a value */
};

static const char *render(struct run *r, const char *at, const char *closing, size_t len);
static bool tag_next(const char *start, const char *at, struct tag *ret);
static void value_out(struct run *r, const struct tag *t);
static const char *section(struct run *r, const char *at, const struct tag *t);
static const json_t *look_up(struct run *r, const char *name, size_t len);

enum err template_render(struct buf *out, const char *text, const json_t *context,
                         enum template_escape escape)
{
    struct run r = {.out = out, .escape = escape, .stack = {context}, .depth = 1};
    (void)render(&r, text, NULL, 0);
    return r.wrong || out->full ? ERR_INTERNAL : OK;
}

const char *template_check(struct arena *a, const char *text, const json_t *sample)
{
    const char *at;
    return template_check_at(a, text, sample, &at);
}

const char *template_check_at(struct arena *a, const char *text, const json_t *sample,
                              const char **ret_at)
{
    struct run r = {.arena = a, .stack = {sample}, .depth = 1};
    (void)render(&r, text, NULL, 0);
    if (r.wrong)
        *ret_at = r.at;
    return r.wrong;
}

static void wrong(struct run *r, const char *what, const char *name, size_t len)
{
    if (r->wrong)
        return;
    r->at = name;
    r->wrong = r->arena ? arena_printf(r->arena, "%s: %.*s", what, (int)len, name) : what;
}

static void literal_out(struct run *r, const char *s, size_t len)
{
    if (r->out && !r->muted)
        buf_add(r->out, s, len);
}

/* Renders until the tag that closes the section (or the end); returns what follows it. */
static const char *render(struct run *r, const char *at, const char *closing, size_t len)
{
    struct tag t;
    for (const char *start = at; !r->wrong && tag_next(start, at, &t);) {
        literal_out(r, at, (size_t)(t.begin - at));
        at = t.end;
        if (t.kind == '/') {
            if (!closing || len != t.len || memcmp(closing, t.name, len) != 0)
                wrong(r, "closes nothing", t.name, t.len);
            return at;
        }
        if (t.kind == '#' || t.kind == '^')
            at = section(r, at, &t);
        else if (t.kind == 'v')
            value_out(r, &t);
    }
    if (closing)
        wrong(r, "is not closed", closing, len);
    literal_out(r, at, strlen(at));
    return at + strlen(at);
}

/* A tag other than a value that stands alone on its line is the line. */
static void take_line(const char *start, struct tag *t)
{
    const char *begin = t->begin, *end = t->end;
    while (begin > start && (begin[-1] == ' ' || begin[-1] == '\t'))
        begin--;
    while (*end == ' ' || *end == '\t')
        end++;
    if ((begin != start && begin[-1] != '\n') || *end != '\n')
        return;
    t->begin = begin;
    t->end = end + 1;
}

/* A brace that never closes ends the template as text. */
static bool tag_next(const char *start, const char *at, struct tag *ret)
{
    const char *open = strstr(at, "{{"), *close = open ? strstr(open, "}}") : NULL;
    if (!close)
        return false;
    struct tag t = {.begin = open, .end = close + 2, .kind = 'v', .name = open + 2};
    if (*t.name && strchr("#^/!", *t.name))
        t.kind = *t.name++;
    while (*t.name == ' ')
        t.name++;
    while (close > t.name && close[-1] == ' ')
        close--;
    t.len = (size_t)(close - t.name);
    if (t.kind != 'v')
        take_line(start, &t);
    if (t.begin < at)
        t.begin = at;
    *ret = t;
    return true;
}

static bool truthy(const json_t *v)
{
    return v && !json_is_null(v) && !json_is_false(v) &&
           !(json_is_array(v) && json_array_size(v) == 0) &&
           !(json_is_string(v) && json_string_length(v) == 0);
}

/* Renders what is between the tags once for each item; returns what follows the section. */
static const char *section(struct run *r, const char *at, const struct tag *t)
{
    const json_t *v = look_up(r, t->name, t->len);
    bool each = t->kind == '#' && json_is_array(v) && json_array_size(v) > 0;
    bool muted = truthy(v) != (t->kind == '#');
    const char *after = at;

    if (r->depth == TEMPLATE_DEPTH_MAX) {
        wrong(r, "nests too deep", t->name, t->len);
        return at;
    }
    r->muted += muted;
    for (size_t i = 0; i < (each ? json_array_size(v) : 1); i++) {
        r->stack[r->depth++] = each ? json_array_get(v, i) : v;
        after = render(r, at, t->name, t->len);
        r->depth--;
    }
    r->muted -= muted;
    return after;
}

static const json_t *member(const json_t *in, const char *name, size_t len)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)in, key,
                        value) if (strlen(key) == len && memcmp(key, name, len) == 0) return value;
    return NULL;
}

/* The first part is looked up from the inside out, the rest in what it gave. */
static const json_t *look_up(struct run *r, const char *name, size_t len)
{
    size_t first = 0;
    const json_t *v = NULL;
    if (len == 1 && *name == '.')
        return r->stack[r->depth - 1];
    while (first < len && name[first] != '.')
        first++;
    for (size_t d = r->depth; d-- > 0 && !v;)
        v = member(r->stack[d], name, first);
    for (size_t at = first, stop; v && at < len; at = stop) {
        for (stop = ++at; stop < len && name[stop] != '.'; stop++)
            ;
        v = member(v, name + at, stop - at);
    }
    if (!v && r->arena)
        wrong(r, "is not in the context", name, len);
    return v;
}

static void html_out(struct buf *out, const char *s)
{
    static const char special[] = "&<>\"'";
    static const char *const as[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t n; *s; s += n) {
        n = strcspn(s, special);
        buf_add(out, s, n);
        if (s[n])
            buf_str(out, as[strchr(special, s[n++]) - special]);
    }
}

static void text_out(struct buf *out, const char *s)
{
    for (size_t n; *s; s += n) {
        for (n = 1; ((unsigned char)s[n] & 0xc0) == 0x80; n++)
            ;
        if (*s == '\n' || *s == '\t' || !utf8_has_control(s, n))
            buf_add(out, s, n);
    }
}

static void value_out(struct run *r, const struct tag *t)
{
    const json_t *v = look_up(r, t->name, t->len);
    if (json_is_object(v) || json_is_array(v))
        wrong(r, "is not a text", t->name, t->len);
    if (!r->out || r->muted)
        return;
    if (json_is_integer(v))
        buf_printf(r->out, "%" PRId64, (int64_t)json_integer_value(v));
    else if (json_is_string(v))
        (r->escape == TEMPLATE_HTML ? html_out : text_out)(r->out, json_string_value(v));
}
