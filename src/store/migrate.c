#include "store/migrate.h"

#include "base/buf.h"
#include "store/scripts.h"
#include "store/sync.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_MAX = 1024, NUMBER_MAX = 12 };

struct run {
    const struct migrate_conf *conf;
    struct scripts scripts;
    struct sync *sync;
    struct rows *applied; /* number, name, checksum; number 0 is api/ as a whole */
    int done;             /* steps taken, or to be taken in a dry run */
};

static const char SQL_LOCK[] = "set lock_timeout = '60s'; select pg_advisory_lock(4243512001)";
static const char SQL_TABLE[] =
    "create schema if not exists jamund;"
    "create table if not exists jamund.migrations ("
    " number int primary key, name text not null, checksum text not null,"
    " applied_at timestamptz not null default clock_timestamp());"
    "comment on table jamund.migrations is 'What jamund migrate has applied; 0 is api/ as a "
    "whole.'";
static const char SQL_APPLIED[] =
    "select number, name, checksum from jamund.migrations order by number";
static const char SQL_NONE[] = "select 0 as number, '' as name, '' as checksum where false";
static const char SQL_RECORD[] =
    "insert into jamund.migrations (number, name, checksum) values ($1::int, $2, $3)"
    " on conflict (number) do update set checksum = excluded.checksum,"
    " applied_at = clock_timestamp()";
static const char SQL_GRANTS[] =
    "select format('revoke all on schema api, jamund from public;"
    " revoke all on all functions in schema api from public;"
    " grant usage on schema api to %1$I;"
    " grant execute on all functions in schema api to %1$I', $1::text) as sql";

static enum err migrate_locked(struct run *r);
static enum err applied_read(struct run *r);
static enum err applied_check(struct run *r);
static const struct script *script_numbered(const struct run *r, int number);
static enum err numbered_apply(struct run *r, const struct script *s);
static enum err api_apply(struct run *r);
static void api_checksum(const struct run *r, char out[ID_HASH_LEN + 1]);
static const char *applied_checksum(const struct run *r, int number);
static enum err script_run(struct run *r, const struct script *s);
static int line_of(const char *text, int position);
static enum err grant(struct run *r);
static enum err record(struct run *r, int number, const char *name, const char *checksum);
static enum err told(struct run *r, enum err err, const char *what);
static enum err refuse(const struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void say(const struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

enum err migrate_run(const struct migrate_conf *conf)
{
    struct run r = {.conf = conf};
    char why[WHY_MAX];
    if (!scripts_load(conf->dir, &r.scripts, why, sizeof why))
        return refuse(&r, "%s", why);
    enum err err = ERR_UNAVAILABLE;
    r.sync = sync_open(conf->conninfo, why, sizeof why);
    if (r.sync)
        err = migrate_locked(&r);
    else
        say(&r, "no connection: %s", why);
    rows_free(r.applied);
    sync_close(r.sync); /* gives the lock back */
    scripts_free(&r.scripts);
    return err;
}

static enum err migrate_locked(struct run *r)
{
    enum err err = told(r, sync_exec(r->sync, SQL_LOCK), "waiting for another migrate");
    if (err == OK && !r->conf->dry_run)
        err = told(r, sync_exec(r->sync, SQL_TABLE), "jamund.migrations");
    if (err == OK)
        err = applied_read(r);
    if (err == OK)
        err = applied_check(r);
    for (size_t i = 0; err == OK && i < r->scripts.numbered; i++)
        if (!applied_checksum(r, r->scripts.list[i].number))
            err = numbered_apply(r, &r->scripts.list[i]);
    if (err == OK)
        err = api_apply(r);
    if (err == OK && r->done == 0)
        say(r, "up to date");
    return err;
}

static enum err applied_read(struct run *r)
{
    struct rows *there;
    enum err err = sync_query(r->sync, "select to_regclass('jamund.migrations') is not null as yes",
                              0, NULL, &there);
    if (err != OK)
        return told(r, err, "jamund.migrations");
    const char *sql = rows_bool(there, 0, "yes") ? SQL_APPLIED : SQL_NONE;
    rows_free(there);
    return told(r, sync_query(r->sync, sql, 0, NULL, &r->applied), "jamund.migrations");
}

static enum err applied_check(struct run *r)
{
    int64_t last = 0;
    for (size_t i = 0; i < rows_count(r->applied); i++) {
        int64_t number = rows_int(r->applied, i, "number");
        const char *name = rows_text(r->applied, i, "name");
        const struct script *s = script_numbered(r, (int)number);
        last = number;
        if (number == 0)
            continue;
        if (!s)
            return refuse(r, "%s was applied, but is not in %s", name, r->conf->dir);
        if (strcmp(s->checksum, rows_text(r->applied, i, "checksum")) != 0)
            return refuse(r, "%s was changed after it was applied; add a new one instead", name);
    }
    for (size_t i = 0; i < r->scripts.numbered; i++) {
        const struct script *s = &r->scripts.list[i];
        if (s->number < last && !applied_checksum(r, s->number))
            return refuse(r, "%s comes before %04d, which was applied", s->name, (int)last);
    }
    return OK;
}

static const struct script *script_numbered(const struct run *r, int number)
{
    for (size_t i = 0; i < r->scripts.numbered; i++)
        if (r->scripts.list[i].number == number)
            return &r->scripts.list[i];
    return NULL;
}

static const char *applied_checksum(const struct run *r, int number)
{
    for (size_t i = 0; i < rows_count(r->applied); i++)
        if (rows_int(r->applied, i, "number") == number)
            return rows_text(r->applied, i, "checksum");
    return NULL;
}

/* After an error nothing rolls back by hand: the run is over, and so is the connection. */
static enum err numbered_apply(struct run *r, const struct script *s)
{
    r->done++;
    say(r, "%s %s", r->conf->dry_run ? "would apply" : "apply", s->name);
    if (r->conf->dry_run)
        return OK;
    enum err err = told(r, sync_exec(r->sync, "begin"), s->name);
    if (err == OK)
        err = script_run(r, s);
    if (err == OK)
        err = record(r, s->number, s->name, s->checksum);
    return err == OK ? told(r, sync_exec(r->sync, "commit"), "commit") : err;
}

static enum err api_apply(struct run *r)
{
    char checksum[ID_HASH_LEN + 1];
    const char *before = applied_checksum(r, 0);
    size_t count = r->scripts.count - r->scripts.numbered;
    api_checksum(r, checksum);
    if (before && strcmp(before, checksum) == 0)
        return OK;
    r->done++;
    say(r, "%s api/ (%zu files), rights of %s", r->conf->dry_run ? "would apply" : "apply", count,
        r->conf->daemon_role);
    if (r->conf->dry_run)
        return OK;
    enum err err = told(r, sync_exec(r->sync, "begin; create schema if not exists api"), "api/");
    for (size_t i = r->scripts.numbered; err == OK && i < r->scripts.count; i++)
        err = script_run(r, &r->scripts.list[i]);
    if (err == OK)
        err = grant(r);
    if (err == OK)
        err = record(r, 0, "api", checksum);
    return err == OK ? told(r, sync_exec(r->sync, "commit"), "commit") : err;
}

/* Of names, contents and the role that gets the rights: any change runs all of them again. */
static void api_checksum(const struct run *r, char out[ID_HASH_LEN + 1])
{
    struct buf all;
    buf_init(&all, BUF_MAX_DEFAULT);
    buf_str(&all, r->conf->daemon_role);
    for (size_t i = r->scripts.numbered; i < r->scripts.count; i++)
        buf_printf(&all, "\n%s %s", r->scripts.list[i].name, r->scripts.list[i].checksum);
    id_hash(all.data, all.len, out);
    buf_done(&all);
}

static enum err script_run(struct run *r, const struct script *s)
{
    enum err err = sync_exec(r->sync, s->text);
    if (err == OK && !sync_in_transaction(r->sync))
        return refuse(r, "%s must not end its transaction itself", s->name);
    if (err == OK)
        return OK;
    const struct sync_failure *f = sync_failure(r->sync);
    int line = line_of(s->text, f->position);
    say(r, "%s.sql:%d: %s%s%s", s->name, line, f->answer.message, f->answer.detail ? ": " : "",
        f->answer.detail ? f->answer.detail : "");
    return err;
}

/* The server counts characters, not bytes. */
static int line_of(const char *text, int position)
{
    int line = 1;
    for (; *text && position > 1; text++) {
        line += *text == '\n';
        position -= (text[1] & 0xc0) != 0x80;
    }
    return line;
}

static enum err grant(struct run *r)
{
    struct rows *rows;
    enum err err =
        sync_query(r->sync, SQL_GRANTS, 1, (const char *const[]){r->conf->daemon_role}, &rows);
    if (err != OK)
        return told(r, err, "rights");
    err = sync_exec(r->sync, rows_text(rows, 0, "sql"));
    rows_free(rows);
    return told(r, err, "rights of the daemon's role (roles.sql makes it)");
}

static enum err record(struct run *r, int number, const char *name, const char *checksum)
{
    char text[NUMBER_MAX];
    snprintf(text, sizeof text, "%d", number);
    const char *const args[] = {text, name, checksum};
    return told(r, sync_query(r->sync, SQL_RECORD, 3, args, NULL), name);
}

static enum err told(struct run *r, enum err err, const char *what)
{
    if (err != OK)
        say(r, "%s: %s", what, sync_failure(r->sync)->answer.message);
    return err;
}

static enum err refuse(const struct run *r, const char *fmt, ...)
{
    char text[WHY_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->conf->say(r->conf->ctx, text);
    return ERR_STATE;
}

static void say(const struct run *r, const char *fmt, ...)
{
    char text[WHY_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->conf->say(r->conf->ctx, text);
}
