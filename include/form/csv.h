/*
 * CSV as RFC 4180 has it and as Excel writes it: UTF-8 with or without a byte order mark, else
 * CP949 (Korean Excel); lines end in CR LF or LF; quoted fields may hold commas, newlines and
 * doubled quotes. Reading is record by record; a faulty record says what is wrong with it and
 * reading goes on with the next one, so that all faults of a file can be told at once. Empty lines
 * are skipped.
 *
 * What is written for a spreadsheet is guarded: a text that it would take for a formula gets an
 * apostrophe in front, and so does one with such an apostrophe already: csv_unguard() is the exact
 * inverse.
 */
#ifndef FORM_CSV_H
#define FORM_CSV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    CSV_MAX_BYTES = 16 << 20,
    CSV_MAX_COLUMNS = 64,
    CSV_MAX_FIELD = 8192, /* bytes of UTF-8 */
    CSV_MAX_ROWS = 20000, /* records, the header among them */
};

enum csv_fault {
    CSV_FINE,
    CSV_TOO_LARGE,   /* the file */
    CSV_ENCODING,    /* neither UTF-8 nor CP949, or binary */
    CSV_UNCLOSED,    /* a quote that never ends; the rest of the file is lost */
    CSV_STRAY_QUOTE, /* a quote inside an unquoted field, or text after a closing one */
    CSV_TOO_WIDE,    /* columns */
    CSV_TOO_LONG,    /* a field */
    CSV_TOO_MANY,    /* rows; nothing is read beyond */
    CSV_FAULTS
};

struct csv {
    /* The current record; fields are NUL-terminated UTF-8 in the arena, and may be changed. */
    size_t line; /* physical line on which it starts, from 1 */
    size_t count;
    char *fields[CSV_MAX_COLUMNS];
    enum csv_fault fault; /* the first one in it */
    size_t fault_column;  /* from 1; after CSV_ENCODING: the byte of the line, from 1 */

    char *at, *end; /* what is left to read */
    size_t next_line, rows;
};

/* Decodes the whole file into the arena. Any answer but CSV_FINE: fault, line and fault_column say
 * where, and there is nothing to read. */
enum csv_fault csv_open(struct csv *c, struct arena *a, const char *bytes, size_t len) MUST;
bool csv_next(struct csv *c); /* false: no more records */

const char *csv_fault_ko(enum csv_fault f);
const char *csv_fault_en(enum csv_fault f);

void csv_row(struct buf *out, const char *const *fields, size_t count); /* guarded, ends in CR LF */
char *csv_unguard(char *text);                                          /* text or text + 1 */

#endif
