#include "form/http_head.h"

#include "http_head_in.h"

#include <string.h>
#include <strings.h>

enum { DIGITS_MAX = 18 }; /* of a Content-Length: what a uint64_t surely holds */

static size_t scan_line(struct http_scan *s, const char *bytes, size_t len);
static enum err scan_byte(struct http_scan *s, char c, bool *ret_done);
static enum err scan_line_end(struct http_scan *s, bool *ret_done);
static bool is_token(const char *s);
static char *next_line(char **p, char *end);
static enum err request_line(char *line, struct http_request *r);
static enum err version(const char *s, struct http_request *r);
static enum err method(const char *s, struct http_request *r);
static enum err field_line(char *line, struct http_request *r);
static enum err check_singles(struct http_request *r);
static bool came_before(const struct http_request *r, size_t i);
static bool is_single(const char *name);
static enum err check_host(struct http_request *r);
static enum err check_framing(struct http_request *r);
static enum err content_length(const char *digits, struct http_request *r);
static enum err check_expect(struct http_request *r);
static bool says(const struct http_request *r, const char *name, const char *word);

static enum err bad(const char **why, const char *sentence)
{
    *why = sentence;
    return ERR_BAD_REQUEST;
}

void http_scan_init(struct http_scan *s, size_t head_max)
{
    *s = (struct http_scan){.max = head_max};
}

enum err http_scan_feed(struct http_scan *s, const char *bytes, size_t len, size_t *ret_used,
                        bool *ret_done)
{
    bool done = false;
    size_t i = 0;
    while (i < len && !done) {
        i += scan_line(s, bytes + i, len - i);
        enum err e = i < len ? scan_byte(s, bytes[i++], &done) : OK;
        if (e)
            return e;
    }
    *ret_used = i;
    *ret_done = done;
    return OK;
}

enum err http_head_parse(char *head, size_t len, struct http_request *r)
{
    char *p = head, *end = head + len, *line;
    *r = (struct http_request){.body = ""};
    if (len >= 2 && memcmp(p, "\r\n", 2) == 0)
        p += 2; /* RFC 9112 2.2: some clients end a body with a line end too many */
    if (!(line = next_line(&p, end)))
        return bad(&r->why, "The head is not complete.");
    enum err e = request_line(line, r);
    while (!e && (line = next_line(&p, end)) && *line)
        e = field_line(line, r);
    if (e)
        return e;
    if (!line || p != end)
        return bad(&r->why, "The head is not complete.");
    if ((e = check_singles(r)) || (e = check_host(r)) || (e = check_framing(r)))
        return e;
    r->keep_alive =
        r->minor == 1 ? !says(r, "connection", "close") : says(r, "connection", "keep-alive");
    return check_expect(r);
}

/* Most names differ in their first letter. */
static bool is_same(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}

const char *http_header(const struct http_request *r, const char *lower_name)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (is_same(r->fields[i].name, lower_name))
            return r->fields[i].value;
    return NULL;
}

const char *http_param(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->param_count; i++)
        if (strcmp(r->params[i].name, name) == 0)
            return r->params[i].value;
    return NULL;
}

const char *http_method_name(enum http_method m)
{
    static const char *const names[] = {
#define HTTP_METHOD(name) #name,
#include "form/http_method.def"
#undef HTTP_METHOD
    };
    return names[m];
}

bool http_field_ok(const char *name, const char *value)
{
    return is_token(name) && http_all(value, HTTP_VALUE);
}

static bool is_token(const char *s)
{
    return *s && http_all(s, HTTP_TOKEN);
}

/* What is within a line at once, as far as no limit is near. */
static size_t scan_line(struct http_scan *s, const char *bytes, size_t len)
{
    size_t room = s->cr || s->total >= s->max ? 0 : s->max - s->total;
    size_t line = s->column < HTTP_LINE_MAX ? HTTP_LINE_MAX - s->column : 0;
    if (s->lines == 0 && line < room)
        room = line;
    size_t n = http_span(bytes, len < room ? len : room, HTTP_VALUE);
    s->total += n;
    s->column += n;
    return n;
}

static enum err scan_byte(struct http_scan *s, char c, bool *ret_done)
{
    if (++s->total > s->max || (s->lines == 0 && s->column > HTTP_LINE_MAX)) {
        s->why = s->lines ? "The head is over the limit." : "The request line is over the limit.";
        return s->lines ? ERR_HEAD_LARGE : ERR_URI_LONG;
    }
    if (s->cr && c != '\n')
        return bad(&s->why, "A carriage return without a line feed.");
    if (s->cr)
        return scan_line_end(s, ret_done);
    if (c == '\n')
        return bad(&s->why, "A line feed without a carriage return.");
    s->cr = c == '\r';
    if (!s->cr && !http_is(c, HTTP_VALUE))
        return bad(&s->why, "A control character in the head.");
    if (!s->cr)
        s->column++;
    return OK;
}

static enum err scan_line_end(struct http_scan *s, bool *ret_done)
{
    bool empty = s->column == 0;
    s->cr = false;
    s->column = 0;
    if (!empty) {
        s->lines++;
    } else if (s->lines > 0) {
        *ret_done = true;
    } else if (s->skipped) {
        return bad(&s->why, "Empty lines before the request.");
    } else {
        s->skipped = true;
    }
    return OK;
}

static char *next_line(char **p, char *end)
{
    char *line = *p, *cr = memchr(line, '\r', (size_t)(end - line));
    if (!cr || cr + 1 == end || cr[1] != '\n')
        return NULL;
    *cr = '\0';
    *p = cr + 2;
    return line;
}

static enum err request_line(char *line, struct http_request *r)
{
    char *target = strchr(line, ' ');
    char *proto = target ? strchr(target + 1, ' ') : NULL;
    if (!proto || strchr(proto + 1, ' '))
        return bad(&r->why, "The request line is not a method, a target and a version.");
    *target++ = '\0';
    *proto++ = '\0';
    enum err e = version(proto, r);
    if (!e)
        e = method(line, r);
    return e ? e : http_target_parse(target, r);
}

static enum err version(const char *s, struct http_request *r)
{
    if (strlen(s) != 8 || memcmp(s, "HTTP/", 5) != 0 || s[5] < '0' || s[5] > '9' || s[6] != '.' ||
        s[7] < '0' || s[7] > '9')
        return bad(&r->why, "The version is not HTTP/1.1.");
    if (s[5] != '1' || s[7] > '1') {
        r->why = "Only HTTP/1.1 and HTTP/1.0 are spoken here.";
        return ERR_HTTP_VERSION;
    }
    r->minor = s[7] - '0';
    return OK;
}

static enum err method(const char *s, struct http_request *r)
{
    if (!is_token(s))
        return bad(&r->why, "The method is not a token.");
    for (int m = 0; m < HTTP_METHOD_COUNT; m++)
        if (strcmp(s, http_method_name((enum http_method)m)) == 0) {
            r->method = (enum http_method)m;
            return OK;
        }
    r->why = "This method is not known here.";
    return ERR_NOT_IMPLEMENTED;
}

static enum err field_line(char *line, struct http_request *r)
{
    char *value = strchr(line, ':');
    if (*line == ' ' || *line == '\t')
        return bad(&r->why, "A folded header field.");
    if (!value)
        return bad(&r->why, "A header field without a colon.");
    *value++ = '\0';
    value += strspn(value, " \t");
    char *end = value + strlen(value);
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    if (!is_token(line)) /* the scan has seen to the value */
        return bad(&r->why, "A header field's name is not a token.");
    if (r->field_count == HTTP_FIELDS_MAX) {
        r->why = "Too many header fields.";
        return ERR_HEAD_LARGE;
    }
    for (char *p = line; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p | 0x20);
    r->fields[r->field_count++] = (struct http_field){line, value};
    return OK;
}

/* Fields that two readers would settle differently if they came twice. */
static enum err check_singles(struct http_request *r)
{
    for (size_t i = 1; i < r->field_count; i++)
        if (came_before(r, i) && is_single(r->fields[i].name))
            return bad(&r->why, "A header field that may come once came twice.");
    return OK;
}

static bool came_before(const struct http_request *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (is_same(r->fields[k].name, r->fields[i].name))
            return true;
    return false;
}

static bool is_single(const char *name)
{
    static const char *const singles[] = {"host",
                                          "content-length",
                                          "transfer-encoding",
                                          "content-type",
                                          "expect",
                                          "authorization",
                                          "cookie",
                                          "idempotency-key",
                                          "if-none-match",
                                          "if-match",
                                          "origin",
                                          "content-encoding",
                                          "depth",
                                          "if",
                                          "if-schedule-tag-match"};
    for (size_t k = 0; k < sizeof singles / sizeof *singles; k++)
        if (is_same(name, singles[k]))
            return true;
    return false;
}

/* HTTP/1.0 may leave it out: health checks of load balancers do. */
static enum err check_host(struct http_request *r)
{
    const char *host = http_header(r, "host");
    if (!host && r->minor == 1)
        return bad(&r->why, "No Host.");
    if (host && (!*host || !http_all(host, HTTP_HOST)))
        return bad(&r->why, "The Host is not a host name.");
    return OK;
}

static enum err check_framing(struct http_request *r)
{
    const char *coding = http_header(r, "transfer-encoding");
    const char *length = http_header(r, "content-length");
    if (coding && length)
        return bad(&r->why, "Transfer-Encoding together with Content-Length.");
    if (coding && r->minor == 0)
        return bad(&r->why, "Transfer-Encoding in HTTP/1.0.");
    if (coding && strcasecmp(coding, "chunked") != 0)
        return bad(&r->why, "The only Transfer-Encoding read here is chunked.");
    r->chunked = coding != NULL;
    return length ? content_length(length, r) : OK;
}

static enum err content_length(const char *digits, struct http_request *r)
{
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || digits[count])
        return bad(&r->why, "The Content-Length is not a number.");
    if (count > DIGITS_MAX) {
        r->why = "The body is over the limit.";
        return ERR_TOO_LARGE;
    }
    for (const char *p = digits; *p; p++)
        r->content_length = r->content_length * 10 + (uint64_t)(*p - '0');
    return OK;
}

static enum err check_expect(struct http_request *r)
{
    const char *expect = http_header(r, "expect");
    if (!expect)
        return OK;
    if (strcasecmp(expect, "100-continue") != 0)
        return bad(&r->why, "The only expectation met here is 100-continue.");
    r->wants_continue = r->minor == 1 && (r->chunked || r->content_length > 0);
    return OK;
}

/* True if a field of this name has the word in its comma-separated list. */
static bool says(const struct http_request *r, const char *name, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i < r->field_count; i++) {
        if (!is_same(r->fields[i].name, name))
            continue;
        for (const char *p = r->fields[i].value; *p;) {
            p += strspn(p, ", \t");
            size_t item = strcspn(p, ", \t");
            if (item == len && strncasecmp(p, word, len) == 0)
                return true;
            p += item;
        }
    }
    return false;
}
