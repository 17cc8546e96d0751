/*
 * The kinds of text that have a form of their own: one row each with the check, the OpenAPI format
 * and pattern that say the same, and the sentence for who got it wrong.
 */
#ifndef FORM_SHAPE_TEXT_H
#define FORM_SHAPE_TEXT_H

#include "form/shape.h"

struct shape_text {
    bool (*valid)(const char *s); /* NULL: not a kind of its own form */
    size_t max;                   /* characters */
    const char *format;           /* OpenAPI; may be NULL */
    const char *pattern;          /* may be wider than valid() where a pattern cannot say it */
    const char *ko, *en;
};

const struct shape_text *shape_text(enum shape_kind k); /* NULL for kinds without a row */

bool shape_text_instant(const char *s, int64_t *ret_us); /* microseconds since 1970 */
bool shape_text_blank(const char *s);                    /* nothing but white space */

/* <0, 0, >0: both valid and of the same kind DATE, TIME or INSTANT. */
int shape_text_compare(enum shape_kind k, const char *a, const char *b);

#endif
