/* Request targets, percent-decoding and forms. */
#include "base/utf8.h"
#include "http_head_in.h"

#include <string.h>

enum decoding { OF_PATH, OF_QUERY, OF_FORM };

static enum err path_parse(char *path, struct http_request *r);
static enum err params_parse(char *s, enum decoding d, struct http_field *params, size_t *count,
                             const char **why);
static const char *decode(char *s, enum decoding d);
static int octet(const char *s);
static bool has_dot_segment(const char *path);

static enum err bad(const char **why, const char *sentence)
{
    *why = sentence;
    return ERR_BAD_REQUEST;
}

enum err http_target_parse(char *target, struct http_request *r)
{
    if (*target != '/')
        return bad(&r->why, "The target does not begin with a slash.");
    char *query = strchr(target, '?');
    if (query)
        *query++ = '\0';
    if (!http_all(target, HTTP_PATH) || (query && !http_all(query, HTTP_QUERY)))
        return bad(&r->why, "The target has a character that must be percent-encoded.");
    enum err e = path_parse(target, r);
    if (e || !query)
        return e;
    return params_parse(query, OF_QUERY, r->params, &r->param_count, &r->why);
}

enum err http_form_parse(char *body, struct http_field params[HTTP_PARAMS_MAX], size_t *ret_count)
{
    const char *why;
    size_t count = 0;
    enum err e = params_parse(body, OF_FORM, params, &count, &why);
    if (!e)
        *ret_count = count;
    return e;
}

static enum err path_parse(char *path, struct http_request *r)
{
    const char *why = strchr(path, '%') ? decode(path, OF_PATH) : NULL; /* else it is ASCII */
    if (why)
        return bad(&r->why, why);
    if (has_dot_segment(path))
        return bad(&r->why, "A dot segment in the path.");
    r->path = path;
    return OK;
}

static enum err params_parse(char *s, enum decoding d, struct http_field *params, size_t *count,
                             const char **why)
{
    for (char *next = s; (s = next);) {
        if ((next = strchr(s, '&')))
            *next++ = '\0';
        if (!*s)
            continue;
        if (*count == HTTP_PARAMS_MAX)
            return bad(why, "Too many parameters.");
        char *value = strchr(s, '=');
        if (value)
            *value++ = '\0';
        else
            value = s + strlen(s);
        if ((*why = decode(s, d)) || (*value && (*why = decode(value, d))))
            return ERR_BAD_REQUEST;
        params[(*count)++] = (struct http_field){s, value};
    }
    return OK;
}

/* In place; NULL or why not. */
static const char *decode(char *s, enum decoding d)
{
    char *out = s, *from = s;
    while (*from) {
        int c = (unsigned char)*from;
        if (c == '%') {
            if ((c = octet(from + 1)) < 0)
                return "A percent sign without two hexadecimal digits.";
            bool line_end = c == '\r' || c == '\n' || c == '\t';
            if ((c < ' ' && !(d == OF_FORM && line_end)) || c == 0x7f)
                return "An encoded control character.";
            if (c == '/' && d == OF_PATH)
                return "An encoded slash in the path.";
            from += 2;
        } else if (c == '+' && d != OF_PATH) {
            c = ' ';
        }
        *out++ = (char)c;
        from++;
    }
    *out = '\0';
    if (d != OF_FORM && utf8_has_control(s, (size_t)(out - s)))
        return "An encoded control character.";
    return utf8_valid(s, (size_t)(out - s)) ? NULL : "Not UTF-8 after decoding.";
}

static int octet(const char *s)
{
    int value = 0;
    for (int i = 0; i < 2; i++) {
        char c = s[i];
        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            value = value * 16 + ((c | 0x20) - 'a' + 10);
        else
            return -1;
    }
    return value;
}

static bool has_dot_segment(const char *path)
{
    for (const char *p = path; p; p = strchr(p, '/')) {
        size_t len = strcspn(++p, "/");
        if ((len == 1 && p[0] == '.') || (len == 2 && p[0] == '.' && p[1] == '.'))
            return true;
    }
    return false;
}
