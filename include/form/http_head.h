/*
 * HTTP/1.1 requests, strictly (RFC 9112): CRLF only, origin-form targets, exactly one Host, either
 * one all-digit Content-Length or `Transfer-Encoding: chunked`, no obs-fold, no control bytes. What
 * two readers could understand in two ways is refused. Pure: no I/O, no allocation (a body grows
 * the caller's buf).
 *
 * The reader works in three steps, and each gives the same result whether fed whole or byte by
 * byte: http_scan_feed   finds the end of the head, refuses bytes that may not be in one, counts
 * against the maximum http_head_parse  takes the whole head apart in place; all strings of the
 * request live in it, NUL-terminated http_body_feed   copies the body, decoding chunks A failure is
 * a row of base/err.def; `why` is then a fixed sentence (never the client's bytes).
 */
#ifndef FORM_HTTP_HEAD_H
#define FORM_HTTP_HEAD_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_LINE_MAX = 8192,    /* request line, else 414 */
    HTTP_FIELDS_MAX = 64,    /* header fields, else 431 */
    HTTP_PARAMS_MAX = 32,    /* query parameters, else 400 */
    HTTP_TRAILER_MAX = 1024, /* bytes after the last chunk, else 431 */
};

enum http_method {
#define HTTP_METHOD(name) HTTP_##name,
#include "form/http_method.def"
#undef HTTP_METHOD
    HTTP_METHOD_COUNT
};
const char *http_method_name(enum http_method m);

struct http_field {
    const char *name, *value;
};

struct http_request {
    enum http_method method;
    int minor;        /* HTTP/1.0 or 1.1 */
    const char *path; /* decoded UTF-8; no encoded slash, no dot segments: safe to split at '/' */
    struct http_field params[HTTP_PARAMS_MAX]; /* of the query, decoded, in order */
    struct http_field fields[HTTP_FIELDS_MAX]; /* names in lower case */
    size_t param_count, field_count;
    bool chunked, keep_alive, wants_continue;
    uint64_t content_length;
    const char *body; /* NUL-terminated, never NULL once served; set by the door */
    size_t body_len;
    const char *why; /* only after a failure */
};

const char *http_header(const struct http_request *r, const char *lower_name); /* NULL if absent */
const char *http_param(const struct http_request *r,
                       const char *name); /* the first; NULL if absent */

struct http_scan {
    size_t max, total, column, lines;
    bool cr, skipped;
    const char *why;
};
void http_scan_init(struct http_scan *s, size_t head_max);
/* Reads on; *ret_used bytes belong to this head, *ret_done when it is complete. */
enum err http_scan_feed(struct http_scan *s, const char *bytes, size_t len, size_t *ret_used,
                        bool *ret_done) MUST;

/* head: exactly the bytes of one scanned head, changed in place; r refers to it. */
enum err http_head_parse(char *head, size_t len, struct http_request *r) MUST;

struct http_body {
    int state;
    unsigned digits, trailer;
    uint64_t left;
    size_t max;
    const char *why;
};
enum err http_body_init(struct http_body *b, const struct http_request *r, size_t body_max) MUST;
enum err http_body_feed(struct http_body *b, const char *bytes, size_t len, struct buf *into,
                        size_t *ret_used, bool *ret_done) MUST;

/* A posted form (application/x-www-form-urlencoded), taken apart in place; line ends and tabs are
 * allowed in values. */
enum err http_form_parse(char *body, struct http_field params[HTTP_PARAMS_MAX],
                         size_t *ret_count) MUST;

/* True if name: value may stand in a header: a token, and no control bytes. */
bool http_field_ok(const char *name, const char *value);

#endif
