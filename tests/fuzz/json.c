/* Any bytes against each shape, as JSON and as a form: what is taken is taken again, what is
 * refused says why in a problem that is of its own shape. The first byte picks the shape. */
#include "base/arena.h"
#include "form/problem.h"
#include "form/query.h"
#include "form/shapes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool claim)
{
    if (!claim)
        abort();
}

static void judge(const struct shape *s, enum err e, json_t *got, struct shape_errors *errors)
{
    struct shape_errors none = {.arena = errors->arena};
    hold((e == OK) == (got != NULL) && (e == OK) == (errors->n == 0));
    if (e == OK) {
        hold(shape_check(s, got, &none));
        return;
    }
    json_t *problem = problem_json(e, NULL, errors, NULL);
    hold(problem && shape_check(&reply_problem, problem, &none));
    json_decref(problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count = 0;
    while (shapes_in[count])
        count++;
    if (size == 0)
        return 0;
    const struct shape *s = shapes_in[data[0] % count];
    const char *bytes = (const char *)data + 1;
    struct arena *a = arena_new();
    struct shape_errors errors;
    json_t *got = NULL;
    enum err e = shape_decode(a, s, bytes, size - 1, &got, &errors);
    judge(s, e, got, &errors);
    got = NULL;
    e = query_decode(a, s, bytes, size - 1, &got, &errors);
    judge(s, e, got, &errors);
    arena_free(a);
    return 0;
}
