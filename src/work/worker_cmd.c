/* `jamund worker NAME`: the child's side of work/worker. Limits come first, then the document. */
#include "plan_run.h"
#include "work/commands.h"

#include "base/log.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static const struct {
    const char *name;
    int (*run)(struct buf *in);
    size_t bytes_max; /* of the document */
} tasks[] = {
    {"plan", plan_worker, PLAN_BYTES_MAX},
};

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true }; /* reserves more address space than any limit */
#else
enum { SANITIZED = false };
#endif

/* The wall clock is the parent's; without a parent there is nobody to work for. */
static bool limit(const char *cpu_seconds, const char *bytes)
{
    rlim_t cpu = cpu_seconds ? strtoull(cpu_seconds, NULL, 10) : 0;
    rlim_t space = bytes ? strtoull(bytes, NULL, 10) : 0;
    bool done = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) == 0;
    if (cpu > 0)
        done &= setrlimit(RLIMIT_CPU, &(struct rlimit){cpu, cpu + 1}) == 0;
    if (space > 0 && !SANITIZED)
        done &= setrlimit(RLIMIT_AS, &(struct rlimit){space, space}) == 0;
    return done;
}

bool read_all(FILE *f, size_t most, struct buf *ret)
{
    char chunk[1 << 16];
    size_t n;
    buf_init(ret, most);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0 && !ret->full)
        buf_add(ret, chunk, n);
    return !ferror(f) && !ret->full;
}

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
        if (!limit(cpu, bytes))
            fprintf(stderr, "jamund worker: no limits\n");
        else if (!read_all(stdin, tasks[i].bytes_max, &in))
            fprintf(stderr, "jamund worker: the document cannot be read, or is too long\n");
        else
            rc = tasks[i].run(&in);
        return rc;
    }
    fprintf(stderr, "jamund worker: there is no task %s\n", argv[1]);
    return CLI_USAGE;
}
