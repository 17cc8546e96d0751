#include "form/imap.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct cursor {
    const char *p, *end;
};

/* ---- where a response ends ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The n of a {n} or {n+} that ends the line; -1: there is none. Nineteen digits are too many for
 * any limit, and fit. */
static int64_t literal_of(const char *line, size_t len)
{
    size_t at = len - 1, digits = 0;
    if (len < 3 || line[at--] != '}')
        return -1;
    if (line[at] == '+')
        at--;
    while (at > 0 && is_digit(line[at]) && digits < 19)
        at--, digits++;
    if (line[at] != '{')
        return digits == 19 ? INT64_MAX : -1;
    return digits ? strtoll(line + at + 1, NULL, 10) : -1;
}

enum imap_end imap_response_end(const char *bytes, size_t len, size_t literal_max, size_t *at,
                                size_t *ret_len)
{
    while (*at < len) {
        const char *line = bytes + *at, *nl = memchr(line, '\n', len - *at);
        size_t n = nl ? (size_t)(nl - line) : len - *at;
        if (n > IMAP_LINE_MAX)
            return IMAP_ENDLESS;
        if (!nl)
            return IMAP_MORE;
        bool cr = n > 0 && line[n - 1] == '\r';
        int64_t literal = n > cr ? literal_of(line, n - cr) : -1;
        if (literal < 0) {
            *ret_len = *at + n + 1;
            return IMAP_WHOLE;
        }
        if ((uint64_t)literal > literal_max)
            return IMAP_LONG;
        *at += n + 1 + (size_t)literal;
    }
    return IMAP_MORE;
}

/* ---- words ---- */

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && *c->p == ' ')
        c->p++;
}

static bool takes(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->p) < n || strncasecmp(c->p, word, n) != 0)
        return false;
    c->p += n;
    return true;
}

static bool takes_word(struct cursor *c, const char *word)
{
    struct cursor was = *c;
    if (takes(c, word) && (c->p == c->end || strchr(" \r\n", *c->p))) {
        skip_blanks(c);
        return true;
    }
    *c = was;
    return false;
}

/* A number of at most ten digits; false: none, or a larger one. */
static bool take_number(struct cursor *c, int64_t most, int64_t *ret)
{
    int64_t n = 0;
    int digits = 0;
    for (; c->p < c->end && is_digit(*c->p) && digits < 11; digits++)
        n = n * 10 + (*c->p++ - '0');
    *ret = n;
    return digits > 0 && digits < 11 && n <= most;
}

static uint32_t take_uid(struct cursor *c)
{
    int64_t n;
    return take_number(c, UINT32_MAX, &n) ? (uint32_t)n : 0;
}

/* ---- values of a FETCH ---- */

struct text {
    const char *p; /* NULL: NIL */
    size_t len;
};

/* Its escapes stay: a quoted string cannot hold the end of a line, so it is no mail anyway. */
static bool take_quoted(struct cursor *c, struct text *ret)
{
    const char *from = ++c->p;
    while (c->p < c->end && *c->p != '"')
        c->p += *c->p == '\\' && c->p + 1 < c->end ? 2 : 1;
    *ret = (struct text){from, (size_t)(c->p - from)};
    return takes(c, "\"");
}

static bool take_literal(struct cursor *c, struct text *ret)
{
    int64_t n;
    c->p++;
    if (!take_number(c, INT64_MAX, &n))
        return false;
    (void)takes(c, "+");
    if (!takes(c, "}") || !((void)takes(c, "\r"), takes(c, "\n")) || n > c->end - c->p)
        return false;
    *ret = (struct text){c->p, (size_t)n};
    c->p += n;
    return true;
}

static bool take_atom(struct cursor *c, struct text *ret)
{
    const char *from = c->p;
    while (c->p < c->end && !strchr(" ()\"{\r\n", *c->p))
        c->p++;
    *ret = (struct text){from, (size_t)(c->p - from)};
    if (ret->len == 3 && strncasecmp(from, "NIL", 3) == 0)
        ret->p = NULL;
    return c->p > from;
}

static bool take_string(struct cursor *c, struct text *ret)
{
    if (c->p == c->end)
        return false;
    if (*c->p == '"')
        return take_quoted(c, ret);
    if (*c->p == '~') /* literal8, RFC 3516 */
        c->p++;
    return c->p < c->end && *c->p == '{' ? take_literal(c, ret) : take_atom(c, ret);
}

/* Any value; of a list nothing is told but that it ends. */
static bool take_value(struct cursor *c, struct text *ret)
{
    int depth = 0;
    do {
        skip_blanks(c);
        if (takes(c, "("))
            depth++;
        else if (depth > 0 && takes(c, ")"))
            depth--;
        else if (!take_string(c, ret))
            return false;
    } while (depth > 0 && depth <= IMAP_DEPTH_MAX);
    return depth == 0;
}

/* BODY[HEADER.FIELDS (TO)]<0> is one name. */
static struct text take_name(struct cursor *c)
{
    const char *from = c->p;
    bool within = false;
    for (; c->p < c->end && (within || !strchr(" ()\r\n", *c->p)); c->p++)
        within = *c->p == '[' || (within && *c->p != ']');
    return (struct text){from, (size_t)(c->p - from)};
}

static bool is(struct text name, const char *word)
{
    return name.len == strlen(word) && strncasecmp(name.p, word, name.len) == 0;
}

static bool take_items(struct cursor *c, struct imap_response *ret)
{
    for (skip_blanks(c); !takes(c, ")"); skip_blanks(c)) {
        struct text name = take_name(c), value = {0};
        skip_blanks(c);
        struct cursor number = *c;
        if (name.len == 0 || !take_value(c, &value))
            return false;
        if (is(name, "UID"))
            ret->uid = take_uid(&number);
        else if (is(name, "RFC822.SIZE") && !take_number(&number, INT64_MAX, &ret->size))
            ret->size = INT64_MAX;
        else if (is(name, "BODY[]")) {
            ret->body = value.p;
            ret->body_len = value.p ? value.len : 0;
        }
    }
    return true;
}

/* ---- responses ---- */

static enum imap_word status_word(struct cursor *c)
{
    static const struct {
        const char *word;
        enum imap_word is;
    } words[] = {{"OK", IMAP_OK}, {"NO", IMAP_NO}, {"BAD", IMAP_BAD}, {"BYE", IMAP_BYE}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (takes_word(c, words[i].word))
            return words[i].is;
    return IMAP_OTHER;
}

static void read_status(struct cursor *c, struct imap_response *ret)
{
    ret->word = status_word(c);
    if (ret->word != IMAP_OK)
        return;
    ret->read_only = takes(c, "[READ-ONLY]");
    if (takes(c, "[UIDVALIDITY "))
        ret->uid_validity = take_uid(c);
}

void imap_response_read(const char *bytes, size_t len, const char *tag, struct imap_response *ret)
{
    struct cursor c = {bytes, bytes + len};
    int64_t number;
    *ret = (struct imap_response){.word = IMAP_OTHER, .size = -1};
    ret->tagged = takes_word(&c, tag);
    if (!ret->tagged && !takes_word(&c, "*"))
        return;
    if (!ret->tagged && takes_word(&c, "SEARCH"))
        ret->word = IMAP_SEARCH;
    else if (ret->tagged || !take_number(&c, UINT32_MAX, &number))
        read_status(&c, ret);
    else if (skip_blanks(&c), takes_word(&c, "FETCH") && takes(&c, "(")) {
        if (take_items(&c, ret))
            ret->word = IMAP_FETCH;
        else
            *ret = (struct imap_response){.word = IMAP_OTHER, .size = -1};
    }
}

/* ---- numbers of a SEARCH ---- */

/* Servers give them in order: then each goes to the end. Else what is in hand is moved. */
static size_t put(uint32_t *uids, size_t n, size_t max, uint32_t uid, bool *more)
{
    size_t at = n;
    while (at > 0 && uids[at - 1] > uid)
        at--;
    if (at > 0 && uids[at - 1] == uid)
        return n;
    *more |= n == max;
    if (at == max)
        return n;
    size_t kept = n == max ? n - 1 : n;
    memmove(uids + at + 1, uids + at, (kept - at) * sizeof *uids);
    uids[at] = uid;
    return kept + 1;
}

size_t imap_search_read(const char *bytes, size_t len, uint32_t after, uint32_t *uids, size_t max,
                        bool *ret_more)
{
    struct cursor c = {bytes, bytes + len};
    size_t n = 0;
    *ret_more = false;
    if (!takes_word(&c, "*") || !takes_word(&c, "SEARCH"))
        return 0;
    for (uint32_t uid; (uid = take_uid(&c)) > 0; skip_blanks(&c))
        if (uid > after)
            n = put(uids, n, max, uid, ret_more);
    return n;
}

/* ---- folders ---- */

bool imap_folder_valid(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if (name[i] < ' ' || name[i] > '~')
            return false;
    return len > 0 && len <= IMAP_FOLDER_MAX;
}

void imap_folder_quote(const char *name, char ret[2 * IMAP_FOLDER_MAX + 3])
{
    *ret++ = '"';
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            *ret++ = '\\';
        *ret++ = *name;
    }
    *ret++ = '"';
    *ret = '\0';
}
