/*
 * The words in which shapes are written: at file scope, one line per member.
 *     const struct shape shape_term = {.kind = SHAPE_OBJECT, .name = "Term",
 *         MEMBERS({"from", OF_KIND(DATE), REQUIRED}, {"until", OF_KIND(DATE), REQUIRED}),
 *         RULES({RULE_UNTIL, "from", "until", NULL})};
 */
#ifndef FORM_SHAPE_WORDS_H
#define FORM_SHAPE_WORDS_H

#include "form/shape.h"

#define SHAPE_OF(...) (&(const struct shape){__VA_ARGS__})
#define LINE(most) SHAPE_OF(.kind = SHAPE_LINE, .min = 1, .max = (most))
#define TEXT(most) SHAPE_OF(.kind = SHAPE_TEXT, .min = 1, .max = (most))
#define LINE_OR_NONE(most) SHAPE_OF(.kind = SHAPE_LINE, .max = (most))
#define TEXT_OR_NONE(most) SHAPE_OF(.kind = SHAPE_TEXT, .max = (most))
#define INTEGER(least, most) SHAPE_OF(.kind = SHAPE_INTEGER, .min = (least), .max = (most))
#define BOOLEAN SHAPE_OF(.kind = SHAPE_BOOLEAN)
#define OF_KIND(k) SHAPE_OF(.kind = SHAPE_##k)
#define ONE_OF(...) SHAPE_OF(.kind = SHAPE_ENUM, .values = (const char *const[]){__VA_ARGS__, NULL})
#define LIST_OF(item, least, most)                                                                 \
    SHAPE_OF(.kind = SHAPE_ARRAY, .items = (item), .min = (least), .max = (most))
#define SET_OF(item, least, most)                                                                  \
    SHAPE_OF(.kind = SHAPE_ARRAY, .items = (item), .min = (least), .max = (most), .unique = true)
#define MEMBERS(...)                                                                               \
    .members = (const struct shape_member[])                                                       \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
#define RULES(...)                                                                                 \
    .rules = (const struct shape_rule[])                                                           \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
#define OBJECT(...) SHAPE_OF(.kind = SHAPE_OBJECT, __VA_ARGS__)

#define FEED_SCOPE ONE_OF("expert", "field", "coordinator", "team", "event", "panel")

/* Members that several shapes have. */
#define HOURS                                                                                      \
    {"from", OF_KIND(TIME), REQUIRED},                                                             \
    {                                                                                              \
        "until", OF_KIND(TIME), REQUIRED                                                           \
    }
#define PAGING                                                                                     \
    {"limit", INTEGER(1, 100), OPTIONAL},                                                          \
    {                                                                                              \
        "cursor", INTEGER(1, INT64_MAX), OPTIONAL                                                  \
    }
/* What makes hours other than those of every week. BREADTH: core/availability.h says what it is. */
#define BREADTH                                                                                    \
    {"every", INTEGER(1, 52), OPTIONAL}, {"nth", SET_OF(INTEGER(-5, 5), 1, 10), OPTIONAL},         \
        {"first_day", OF_KIND(DATE), OPTIONAL},                                                    \
    {                                                                                              \
        "last_day", OF_KIND(DATE), OPTIONAL                                                        \
    }
/* A conflict of interest with a company or an affiliation that has an end. */
#define CONFLICT_ENDED                                                                             \
    {"kind", ONE_OF("company", "affiliation"), REQUIRED}, {"subject", LINE(200), REQUIRED},        \
    {                                                                                              \
        "last_day", OF_KIND(DATE), REQUIRED                                                        \
    }

#endif
