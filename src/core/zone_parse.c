/* TZif (RFC 8536): a version 1 block that is skipped, a version 2 block, a closing rule. */
#include "core/zone.h"

#include <ctype.h>
#include <string.h>

enum { HEADER = 44, RULE_TEXT_MAX = 128, TYPES_MAX = 256 };

struct head {
    uint32_t isut, isstd, leap, time, type, text; /* the counts, in the order of the file */
};

static uint64_t big_endian(const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v = v << 8 | p[i];
    return v;
}

/* Reads a header; *ret_body becomes the length of the block behind it. */
static bool head_read(const uint8_t *p, size_t left, int time_bytes, struct head *h,
                      size_t *ret_body)
{
    if (left < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    uint32_t *const count[] = {&h->isut, &h->isstd, &h->leap, &h->time, &h->type, &h->text};
    for (int i = 0; i < 6; i++) {
        *count[i] = (uint32_t)big_endian(p + 20 + 4 * i, 4);
        if (*count[i] > ZONE_CHANGES_MAX)
            return false;
    }
    size_t tb = (size_t)time_bytes;
    *ret_body =
        h->time * (tb + 1) + h->type * 6 + h->text + h->leap * (tb + 4) + h->isstd + h->isut;
    return *ret_body <= left - HEADER;
}

static bool body_read(struct arena *a, const uint8_t *p, const struct head *h, struct zone *z)
{
    const uint8_t *index = p + (size_t)h->time * 8, *types = index + h->time;
    instant *at = arena_array(a, instant, h->time + 1);
    int32_t *offset = arena_array(a, int32_t, h->time + 1);
    if (h->type == 0 || h->type > TYPES_MAX || h->leap != 0)
        return false;
    for (size_t i = 0; i <= h->time; i++) {
        uint8_t type = i ? index[i - 1] : 0;
        if (type >= h->type)
            return false;
        offset[i] = (int32_t)(uint32_t)big_endian(types + type * 6, 4);
        if (offset[i] <= -26 * 3600 || offset[i] >= 26 * 3600)
            return false;
        if (i < h->time)
            at[i] = (instant)big_endian(p + i * 8, 8);
        if (i > 0 && i < h->time && at[i] <= at[i - 1])
            return false;
    }
    z->at = at;
    z->offset = offset;
    z->changes = h->time;
    return true;
}

static bool tail_read(const uint8_t *p, size_t left, struct zone *z)
{
    char text[RULE_TEXT_MAX] = {0};
    const uint8_t *end = left > 1 && p[0] == '\n' ? memchr(p + 1, '\n', left - 1) : NULL;
    size_t len = end ? (size_t)(end - p - 1) : 0;
    if (!end || len >= sizeof text)
        return false;
    memcpy(text, p + 1, len);
    return len == 0 || zone_rule_parse(text, z);
}

enum err zone_parse(struct arena *a, const char *name, const void *bytes, size_t len,
                    struct zone **ret)
{
    const uint8_t *p = bytes;
    struct head h;
    size_t body;
    struct zone *z = arena_new_of(a, struct zone);
    if (!head_read(p, len, 4, &h, &body))
        return ERR_INVALID;
    p += HEADER + body;
    len -= HEADER + body;
    if (!head_read(p, len, 8, &h, &body) || !body_read(a, p + HEADER, &h, z) ||
        !tail_read(p + HEADER + body, len - HEADER - body, z))
        return ERR_INVALID;
    z->name = arena_strdup(a, name);
    *ret = z;
    return OK;
}

static bool take_name(const char **s)
{
    const char *p = *s;
    bool quoted = *p == '<';
    if (quoted)
        p = strchr(p, '>');
    else
        while (isalpha((unsigned char)*p))
            p++;
    if (!p || (!quoted && p - *s < 3))
        return false;
    *s = p + quoted;
    return true;
}

static bool take_number(const char **s, int least, int most, int *ret)
{
    int v = 0;
    const char *p = *s;
    for (; isdigit((unsigned char)*p) && v <= most; p++)
        v = v * 10 + (*p - '0');
    if (p == *s || v < least || v > most)
        return false;
    *s = p;
    *ret = v;
    return true;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **s, int hours_max, int32_t *ret)
{
    int part[3] = {0}, sign = **s == '-' ? -1 : 1;
    *s += **s == '-' || **s == '+';
    for (int i = 0; i < 3; i++) {
        if (i > 0 && *(*s)++ != ':')
            return false;
        if (!take_number(s, 0, i ? 59 : hours_max, &part[i]))
            return false;
        if (**s != ':')
            break;
    }
    *ret = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
    return true;
}

static bool take_day(const char **s, struct zone_day *d)
{
    if (*(*s)++ != ',')
        return false;
    *d = (struct zone_day){.form = **s == 'M' || **s == 'J' ? *(*s)++ : '0', .time = 2 * 3600};
    bool good;
    if (d->form == 'M')
        good = take_number(s, 1, 12, &d->month) && *(*s)++ == '.' &&
               take_number(s, 1, 5, &d->week) && *(*s)++ == '.' && take_number(s, 0, 6, &d->day);
    else
        good = take_number(s, d->form == 'J', 365, &d->day);
    if (!good || **s != '/')
        return good;
    (*s)++;
    return take_time(s, 167, &d->time);
}

bool zone_rule_parse(const char *s, struct zone *z)
{
    if (!take_name(&s) || !take_time(&s, 24, &z->rule_offset))
        return false;
    z->rule_offset = -z->rule_offset; /* POSIX counts westward */
    z->has_rule = true;
    if (*s == '\0')
        return true;
    if (!take_name(&s))
        return false;
    z->has_summer = true;
    z->summer_offset = z->rule_offset + 3600;
    if (*s != ',') {
        if (!take_time(&s, 24, &z->summer_offset))
            return false;
        z->summer_offset = -z->summer_offset;
    }
    return take_day(&s, &z->summer_from) && take_day(&s, &z->summer_until) && *s == '\0';
}
