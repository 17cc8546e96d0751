#include "form/shape_json.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "form/shape.h"

#include <string.h>

enum { STEP_MAX = 64 };

struct level {
    bool array, awaits_key;
    size_t index;
    const char *key;
    size_t key_len;
};

/* levels[0] is the document itself. */
struct walk {
    size_t depth;
    struct level levels[SHAPE_DEPTH_MAX + 1];
};

static const char *walk_to(struct walk *w, const char *bytes, const char *end);

bool shape_json_too_deep(const char *bytes, size_t len, size_t *ret_at)
{
    struct walk w = {0};
    const char *stopped = walk_to(&w, bytes, bytes + len);
    if (stopped)
        *ret_at = (size_t)(stopped - bytes);
    return stopped != NULL;
}

const char *shape_json_pointer(struct arena *a, const char *bytes, size_t at)
{
    struct walk w = {0};
    const char *pointer = "";
    (void)walk_to(&w, bytes, bytes + at);
    for (size_t i = 1; i <= w.depth; i++) {
        const struct level *l = &w.levels[i];
        if (l->array)
            pointer = arena_printf(a, "%s/%zu", pointer, l->index);
        else if (l->key)
            pointer = shape_json_step(a, pointer, l->key, l->key_len);
    }
    return pointer;
}

const char *shape_json_step(struct arena *a, const char *pointer, const char *name, size_t len)
{
    size_t n = strlen(pointer);
    if (len > STEP_MAX)
        len = STEP_MAX;
    while (len > 0 && utf8_has_control(name, len)) /* so does a broken character */
        len--;
    char *out = arena_alloc(a, n + 1 + 2 * len + 1), *to = out + n;
    memcpy(out, pointer, n);
    *to++ = '/';
    for (size_t i = 0; i < len; i++) {
        bool special = name[i] == '~' || name[i] == '/';
        *to++ = special ? '~' : name[i];
        if (special)
            *to++ = name[i] == '~' ? '0' : '1';
    }
    return out;
}

static const char *string_end(const char *at, const char *end)
{
    while (at < end && *at != '"')
        at += *at == '\\' ? 2 : 1;
    return at < end ? at : end;
}

/* Goes on to end; NULL, or the bracket that nests too deep. */
static const char *walk_to(struct walk *w, const char *bytes, const char *end)
{
    for (const char *at = bytes; at < end; at++) {
        struct level *l = &w->levels[w->depth];
        if (*at == '"') {
            const char *from = at + 1;
            at = string_end(from, end);
            if (l->awaits_key) {
                l->key = from;
                l->key_len = (size_t)(at - from);
                l->awaits_key = false;
            }
        } else if (*at == '{' || *at == '[') {
            if (w->depth == SHAPE_DEPTH_MAX)
                return at;
            w->levels[++w->depth] = (struct level){.array = *at == '[', .awaits_key = *at == '{'};
        } else if (*at == '}' || *at == ']') {
            w->depth -= w->depth > 0;
        } else if (*at == ',') {
            l->index++;
            l->awaits_key = !l->array && w->depth > 0;
        }
    }
    return NULL;
}
