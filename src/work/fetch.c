#include "fetch.h"

#include "base/log.h"
#include "base/net.h"
#include "talks.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEADERS_MAX = 64 * 1024 };

struct errand {
    struct talk talk;
    const char *url, *etag, *last_modified;
    struct talk_guard guard;
    fetch_done_fn *done;
    void *ctx;
    struct buf body;
    size_t headers; /* bytes so far, of all answers */
    char new_etag[FETCH_MARK_MAX], new_modified[FETCH_MARK_MAX];
    CURLcode rc;
    long status;
};

struct fetch {
    const struct conf *conf;
    struct net_list networks;
    bool plain; /* http is taken, for tests on this machine */
    struct talks *talks;
};

static void talk(void *fetch, CURL *easy, struct talk *t);
static void finish(void *fetch, struct talk *t);
static void empty(struct talk *t);

struct fetch *fetch_new(struct event_base *base, const struct conf *conf)
{
    struct fetch *f = calloc(1, sizeof *f);
    bool literal;
    if (!f || !net_list_read(conf_str(conf, CONF_calendar_networks), &f->networks))
        fatal("calendar_networks cannot be read");
    f->conf = conf;
    f->plain = net_host_allowed(&f->networks, "127.0.0.1", &literal);
    f->talks = talks_new(
        base, &(struct talks_conf){.threads = (size_t)conf_int(conf, CONF_calendar_parallel),
                                   .ctx = f,
                                   .talk = talk,
                                   .done = finish,
                                   .empty = empty});
    return f;
}

void fetch_free(struct fetch *f)
{
    if (!f)
        return;
    talks_free(f->talks);
    free(f);
}

void fetch_get(struct fetch *f, const char *url, const char *etag, const char *last_modified,
               fetch_done_fn *done, void *ctx)
{
    struct errand *e = malloc(sizeof *e);
    if (!e)
        fatal("out of memory");
    *e = (struct errand){.url = url,
                         .etag = etag,
                         .last_modified = last_modified,
                         .guard = {.networks = &f->networks},
                         .done = done,
                         .ctx = ctx};
    talks_add(f->talks, &e->talk);
}

/* ---- on a thread ---- */

/* Unpacked bytes: what expands without end is cut like what is sent without end. */
static size_t take_body(char *bytes, size_t size, size_t n, void *errand)
{
    struct errand *e = errand;
    buf_add(&e->body, bytes, size * n);
    return e->body.full ? 0 : size * n;
}

static void take_mark(const char *line, size_t len, const char *name, char ret[FETCH_MARK_MAX])
{
    size_t skip = strlen(name);
    if (len < skip || strncasecmp(line, name, skip) != 0)
        return;
    while (skip < len && line[skip] == ' ')
        skip++;
    while (len > skip && (line[len - 1] == '\r' || line[len - 1] == '\n'))
        len--;
    if (len - skip < FETCH_MARK_MAX)
        snprintf(ret, FETCH_MARK_MAX, "%.*s", (int)(len - skip), line + skip);
}

/* Of several answers the last one counts. */
static size_t take_header(char *line, size_t size, size_t n, void *errand)
{
    struct errand *e = errand;
    size_t len = size * n;
    e->headers += len;
    if (len > 5 && strncmp(line, "HTTP/", 5) == 0)
        *e->new_etag = *e->new_modified = '\0';
    take_mark(line, len, "etag:", e->new_etag);
    take_mark(line, len, "last-modified:", e->new_modified);
    return e->headers <= HEADERS_MAX ? len : 0;
}

static void set_limits(const struct fetch *f, CURL *easy, struct errand *e)
{
    const char *ways = f->plain ? "https,http" : "https";
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, ways);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, ways);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)FETCH_HOPS_MAX);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)conf_int(f->conf, CONF_calendar_timeout));
    talk_guard_set(easy, &e->guard);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, e);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, e);
    if (*conf_str(f->conf, CONF_calendar_ca_file))
        curl_easy_setopt(easy, CURLOPT_CAINFO, conf_str(f->conf, CONF_calendar_ca_file));
}

static struct curl_slist *header(struct curl_slist *list, const char *name, const char *value)
{
    char line[FETCH_MARK_MAX + 64];
    if (!*value)
        return list;
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(list, line);
    if (!longer)
        fatal("out of memory");
    return longer;
}

static void talk(void *fetch, CURL *easy, struct talk *t)
{
    struct fetch *f = fetch;
    struct errand *e = (struct errand *)t;
    struct curl_slist *headers = header(NULL, "Accept", "text/calendar, text/*;q=0.8, */*;q=0.5");
    headers = header(headers, "If-None-Match", e->etag);
    headers = header(headers, "If-Modified-Since", e->last_modified);
    buf_init(&e->body, FETCH_BYTES_MAX);
    set_limits(f, easy, e);
    curl_easy_setopt(easy, CURLOPT_URL, e->url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, conf_str(f->conf, CONF_calendar_user_agent));
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    e->rc = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &e->status);
    curl_slist_free_all(headers);
}

/* ---- on the loop ---- */

/* A word that tells nothing of the address. NULL: all is well. */
static const char *judge(const struct errand *e, char status[static 16])
{
    static const struct {
        CURLcode rc;
        const char *word;
    } words[] = {
        {CURLE_OPERATION_TIMEDOUT, "timeout"},    {CURLE_COULDNT_RESOLVE_HOST, "no-such-host"},
        {CURLE_PEER_FAILED_VERIFICATION, "tls"},  {CURLE_SSL_CONNECT_ERROR, "tls"},
        {CURLE_TOO_MANY_REDIRECTS, "redirects"},  {CURLE_UNSUPPORTED_PROTOCOL, "not-https"},
        {CURLE_BAD_CONTENT_ENCODING, "encoding"},
    };
    if (e->guard.refused)
        return "not-public";
    if (e->body.full)
        return "too-long";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].rc == e->rc)
            return words[i].word;
    if (e->rc != CURLE_OK)
        return "unreachable";
    if (e->status == 200 || (e->status == 304 && (*e->etag || *e->last_modified)))
        return NULL; /* a 304 that nobody asked for says nothing */
    snprintf(status, 16, "http-%ld", e->status);
    return status;
}

static void finish(void *fetch, struct talk *t)
{
    struct errand *e = (struct errand *)t;
    char status[16];
    (void)fetch;
    struct fetch_result r = {.why = judge(e, status),
                             .same = e->status == 304,
                             .body = &e->body,
                             .etag = e->new_etag,
                             .last_modified = e->new_modified};
    e->done(e->ctx, &r);
}

static void empty(struct talk *t)
{
    buf_done(&((struct errand *)t)->body);
}

struct one {
    struct event_base *base;
    struct buf *into;
    char *why;
};

static void take_one(void *arg, const struct fetch_result *r)
{
    struct one *one = arg;
    if (!r->why)
        buf_add(one->into, r->body->data, r->body->len);
    snprintf(one->why, FETCH_WHY_MAX, "%s", r->why ? r->why : one->into->full ? "too-long" : "");
    event_base_loopbreak(one->base);
}

bool fetch_now(const struct conf *conf, const char *url, struct buf *into,
               char ret_why[FETCH_WHY_MAX])
{
    struct one one = {.base = event_base_new(), .into = into, .why = ret_why};
    if (!one.base)
        fatal("no event loop");
    struct fetch *f = fetch_new(one.base, conf);
    fetch_get(f, url, "", "", take_one, &one);
    event_base_dispatch(one.base);
    fetch_free(f);
    event_base_free(one.base);
    return !*ret_why;
}
