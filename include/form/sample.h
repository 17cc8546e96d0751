/*
 * The sample data set: plainly made-up experts, companies and cases, Korean throughout, as a city
 * might have them. A seed and a day always give the same bytes, on every machine. Experts and
 * companies are roster files (roster.h) and go in by the same way as a user's.
 *
 * Nobody real is in it: names are numbered (`법무-01 전문위원`), addresses end in example.kr, phone
 * numbers are from blocks without subscribers, registration numbers begin with 000, which no tax
 * office has, and streets do not exist.
 */
#ifndef FORM_SAMPLE_H
#define FORM_SAMPLE_H

#include "base/buf.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SAMPLE_EXPERTS = 119,
    SAMPLE_COMPANIES = 300,
    SAMPLE_PAST = 600, /* cases that were consulted about */
    SAMPLE_OPEN = 25,  /* cases whose request waits for an expert */
    SAMPLE_DAYS = 365, /* the past reaches back so far */
    SAMPLE_CSV_BYTES = 1 << 20,
};

/* today: days since 1970-01-01. Most terms of office run on it and ran a year ago; a few have
 * ended, a few not begun. */
void sample_experts(uint64_t seed, int64_t today, struct buf *csv);
void sample_companies(uint64_t seed, struct buf *csv);

/*
 * What happened, oldest first (new reference): SAMPLE_PAST items, then SAMPLE_OPEN. Each is
 *   {"days_ago": a weekday's, >= 7 in the past, "company_registration", "district", "channel",
 *    "title", "text", "field", "min_level", "mode", "minutes", "urgency", "topics", "languages",
 *    "answer": "accept" | "decline" (the first expert asked declines, the next one accepts) | null,
 *    "decline_reason": text | null,
 *    "report": {"outcome", "summary", "minutes", "follow_up"} as the API takes it | null}
 * Codes, not names. answer and report are null where the request is still open. Companies are those
 * of sample_companies() whose contact has consented. For a few no expert of sample_experts() is
 * eligible, as in life.
 */
json_t *sample_cases(uint64_t seed, int64_t today);

#endif
