/* `jamund worker NAME`: the child's side of work/worker. Limits come first, then the document. */
#include "plan_run.h"
#include "work/commands.h"

#include "base/child.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(struct buf *in);
    size_t bytes_max; /* of the document */
} tasks[] = {
    {"plan", plan_worker, PLAN_BYTES_MAX},
};

int cli_worker(struct conf *c, int argc, char **argv)
{
    const char *cpu = cli_value(&argc, argv, "--cpu-seconds");
    const char *bytes = cli_value(&argc, argv, "--bytes");
    (void)c;
    if (!cli_args(argc, argv, 1, 1))
        return CLI_USAGE;
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        if (strcmp(tasks[i].name, argv[1]) != 0)
            continue;
        struct buf in;
        int rc = CLI_FAILED;
        if (!child_limit(cpu, bytes))
            fprintf(stderr, "jamund worker: no limits\n");
        else if (!child_read(stdin, tasks[i].bytes_max, &in))
            fprintf(stderr, "jamund worker: the document cannot be read, or is too long\n");
        else
            rc = tasks[i].run(&in);
        return rc;
    }
    fprintf(stderr, "jamund worker: there is no task %s\n", argv[1]);
    return CLI_USAGE;
}
