/* Bodies: a counted one, or chunks. Extensions of chunks are refused, trailers checked and dropped.
 */
#include "http_head_in.h"

#include <string.h>

enum { SIZE_DIGITS_MAX = 8 };

enum state {
    COUNTED,
    SIZE,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    END_LF,
    DONE
};

static size_t copy(struct http_body *b, const char *bytes, size_t len, struct buf *into);
static enum err step(struct http_body *b, char c, size_t have);
static enum err size_digit(struct http_body *b, char c, size_t have);
static enum err trailer(struct http_body *b, char c);
static enum err expect(struct http_body *b, char c, char wanted, enum state next);
static enum err fail(struct http_body *b, enum err e, const char *why);

enum err http_body_init(struct http_body *b, const struct http_request *r, size_t body_max)
{
    *b = (struct http_body){.max = body_max, .left = r->content_length};
    b->state = r->chunked ? SIZE : r->content_length ? COUNTED : DONE;
    if (r->content_length > body_max)
        return fail(b, ERR_TOO_LARGE, "The body is over the limit.");
    return OK;
}

enum err http_body_feed(struct http_body *b, const char *bytes, size_t len, struct buf *into,
                        size_t *ret_used, bool *ret_done)
{
    size_t i = 0;
    while (i < len && b->state != DONE) {
        if (b->state == COUNTED || b->state == DATA) {
            i += copy(b, bytes + i, len - i, into);
            continue;
        }
        enum err e = step(b, bytes[i++], into->len);
        if (e)
            return e;
    }
    *ret_used = i;
    *ret_done = b->state == DONE;
    return OK;
}

static size_t copy(struct http_body *b, const char *bytes, size_t len, struct buf *into)
{
    size_t n = len < b->left ? len : (size_t)b->left;
    buf_add(into, bytes, n);
    b->left -= n;
    if (b->left == 0)
        b->state = b->state == COUNTED ? DONE : DATA_CR;
    return n;
}

static enum err step(struct http_body *b, char c, size_t have)
{
    switch ((enum state)b->state) {
    case SIZE:
        return size_digit(b, c, have);
    case SIZE_LF:
        b->digits = 0;
        return expect(b, c, '\n', b->left ? DATA : TRAILER);
    case DATA_CR:
        return expect(b, c, '\r', DATA_LF);
    case DATA_LF:
        return expect(b, c, '\n', SIZE);
    case TRAILER:
    case TRAILER_NAME:
    case TRAILER_VALUE:
    case TRAILER_LF:
        return trailer(b, c);
    case END_LF:
        return expect(b, c, '\n', DONE);
    case COUNTED:
    case DATA:
    case DONE:
        break;
    }
    return OK;
}

static enum err size_digit(struct http_body *b, char c, size_t have)
{
    unsigned digit;
    if (c == '\r' && b->digits > 0) {
        b->state = SIZE_LF;
        return OK;
    }
    if (c >= '0' && c <= '9')
        digit = (unsigned)(c - '0');
    else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        digit = (unsigned)((c | 0x20) - 'a' + 10);
    else
        return fail(b, ERR_BAD_REQUEST, "A chunk's size is not a plain hexadecimal number.");
    if (++b->digits > SIZE_DIGITS_MAX)
        return fail(b, ERR_BAD_REQUEST, "A chunk's size has too many digits.");
    b->left = b->left * 16 + digit;
    if (b->left > b->max - have)
        return fail(b, ERR_TOO_LARGE, "The body is over the limit.");
    return OK;
}

static enum err trailer(struct http_body *b, char c)
{
    bool first = b->state == TRAILER;
    if (++b->trailer > HTTP_TRAILER_MAX)
        return fail(b, ERR_HEAD_LARGE, "The trailer is over the limit.");
    if (b->state == TRAILER_LF)
        return expect(b, c, '\n', TRAILER);
    if (first && c == '\r')
        return expect(b, c, '\r', END_LF);
    if (b->state == TRAILER_VALUE && c == '\r')
        return expect(b, c, '\r', TRAILER_LF);
    if (b->state == TRAILER_VALUE && http_is(c, HTTP_VALUE))
        return OK;
    if (b->state == TRAILER_NAME && c == ':')
        return expect(b, c, ':', TRAILER_VALUE);
    if (b->state != TRAILER_VALUE && http_is(c, HTTP_TOKEN)) {
        b->state = TRAILER_NAME;
        return OK;
    }
    return fail(b, ERR_BAD_REQUEST, "The trailer is not made of header fields.");
}

static enum err expect(struct http_body *b, char c, char wanted, enum state next)
{
    if (c != wanted)
        return fail(b, ERR_BAD_REQUEST, "A chunk does not end where it says.");
    b->state = (int)next;
    return OK;
}

static enum err fail(struct http_body *b, enum err e, const char *why)
{
    b->why = why;
    return e;
}
