/*
 * Inside form/roster: a column says where its value goes in the row and which reader takes it; a
 * reader turns one tidy, non-empty text into JSON, or tells the fault and returns NULL.
 */
#ifndef FORM_ROSTER_IN_H
#define FORM_ROSTER_IN_H

#include "form/roster.h"

struct roster {
    struct arena *arena;
    json_t *errors;
    size_t line;        /* of the record being read */
    const char *column; /* being read, as the file names it; "" for the whole record */
    bool faulty;        /* the record */
};

struct column;
typedef json_t *cell_fn(struct roster *r, const struct column *col, char *text);

struct column {
    struct roster_column as;
    const char *parent; /* member of the row that holds it; NULL: the row itself */
    const char *key;
    cell_fn *read;
    int min, max;         /* a number's range; a text's (or list item's) longest, in characters */
    bool list;            /* newlines part items, as semicolons do */
    bool identity;        /* no two records have the same */
    const char *fallback; /* read where the cell is empty; may be NULL */
};

extern const struct column roster_expert_columns[], roster_company_columns[];

/* Adds an error; value, if not NULL, is quoted in it (cut short). Returns NULL. */
json_t *roster_fault(struct roster *r, const char *ko, const char *en, const char *value);

cell_fn cell_text, cell_list, cell_number, cell_email, cell_phone, cell_date, cell_zone,
    cell_languages, cell_fields, cell_availability, cell_registration, cell_registrations,
    cell_consent;

#endif
