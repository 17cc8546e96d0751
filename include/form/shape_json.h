/*
 * What Jansson does not tell: how deep a JSON text nests before it is parsed (parsing recurses),
 * and the JSON pointer of the place where it went wrong. Judges nothing else.
 */
#ifndef FORM_SHAPE_JSON_H
#define FORM_SHAPE_JSON_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

bool shape_json_too_deep(const char *bytes, size_t len, size_t *ret_at); /* at: of the bracket */

/* The innermost member or item begun before byte `at`. */
const char *shape_json_pointer(struct arena *a, const char *bytes, size_t at);

/* One more step of a pointer (RFC 6901 escapes); names are cut at 64 bytes or where they are not
 * clean text. */
const char *shape_json_step(struct arena *a, const char *pointer, const char *name, size_t len);

#endif
