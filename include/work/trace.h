/*
 * Who read whose personal data (promise 7). Reads are kept in memory and written in batches, every
 * two seconds or hundred reads: that much is lost when the daemon dies. When PostgreSQL does not
 * take them they wait, up to TRACE_MAX; then personal data is not given out until it does. Who
 * reads the same again within a second leaves no second trace of it.
 */
#ifndef WORK_TRACE_H
#define WORK_TRACE_H

#include <stdbool.h>

struct app;
struct call;
struct trace;

enum { TRACE_MAX = 10000, TRACE_BATCH = 100, TRACE_MS = 2000 };

struct trace *trace_new(struct app *app);
void trace_free(struct trace *t); /* accepts NULL */

bool trace_read(void *app, struct call *c); /* what flow asks before personal data goes out */
void trace_flush(struct trace *t);          /* writes what there is now */
bool trace_idle(const struct trace *t);     /* everything is written */

#endif
