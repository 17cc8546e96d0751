#include "store/rows.h"

#include "store/ticket.h"

#include <assert.h>
#include <stdlib.h>

struct rows {
    PGresult *res;
    int refs;
};

static int column_at(const struct rows *r, size_t row, const char *column)
{
    int c = PQfnumber(r->res, column);
    assert(row < rows_count(r) && c >= 0);
    return c;
}

size_t rows_count(const struct rows *r)
{
    return (size_t)PQntuples(r->res);
}

bool rows_has(const struct rows *r, const char *column)
{
    return PQfnumber(r->res, column) >= 0;
}

bool rows_null(const struct rows *r, size_t row, const char *column)
{
    return PQgetisnull(r->res, (int)row, column_at(r, row, column));
}

const char *rows_text(const struct rows *r, size_t row, const char *column)
{
    return PQgetvalue(r->res, (int)row, column_at(r, row, column));
}

size_t rows_len(const struct rows *r, size_t row, const char *column)
{
    return (size_t)PQgetlength(r->res, (int)row, column_at(r, row, column));
}

int64_t rows_int(const struct rows *r, size_t row, const char *column)
{
    return strtoll(rows_text(r, row, column), NULL, 10);
}

bool rows_bool(const struct rows *r, size_t row, const char *column)
{
    return *rows_text(r, row, column) == 't';
}

const char *rows_value(const struct rows *r)
{
    assert(PQntuples(r->res) == 1 && PQnfields(r->res) == 1);
    return PQgetvalue(r->res, 0, 0);
}

struct rows *rows_new(PGresult *res)
{
    struct rows *r = need(calloc(1, sizeof *r));
    *r = (struct rows){.res = res, .refs = 1};
    return r;
}

struct rows *rows_keep(struct rows *r)
{
    r->refs++;
    return r;
}

void rows_free(struct rows *r)
{
    if (!r || --r->refs > 0)
        return;
    PQclear(r->res);
    free(r);
}

void rows_hook(void *rows)
{
    rows_free(rows);
}
