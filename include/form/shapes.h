/*
 * The shapes of this service: what bodies and queries may hold (src/form/shapes_in*.c) and what
 * replies hold (src/form/shapes_out*.c). One row of shapes_in.def or shapes_out.def makes a shape
 * known everywhere: to the fuzzer, to the tests and to whoever prints them.
 */
#ifndef FORM_SHAPES_H
#define FORM_SHAPES_H

#include "form/shape.h"

#define SHAPE_IN(name) extern const struct shape shape_##name;
#include "form/shapes_in.def"
#undef SHAPE_IN
#define SHAPE_OUT(name) extern const struct shape reply_##name;
#include "form/shapes_out.def"
#undef SHAPE_OUT

extern const struct shape *const shapes_in[];  /* every one of shapes_in.def; ends with NULL */
extern const struct shape *const shapes_out[]; /* every one of shapes_out.def; ends with NULL */

#endif
