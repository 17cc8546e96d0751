/*
 * One task in an exec'd child: this program again, as `jamund worker NAME`, or, for what reads
 * foreign bytes, `jamund-reader NAME` that stands beside it (reader/tasks.h); with an empty
 * environment, no open file but its own socket, and limits on CPU time and memory. It reads one
 * document from standard input and writes lines; both go over the event loop, so nothing here ever
 * waits. The child and whatever it started (one process group) are killed when the wall clock's
 * limit is over, a line is too long, or worker_stop() is called.
 *
 * The callbacks come from the loop, never from worker_start(): line() for each whole line, in
 * order; then done() exactly once, after the child was reaped, with a worker that is gone when it
 * returns. After worker_stop() neither comes. Both may call worker_stop(), done() to no effect.
 * One who leaves (the caller ends first) calls worker_stop().
 */
#ifndef WORK_WORKER_H
#define WORK_WORKER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORKER_LINE_MAX = 64 << 20 }; /* bytes of one line */

enum worker_end {
    WORKER_DONE,    /* exit status 0: the lines are whole */
    WORKER_FAILED,  /* another status, or it could not run: out of memory, too */
    WORKER_LATE,    /* killed at the wall clock's limit */
    WORKER_LIMITED, /* killed by the limit on CPU time */
    WORKER_BROKEN,  /* a line too long, or killed by a signal nobody of ours sent */
};

struct event_base;
struct worker;

struct worker_task {
    const char
        *name;    /* a row of worker_cmd.c's table, or of reader/tasks.c's where it is foreign */
    bool foreign; /* the input is somebody else's bytes: jamund-reader reads it */
    const char *input;                                     /* borrowed until the end */
    size_t len;                                            /* of input */
    int64_t wall_ms;                                       /* > 0 */
    int64_t cpu_seconds;                                   /* > 0 */
    int64_t bytes;                                         /* of address space; 0: no limit */
    void (*line)(void *arg, const char *line, size_t len); /* without its LF; NUL-terminated */
    void (*done)(void *arg, enum worker_end end);
    void *arg;
};

/* ERR_UNAVAILABLE: no process or file descriptor to be had just now; no callback comes. */
enum err worker_start(struct event_base *base, const struct worker_task *task,
                      struct worker **ret) MUST;

void worker_stop(struct worker *w); /* kills, reaps and frees; accepts NULL */

const char *worker_end_name(enum worker_end end); /* "done", "late", … for the log */

#endif
