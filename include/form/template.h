/*
 * A small subset of Mustache, for pages and mails, whose context is JSON:
 *     {{name}} {{a.b}} {{.}}       the value, always escaped ({{{raw}}} does not exist)
 *     {{#x}}…{{/x}}                once if x is true, an object or a non-empty text; for each item
 * of an array; names inside are looked up in the item first
 *     {{^x}}…{{/x}}                if x is none of that        {{! a comment }}
 * A section tag alone on its line takes the line with it. A name that is not there is empty: a test
 * holds each template against a sample of its context with template_check().
 */
#ifndef FORM_TEMPLATE_H
#define FORM_TEMPLATE_H

#include "base/err.h"

#include <jansson.h>

struct arena;
struct buf;

enum template_escape {
    TEMPLATE_HTML, /* & < > " ' become references */
    TEMPLATE_TEXT, /* control characters but newline and tab are left out */
};

enum { TEMPLATE_DEPTH_MAX = 8 };

/* ERR_INTERNAL: the template is broken, or out is full. */
enum err template_render(struct buf *out, const char *text, const json_t *context,
                         enum template_escape escape) MUST;

/* NULL, or what is wrong: broken syntax, or a name that the sample does not have. */
const char *template_check(struct arena *a, const char *text, const json_t *sample);

/* The same; ret_at: where in the text it is. */
const char *template_check_at(struct arena *a, const char *text, const json_t *sample,
                              const char **ret_at);

#endif
