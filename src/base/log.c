#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static enum log_level least = LOG_INFO;
static struct buf *capture;

void log_set_level(enum log_level level)
{
    least = level;
}

void log_capture(struct buf *into)
{
    capture = into;
}

static void add_value(struct buf *line, const char *s)
{
    if (*s && strcspn(s, " =\"\\") == strlen(s)) {
        const char *p = s;
        while (*p > ' ' && *p != 0x7f)
            p++;
        if (!*p) {
            buf_str(line, s);
            return;
        }
    }
    buf_char(line, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            buf_printf(line, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            buf_printf(line, "\\x%02x", c);
        else
            buf_char(line, (char)c);
    }
    buf_char(line, '"');
}

static void add_stamp(struct buf *line)
{
    char text[CLOCK_TEXT];
    int64_t ms = clock_now_ms();
    clock_text(ms / 1000, text);
    text[strlen(text) - 1] = '\0';
    buf_printf(line, "ts=%s.%03dZ", text, (int)(ms % 1000));
}

void log_write(enum log_level level, const char *event, const struct log_field *f)
{
    if (level < least)
        return;
    struct buf line;
    buf_init(&line, LINE_MAX_BYTES);
    add_stamp(&line);
    buf_printf(&line, " level=%s event=%s", level_names[level], event);
    for (; f->key; f++) {
        buf_printf(&line, " %s=", f->key);
        if (f->str)
            add_value(&line, f->str);
        else
            buf_printf(&line, "%lld", (long long)f->num);
    }
    line.max++; /* the line end always fits */
    line.full = false;
    buf_char(&line, '\n');
    if (capture)
        buf_add(capture, line.data, line.len);
    else
        (void)!write(STDERR_FILENO, line.data, line.len); /* nowhere left to complain */
    buf_done(&line);
}

void fatal(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("jamund: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}
