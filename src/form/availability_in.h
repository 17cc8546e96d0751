/* What the two files of an expert's own page share. Each json_t is a new reference. */
#ifndef FORM_AVAILABILITY_IN_H
#define FORM_AVAILABILITY_IN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Puts what is about calendars into the context of the page. */
void page_calendars(json_t *context, const json_t *facts);

/* A field of a form and what it shows, {"value", "wrong"}: what was typed where the form was
 * refused, else what is stored (NULL: nothing). */
json_t *page_field(const json_t *facts, const char *change, const char *name, const char *stored);
json_t *page_fields(const json_t *facts, const char *change, const char *const *names);

/* A wall clock's seconds as a moment, or as the day alone. */
json_t *page_wall(int64_t wall, bool day);

int64_t page_number(const json_t *of, const char *name);
const char *page_line(const json_t *of, const char *path); /* "" where there is none */

#endif
