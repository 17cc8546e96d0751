/*
 * Brings a database up to the files of a migrations folder, as its owner. Under an advisory lock:
 * each numbered file not yet in jamund.migrations runs in its own transaction, once and for ever;
 * then all files of api/ in one transaction together with the rights of the daemon's role, unless
 * nothing about them changed. A file that changed after it was applied, one that is gone, and one
 * numbered below those applied are refused before anything is done.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/err.h"

#include <stdbool.h>

struct migrate_conf {
    const char *conninfo;    /* the owner's */
    const char *dir;         /* the folder */
    const char *daemon_role; /* may use schema api and execute its functions, nothing else */
    bool dry_run;            /* says what it would do */
    void (*say)(void *ctx, const char *line); /* what was done, or why it stopped */
    void *ctx;
};

/* ERR_STATE: refused. ERR_UNAVAILABLE: no connection. Otherwise the error of the SQL; what was
 * committed before it stays. */
enum err migrate_run(const struct migrate_conf *conf) MUST;

#endif
