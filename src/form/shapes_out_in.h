/* Inside form/ only: the words that replies' shapes share. */
#ifndef FORM_SHAPES_OUT_IN_H
#define FORM_SHAPES_OUT_IN_H

#include "form/shape_words.h"
#include "form/shapes.h"

#define NAME LINE(200)
#define ID OF_KIND(UUID)
#define WHEN OF_KIND(INSTANT)
#define VERSION INTEGER(1, INT32_MAX)
#define STATE OF_KIND(CODE)
#define MODE ONE_OF("visit", "center", "online", "phone")
#define SENTENCE LINE(1000)
#define BILINGUAL OBJECT(MEMBERS({"ko", SENTENCE, REQUIRED}, {"en", SENTENCE, REQUIRED}))
#define NAMED OBJECT(MEMBERS({"id", ID, REQUIRED}, {"name", NAME, REQUIRED}))
#define SHAPE(as, ...) const struct shape reply_##as = {.kind = SHAPE_OBJECT, __VA_ARGS__}
#define PAGE_OF(as, title, item)                                                                   \
    SHAPE(                                                                                         \
        as, .name = title,                                                                         \
        MEMBERS({"items", LIST_OF(item, 0, 1000), REQUIRED}, {"next_cursor", LINE(40), NULLABLE}))

/* A coming meeting in an absence, or outside the term of office or the hours. */
#define COLLISION                                                                                  \
    {"appointment_id", ID, REQUIRED}, {"request_id", ID, REQUIRED}, {"seat_id", ID, REQUIRED},     \
        {"seat", INTEGER(1, 3), REQUIRED}, {"state", STATE, REQUIRED}, {"start", WHEN, REQUIRED},  \
        {"end", WHEN, REQUIRED}, {"company", NAMED, REQUIRED},                                     \
        {"cause", ONE_OF("absence", "pause", "term", "duty", "calendar", "hours"), REQUIRED},      \
    {                                                                                              \
        "absence_id", ID, NULLABLE                                                                 \
    }
#define COLLISIONS LIST_OF(OBJECT(MEMBERS(COLLISION)), 0, 1000)

#endif
