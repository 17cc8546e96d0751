/*
 * Query strings and HTML forms (application/x-www-form-urlencoded) read by a shape: names and
 * values become an object whose members have the types the shape asks for, then the shape judges
 * it. An empty value is no value; CR LF, which browsers send in a textarea, is a newline.
 */
#ifndef FORM_QUERY_H
#define FORM_QUERY_H

#include "form/http_head.h"
#include "form/shape.h"

enum { QUERY_PAIRS_MAX = 64 };

/*
 * ret is borrowed from the arena. ERR_BAD_REQUEST: the encoding is broken, a name comes twice, or
 * there are too many. ERR_INVALID: not of this shape. Both leave at least one error.
 */
enum err query_decode(struct arena *a, const struct shape *s, const char *text, size_t len,
                      json_t **ret, struct shape_errors *ret_errors) MUST;

/* The same from names and values that are decoded already (a request's parameters). */
enum err query_fields(struct arena *a, const struct shape *s, const struct http_field *fields,
                      size_t n, json_t **ret, struct shape_errors *ret_errors) MUST;

#endif
