/*
 * Calendar days as numbers: days since 1970-01-01 in the proleptic Gregorian calendar. A *local*
 * time is what a wall clock shows, as seconds since 1970-01-01 00:00 on that same clock.
 */
#ifndef CORE_DAY_H
#define CORE_DAY_H

#include <stdbool.h>
#include <stdint.h>

enum { DAY_SECONDS = 86400 };

int32_t day_from(int year, int month, int day); /* the date must exist */
void day_civil(int32_t n, int *ret_year, int *ret_month, int *ret_day);
int day_year(int32_t n);
int day_weekday(int32_t n);  /* ISO: Monday 1 … Sunday 7 */
int32_t day_week(int32_t n); /* number of the ISO week; weeks count on without gaps over years */
int32_t day_of(int64_t local);
bool day_parse(const char *text, int32_t *ret); /* exactly "YYYY-MM-DD", an existing date */

#endif
