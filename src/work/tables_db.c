/* The tables whose home is the database: life-cycles, disclosures, audiences. */
#include "cli_db.h"
#include "work/commands.h"

#include <string.h>

static int print_table(const struct conf *c, const char *command, enum ask ask,
                       const char *const *columns)
{
    enum { COLUMNS_MAX = 6 };
    struct sync *db = cli_db(c, command);
    struct rows *rows = db ? cli_ask(db, command, ask, NULL) : NULL;
    if (rows) {
        cli_head(stdout, columns);
        for (size_t i = 0; i < rows_count(rows); i++) {
            const char *cells[COLUMNS_MAX + 1] = {0};
            for (size_t k = 0; columns[k] && k < COLUMNS_MAX; k++)
                cells[k] = rows_text(rows, i, columns[k]);
            cli_row(stdout, cells);
        }
    }
    rows_free(rows);
    sync_close(db);
    return rows ? 0 : CLI_FAILED;
}

/* Graphviz: `jamund lifecycles --draw | dot -Tsvg`. */
static int draw(const struct conf *c)
{
    struct sync *db = cli_db(c, "lifecycles");
    struct rows *rows = db ? cli_ask(db, "lifecycles", ASK_lifecycles, NULL) : NULL;
    if (rows) {
        puts("digraph lifecycles {\n  rankdir=LR; node [shape=box, style=rounded];");
        for (size_t i = 0; i < rows_count(rows); i++) {
            const char *e = rows_text(rows, i, "entity"), *from = rows_text(rows, i, "from_state");
            const char *to = rows_text(rows, i, "to_state");
            if (*from)
                printf("  \"%s: %s\" -> \"%s: %s\" [label=\"%s\"];\n", e, from, e, to,
                       rows_text(rows, i, "verb"));
        }
        puts("}");
    }
    rows_free(rows);
    sync_close(db);
    return rows ? 0 : CLI_FAILED;
}

int cli_lifecycles(struct conf *c, int argc, char **argv)
{
    static const char *const columns[] = {"entity", "from_state", "to_state",
                                          "verb",   "sentence",   NULL};
    bool drawn = cli_option(&argc, argv, "--draw");
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    return drawn ? draw(c) : print_table(c, "lifecycles", ASK_lifecycles, columns);
}

int cli_disclosures(struct conf *c, int argc, char **argv)
{
    static const char *const columns[] = {"fact", "viewer", "shown", NULL};
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    return print_table(c, "disclosures", ASK_disclosures, columns);
}

int cli_audiences(struct conf *c, int argc, char **argv)
{
    static const char *const columns[] = {"entity", "role", "shown", NULL};
    if (!cli_args(argc, argv, 0, 0))
        return CLI_USAGE;
    return print_table(c, "audiences", ASK_audiences, columns);
}
