/* Which bytes may stand where in a head: one table for RFC 9110 and RFC 3986. */
#include "http_head_in.h"

enum {
    TARGET = HTTP_PATH | HTTP_QUERY,
    ANYWHERE = HTTP_TOKEN | HTTP_VALUE | HTTP_HOST | TARGET,
    SOME_MARK = HTTP_TOKEN | HTTP_VALUE | TARGET,
    DELIMITER = HTTP_VALUE | TARGET,
};

static const unsigned char classes[256] = {
    ['a' ... 'z'] = ANYWHERE,
    ['A' ... 'Z'] = ANYWHERE,
    ['0' ... '9'] = ANYWHERE,
    ['-'] = ANYWHERE,
    ['.'] = ANYWHERE,
    ['_'] = ANYWHERE,
    ['~'] = ANYWHERE,
    ['!'] = SOME_MARK,
    ['$'] = SOME_MARK,
    ['%'] = SOME_MARK,
    ['&'] = SOME_MARK,
    ['\''] = SOME_MARK,
    ['*'] = SOME_MARK,
    ['+'] = SOME_MARK,
    ['('] = DELIMITER,
    [')'] = DELIMITER,
    [','] = DELIMITER,
    [';'] = DELIMITER,
    ['='] = DELIMITER,
    ['@'] = DELIMITER,
    ['/'] = DELIMITER,
    [':'] = DELIMITER | HTTP_HOST,
    ['['] = HTTP_VALUE | HTTP_HOST | HTTP_QUERY, /* those in a query are not legal, */
    [']'] = HTTP_VALUE | HTTP_HOST | HTTP_QUERY, /* but browsers send them */
    ['|'] = HTTP_VALUE | HTTP_TOKEN | HTTP_QUERY,
    ['?'] = HTTP_VALUE | HTTP_QUERY,
    ['#'] = HTTP_VALUE | HTTP_TOKEN,
    ['^'] = HTTP_VALUE | HTTP_TOKEN,
    ['`'] = HTTP_VALUE | HTTP_TOKEN,
    ['\t'] = HTTP_VALUE,
    [' '] = HTTP_VALUE,
    ['"'] = HTTP_VALUE,
    ['<'] = HTTP_VALUE,
    ['>'] = HTTP_VALUE,
    ['\\'] = HTTP_VALUE,
    ['{'] = HTTP_VALUE,
    ['}'] = HTTP_VALUE,
    [0x80 ... 0xff] = HTTP_VALUE, /* obs-text */
};

bool http_is(char c, enum http_class class)
{
    return (classes[(unsigned char)c] & class) != 0;
}

size_t http_span(const char *s, size_t len, enum http_class class)
{
    size_t n = 0;
    while (n < len && classes[(unsigned char)s[n]] & class)
        n++;
    return n;
}

bool http_all(const char *s, enum http_class class)
{
    while (classes[(unsigned char)*s] & class)
        s++;
    return *s == '\0';
}
