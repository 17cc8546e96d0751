#include "form/ical_line.h"

#include "form/clean.h"

#include <string.h>

enum { OCTETS_MAX = 75 };

static void escape(struct ical_line *l, const char *s, const char *special, const char *const to[]);
static size_t cut(const char *s, size_t room);

void ical_line_init(struct ical_line *l, struct buf *out)
{
    l->out = out;
    buf_init(&l->text, BUF_MAX_DEFAULT);
}

void ical_line_done(struct ical_line *l)
{
    buf_done(&l->text);
}

void ical_line_raw(struct ical_line *l, const char *s)
{
    buf_str(&l->text, s);
}

void ical_line_text(struct ical_line *l, const char *s)
{
    static const char *const to[] = {"\\\\", "\\;", "\\,", "\\n"};
    struct buf clean;
    buf_init(&clean, BUF_MAX_DEFAULT);
    clean_block(&clean, s);
    escape(l, clean.data, "\\;,\n", to);
    buf_done(&clean);
}

void ical_line_quoted(struct ical_line *l, const char *s)
{
    static const char *const to[] = {"^^", "^'",
                                     "/"}; /* libical takes \" for a quote, not an end */
    struct buf clean;
    buf_init(&clean, BUF_MAX_DEFAULT);
    clean_line(&clean, s);
    buf_char(&l->text, '"');
    escape(l, clean.data, "^\"\\", to);
    buf_char(&l->text, '"');
    buf_done(&clean);
}

void ical_line_end(struct ical_line *l)
{
    const char *s = l->text.data;
    size_t len = l->text.len, room = OCTETS_MAX;
    while (len > 0 && s[len - 1] == ' ') /* readers and mail paths strip it */
        len--;
    while (len > room) {
        size_t n = cut(s, room);
        buf_add(l->out, s, n);
        buf_str(l->out, "\r\n ");
        s += n;
        len -= n;
        room = OCTETS_MAX - 1; /* the blank that marks the fold counts */
    }
    buf_add(l->out, s, len);
    buf_str(l->out, "\r\n");
    l->out->full |= l->text.full;
    buf_reset(&l->text);
}

void ical_line_put(struct ical_line *l, const char *name, const char *raw)
{
    if (!raw || !*raw)
        return;
    ical_line_raw(l, name);
    ical_line_raw(l, ":");
    ical_line_raw(l, raw);
    ical_line_end(l);
}

void ical_line_put_text(struct ical_line *l, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    ical_line_raw(l, name);
    ical_line_raw(l, ":");
    ical_line_text(l, text);
    ical_line_end(l);
}

static void escape(struct ical_line *l, const char *s, const char *special, const char *const to[])
{
    for (; *s; s++) {
        const char *at = strchr(special, *s);
        if (at)
            buf_str(&l->text, to[at - special]);
        else
            buf_char(&l->text, *s);
    }
}

/* How many of s's bytes go on this line: whole characters, and no blank at its end. Runs of blanks
 * are shorter than a line (CLEAN_BLANKS_MAX), so there is always a place. */
static size_t cut(const char *s, size_t room)
{
    size_t n = room;
    while (n > 1 && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    size_t whole = n;
    while (n > 1 && s[n - 1] == ' ')
        n--;
    return n > 1 ? n : whole;
}
