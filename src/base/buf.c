#include "base/buf.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST = 256 };

static void buf_grow(struct buf *b, size_t need)
{
    size_t cap = b->cap ? b->cap : BUF_FIRST;
    while (cap < need + 1)
        cap *= 2;
    if (cap == b->cap)
        return;
    b->data = realloc(b->data, cap);
    if (!b->data)
        fatal("out of memory");
    b->cap = cap;
}

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
    buf_grow(b, 0);
    b->data[0] = '\0';
}

void buf_done(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->full = false;
    b->data[0] = '\0';
}

char *buf_room(struct buf *b, size_t len)
{
    if (b->full || len > b->max - b->len) {
        b->full = true;
        return NULL;
    }
    if (b->len + len >= b->cap)
        buf_grow(b, b->len + len);
    char *room = b->data + b->len;
    b->len += len;
    b->data[b->len] = '\0';
    return room;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
    char *room = len > 0 ? buf_room(b, len) : NULL;
    if (room)
        memcpy(room, bytes, len);
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

/* Into the room that there is; once more where that was too little. */
void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    size_t room = b->cap - b->len;
    size_t len = (size_t)vsnprintf(b->data + b->len, room, fmt, ap);
    va_end(ap);
    if (b->full || len > b->max - b->len) {
        b->full = true;
        b->data[b->len] = '\0';
    } else {
        buf_grow(b, b->len + len);
        if (len >= room)
            vsnprintf(b->data + b->len, len + 1, fmt, again);
        b->len += len;
    }
    va_end(again);
}

void buf_cut(struct buf *b, size_t n)
{
    if (n > b->len)
        n = b->len;
    memmove(b->data, b->data + n, b->len - n + 1);
    b->len -= n;
}

char *buf_take(struct buf *b, size_t *ret_len)
{
    char *data = b->data;
    if (ret_len)
        *ret_len = b->len;
    buf_init(b, b->max);
    return data;
}
