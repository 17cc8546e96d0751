/* What comes over one of load.c's connections: an answer's head, and where its body ends. */
#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 32 << 10 };

struct answer {
    char head[HEAD_MAX];
    size_t head_len;
    bool in_body, chunked, last; /* last: the connection ends with it */
    long body_left;              /* chunked: 1 until its end */
    long chunk_left,
        chunk_size; /* left: with the line's end behind it; size: as far as it is read */
    size_t line_len;
    bool trailer;
    int status;
};

static inline void answer_begin(struct answer *a)
{
    a->head_len = 0;
    a->in_body = false;
}

/* A line between chunks is at its end: a chunk's size, or one of what follows the last one. */
static inline void answer_line(struct answer *a)
{
    if (a->trailer && a->line_len == 0)
        a->body_left = 0;
    a->trailer |= a->chunk_size == 0;
    a->chunk_left = a->trailer ? 0 : a->chunk_size + 2;
    a->chunk_size = 0;
    a->line_len = 0;
}

static inline void answer_char(struct answer *a, char c)
{
    const char digits[] = {c, '\0'};
    if (c == '\n')
        answer_line(a);
    else if (c != '\r')
        a->line_len++;
    if (isxdigit((unsigned char)c) && !a->trailer)
        a->chunk_size = a->chunk_size * 16 + strtol(digits, NULL, 16);
}

static inline void answer_body(struct answer *a, const char *bytes, size_t n)
{
    a->body_left -= a->chunked ? 0 : (long)n;
    for (size_t i = 0; a->chunked && i < n;) {
        size_t skip = a->chunk_left < (long)(n - i) ? (size_t)a->chunk_left : n - i;
        a->chunk_left -= (long)skip;
        i += skip;
        if (skip == 0)
            answer_char(a, bytes[i++]);
    }
}

static inline bool answer_says(const struct answer *a, const char *field, const char *word)
{
    const char *at = strcasestr(a->head, field), *end = at ? strstr(at, "\r\n") : NULL;
    const char *found = at ? strcasestr(at, word) : NULL;
    return found && (!end || found < end);
}

/* The head is whole at its empty line; the body is as long as the head says. */
static inline void answer_head(struct answer *a)
{
    char *end = memmem(a->head, a->head_len, "\r\n\r\n", 4);
    if (!end)
        return;
    size_t body_here = (size_t)(a->head + a->head_len - (end + 4));
    *end = '\0';
    a->head_len = (size_t)(end - a->head);
    a->status = a->head_len > 12 ? atoi(a->head + 9) : 0;
    const char *length = strcasestr(a->head, "\ncontent-length:");
    bool bodiless = a->status == 304 || a->status == 204;
    a->in_body = true;
    a->last = strncmp(a->head, "HTTP/1.0", 8) == 0 || answer_says(a, "\nconnection:", "close");
    a->chunked = !bodiless && answer_says(a, "\ntransfer-encoding:", "chunked");
    a->body_left = length && !bodiless ? atol(length + strlen("\ncontent-length:")) : a->chunked;
    a->chunk_left = a->chunk_size = 0;
    a->line_len = 0;
    a->trailer = false;
    if (body_here > 0)
        answer_body(a, end + 4, body_here);
}

#endif
