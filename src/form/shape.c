#include "form/shape.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "form/shape_json.h"
#include "form/shape_text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* Where we are, from the inside out; becomes text only when something is wrong there. */
struct spot {
    const struct spot *up;
    const char *name; /* NULL: index */
    size_t index;
};

typedef void check_fn(const struct shape *s, const json_t *v, const struct spot *at,
                      struct shape_errors *e);

static check_fn check, check_object, check_array, check_integer, check_boolean, check_string;
static void check_unique(const json_t *v, size_t n, const struct spot *at, struct shape_errors *e);
static void check_rules(const struct shape *s, const json_t *v, const struct spot *at,
                        struct shape_errors *e);
static enum err unreadable(struct shape_errors *e, const char *bytes, size_t at, const char *ko,
                           const char *en);
static enum err refuse(struct shape_errors *e, const char *bytes, const json_error_t *why);
static void complain(struct shape_errors *e, const struct spot *at, const char *ko, const char *en);

static void drop(void *json)
{
    json_decref(json);
}

enum err shape_decode(struct arena *a, const struct shape *s, const char *bytes, size_t len,
                      json_t **ret, struct shape_errors *ret_errors)
{
    json_error_t why;
    size_t at = 0;
    *ret_errors = (struct shape_errors){.arena = a};
    if (shape_json_too_deep(bytes, len, &at))
        return unreadable(ret_errors, bytes, at, "너무 깊이 겹쳐 있습니다.", "nests too deep");
    json_t *v = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!v)
        return refuse(ret_errors, bytes, &why);
    arena_hook(a, drop, v);
    if (!shape_check(s, v, ret_errors))
        return ERR_INVALID;
    *ret = v;
    return OK;
}

bool shape_check(const struct shape *s, const json_t *v, struct shape_errors *errors)
{
    size_t before = errors->n;
    check(s, v, NULL, errors);
    return errors->n == before;
}

static void complain(struct shape_errors *e, const struct spot *at, const char *ko, const char *en)
{
    const struct spot *spots[SHAPE_DEPTH_MAX + 1];
    const char *pointer = "";
    size_t n = 0;
    for (; at && n < SHAPE_DEPTH_MAX + 1; at = at->up)
        spots[n++] = at;
    while (n-- > 0)
        pointer = spots[n]->name
                      ? shape_json_step(e->arena, pointer, spots[n]->name, strlen(spots[n]->name))
                      : arena_printf(e->arena, "%s/%zu", pointer, spots[n]->index);
    shape_errors_add(e, pointer, ko, en);
}

void shape_errors_add(struct shape_errors *e, const char *pointer, const char *ko, const char *en)
{
    if (e->n < SHAPE_ERRORS_MAX)
        e->list[e->n++] = (struct shape_error){pointer, ko, en};
}

static enum err unreadable(struct shape_errors *e, const char *bytes, size_t at, const char *ko,
                           const char *en)
{
    shape_errors_add(e, shape_json_pointer(e->arena, bytes, at), ko, en);
    return ERR_BAD_JSON;
}

/* Jansson's own text may quote the input; its codes do not. */
static enum err refuse(struct shape_errors *e, const char *bytes, const json_error_t *why)
{
    static const struct {
        enum json_error_code code;
        const char *ko, *en;
    } rows[] = {
        {json_error_duplicate_key, "같은 이름이 두 번 있습니다.", "is there twice"},
        {json_error_invalid_utf8, "UTF-8이 아닙니다.", "is not valid UTF-8"},
        {json_error_null_character, "NUL 문자가 있습니다.", "holds a NUL character"},
        {json_error_null_byte_in_key, "NUL 문자가 있습니다.", "holds a NUL character"},
        {json_error_numeric_overflow, "수가 너무 큽니다.", "is too large a number"},
        {json_error_premature_end_of_input, "JSON이 중간에 끝났습니다.", "ends too early"},
        {json_error_end_of_input_expected, "JSON 뒤에 다른 것이 있습니다.",
         "has something after its end"},
    };
    size_t at = (size_t)why->position;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (json_error_code(why) == rows[i].code)
            return unreadable(e, bytes, at, rows[i].ko, rows[i].en);
    return unreadable(
        e, bytes, at,
        arena_printf(e->arena, "JSON 문법에 맞지 않습니다 (%d행 %d열).", why->line, why->column),
        arena_printf(e->arena, "is not JSON (line %d, column %d)", why->line, why->column));
}

static void check(const struct shape *s, const json_t *v, const struct spot *at,
                  struct shape_errors *e)
{
    static check_fn *const checks[SHAPE_KINDS] = {
        [SHAPE_OBJECT] = check_object,
        [SHAPE_ARRAY] = check_array,
        [SHAPE_INTEGER] = check_integer,
        [SHAPE_BOOLEAN] = check_boolean,
    };
    (checks[s->kind] ? checks[s->kind] : check_string)(s, v, at, e);
}

static const struct shape_member *member_named(const struct shape *s, const char *name)
{
    for (const struct shape_member *m = s->members; m->name; m++)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

static void check_object(const struct shape *s, const json_t *v, const struct spot *at,
                         struct shape_errors *e)
{
    const char *name;
    json_t *value;
    if (!json_is_object(v)) {
        complain(e, at, "객체여야 합니다.", "must be an object");
        return;
    }
    for (const struct shape_member *m = s->members; m->name; m++) {
        struct spot here = {.up = at, .name = m->name};
        value = json_object_get(v, m->name);
        if (!value && !(m->flags & OPTIONAL))
            complain(e, &here, "꼭 있어야 합니다.", "is required");
        else if (value && !(json_is_null(value) && (m->flags & NULLABLE)))
            check(m->shape, value, &here, e);
    }
    json_object_foreach((json_t *)(uintptr_t)v, name, value)
    {
        struct spot here = {.up = at, .name = name};
        if (!member_named(s, name))
            complain(e, &here, "모르는 항목입니다.", "is not known here");
    }
    if (s->rules)
        check_rules(s, v, at, e);
}

static void check_array(const struct shape *s, const json_t *v, const struct spot *at,
                        struct shape_errors *e)
{
    size_t n = json_array_size(v);
    if (!json_is_array(v)) {
        complain(e, at, "배열이어야 합니다.", "must be an array");
        return;
    }
    if ((int64_t)n < s->min || (int64_t)n > s->max) {
        complain(
            e, at,
            arena_printf(e->arena, "%" PRId64 "개에서 %" PRId64 "개까지여야 합니다.", s->min,
                         s->max),
            arena_printf(e->arena, "must have %" PRId64 " to %" PRId64 " items", s->min, s->max));
        n = n > (size_t)s->max ? (size_t)s->max : n;
    }
    for (size_t i = 0; i < n; i++) {
        struct spot here = {.up = at, .index = i};
        check(s->items, json_array_get(v, i), &here, e);
    }
    if (s->unique)
        check_unique(v, n, at, e);
}

static void check_unique(const json_t *v, size_t n, const struct spot *at, struct shape_errors *e)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (json_equal(json_array_get(v, i), json_array_get(v, j))) {
                struct spot here = {.up = at, .index = i};
                complain(e, &here, "앞에 이미 있습니다.", "is there already");
                break;
            }
}

static void check_integer(const struct shape *s, const json_t *v, const struct spot *at,
                          struct shape_errors *e)
{
    json_int_t n = json_integer_value(v);
    if (!json_is_integer(v))
        complain(e, at, "정수여야 합니다.", "must be a whole number");
    else if (n < s->min || n > s->max)
        complain(
            e, at,
            arena_printf(e->arena, "%" PRId64 "에서 %" PRId64 "까지여야 합니다.", s->min, s->max),
            arena_printf(e->arena, "must be from %" PRId64 " to %" PRId64, s->min, s->max));
}

static void check_boolean(const struct shape *s, const json_t *v, const struct spot *at,
                          struct shape_errors *e)
{
    (void)s;
    if (!json_is_boolean(v))
        complain(e, at, "참 또는 거짓이어야 합니다.", "must be true or false");
}

static void check_enum(const struct shape *s, const char *text, const struct spot *at,
                       struct shape_errors *e)
{
    const char *known = "";
    for (const char *const *value = s->values; *value; value++) {
        if (strcmp(text, *value) == 0)
            return;
        known = arena_printf(e->arena, "%s%s%s", known, *known ? ", " : "", *value);
    }
    complain(e, at, arena_printf(e->arena, "다음 중 하나여야 합니다: %s", known),
             arena_printf(e->arena, "must be one of: %s", known));
}

/* Newline and tab are the only controls that a text may hold. */
static bool text_has_control(const char *s)
{
    for (size_t n; *s; s += n + (s[n] != '\0')) {
        n = strcspn(s, "\n\t");
        if (utf8_has_control(s, n))
            return true;
    }
    return false;
}

/* False: said. */
static bool check_length(int64_t least, int64_t most, const char *text, const struct spot *at,
                         struct shape_errors *e)
{
    if ((int64_t)utf8_count(text, strlen(text)) > most)
        complain(e, at, arena_printf(e->arena, "%" PRId64 "자를 넘을 수 없습니다.", most),
                 arena_printf(e->arena, "must be at most %" PRId64 " characters", most));
    else if (least > 0 && shape_text_blank(text))
        complain(e, at, "비어 있습니다.", "must not be blank");
    else
        return true;
    return false;
}

static void check_string(const struct shape *s, const json_t *v, const struct spot *at,
                         struct shape_errors *e)
{
    const struct shape_text *form = shape_text(s->kind);
    const char *text = json_string_value(v);
    if (!text) {
        complain(e, at, "문자열이어야 합니다.", "must be a string");
    } else if (s->kind == SHAPE_ENUM) {
        check_enum(s, text, at, e);
    } else if (form) {
        if (check_length(1, (int64_t)form->max, text, at, e) && !form->valid(text))
            complain(e, at, form->ko, form->en);
    } else if (check_length(s->min, s->max, text, at, e)) {
        if (s->kind == SHAPE_TEXT ? text_has_control(text) : utf8_has_control(text, strlen(text)))
            complain(e, at, "쓸 수 없는 제어 문자가 있습니다.", "holds a control character");
    }
}

static void check_order(const struct shape *s, const struct shape_rule *r, const json_t *v,
                        const struct spot *at, struct shape_errors *e)
{
    const char *from = json_string_value(json_object_get(v, r->member));
    const char *until = json_string_value(json_object_get(v, r->other));
    enum shape_kind kind = member_named(s, r->member)->shape->kind;
    const struct shape_text *form = shape_text(kind);
    assert(form); /* numbers have no such rule */
    if (!from || !until || !form->valid(from) || !form->valid(until))
        return;
    int order = shape_text_compare(kind, from, until);
    if (order < 0 || (order == 0 && r->rule == RULE_UNTIL))
        return;
    struct spot here = {.up = at, .name = r->other};
    complain(e, &here,
             arena_printf(e->arena, "%s보다 %s 합니다.", r->member,
                          r->rule == RULE_UNTIL ? "앞설 수 없어야" : "뒤여야"),
             arena_printf(e->arena, "must %s %s",
                          r->rule == RULE_UNTIL ? "not be before" : "be after", r->member));
}

static void check_presence(const struct shape_rule *r, const json_t *v, const struct spot *at,
                           struct shape_errors *e)
{
    const char *other = json_string_value(json_object_get(v, r->other));
    bool there = json_object_get(v, r->member) && !json_is_null(json_object_get(v, r->member));
    struct spot here = {.up = at, .name = r->member};
    if (!other)
        return;
    if (r->rule == RULE_NEEDS && !there && strcmp(other, r->value) == 0)
        complain(e, &here,
                 arena_printf(e->arena, "%s 값이 %s이면 있어야 합니다.", r->other, r->value),
                 arena_printf(e->arena, "is required where %s is %s", r->other, r->value));
    if (r->rule == RULE_ONLY && there && strcmp(other, r->value) != 0)
        complain(e, &here,
                 arena_printf(e->arena, "%s 값이 %s일 때만 쓸 수 있습니다.", r->other, r->value),
                 arena_printf(e->arena, "is only allowed where %s is %s", r->other, r->value));
}

static void check_rules(const struct shape *s, const json_t *v, const struct spot *at,
                        struct shape_errors *e)
{
    for (const struct shape_rule *r = s->rules; r->member; r++)
        if (r->rule == RULE_BEFORE || r->rule == RULE_UNTIL)
            check_order(s, r, v, at, e);
        else
            check_presence(r, v, at, e);
}
