#include "reader/scan.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

struct scan {
    struct arena *a;
    const char *at, *end;
    char *to;    /* unfolded lines, one after the other, each with its NUL */
    size_t line; /* the number of the line that begins at `at` */
    struct ics_part top, *here;
    size_t parts, depth;
    struct ics_doc doc;
};

static bool next_line(struct scan *s, char **ret, size_t *ret_len);
static void take_line(struct scan *s, char *line, size_t len);

struct ics_doc ics_scan(struct arena *a, const char *bytes, size_t len)
{
    if (len > ICS_BYTES_MAX)
        return (struct ics_doc){.error = "too-long", .line = 1};
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        bytes += 3, len -= 3;
    struct scan s = {.a = a, .at = bytes, .end = bytes + len, .line = 1};
    s.to = arena_alloc(a, len + 2); /* a NUL takes its LF's place */
    s.here = &s.top;
    char *line;
    size_t n;
    for (size_t at = 1; !s.doc.error && next_line(&s, &line, &n); at = s.line) {
        s.doc.line = at;
        if (n > 0)
            take_line(&s, line, n);
    }
    s.doc.calendars = s.top.parts;
    if (!s.doc.error && s.depth > 0)
        s.doc.error = "truncated";
    if (!s.doc.error && !s.top.parts)
        s.doc.error = "not-a-calendar";
    return s.doc;
}

/* One line of the source without its end: up to LF, and CRs before it. */
static size_t copy_source_line(struct scan *s)
{
    const char *lf = memchr(s->at, '\n', (size_t)(s->end - s->at));
    const char *until = lf ? lf : s->end;
    size_t len = (size_t)(until - s->at);
    while (len > 0 && s->at[len - 1] == '\r')
        len--;
    memcpy(s->to, s->at, len);
    s->at = lf ? lf + 1 : s->end;
    s->line++;
    return len;
}

static size_t drop_controls(char *line, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)line[i] >= 0x20 && line[i] != 0x7f) || line[i] == '\t')
            line[n++] = line[i];
    return n;
}

static bool next_line(struct scan *s, char **ret, size_t *ret_len)
{
    if (s->at == s->end)
        return false;
    char *line = s->to;
    s->to += copy_source_line(s);
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t')) {
        s->at++;
        s->to += copy_source_line(s);
    }
    size_t len = drop_controls(line, (size_t)(s->to - line));
    line[len] = '\0';
    s->to = line + len + 1;
    *ret = line;
    *ret_len = len;
    return true;
}

static bool is_unwanted(const char *name, size_t line_len)
{
    return strcmp(name, "ATTACH") == 0 || strcmp(name, "IMAGE") == 0 ||
           (strncmp(name, "X-", 2) == 0 && line_len > ICS_LINE_MAX);
}

/* Letters in capitals, up to the first byte that no name has. */
static size_t name_take(char *s)
{
    size_t n = 0;
    for (; s[n]; n++) {
        char c = s[n];
        if (c >= 'a' && c <= 'z')
            s[n] = (char)(c - 32);
        else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-')
            break;
    }
    return n;
}

/* The ':' that ends the parameters: quoted ones do not count. */
static char *value_of(char *params)
{
    bool quoted = false;
    for (char *p = params; *p; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (*p == ':' && !quoted)
            return p;
    }
    return NULL;
}

static void malformed(struct scan *s, size_t len)
{
    if (s->depth == 0 && !s->top.parts)
        s->doc.error = "not-a-calendar";
    else if (len > ICS_LINE_MAX)
        s->doc.error = "line-too-long";
    else if (++s->doc.malformed > ICS_MALFORMED_MAX)
        s->doc.error = "malformed";
}

static void begin(struct scan *s, char *name)
{
    bool right = name[0] && name[name_take(name)] == '\0';
    if (s->depth == 0 && (!right || strcmp(name, "VCALENDAR") != 0))
        s->doc.error = "not-a-calendar";
    else if (!right)
        s->doc.error = "unbalanced";
    else if (s->depth == ICS_DEPTH_MAX)
        s->doc.error = "nesting";
    else if (++s->parts > ICS_PARTS_MAX)
        s->doc.error = "components";
    if (s->doc.error)
        return;
    struct ics_part *p = arena_new_of(s->a, struct ics_part);
    *p = (struct ics_part){.name = name, .above = s->here};
    if (s->here->last_part)
        s->here->last_part->next = p;
    else
        s->here->parts = p;
    s->here->last_part = p;
    s->here = p;
    s->depth++;
}

static void end(struct scan *s, char *name)
{
    if (s->depth == 0 || strcasecmp(name, s->here->name) != 0) {
        s->doc.error = "unbalanced";
        return;
    }
    s->here = s->here->above;
    s->depth--;
}

static void add(struct scan *s, const struct ics_prop *prop)
{
    struct ics_part *p = s->here;
    if (++p->n_props > ICS_PROPS_MAX) {
        s->doc.error = "properties";
        return;
    }
    struct ics_prop *kept = arena_new_of(s->a, struct ics_prop);
    *kept = *prop;
    if (p->last_prop)
        p->last_prop->next = kept;
    else
        p->props = kept;
    p->last_prop = kept;
}

static char *trim(char *s)
{
    size_t len = strlen(s);
    while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
        s[--len] = '\0';
    return s;
}

static void take_line(struct scan *s, char *line, size_t len)
{
    size_t n = name_take(line);
    char *colon = n > 0 ? value_of(line + n) : NULL;
    if (!colon || (line[n] != ';' && line + n != colon)) {
        malformed(s, len);
        return;
    }
    char first = line[n];
    line[n] = *colon = '\0';
    struct ics_prop prop = {
        .name = line, .params = first == ';' ? line + n + 1 : "", .value = colon + 1};
    if (s->depth > 0 && is_unwanted(line, len))
        return;
    if (len > ICS_LINE_MAX)
        s->doc.error = "line-too-long";
    else if (!utf8_valid(prop.params, strlen(prop.params)) ||
             !utf8_valid(colon + 1, strlen(colon + 1)))
        s->doc.error = "not-utf-8";
    else if (strcmp(line, "BEGIN") == 0)
        begin(s, trim(colon + 1));
    else if (strcmp(line, "END") == 0)
        end(s, trim(colon + 1));
    else if (s->depth == 0)
        malformed(s, len);
    else
        add(s, &prop);
}

const struct ics_prop *ics_find(const struct ics_part *p, const char *name)
{
    for (const struct ics_prop *x = p->props; x; x = x->next)
        if (strcmp(x->name, name) == 0)
            return x;
    return NULL;
}

const struct ics_prop *ics_next(const struct ics_prop *after)
{
    for (const struct ics_prop *x = after->next; x; x = x->next)
        if (strcmp(x->name, after->name) == 0)
            return x;
    return NULL;
}
