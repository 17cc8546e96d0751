/*
 * Events with names and typed fields, one logfmt line each on standard error:
 *     ts=2026-11-23T08:12:00.123Z level=info event=outbox.sent id=… attempt=1
 * Values are escaped here, so nothing user-controlled can forge a line. Personal data never goes
 * in: callers log ids. Only work/, flow/door, store/lane and main log; everything else returns.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key; /* NULL ends the list */
    const char *str; /* NULL: use num */
    int64_t num;
};

#define F_STR(k, v) ((struct log_field){.key = (k), .str = (v) ? (v) : "-"})
#define F_INT(k, v) ((struct log_field){.key = (k), .num = (int64_t)(v)})

#define log_event(level, event, ...)                                                               \
    log_write((level), (event), (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})
#define log_debug(...) log_event(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_event(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_event(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_event(LOG_ERROR, __VA_ARGS__)

void log_set_level(enum log_level least);
void log_write(enum log_level level, const char *event, const struct log_field *fields);

/* Tests read what was logged: while a capture is set, lines go to it instead of standard error. */
struct buf;
void log_capture(struct buf *into); /* NULL ends it */

_Noreturn void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
