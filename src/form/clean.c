#include "form/clean.h"

#include <string.h>

enum kind { PLAIN, BLANK, BREAK };

/* What stands at s, and how long it is; the second half of CR LF belongs to the break. */
static enum kind look(const unsigned char *s, size_t *ret_len)
{
    *ret_len = 1;
    if (*s == '\r' || *s == '\n') {
        *ret_len = s[0] == '\r' && s[1] == '\n' ? 2 : 1;
        return BREAK;
    }
    if (*s <= ' ' || *s == 0x7f)
        return BLANK;
    if (*s == 0xc2 && s[1] < 0xa0) { /* U+0080..009F; 0085 is "next line" */
        *ret_len = 2;
        return s[1] == 0x85 ? BREAK : BLANK;
    }
    if (*s == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xa8 && s[2] <= 0xae) ||
                       (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9))) {
        *ret_len = 3;
        return s[1] == 0x80 && s[2] <= 0xa9 ? BREAK : BLANK;
    }
    return PLAIN;
}

/* How one place wants its text. */
struct place {
    const char *line_break;
    size_t blanks; /* the longest run */
    bool html, trim;
};

static void clean(struct buf *out, const char *text, const struct place *p)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t start = out->len, blanks = 0, len;
    for (; s && *s; s += len) {
        enum kind kind = look(s, &len);
        const char *put = kind == BREAK ? p->line_break : kind == BLANK ? " " : NULL;
        blanks = put && *put == ' ' ? blanks + 1 : 0;
        if (blanks > p->blanks || (blanks && p->trim && out->len == start))
            continue;
        if (p->html && !put && strchr("&<>\"'", *s))
            buf_printf(out, "&#%d;", *s);
        else if (put)
            buf_str(out, put);
        else
            buf_char(out, (char)*s);
    }
    if (p->trim && out->len > start && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
}

void clean_line(struct buf *out, const char *s)
{
    clean(out, s, &(struct place){.line_break = " ", .blanks = 1, .trim = true});
}

void clean_block(struct buf *out, const char *s)
{
    clean(out, s, &(struct place){.line_break = "\n", .blanks = CLEAN_BLANKS_MAX});
}

void clean_html(struct buf *out, const char *s)
{
    clean(out, s,
          &(struct place){.line_break = "<br>\n", .blanks = CLEAN_BLANKS_MAX, .html = true});
}
