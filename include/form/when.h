/*
 * Instants as people and calendars write them. The centre's wall clock is Korea's, which has been
 * UTC+9 without daylight saving since 1988, so no zone data is read: the bytes stay the same on any
 * machine. Mails always say Korean time; a calendar client shows each reader his own.
 */
#ifndef FORM_WHEN_H
#define FORM_WHEN_H

#include "base/buf.h"
#include "form/revision.h"

void when_span(struct buf *out, instant start, instant end, enum lang lang); /* with weekday */
void when_point(struct buf *out, instant t, enum lang lang);
void when_short(struct buf *out, instant t);     /* "11월 25일(수) 14:00", for subjects */
void when_mail(struct buf *out, instant t);      /* RFC 5322 date, +0900 */
void when_utc(struct buf *out, instant t);       /* 20261125T050000Z */
void when_seoul(struct buf *out, instant t);     /* 20261125T140000, for TZID=Asia/Seoul */
void when_local(struct buf *out, int64_t local); /* the same of what some clock shows */

#endif
