/*
 * The walls around foreign bytes: from sandbox_close() on this process may read what it has open,
 * write its answer, get memory, and end. No file is opened, no socket made, no process started; a
 * system call beyond that kills it. Under ASan there is no filter, since ASan itself asks for
 * /proc and threads: sandbox_is_tight() says so, and the tests of the filter are left out there.
 */
#ifndef READER_SANDBOX_H
#define READER_SANDBOX_H

#include <stdbool.h>

enum { CPU_BUDGET_MS = 1500 }; /* of a task's own CPU time */

bool sandbox_is_tight(void);
bool sandbox_close(void); /* false: this kernel has no filters; do not go on */

/* After CPU_BUDGET_MS the task's answer is {"error":"too-much-work"}, and the process ends. */
bool sandbox_budget(void);
void sandbox_budget_end(void); /* the answer is there: nobody interrupts its writing */

#endif
