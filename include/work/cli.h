/*
 * The program's sub-commands: one row in cli.c's table each, and one function. cli_main() finds the
 * command, answers --help, loads the settings (so that a command sees only its own words, argv[0]
 * being its name) and runs it. Exit status: 0 done, 1 it failed, 2 it was called wrongly.
 *
 * A command first takes its own options out with cli_option()/cli_value(), then asks cli_args()
 * whether the number of words that are left is right.
 */
#ifndef WORK_CLI_H
#define WORK_CLI_H

#include "base/conf.h"

#include <stdbool.h>
#include <stdio.h>

#define CLI_FAILED 1
#define CLI_USAGE 2

typedef int cli_fn(struct conf *c, int argc, char **argv);

struct cli_command {
    const char *name;
    const char *args; /* synopsis, "[--dry-run] FILE" */
    const char *line; /* one line for the list */
    const char *help; /* the rest, lines ended by \n */
    cli_fn *run;
};

int cli_main(int argc, char **argv, char *const *env);
const struct cli_command *cli_command_at(size_t i); /* NULL past the last */

bool cli_option(int *argc, char **argv, const char *name);       /* "--dry-run" was there */
const char *cli_value(int *argc, char **argv, const char *name); /* of "--name=value", or NULL */
bool cli_args(int argc, char **argv, int least, int most);       /* else says so on stderr */

/* One row of a Markdown table; the cells end with NULL. cli_head() adds the line below it. */
void cli_row(FILE *out, const char *const *cells);
void cli_head(FILE *out, const char *const *cells);

#endif
