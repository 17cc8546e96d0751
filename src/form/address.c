#include "form/address.h"

#include "base/buf.h"

#include <ctype.h>
#include <string.h>

enum { LOCAL_MAX = 64, EMAIL_MAX = 254, LABEL_MAX = 63, HOST_MAX = 253, URL_MAX = 2000 };

static const char digits[] = "0123456789";
static const char alnum[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char *const loopback[] = {"http://localhost", "http://127.0.0.1"};

static bool dot_atom(const char *s, size_t len);
static bool labels(const char *s, size_t len, size_t *ret_count);
static bool place(const char *s);
static bool authority(const char *s, size_t len);
static bool resource(const char *s);

static bool in(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

bool address_valid(const char *email)
{
    const char *at = email ? strchr(email, '@') : NULL;
    size_t count;
    if (!at || strlen(email) > EMAIL_MAX || at - email > LOCAL_MAX)
        return false;
    const char *domain = at + 1;
    if (!dot_atom(email, (size_t)(at - email)) || !labels(domain, strlen(domain), &count))
        return false;
    const char *last = strrchr(domain, '.');
    return count >= 2 && last[1 + strspn(last + 1, digits)] != '\0';
}

void address_mailto(struct buf *b, const char *email)
{
    buf_str(b, "mailto:");
    for (; *email; email++) {
        if (in("%/?#&=^`{|}", *email))
            buf_printf(b, "%%%02X", (unsigned char)*email);
        else
            buf_char(b, *email);
    }
}

char *address_tagged(struct arena *a, const char *email, const char *tag)
{
    const char *at = strchr(email, '@');
    char *tagged = at ? arena_printf(a, "%.*s+%s%s", (int)(at - email), email, tag, at) : NULL;
    return tagged && address_valid(tagged) ? tagged : NULL;
}

char *address_tag(struct arena *a, const char *email)
{
    const char *at = strrchr(email, '@'), *plus = at;
    while (plus && plus > email && *plus != '+')
        plus--;
    if (!plus || *plus != '+' || plus + 1 == at)
        return NULL;
    char *tag = arena_strndup(a, plus + 1, (size_t)(at - plus - 1));
    for (char *s = tag; *s; s++)
        *s = (char)tolower((unsigned char)*s);
    return tag;
}

bool host_valid(const char *host)
{
    size_t count;
    return host && labels(host, strlen(host), &count);
}

bool url_valid(const char *url)
{
    return url && strncmp(url, "https://", 8) == 0 && strlen(url) <= URL_MAX && place(url + 8);
}

bool link_valid(const char *url)
{
    for (size_t i = 0; url && i < sizeof loopback / sizeof *loopback; i++) {
        size_t n = strlen(loopback[i]);
        if (strncmp(url, loopback[i], n) == 0 && (url[n] == '\0' || in("/:", url[n])))
            return strlen(url) <= URL_MAX && place(url + 7);
    }
    return url_valid(url);
}

static bool dot_atom(const char *s, size_t len)
{
    if (len == 0 || s[0] == '.' || s[len - 1] == '.')
        return false;
    for (size_t i = 0; i < len; i++)
        if (s[i] == '.' ? s[i + 1] == '.' : !in(alnum, s[i]) && !in("!#$%&'*+-/=?^_`{|}~", s[i]))
            return false;
    return true;
}

static bool labels(const char *s, size_t len, size_t *ret_count)
{
    size_t count = 0;
    if (len > HOST_MAX)
        return false;
    for (size_t i = 0, n; i <= len; i += n + 1, count++) {
        for (n = 0; i + n < len && s[i + n] != '.'; n++)
            if (!in(alnum, s[i + n]) && s[i + n] != '-')
                return false;
        if (n == 0 || n > LABEL_MAX || s[i] == '-' || s[i + n - 1] == '-')
            return false;
    }
    *ret_count = count;
    return true;
}

static bool place(const char *s)
{
    size_t len = strcspn(s, "/?#");
    return authority(s, len) && resource(s + len);
}

static bool authority(const char *s, size_t len)
{
    const char *colon = memchr(s, ':', len);
    size_t host = colon ? (size_t)(colon - s) : len, count;
    if (colon) {
        size_t n = len - host - 1;
        if (n < 1 || n > 5 || strspn(colon + 1, digits) < n)
            return false;
    }
    return labels(s, host, &count);
}

static bool resource(const char *s)
{
    int fragments = 0;
    for (; *s; s++) {
        if (*s == '%') {
            for (int i = 0; i < 2; i++)
                if (!in("0123456789abcdefABCDEF", *++s))
                    return false;
        } else if (*s == '#') {
            if (++fragments > 1)
                return false;
        } else if (!in(alnum, *s) && !in("-._~!$&'()*+,;=:@/?", *s)) {
            return false;
        }
    }
    return true;
}
