#include "form/take.h"

#include "base/utf8.h"

#include <string.h>

/* Years of four digits, with room for any zone. */
static const int64_t INSTANT_MAX = 253402300799 - 2 * 86400;

static const json_t *member(const json_t *from, const char *key)
{
    const json_t *j = json_object_get(from, key);
    return json_is_null(j) ? NULL : j;
}

const char *take_str(struct take *t, const json_t *from, const char *key)
{
    const json_t *j = member(from, key);
    const char *s = json_string_value(j);
    if (!j)
        return NULL;
    if (!s || strlen(s) != json_string_length(j) || !utf8_valid(s, strlen(s))) {
        t->bad = true;
        return NULL;
    }
    return arena_strdup(t->arena, s);
}

const char *take_need(struct take *t, const json_t *from, const char *key)
{
    const char *s = take_str(t, from, key);
    t->bad |= !s || !*s;
    return s ? s : "";
}

int64_t take_int(struct take *t, const json_t *from, const char *key, int64_t min, int64_t max)
{
    const json_t *j = member(from, key);
    int64_t value = json_integer_value(j);
    if (json_is_integer(j) && value >= min && value <= max)
        return value;
    t->bad = true;
    return min;
}

instant take_instant(struct take *t, const json_t *from, const char *key)
{
    return take_int(t, from, key, 0, INSTANT_MAX);
}

static const json_t *typed(struct take *t, const json_t *from, const char *key, json_type type)
{
    const json_t *j = member(from, key);
    if (!j || json_typeof(j) == type)
        return j;
    t->bad = true;
    return NULL;
}

const json_t *take_object(struct take *t, const json_t *from, const char *key)
{
    return typed(t, from, key, JSON_OBJECT);
}

const json_t *take_array(struct take *t, const json_t *from, const char *key)
{
    return typed(t, from, key, JSON_ARRAY);
}
