/*
 * Foreign bytes of a call or a command, read by jamund-reader (reader/tasks.h). A call's body is
 * sent there by one step, and refused by the next where it could not be read; then come the route's
 * own:
 *
 *     step_fn *const object_put[] = {read_object, reading_check, use, NULL};
 *     static enum step read_object(struct call *c) { return reading_ask(c, "object"); }
 *     static enum step use(struct call *c) { const json_t *doc = reading_doc(c); … }
 *
 * 422: the reader's {"error", "line"}, or it was not done within READING_MS. 503: READINGS_MAX
 * others are being read.
 */
#ifndef WORK_READING_H
#define WORK_READING_H

#include "flow/call.h"

enum { READINGS_MAX = 8, READING_MS = 5000, READING_CPU_SECONDS = 3, READING_BYTES = 512 << 20 };

enum step reading_ask(struct call *c, const char *task); /* uses call_work */
enum step reading_check(struct call *c);
const json_t *reading_doc(const struct call *c); /* lives as long as the call */

/* The same for a command, which waits. The caller's reference; NULL: there is no answer. */
json_t *reading_now(const char *task, const char *bytes, size_t len);

#endif
