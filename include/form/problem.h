/*
 * The one form of every error reply: application/problem+json (RFC 9457), with a stable `code`, and
 * errors[] naming each wrong field by JSON pointer with a sentence in Korean and in English.
 */
#ifndef FORM_PROBLEM_H
#define FORM_PROBLEM_H

#include "base/err.h"

#include <jansson.h>

struct shape_errors;

#define PROBLEM_MEDIA "application/problem+json"

/*
 * A new reference. detail, errors and extra may be NULL. extra is an object of further members
 * ({"conflict": …}, {"errors": […]} from the database); it is only read and replaces nothing.
 */
json_t *problem_json(enum err e, const char *detail, const struct shape_errors *errors,
                     const json_t *extra);

#endif
