#include "form/mime.h"

#include "form/clean.h"

#include <sodium.h>
#include <string.h>

enum { LINE_MAX_OCTETS = 76, WORD_FRAME = 12, BASE64_LINE_BYTES = 57 };

static bool plain(const char *s);
static void put_words(struct buf *out, size_t column, const char *s);
static void put_quoted(struct buf *out, const char *s);
static void put_base64(struct buf *out, const void *bytes, size_t len);

void mime_header(struct buf *out, const char *name, const char *text)
{
    struct buf clean;
    buf_init(&clean, BUF_MAX_DEFAULT);
    clean_line(&clean, text);
    size_t column = strlen(name) + 2;
    buf_printf(out, "%s: ", name);
    if (plain(clean.data) && column + clean.len <= LINE_MAX_OCTETS)
        buf_str(out, clean.data);
    else
        put_words(out, column, clean.data);
    buf_str(out, "\r\n");
    buf_done(&clean);
}

void mime_mailbox(struct buf *out, const char *name, const char *display, const char *email)
{
    struct buf clean;
    buf_init(&clean, BUF_MAX_DEFAULT);
    clean_line(&clean, display);
    buf_printf(out, "%s: ", name);
    if (clean.len > 0) {
        if (plain(clean.data) && clean.len < LINE_MAX_OCTETS / 3)
            put_quoted(out, clean.data);
        else
            put_words(out, strlen(name) + 2, clean.data);
        buf_str(out, "\r\n ");
    }
    buf_printf(out, "<%s>\r\n", email);
    buf_done(&clean);
}

void mime_base64(struct buf *out, const void *bytes, size_t len)
{
    const char *s = bytes;
    for (size_t n; len > 0; s += n, len -= n) {
        n = len < BASE64_LINE_BYTES ? len : BASE64_LINE_BYTES;
        put_base64(out, s, n);
        buf_str(out, "\r\n");
    }
}

void mime_crlf(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            buf_str(out, "\r\n");
        else
            buf_char(out, *text);
}

/* Printable ASCII that cannot be taken for an encoded word, and no blank at an end. */
static bool plain(const char *s)
{
    size_t n = strlen(s);
    if (n == 0 || s[0] == ' ' || s[n - 1] == ' ' || strstr(s, "=?"))
        return false;
    for (; *s; s++)
        if (*s < ' ' || *s > '~')
            return false;
    return true;
}

static void put_words(struct buf *out, size_t column, const char *s)
{
    size_t len = strlen(s);
    while (len > 0) {
        size_t n = (LINE_MAX_OCTETS - column - WORD_FRAME) / 4 * 3;
        if (n < len)
            while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
                n--;
        else
            n = len;
        buf_str(out, "=?UTF-8?B?");
        put_base64(out, s, n);
        buf_str(out, n < len ? "?=\r\n " : "?=");
        s += n;
        len -= n;
        column = 1;
    }
}

static void put_quoted(struct buf *out, const char *s)
{
    buf_char(out, '"');
    for (; *s; s++)
        buf_printf(out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    buf_char(out, '"');
}

static void put_base64(struct buf *out, const void *bytes, size_t len)
{
    char text[sodium_base64_ENCODED_LEN(BASE64_LINE_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(text, sizeof text, bytes, len, sodium_base64_VARIANT_ORIGINAL);
    buf_str(out, text);
}
