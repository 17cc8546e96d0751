#include "form/weights_json.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

void weights_take(struct weights *w, const json_t *from)
{
    for (int i = 0; i < PART_COUNT; i++) {
        const json_t *v = json_object_get(from, part_row((enum part_code)i)->code);
        if (v)
            w->most[i] = (int)json_integer_value(v);
    }
}

json_t *weights_json(const struct weights *w)
{
    json_t *o = json_object();
    for (int i = 0; i < PART_COUNT; i++)
        json_object_set_new(o, part_row((enum part_code)i)->code, json_integer(w->most[i]));
    return o;
}

bool weights_fit(const struct weights *w, const char *pointer, struct shape_errors *errors)
{
    if (weights_sum(w) <= WEIGHTS_SUM_MOST)
        return true;
    shape_errors_add(
        errors, pointer,
        arena_printf(errors->arena, "가중치의 합은 %d 이하여야 합니다.", WEIGHTS_SUM_MOST),
        arena_printf(errors->arena, "the weights' sum must be %d at most", WEIGHTS_SUM_MOST));
    return false;
}

/* "place:200": -1 where it is no number up to WEIGHT_MOST. */
static int number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 4 || text[digits] != '\0')
        return -1;
    int n = atoi(text);
    return n <= WEIGHT_MOST ? n : -1;
}

static bool take_one(struct weights *w, char *word, bool seen[PART_COUNT])
{
    char *colon = strchr(word, ':');
    if (!colon)
        return false;
    *colon = '\0';
    int part = part_find(word), n = number(colon + 1);
    if (part == PART_COUNT || n < 0 || seen[part])
        return false;
    seen[part] = true;
    w->most[part] = n;
    return true;
}

bool weights_parse(struct weights *w, const char *text, const char *pointer,
                   struct shape_errors *errors)
{
    struct arena *a = errors->arena;
    bool seen[PART_COUNT] = {false};
    char *rest = arena_strdup(a, text), *word;
    while ((word = strsep(&rest, ","))) {
        const char *said = arena_strdup(a, word);
        if (take_one(w, word, seen))
            continue;
        shape_errors_add(
            errors, pointer,
            arena_printf(a, "‘%s’: ‘항목:점수’(0–%d)를 쉼표로 이어 주세요.", said, WEIGHT_MOST),
            arena_printf(a, "\"%s\": must be part:points, 0 to %d, each part once", said,
                         WEIGHT_MOST));
        return false;
    }
    return weights_fit(w, pointer, errors);
}
