#include "base/err.h"

#include <stddef.h>
#include <string.h>

static const struct err_row rows[ERR_COUNT] = {
    [OK] = {"OK", 200, "ok", NULL, "OK"},
#define ERR(name, status, code, sqlstate, title)                                                   \
    [ERR_##name] = {#name, status, code, sqlstate, title},
#include "base/err.def"
#undef ERR
};

/* States that share a row with another one, most exact first; a two-letter entry is a class. */
static const struct {
    const char *state;
    enum err err;
} aliases[] = {
    {"40P01", ERR_RETRY},    {"23502", ERR_CONSTRAINT},  {"02000", ERR_NOT_FOUND},
    {"55P03", ERR_BUSY},     {"53", ERR_BUSY},           {"57P", ERR_UNAVAILABLE},
    {"08", ERR_UNAVAILABLE}, {"25006", ERR_UNAVAILABLE}, {"22", ERR_VALUE},
    {"23", ERR_CONSTRAINT},
};

const struct err_row *err_row(enum err e)
{
    return &rows[e < ERR_COUNT ? e : ERR_INTERNAL];
}

enum err err_from_sqlstate(const char *sqlstate)
{
    if (!sqlstate)
        return ERR_UNAVAILABLE;
    for (int e = 1; e < ERR_COUNT; e++)
        if (rows[e].sqlstate && strcmp(rows[e].sqlstate, sqlstate) == 0)
            return (enum err)e;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strncmp(aliases[i].state, sqlstate, strlen(aliases[i].state)) == 0)
            return aliases[i].err;
    return ERR_INTERNAL;
}
