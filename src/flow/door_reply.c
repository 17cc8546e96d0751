/* The bytes of a reply, how they leave, and the door's own problem+json. */
#include "door_in.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>

enum { SEND_AT_ONCE = 16 << 10 };

static const char *date(struct door *d);
static void add_field(const struct http_field *f, struct buf *out);
static ssize_t send_some(struct conn *c);

#define LINE(status, phrase)                                                                       \
    {                                                                                              \
        status, "HTTP/1.1 " #status " " phrase "\r\n"                                              \
    }
static const struct {
    int status;
    const char *line;
} lines[] = {
    LINE(200, "OK"),
    LINE(201, "Created"),
    LINE(202, "Accepted"),
    LINE(204, "No Content"),
    LINE(207, "Multi-Status"),
    LINE(301, "Moved Permanently"),
    LINE(302, "Found"),
    LINE(303, "See Other"),
    LINE(304, "Not Modified"),
    LINE(307, "Temporary Redirect"),
    LINE(308, "Permanent Redirect"),
    LINE(400, "Bad Request"),
    LINE(401, "Unauthorized"),
    LINE(403, "Forbidden"),
    LINE(404, "Not Found"),
    LINE(405, "Method Not Allowed"),
    LINE(406, "Not Acceptable"),
    LINE(408, "Request Timeout"),
    LINE(409, "Conflict"),
    LINE(410, "Gone"),
    LINE(412, "Precondition Failed"),
    LINE(413, "Content Too Large"),
    LINE(414, "URI Too Long"),
    LINE(415, "Unsupported Media Type"),
    LINE(422, "Unprocessable Content"),
    LINE(428, "Precondition Required"),
    LINE(429, "Too Many Requests"),
    LINE(431, "Request Header Fields Too Large"),
    LINE(500, "Internal Server Error"),
    LINE(501, "Not Implemented"),
    LINE(503, "Service Unavailable"),
    LINE(504, "Gateway Timeout"),
    LINE(505, "HTTP Version Not Supported"),
    LINE(507, "Insufficient Storage"),
};

static void add_line(int status, struct buf *out)
{
    size_t i = 0, n = sizeof lines / sizeof *lines;
    while (i < n && lines[i].status != status)
        i++;
    if (i < n)
        buf_str(out, lines[i].line);
    else
        buf_printf(out, "HTTP/1.1 %d \r\n", status); /* RFC 9112 4: the phrase may be empty */
}

void reply_head(struct door *d, const struct http_reply *r, bool keep, struct buf *out)
{
    add_line(r->status, out);
    add_field(&(struct http_field){"Date", date(d)}, out);
    if (r->type)
        add_field(&(struct http_field){"Content-Type", r->type}, out);
    for (size_t i = 0; i < r->field_count; i++)
        add_field(&r->fields[i], out);
    if (reply_has_body(r->status) && !r->endless)
        buf_printf(out, "Content-Length: %zu\r\n", r->body_len);
    buf_str(out, keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

/* How much the socket takes at once; whatever is wrong with it shows when the rest is sent. */
static size_t send_now(const struct conn *c, const struct http_reply *r)
{
    struct iovec parts[] = {{c->out.data, c->out.len}, {(void *)(uintptr_t)r->body, r->body_len}};
    struct msghdr all = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t n = sendmsg(c->fd, &all, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n > 0 ? (size_t)n : 0;
}

/* A long body is not copied but for what the socket has no room for; one in a file, not at all. */
void reply_body(struct conn *c, const struct http_reply *r)
{
    if (r->file) {
        assert(r->file->len == r->body_len); /* what the head says */
        c->file = memfile_hold(r->file);
        return;
    }
    size_t head = c->out.len, sent = r->body_len >= SEND_AT_ONCE ? send_now(c, r) : 0;
    c->sent = sent < head ? sent : head;
    size_t gone = sent - c->sent;
    if (r->body_len > gone)
        buf_add(&c->out, r->body + gone, r->body_len - gone);
}

bool reply_flush(struct conn *c)
{
    while (c->sent < c->out.len || (c->file && (size_t)c->file_at < c->file->len)) {
        ssize_t n = send_some(c);
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n == 0 || (n < 0 && errno != EINTR)) {
            c->state = CONN_DEAD;
            return false;
        }
    }
    return true;
}

/* The head of a file waits for its first bytes: one packet less. */
static ssize_t send_some(struct conn *c)
{
    size_t waiting = c->out.len - c->sent;
    if (waiting == 0)
        return sendfile(c->fd, c->file->fd, &c->file_at, c->file->len - (size_t)c->file_at);
    ssize_t n =
        send(c->fd, c->out.data + c->sent, waiting, MSG_NOSIGNAL | (c->file ? MSG_MORE : 0));
    c->sent += n > 0 ? (size_t)n : 0;
    return n;
}

void reply_done(struct conn *c)
{
    buf_done(&c->out);
    memfile_let_go(c->file);
    c->file = NULL;
    c->sent = 0;
    c->file_at = 0;
}

bool reply_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

void reply_refusal(enum err e, const char *why, struct buf *body, struct http_reply *ret)
{
    static const struct http_field retry[] = {{"Retry-After", "1"}};
    const struct err_row *row = err_row(e);
    buf_printf(body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\"",
               row->title, row->status, row->code);
    if (why)
        buf_printf(body, ",\"detail\":\"%s\"", why);
    buf_str(body, "}");
    *ret = (struct http_reply){.status = row->status,
                               .type = "application/problem+json",
                               .body = body->data,
                               .body_len = body->len};
    if (row->status == 503) {
        ret->fields = retry;
        ret->field_count = 1;
    }
}

/* IMF-fixdate (RFC 9110 5.6.7), made once a second; never by the locale. */
static const char *date(struct door *d)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    instant now = clock_now();
    if (now == d->date_of)
        return d->date;
    time_t when = (time_t)now;
    struct tm tm;
    gmtime_r(&when, &tm);
    struct buf text;
    buf_init(&text, DATE_TEXT - 1);
    buf_printf(&text, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * tm.tm_wday, tm.tm_mday,
               months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    memcpy(d->date, text.data, text.len + 1);
    buf_done(&text);
    d->date_of = now;
    return d->date;
}

static void add_field(const struct http_field *f, struct buf *out)
{
    if (!http_field_ok(f->name, f->value)) {
        log_error("door.field", F_STR("dropped", f->name));
        return;
    }
    size_t name = strlen(f->name), value = strlen(f->value);
    char *to = buf_room(out, name + value + 4);
    if (!to)
        return;
    memcpy(to, f->name, name);
    memcpy(to + name, ": ", 2);
    memcpy(to + name + 2, f->value, value);
    memcpy(to + name + 2 + value, "\r\n", 2);
}
