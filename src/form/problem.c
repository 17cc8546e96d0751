#include "form/problem.h"

#include "form/shape.h"

#include <stdint.h>

static json_t *errors_json(const struct shape_errors *errors);

json_t *problem_json(enum err e, const char *detail, const struct shape_errors *errors,
                     const json_t *extra)
{
    const struct err_row *row = err_row(e);
    json_t *p =
        json_pack("{s:s+, s:s, s:i, s:s, s:s*, s:o*}", "type", "urn:jamund:problem:", row->code,
                  "title", row->title, "status", row->status, "code", row->code, "detail", detail,
                  "errors", errors_json(errors));
    if (extra)
        json_object_update_missing(p, (json_t *)(uintptr_t)extra);
    return p;
}

static json_t *errors_json(const struct shape_errors *errors)
{
    if (!errors || errors->n == 0)
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < errors->n; i++) {
        const struct shape_error *one = &errors->list[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "pointer", one->pointer, "ko",
                                              one->ko, "en", one->en));
    }
    return list;
}
