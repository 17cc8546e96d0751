/*
 * The error table (base/err.def): one row per way a call can fail. The row gives the HTTP status,
 * the stable `code` of the problem+json reply (RFC 9457), the SQLSTATE that maps to it (own class
 * JM..., raised by our SQL functions; NULL where none does) and the title.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST __attribute__((warn_unused_result))

enum err {
    OK = 0,
#define ERR(name, status, code, sqlstate, title) ERR_##name,
#include "base/err.def"
#undef ERR
    ERR_COUNT
};

struct err_row {
    const char *name;
    int status; /* HTTP */
    const char *code;
    const char *sqlstate; /* may be NULL */
    const char *title;
};

const struct err_row *err_row(enum err e);        /* never NULL; OK has its own row */
enum err err_from_sqlstate(const char *sqlstate); /* unknown states give ERR_INTERNAL */

#endif
