/* What comes over one of load.c's connections: an answer's head, and where its body ends. */
#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 32 << 10, LAST_CHUNK = 7 };

struct answer {
    char head[HEAD_MAX];
    size_t head_len;
    bool in_body, chunked, last; /* last: the connection ends with it */
    long body_left;              /* chunked: 1 until the last chunk */
    char end[LAST_CHUNK];        /* chunked: the bytes that came last */
    int status;
};

static inline void answer_begin(struct answer *a)
{
    a->head_len = 0;
    a->in_body = false;
}

static inline void answer_body(struct answer *a, const char *bytes, size_t n)
{
    if (!a->chunked) {
        a->body_left -= (long)n;
        return;
    }
    size_t kept = n < LAST_CHUNK ? LAST_CHUNK - n : 0;
    memmove(a->end, a->end + LAST_CHUNK - kept, kept);
    memcpy(a->end + kept, bytes + n - (LAST_CHUNK - kept), LAST_CHUNK - kept);
    a->body_left = memcmp(a->end, "\r\n0\r\n\r\n", LAST_CHUNK) != 0;
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
    memcpy(a->end, "\r\n\r\n\r\n\r", LAST_CHUNK); /* of a head, for a body without a chunk */
    a->end[LAST_CHUNK - 1] = '\n';
    a->end[LAST_CHUNK - 2] = '\r';
    if (body_here > 0)
        answer_body(a, end + 4, body_here);
}

#endif
