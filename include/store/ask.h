/*
 * The asks: one row of store/ask.def per SQL function of the schema `api` that C may call.
 *     ASK(request_panel, "uuid", READ, ONE)
 * is `select * from api.request_panel($1::uuid)`, prepared as "request_panel" on every connection
 * of its lane. Arguments and results travel as text; a NULL argument is an SQL NULL. A function
 * that the database lacks (or has with other argument types) keeps the store from getting ready.
 */
#ifndef STORE_ASK_H
#define STORE_ASK_H

#include <stddef.h>

/* Who waits for whom. READ: pipelined. WRITE: one statement in flight. LONG: exports, imports. */
enum lane { LANE_READ, LANE_WRITE, LANE_LONG, LANE_COUNT };

/* How many rows are right: ONE exactly one (none: ERR_NOT_FOUND), MAYBE none or one, MANY any
 * number, NONE they do not matter (functions returning void give one empty row). */
enum card { CARD_ONE, CARD_MAYBE, CARD_MANY, CARD_NONE };

enum ask {
#define ASK(name, types, lane, card) ASK_##name,
#include "store/ask.def"
#undef ASK
    ASK_COUNT
};

struct ask_row {
    const char *name;
    const char *types; /* "uuid,text"; "" without arguments */
    enum lane lane;
    enum card card;
};

#define ASK_ARGS_MAX 32

extern const struct ask_row ask_rows[]; /* ASK_COUNT of them */

size_t ask_args(const struct ask_row *row); /* how many arguments it takes */
char *ask_sql(const struct ask_row *row);   /* malloc'd text of the statement */
const char *ask_lane_name(enum lane lane);  /* "read" */

#endif
