#include "form/lmtp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *word;
    enum lmtp_verb verb;
    const char *path; /* what stands before its address; NULL: it has none */
} verbs[] = {
    {"LHLO", LMTP_LHLO, NULL}, {"MAIL", LMTP_MAIL, "FROM:"}, {"RCPT", LMTP_RCPT, "TO:"},
    {"DATA", LMTP_DATA, NULL}, {"RSET", LMTP_RSET, NULL},    {"NOOP", LMTP_NOOP, NULL},
    {"VRFY", LMTP_VRFY, NULL}, {"QUIT", LMTP_QUIT, NULL},
};

static bool read_path(const char *s, const char *prefix, struct lmtp_command *ret);
static void read_size(const char *params, struct lmtp_command *ret);

void lmtp_command_read(const char *line, size_t len, struct lmtp_command *ret)
{
    char text[LMTP_LINE_MAX + 1];
    *ret = (struct lmtp_command){.verb = LMTP_UNKNOWN, .size = -1};
    if (len > LMTP_LINE_MAX || memchr(line, '\0', len)) {
        ret->bad = true;
        return;
    }
    memcpy(text, line, len);
    text[len] = '\0';
    size_t word = strcspn(text, " ");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (word == 4 && strncasecmp(text, verbs[i].word, word) == 0) {
            const char *rest = text + word + strspn(text + word, " ");
            ret->verb = verbs[i].verb;
            ret->bad = verbs[i].path ? !read_path(rest, verbs[i].path, ret)
                                     : ret->verb == LMTP_DATA && *rest;
        }
}

/* "FROM:<a@b> SIZE=5": some put a blank behind the colon. A source route is left out. */
static bool read_path(const char *s, const char *prefix, struct lmtp_command *ret)
{
    if (strncasecmp(s, prefix, strlen(prefix)) != 0)
        return false;
    s += strlen(prefix);
    s += strspn(s, " ");
    const char *end = *s == '<' ? strchr(s, '>') : NULL;
    if (!end)
        return false;
    const char *from = s + 1,
               *route = *from == '@' ? memchr(from, ':', (size_t)(end - from)) : NULL;
    from = route ? route + 1 : from;
    size_t len = (size_t)(end - from);
    if (len > LMTP_ADDRESS_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)from[i] <= ' ' || from[i] == 0x7f)
            return false;
    memcpy(ret->address, from, len);
    ret->address[len] = '\0';
    read_size(end + 1, ret);
    return end[1] == '\0' || end[1] == ' ';
}

static void read_size(const char *params, struct lmtp_command *ret)
{
    const char *size = strcasestr(params, " SIZE=");
    if (size)
        ret->size = strtoll(size + strlen(" SIZE="), NULL, 10);
}

static enum lmtp_at after(enum lmtp_at at, char c)
{
    if (c == '\r')
        return at == DOTS_DOT ? DOTS_DOT_CR : DOTS_CR;
    if (c == '.' && at == DOTS_BEGIN)
        return DOTS_DOT;
    return c == '\n' && at == DOTS_CR ? DOTS_BEGIN : DOTS_TEXT;
}

size_t lmtp_dots_take(struct lmtp_dots *d, const char *bytes, size_t len, struct buf *out,
                      bool *ret_ended)
{
    *ret_ended = false;
    for (size_t i = 0; i < len; i++) {
        enum lmtp_at was = d->at;
        d->at = after(was, bytes[i]);
        if (was == DOTS_DOT_CR && bytes[i] == '\n') {
            *ret_ended = true;
            return i + 1;
        }
        if (was == DOTS_DOT_CR) /* ".", CR and more: text after all */
            buf_char(out, '\r');
        if (d->at != DOTS_DOT && d->at != DOTS_DOT_CR)
            buf_char(out, bytes[i]);
    }
    return len;
}
