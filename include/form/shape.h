/*
 * A shape is a table that describes a JSON value: what a body may hold, what a reply holds. The
 * same table decodes (and says what is wrong, field by field) and writes the OpenAPI document
 * (form/openapi.h), so the two cannot part. Objects are closed: a member that is not in the table
 * is refused. Shapes are static constants, written with the words of form/shape_words.h.
 * Deciding never stops at the first fault: every fault, up to SHAPE_ERRORS_MAX, is named by its
 * JSON pointer (RFC 6901) with a sentence in Korean and in English.
 */
#ifndef FORM_SHAPE_H
#define FORM_SHAPE_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum { SHAPE_ERRORS_MAX = 20, SHAPE_DEPTH_MAX = 16 };

enum shape_kind {
    SHAPE_OBJECT,
    SHAPE_ARRAY,
    SHAPE_INTEGER, /* min..max */
    SHAPE_BOOLEAN,
    SHAPE_ENUM, /* one of values */
    SHAPE_LINE, /* no control characters; min..max characters */
    SHAPE_TEXT, /* the same with newlines and tabs */
    /* the kinds from here on have a form of their own: a row each in form/shape_text.h */
    SHAPE_EMAIL,
    SHAPE_URL,  /* https */
    SHAPE_LINK, /* the same, or http to this machine */
    SHAPE_PHONE,
    SHAPE_UUID,
    SHAPE_DATE,
    SHAPE_TIME,    /* HH:MM of a day, 00:00 to 24:00 */
    SHAPE_INSTANT, /* RFC 3339, the offset is required */
    SHAPE_ZONE,    /* an IANA name by its looks */
    SHAPE_REGISTRATION,
    SHAPE_CODE,     /* snake_case word: fields, districts, … are rows, not an enum */
    SHAPE_LANGUAGE, /* BCP 47, the short form */
    SHAPE_KINDS
};

struct shape {
    enum shape_kind kind;
    const char *name;                   /* OpenAPI component; NULL: written in place */
    int64_t min, max;                   /* characters, items or value, by kind */
    bool unique;                        /* array: no item twice */
    const char *const *values;          /* enum: ends with NULL */
    const struct shape *items;          /* array */
    const struct shape_member *members; /* object: ends with {0} */
    const struct shape_rule *rules;     /* object: ends with {0}; may be NULL */
};

enum { REQUIRED = 0, OPTIONAL = 1, NULLABLE = 2 };

struct shape_member {
    const char *name;
    const struct shape *shape;
    unsigned flags;
};

/* Across the members of one object; judged only where the members named are there and right. */
struct shape_rule {
    enum { RULE_BEFORE, RULE_UNTIL, RULE_NEEDS, RULE_ONLY } rule;
    const char *member; /* BEFORE: < other; UNTIL: <= other; NEEDS, ONLY: the member ruled */
    const char *other;
    const char *value; /* NEEDS: needed if other is value; ONLY: allowed only if other is value */
};

struct shape_errors {
    struct arena *arena; /* the texts live here */
    size_t n;
    struct shape_error {
        const char *pointer, *ko, *en;
    } list[SHAPE_ERRORS_MAX]; /* what comes after the last is dropped */
};

/*
 * ret is borrowed from the arena. ERR_BAD_JSON: cannot be read as JSON (a member twice, UTF-8, NUL,
 * nesting, …). ERR_INVALID: read, but not of this shape. Both leave at least one error.
 */
enum err shape_decode(struct arena *a, const struct shape *s, const char *bytes, size_t len,
                      json_t **ret, struct shape_errors *ret_errors) MUST;

/* Whether v is of this shape; errors are added to those already there. */
bool shape_check(const struct shape *s, const json_t *v, struct shape_errors *errors) MUST;

void shape_errors_add(struct shape_errors *e, const char *pointer, const char *ko, const char *en);

#endif
