/* What the tests on a real server share: an empty database of the owner's, and files to migrate. */
#ifndef TESTS_REAL_H
#define TESTS_REAL_H

#include "store/migrate.h"
#include "store/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define REAL_SUPER "dbname=postgres user=postgres"

static char real_dir[64]; /* the migrations folder */

static inline void real_skip_without_server(void)
{
    if (getenv("TEST_CLUSTER"))
        return;
    puts("1..0 # SKIP no throw-away server (make check has one)");
    exit(0);
}

static inline struct sync *real_connect(const char *conninfo)
{
    char why[256];
    struct sync *s = sync_open(conninfo, why, sizeof why);
    if (!s)
        fail_msg("%s: %s", conninfo, why);
    return s;
}

static inline void real_exec(const char *conninfo, const char *sql)
{
    struct sync *s = real_connect(conninfo);
    if (sync_exec(s, sql) != OK)
        fail_msg("%s: %s", sql, sync_failure(s)->answer.message);
    sync_close(s);
}

static inline void real_database(const char *name)
{
    char sql[128];
    snprintf(sql, sizeof sql, "drop database if exists %s with (force)", name);
    real_exec(REAL_SUPER, sql);
    snprintf(sql, sizeof sql, "create database %s owner jamund_owner", name);
    real_exec(REAL_SUPER, sql);
}

static inline void real_folder(void)
{
    char api[80];
    strcpy(real_dir, "/tmp/jamund-store.XXXXXX");
    assert_non_null(mkdtemp(real_dir));
    snprintf(api, sizeof api, "%s/api", real_dir);
    assert_int_equal(mkdir(api, 0700), 0);
}

static inline void real_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", real_dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static inline void real_unlink(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", real_dir, name);
    assert_int_equal(unlink(path), 0);
}

#endif
