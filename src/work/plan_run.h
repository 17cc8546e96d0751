/* Inside work/ only: a plan's computation, for the command and for the worker. */
#ifndef WORK_PLAN_RUN_H
#define WORK_PLAN_RUN_H

#include "base/buf.h"
#include "form/plan_json.h"

int plan_worker(struct buf *in); /* lines to standard output; exit status */

/* cbc as a child process, by its command line; MIP_NONE where there is no such program. */
enum mip_end cbc_solve(const struct mip *m, int64_t above, int seconds, signed char *x);

#endif
