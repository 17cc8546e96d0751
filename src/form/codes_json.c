#include "form/panel_json.h"
#include "form/take.h"

static struct words words_from(struct take *t, const json_t *doc, const char *key)
{
    const json_t *list = take_array(t, doc, key);
    struct words w = {arena_array(t->arena, const char *, json_array_size(list) + 1), 0};
    size_t i;
    json_t *v;
    t->bad |= !list;
    json_array_foreach(list, i, v)
    {
        t->bad |= !json_is_string(v);
        w.at[w.n++] = arena_strdup(t->arena, json_is_string(v) ? json_string_value(v) : "");
    }
    return w;
}

const struct known_codes *codes_from_json(struct arena *a, const json_t *doc)
{
    struct take t = {.arena = a};
    struct known_codes *c = arena_new_of(a, struct known_codes);
    *c = (struct known_codes){words_from(&t, doc, "fields"), words_from(&t, doc, "districts")};
    return t.bad ? NULL : c;
}
