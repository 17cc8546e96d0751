#include "reader/value.h"

#include "core/day.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WEEKS_MAX = 100000 }; /* of a duration: longer than any calendar */

/* Up to the next unquoted `end`, or the end of the text. */
static size_t span_of(const char *s, char end)
{
    bool quoted = false;
    size_t n = 0;
    for (; s[n] && (quoted || s[n] != end); n++)
        quoted ^= s[n] == '"';
    return n;
}

static char caret(char c)
{
    return c == 'n' ? '\n' : c == '\'' ? '"' : c == '^' ? '^' : '\0';
}

static const char *param_decode(struct arena *a, const char *s, size_t len)
{
    char *out = arena_alloc(a, len + 1), *to = out;
    for (size_t i = 0; i < len; i++) {
        char c = s[i] == '^' && i + 1 < len ? caret(s[i + 1]) : '\0';
        if (c) {
            *to++ = c;
            i++;
        } else if (s[i] != '"') {
            *to++ = s[i];
        }
    }
    return out;
}

bool ics_param_next(struct arena *a, const char **at, const char **ret_name, const char **ret)
{
    const char *s = *at;
    if (!*s)
        return false;
    size_t len = span_of(s, ';'), name = strcspn(s, "=;");
    char *upper = arena_strndup(a, s, name < len ? name : len);
    for (char *p = upper; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    *ret_name = upper;
    *ret = name < len ? param_decode(a, s + name + 1, len - name - 1) : "";
    *at = s + len + (s[len] == ';');
    return true;
}

const char *ics_param(struct arena *a, const struct ics_prop *p, const char *name)
{
    size_t want = strlen(name);
    for (const char *s = p->params; *s;) {
        size_t len = span_of(s, ';');
        if (len > want && s[want] == '=' && strncasecmp(s, name, want) == 0)
            return param_decode(a, s + want + 1, len - want - 1);
        s += len + (s[len] == ';');
    }
    return NULL;
}

static int hex(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
    return at ? (int)(at - digits) : -1;
}

const char *ics_mailto(struct arena *a, const char *uri)
{
    if (strncasecmp(uri, "mailto:", 7) != 0)
        return NULL;
    char *address = arena_strdup(a, uri + 7), *to = address;
    for (const char *s = address; *s; s++) {
        int high = *s == '%' ? hex(s[1]) : -1, low = high < 0 ? -1 : hex(s[2]);
        bool visible = low >= 0 && high * 16 + low > ' ' && high * 16 + low < 0x7f;
        *to++ = visible ? (char)(high * 16 + low) : *s;
        s += visible ? 2 : 0;
    }
    *to = '\0';
    return address;
}

bool ics_text_next(struct arena *a, const char **at, const char **ret)
{
    const char *s = *at;
    size_t n = 0;
    if (!s)
        return false;
    while (s[n] && s[n] != ',')
        n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    *ret = ics_text(a, arena_strndup(a, s, n));
    *at = s[n] ? s + n + 1 : NULL;
    return true;
}

const char *ics_text(struct arena *a, const char *value)
{
    char *out = arena_alloc(a, strlen(value) + 1), *to = out;
    for (const char *s = value; *s; s++) {
        if (*s == '\\' && s[1] && strchr("nN,;\\", s[1])) {
            s++;
            *to++ = *s == 'n' || *s == 'N' ? '\n' : *s;
        } else {
            *to++ = *s;
        }
    }
    return out;
}

static bool digits(const char *s, size_t n, int *ret)
{
    *ret = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)s[i]))
            return false;
        *ret = *ret * 10 + (s[i] - '0');
    }
    return true;
}

static bool date_parse(const char *s, int64_t *ret)
{
    int y, m, d, yy, mm, dd;
    if (!digits(s, 4, &y) || !digits(s + 4, 2, &m) || !digits(s + 6, 2, &d))
        return false;
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    int32_t day = day_from(y, m, 1) + d - 1;
    day_civil(day, &yy, &mm, &dd);
    *ret = (int64_t)day * DAY_SECONDS;
    return mm == m;
}

bool ics_time_parse(const char *text, size_t len, struct ics_time *ret)
{
    int h, m, s;
    *ret = (struct ics_time){.is_date = len == 8};
    if ((len != 8 && len != 15 && len != 16) || !date_parse(text, &ret->local))
        return false;
    if (len == 8)
        return true;
    if (text[8] != 'T' || !digits(text + 9, 2, &h) || !digits(text + 11, 2, &m) ||
        !digits(text + 13, 2, &s) || h > 23 || m > 59 || s > 60)
        return false;
    ret->is_utc = len == 16;
    ret->local += h * 3600 + m * 60 + (s == 60 ? 59 : s); /* a leap second is the one before */
    return len == 15 || text[15] == 'Z';
}

bool ics_time_of(struct arena *a, const struct ics_prop *p, struct ics_time *ret)
{
    if (!p || !ics_time_parse(p->value, strcspn(p->value, ",/ "), ret))
        return false;
    if (!ret->is_date && !ret->is_utc)
        ret->tzid = ics_param(a, p, "TZID");
    return true;
}

/* "PT1H30M", "-P1W", "P1DT2H": units in this order. */
bool ics_duration_parse(const char *text, size_t len, struct ics_duration *ret)
{
    static const struct {
        char unit;
        bool clock; /* stands after the T */
        int64_t days, seconds;
    } units[] = {{'W', false, 7, 0},
                 {'D', false, 1, 0},
                 {'H', true, 0, 3600},
                 {'M', true, 0, 60},
                 {'S', true, 0, 1}};
    const char *s = text, *end = text + len;
    int64_t sign = s < end && *s == '-' ? -1 : 1;
    *ret = (struct ics_duration){0};
    s += s < end && (*s == '-' || *s == '+');
    if (s == end || *s++ != 'P')
        return false;
    bool clock = false, any = false;
    for (size_t u = 0; s < end; any = true) {
        if (!clock && *s == 'T') {
            clock = true;
            s++;
        }
        int64_t n = 0;
        const char *from = s;
        for (; s < end && isdigit((unsigned char)*s) && n < (int64_t)WEEKS_MAX * 604800; s++)
            n = n * 10 + (*s - '0');
        while (u < 5 && (s == end || units[u].unit != *s || units[u].clock != clock))
            u++;
        if (s == from || u == 5 || n > (int64_t)WEEKS_MAX * 604800)
            return false;
        ret->days += sign * n * units[u].days;
        ret->seconds += sign * n * units[u].seconds;
        s++;
    }
    return any && llabs(ret->days) <= (int64_t)WEEKS_MAX * 7 &&
           llabs(ret->seconds) <= (int64_t)WEEKS_MAX * 604800;
}
