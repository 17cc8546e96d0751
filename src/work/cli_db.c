#include "cli_db.h"

#include "work/cli.h"

#include <stdio.h>
#include <stdlib.h>

struct sync *cli_db(const struct conf *c, const char *command)
{
    char why[CONF_WHY];
    struct sync *db = sync_open(conf_str(c, CONF_database), why, sizeof why);
    if (!db)
        fprintf(stderr, "jamund %s: %s\n", command, why);
    return db;
}

struct rows *cli_ask(struct sync *db, const char *command, enum ask ask, const char *const args[])
{
    struct rows *rows = NULL;
    enum err e = sync_ask(db, ask, args, &rows);
    if (e == OK)
        return rows;
    const struct answer *a = &sync_failure(db)->answer;
    fprintf(stderr, "jamund %s: %s: %s\n", command, err_row(e)->code, a->message);
    return NULL;
}

json_t *cli_reply(struct sync *db, const char *command, enum ask ask, json_t *args)
{
    char *text = json_dumps(args, JSON_COMPACT);
    json_decref(args);
    struct rows *rows = cli_ask(db, command, ask, (const char *[]){CLI_WHO, text});
    json_t *body = rows ? json_loads(rows_text(rows, 0, "body"), 0, NULL) : NULL;
    rows_free(rows);
    free(text);
    return body;
}

int cli_print_rows(struct rows *rows, const char *const *columns)
{
    if (!rows)
        return CLI_FAILED;
    for (size_t i = 0; i < rows_count(rows); i++)
        for (const char *const *c = columns; *c; c++)
            printf("%s%s", rows_text(rows, i, *c), c[1] ? "\t" : "\n");
    rows_free(rows);
    return 0;
}

int cli_print_reply(json_t *reply)
{
    if (!reply)
        return CLI_FAILED;
    json_dumpf(reply, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
    putchar('\n');
    json_decref(reply);
    return 0;
}
