/*
 * A roster file (CSV, see csv.h) into the rows that the API takes: experts or companies, one per
 * record, columns in any order under their Korean or code names (`jamund import --help` prints the
 * table). Values are brought into one form here: white space (a quoted newline too) to one space,
 * dates to YYYY-MM-DD, registration numbers with dashes, phone numbers by roster_phone(). What only
 * the database knows (fields, districts, modes: their code or Korean name) stays the text given.
 * An optional value left empty is left out of the row.
 *
 * Every fault is told, up to a maximum: {"line", "column" (as the file names it, may be empty),
 * "ko", "en"}, in the order of the file. A record with a fault gives no row.
 */
#ifndef FORM_ROSTER_H
#define FORM_ROSTER_H

#include "base/arena.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum roster_kind { ROSTER_EXPERTS, ROSTER_COMPANIES, ROSTER_KINDS };

enum { ROSTER_MAX_ERRORS = 200, ROSTER_MAX_ITEMS = 50 /* in one list */ };

struct roster_column {
    const char *code; /* name in English, ko: in Korean */
    const char *ko;
    bool required;
    const char *form; /* how a value is written; an example */
};

const struct roster_column *roster_column(enum roster_kind kind, size_t i); /* NULL past the last */

/* Rows [{"line": n, "row": {...}}] and errors belong to the arena. OK also when there are errors
 * (then the file must not be taken); ERR_TOO_LARGE above CSV_MAX_BYTES. */
enum err roster_read(struct arena *a, enum roster_kind kind, const char *bytes, size_t len,
                     json_t **ret_rows, json_t **ret_errors) MUST;

/*
 * A phone number in its usual form, 010-1234-5678, or false. +82 and the lost zero of spreadsheets
 * (1012345678, 534567890) become 0; eight digits from 15, 16 or 18 are a number that has none
 * (1588-1234). Other countries' numbers keep their + and digits.
 */
#define ROSTER_PHONE 24
bool roster_phone(const char *text, char out[ROSTER_PHONE]);

/* 123-45-67890 from a business registration number with or without dashes; checks its checksum. */
#define ROSTER_REGISTRATION 13
bool roster_registration(const char *text, char out[ROSTER_REGISTRATION]);

#endif
