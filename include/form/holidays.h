/*
 * Holidays of an iCalendar file, as jamund-reader tells it (ics_days of reader/object.h): every day
 * of its all-day events that are not cancelled, each with the event's SUMMARY as its name, "한글 /
 * English" being both names. What cannot be a holiday (a time of the day, a rule) is an error that
 * names event and property. Two events of one day are one holiday with both names,
 * joined to no more than HOLIDAY_NAME_MAX characters.
 */
#ifndef FORM_HOLIDAYS_H
#define FORM_HOLIDAYS_H

#include "form/shape.h"

enum { HOLIDAYS_MAX = 400, HOLIDAY_NAME_MAX = 100 }; /* days of one call; characters */

/* {"holidays": [{"date", "ko", "en"}]} by shape_holidays, the caller's reference; NULL: see errors.
 */
json_t *holidays_take(const json_t *object, struct shape_errors *errors) MUST;

extern const char *const holidays_kr; /* the file that comes with the program: Korea, 2024-2028 */

#endif
