/* `jamund import`: a roster or a calendar of holidays in one transaction, all or nothing. */
#include "work/import.h"
#include "base/arena.h"
#include "base/buf.h"
#include "cli_db.h"
#include "fetch.h"
#include "form/address.h"
#include "form/csv.h"
#include "form/holidays.h"
#include "form/json.h"
#include "form/roster.h"
#include "work/commands.h"
#include "work/holidays.h"

#include <stdlib.h>
#include <string.h>

static bool read_file(const char *path, struct buf *into)
{
    char chunk[65536];
    size_t n;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!f)
        return false;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(into, chunk, n);
    bool ok = !ferror(f) && !into->full;
    if (f != stdin)
        fclose(f);
    return ok;
}

/* One line per fault: "12행 이메일: 주소가 아닙니다 / is not an address". */
static void print_errors(const json_t *errors)
{
    size_t i;
    json_t *e;
    json_array_foreach(errors, i, e)
    {
        const char *where = json_string_value(json_object_get(e, "column"));
        if (!where)
            where = json_string_value(json_object_get(e, "pointer"));
        fprintf(stderr, "%lld행 %s: %s / line %lld: %s\n",
                json_integer_value(json_object_get(e, "line")), where ? where : "",
                json_string_value(json_object_get(e, "ko")),
                json_integer_value(json_object_get(e, "line")),
                json_string_value(json_object_get(e, "en")));
    }
    fprintf(stderr, "%zu faults; nothing was written\n", json_array_size(errors));
}

static void print_members(const json_t *members)
{
    size_t i;
    json_t *m;
    json_array_foreach(members, i, m) printf("%s%s", i ? ", " : " (", json_string_value(m));
    if (json_array_size(members))
        printf(")");
}

static void print_changes(const json_t *body, bool dry)
{
    size_t i;
    json_t *c;
    const json_t *changes = json_object_get(body, "changes");
    json_array_foreach(changes, i, c)
    {
        printf("%s\t%s", json_string_value(json_object_get(c, "kind")),
               json_string_value(json_object_get(c, "name")));
        print_members(json_object_get(c, "members"));
        printf("\n");
    }
    printf("%s%zu added or changed, %lld unchanged\n", dry ? "dry run: " : "",
           json_array_size(changes), json_integer_value(json_object_get(body, "unchanged")));
}

static int put_rows(struct sync *db, enum ask ask, const json_t *rows, bool dry)
{
    int rc = CLI_FAILED;
    char *text = json_dumps(rows, JSON_COMPACT);
    struct rows *r =
        cli_ask(db, "import", ask, (const char *[]){CLI_WHO, text, dry ? "true" : "false"});
    if (r) {
        json_t *body = json_loads(rows_text(r, 0, "body"), 0, NULL);
        if (rows_int(r, 0, "status") == 200) {
            print_changes(body, dry);
            rc = 0;
        } else {
            print_errors(json_object_get(body, "errors"));
        }
        json_decref(body);
    }
    rows_free(r);
    free(text);
    return rc;
}

int import_bytes(struct sync *db, enum roster_kind kind, const char *bytes, size_t len, bool dry)
{
    static const enum ask asks[] = {ASK_import_experts, ASK_import_companies};
    struct arena *a = arena_new();
    json_t *rows, *errors;
    int rc = CLI_FAILED;
    if (roster_read(a, kind, bytes, len, &rows, &errors) != OK)
        fprintf(stderr, "jamund import: the file is larger than %d bytes\n", CSV_MAX_BYTES);
    else if (json_array_size(errors) > 0)
        print_errors(errors);
    else
        rc = put_rows(db, asks[kind], rows, dry);
    arena_free(a);
    return rc;
}

static int put(struct sync *db, const char *what, const struct buf *file, bool dry)
{
    if (strcmp(what, "holidays") == 0)
        return holidays_bytes(db, file->data, file->len, dry);
    enum roster_kind kind = strcmp(what, "experts") == 0 ? ROSTER_EXPERTS : ROSTER_COMPANIES;
    return import_bytes(db, kind, file->data, file->len, dry);
}

/* As an expert's calendar is. */
static bool fetch(const struct conf *c, const char *url, struct buf *into)
{
    char why[FETCH_WHY_MAX];
    if (fetch_now(c, url, into, why))
        return true;
    fprintf(stderr, "jamund import: %s cannot be fetched: %s\n", url, why);
    return false;
}

/* Of holidays, "korea" is no file: it comes with the program; nor is an address. */
static bool read_named(const struct conf *c, const char *what, const char *path, struct buf *into)
{
    bool holidays = strcmp(what, "holidays") == 0;
    if (holidays && link_valid(path))
        return fetch(c, path, into);
    if (holidays && strcmp(path, "korea") == 0)
        buf_str(into, holidays_kr);
    else if (!read_file(path, into)) {
        fprintf(stderr, "jamund import: %s cannot be read, or is larger than %d bytes\n", path,
                CSV_MAX_BYTES);
        return false;
    }
    return true;
}

static int import_file(const struct conf *c, const char *what, const char *path, bool dry)
{
    struct buf file;
    int rc = CLI_FAILED;
    buf_init(&file, CSV_MAX_BYTES);
    struct sync *db = NULL;
    if (read_named(c, what, path, &file) && (db = cli_db(c, "import")))
        rc = put(db, what, &file, dry);
    sync_close(db);
    buf_done(&file);
    return rc;
}

int cli_import(struct conf *c, int argc, char **argv)
{
    bool dry = cli_option(&argc, argv, "--dry-run");
    if (!cli_args(argc, argv, 2, 2))
        return CLI_USAGE;
    static const char *const things[] = {"experts", "companies", "holidays"};
    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        if (strcmp(things[i], argv[1]) == 0)
            return import_file(c, argv[1], argv[2], dry);
    fprintf(stderr, "usage: jamund import experts|companies|holidays [--dry-run] FILE\n"
                    "holidays: FILE is iCalendar, its https address, or the word korea\n");
    return CLI_USAGE;
}
