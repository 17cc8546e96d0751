#include "form/dav_if.h"

#include <string.h>
#include <strings.h>

struct text {
    const char *start;
    size_t len;
};

struct reading {
    const char *at;
    const struct dav_state *states, *about; /* about: whose list it is */
    size_t count;
    bool bad;
};

static const struct dav_state nothing;

static void skip_blanks(struct reading *r)
{
    r->at += strspn(r->at, " \t");
}

static bool took(struct reading *r, const char *word)
{
    size_t len = strlen(word);
    skip_blanks(r);
    if (strncasecmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

/* What stands before close, which is taken, too; an empty one is bad. */
static struct text up_to(struct reading *r, char close)
{
    const char *end = strchr(r->at, close);
    struct text t = {r->at, end ? (size_t)(end - r->at) : 0};
    r->bad |= t.len == 0;
    r->at = end ? end + 1 : r->at + strlen(r->at);
    return t;
}

static bool is(struct text t, const char *s)
{
    return s && strlen(s) == t.len && memcmp(t.start, s, t.len) == 0;
}

/* "https://example.kr/x" is "/x". */
static struct text path_of(struct text uri)
{
    const char *host = memmem(uri.start, uri.len, "://", 3), *end = uri.start + uri.len;
    const char *path = host ? memchr(host + 3, '/', (size_t)(end - host - 3)) : uri.start;
    return path ? (struct text){path, (size_t)(end - path)} : (struct text){"/", 1};
}

/* A slash at the end makes no difference. */
static bool same_path(struct text a, const char *b)
{
    size_t len = strlen(b);
    size_t bare = a.len - (a.start[a.len - 1] == '/'), other = len - (b[len - 1] == '/');
    return bare == other && strncasecmp(a.start, b, bare) == 0;
}

static const struct dav_state *state_of(const struct reading *r, struct text uri)
{
    struct text path = r->bad ? (struct text){"/", 1} : path_of(uri);
    for (size_t i = 0; i < r->count; i++)
        if (same_path(path, r->states[i].path))
            return &r->states[i];
    return &nothing;
}

/* An ETag may have a ']' within its quotes. */
static bool etag_holds(struct reading *r)
{
    took(r, "W/");
    skip_blanks(r);
    const char *quote = r->at;
    if (*quote != '"') {
        r->bad = true;
        return false;
    }
    r->at++;
    const char *end = strchr(r->at, '"');
    struct text tag = {quote, end ? (size_t)(end + 1 - quote) : 0};
    r->at = end ? end + 1 : r->at;
    r->bad |= !end || !took(r, "]");
    return is(tag, r->about->etag);
}

static bool condition_holds(struct reading *r)
{
    bool not = took(r, "Not");
    if (took(r, "<"))
        return is(up_to(r, '>'), r->about->token) != not ;
    if (took(r, "["))
        return etag_holds(r) != not ;
    r->bad = true;
    return false;
}

/* All of its conditions; the opening parenthesis is taken. */
static bool list_holds(struct reading *r)
{
    bool all = true;
    do
        all &= condition_holds(r);
    while (!r->bad && !took(r, ")"));
    return all;
}

enum dav_if dav_if_judge(const char *header, const struct dav_state *states, size_t count)
{
    struct reading r = {.at = header, .states = states, .about = &states[0], .count = count};
    bool any = false, tagged = false, list = false;
    for (skip_blanks(&r); *r.at && !r.bad; skip_blanks(&r)) {
        if (took(&r, "<")) { /* all lists have a resource before them, or none has */
            r.bad |= list != tagged;
            r.about = state_of(&r, up_to(&r, '>'));
            tagged = true;
            list = false;
        } else if (took(&r, "(")) {
            any |= list_holds(&r);
            list = true;
        } else {
            r.bad = true;
        }
    }
    return r.bad || !list ? DAV_IF_BAD : any ? DAV_IF_HOLDS : DAV_IF_FAILS;
}
