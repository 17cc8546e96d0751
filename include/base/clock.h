/* The only caller of the operating system's clocks (lint holds this). Tests set a fixed time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

typedef int64_t instant; /* seconds since 1970-01-01T00:00:00Z, no leap seconds */

instant clock_now(void);     /* wall clock */
int64_t clock_now_ms(void);  /* wall clock, milliseconds */
int64_t clock_mono_ms(void); /* for deadlines: to a tick of some ms; never goes back */
void clock_fake(int64_t ms); /* both clocks stand at ms until told otherwise; < 0: real again */

/* RFC 3339 in UTC, "2026-11-23T08:12:00Z"; out holds CLOCK_TEXT bytes. */
#define CLOCK_TEXT 32
char *clock_text(instant t, char out[CLOCK_TEXT]);

#endif
