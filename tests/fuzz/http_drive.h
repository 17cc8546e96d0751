/*
 * Runs bytes through the whole reader, `step` at a time, and writes down what it understood: one
 * item per request, `GET /path?a=1 [body]`, then the status of the refusal or `...` if more is
 * needed.
 */
#ifndef FUZZ_HTTP_DRIVE_H
#define FUZZ_HTTP_DRIVE_H

#include "form/http_head.h"

#include <stdlib.h>
#include <string.h>

enum { DRIVE_HEAD_MAX = 12000, DRIVE_BODY_MAX = 64 };

struct drive {
    const char *in;
    size_t len, at, step;
    struct buf *out;
};

static size_t drive_next(const struct drive *d)
{
    return d->len - d->at < d->step ? d->len - d->at : d->step;
}

static enum err drive_head(struct drive *d, char **ret_head, size_t *ret_len, bool *ret_done)
{
    size_t start = d->at, used;
    struct http_scan scan;
    bool done = false;
    http_scan_init(&scan, DRIVE_HEAD_MAX);
    while (!done && d->at < d->len) {
        enum err e = http_scan_feed(&scan, d->in + d->at, drive_next(d), &used, &done);
        if (e)
            return e;
        d->at += used;
    }
    *ret_len = d->at - start;
    *ret_head = malloc(*ret_len + 1); /* + 1: never zero */
    memcpy(*ret_head, d->in + start, *ret_len);
    *ret_done = done;
    return OK;
}

static enum err drive_body(struct drive *d, const struct http_request *r, struct buf *body,
                           bool *ret_done)
{
    struct http_body b;
    size_t used;
    enum err e = http_body_init(&b, r, DRIVE_BODY_MAX);
    if (e)
        return e;
    do {
        e = http_body_feed(&b, d->in + d->at, drive_next(d), body, &used, ret_done);
        if (e)
            return e;
        d->at += used;
    } while (!*ret_done && d->at < d->len);
    return OK;
}

static void drive_note(struct drive *d, const struct http_request *r)
{
    buf_printf(d->out, "%s %s", http_method_name(r->method), r->path);
    for (size_t i = 0; i < r->param_count; i++)
        buf_printf(d->out, "%c%s=%s", i ? '&' : '?', r->params[i].name, r->params[i].value);
    buf_str(d->out, r->keep_alive ? "" : " close");
    buf_str(d->out, r->wants_continue ? " continue" : "");
}

static bool drive_request(struct drive *d)
{
    struct http_request *r = malloc(sizeof *r);
    struct buf body;
    char *head = NULL;
    size_t len;
    bool done = false;
    buf_init(&body, DRIVE_BODY_MAX);
    enum err e = drive_head(d, &head, &len, &done);
    if (!e && done && !(e = http_head_parse(head, len, r))) {
        drive_note(d, r);
        e = drive_body(d, r, &body, &done);
        if (!e && done && body.len)
            buf_printf(d->out, " [%s]", body.data);
        buf_str(d->out, e || !done || d->at < d->len ? ", " : "");
    }
    if (e)
        buf_printf(d->out, "%d", err_row(e)->status);
    else if (!done)
        buf_str(d->out, "...");
    buf_done(&body);
    free(head);
    free(r);
    return !e && done;
}

static void drive(const char *in, size_t len, size_t step, struct buf *out)
{
    struct drive d = {in, len, 0, step, out};
    while (d.at < d.len && drive_request(&d))
        continue;
}

#endif
