/*
 * jamund-reader: foreign bytes are read here and nowhere else. One task in one process that work/
 * worker starts: limits, then everything that files are needed for, then the sandbox, and only then
 * the document. The answer is one line of JSON; an exit status but 0 means that there is none.
 */
#include "base/child.h"
#include "reader/object.h"
#include "reader/rule.h"
#include "reader/sandbox.h"
#include "reader/tasks.h"
#include "reader/zones.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define CPU_SECONDS "3"
#define SPACE_BYTES "536870912"

enum { USAGE = 2 };

/* Libraries make what they need at their first use; some of it from files. */
static bool warm_up(void)
{
    struct arena *a = arena_new();
    struct ics_rule rule;
    bool done = ics_rule_parse(a, "FREQ=DAILY", &rule);
    if (done)
        (void)ics_rule_expand(a, &rule, 0, false, 0, 1);
    arena_free(a);
    json_object_seed(0);
    return done && ics_zones_load();
}

static bool put(const struct buf *json)
{
    size_t at = 0;
    for (ssize_t n; at < json->len; at += (size_t)n)
        if ((n = write(STDOUT_FILENO, json->data + at, json->len - at)) <= 0)
            return false;
    return true;
}

static int work(const struct reader_task *task)
{
    struct buf in, json;
    buf_init(&json, task->answer_max);
    bool whole = child_read(stdin, task->bytes_max, &in);
    if (whole)
        task->run(&json, in.data, in.len);
    else if (in.full)
        ics_error(&json, "too-long", 0);
    else
        return 1;
    if (json.full)
        ics_error(&json, "too-long", 0);
    sandbox_budget_end();
    buf_char(&json, '\n');
    bool told = put(&json);
    buf_done(&in);
    buf_done(&json);
    return told ? 0 : 1;
}

static const char *option(const char *arg, const char *name, const char *otherwise)
{
    size_t n = strlen(name);
    return arg && strncmp(arg, name, n) == 0 ? arg + n : otherwise;
}

/* jamund-reader [--cpu-seconds=N] [--bytes=N] TASK */
int main(int argc, char **argv)
{
    const char *cpu = CPU_SECONDS, *bytes = SPACE_BYTES;
    for (int i = 1; i < argc; i++) {
        cpu = option(argv[i], "--cpu-seconds=", cpu);
        bytes = option(argv[i], "--bytes=", bytes);
    }
    const struct reader_task *task = argc > 1 ? reader_task_find(argv[argc - 1]) : NULL;
    if (!task) {
        fprintf(stderr, "jamund-reader: which task? (jamund starts this program itself)\n");
        return USAGE;
    }
    if (task->ready)
        task->ready();
    if (!child_limit(cpu, bytes) || !sandbox_budget() || !warm_up() || !sandbox_close()) {
        fprintf(stderr, "jamund-reader: no limits, or no time zones\n");
        return 1;
    }
    int rc = work(task);
    zone_done();
    return rc;
}
