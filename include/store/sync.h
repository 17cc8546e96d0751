/*
 * PostgreSQL asked and waited for: the one home of blocking libpq, for commands that a person runs
 * and for migrations; never for the daemon's loop. Host names are fine here. Whatever fails leaves
 * its words in sync_failure() until the next call.
 */
#ifndef STORE_SYNC_H
#define STORE_SYNC_H

#include "store/store.h"

struct sync;

/* NULL: why (at most size bytes) says what kept it from connecting. */
struct sync *sync_open(const char *conninfo, char *why, size_t size) MUST;
void sync_close(struct sync *s); /* accepts NULL */

/* Each gives the caller rows to free; ret_rows may be NULL. An ask keeps to its cardinality. */
enum err sync_ask(struct sync *s, enum ask ask, const char *const args[],
                  struct rows **ret_rows) MUST;
enum err sync_query(struct sync *s, const char *sql, int nargs, const char *const args[],
                    struct rows **ret_rows) MUST;

enum err sync_exec(struct sync *s, const char *sql) MUST; /* several statements in one text */
bool sync_in_transaction(const struct sync *s);

struct sync_failure {
    struct answer answer; /* without rows */
    int position;         /* 1 = first character of the statement's text; 0: not known */
};
const struct sync_failure *sync_failure(const struct sync *s);

#endif
