/*
 * The rows of one answer, as text. Columns are asked for by name; asking for a row or a column that
 * is not there is a programming error (assert): functions in migrations/api and their readers in C
 * change together. Text belongs to the rows. rows_keep() takes the rows beyond the callback that
 * brought them; whoever keeps them frees them (arena_hook(a, rows_hook, rows)).
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rows;

size_t rows_count(const struct rows *r);
bool rows_has(const struct rows *r, const char *column);
bool rows_null(const struct rows *r, size_t row, const char *column);
const char *rows_text(const struct rows *r, size_t row, const char *column); /* NULL gives "" */
size_t rows_len(const struct rows *r, size_t row, const char *column);  /* bytes of that text */
int64_t rows_int(const struct rows *r, size_t row, const char *column); /* NULL gives 0 */
bool rows_bool(const struct rows *r, size_t row, const char *column);   /* NULL gives false */

/* The only column of the only row: what a function returning json gives. */
const char *rows_value(const struct rows *r);

struct rows *rows_keep(struct rows *r); /* the same rows, counted once more */
void rows_free(struct rows *r);         /* accepts NULL */
void rows_hook(void *rows);             /* rows_free in the shape of an arena hook */

#endif
