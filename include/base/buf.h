/*
 * A growing byte buffer with a named maximum. Writing beyond the maximum keeps what is there, drops
 * the rest and sets `full`: the writer checks once at the end instead of after every call. data is
 * always NUL-terminated (the NUL is not counted in len). In-place: buf_init / buf_done.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
    char *data; /* owned; never NULL after buf_init */
    size_t len;
    size_t cap;
    size_t max;
    bool full; /* something did not fit */
};

#define BUF_MAX_DEFAULT ((size_t)16 << 20)

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);  /* frees data; b may be initialised again */
void buf_reset(struct buf *b); /* len = 0, full = false, memory kept */

/* len bytes more, which the caller writes at once; NULL: they do not fit. */
char *buf_room(struct buf *b, size_t len);
void buf_add(struct buf *b, const void *bytes, size_t len);
static inline void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_cut(struct buf *b, size_t n); /* drops the first n bytes */

/* Moves the bytes out as a malloc'd string that the caller frees; b is empty afterwards. */
char *buf_take(struct buf *b, size_t *ret_len);

#endif
