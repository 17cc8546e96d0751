#include "post.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct letter {
    struct talk talk;
    const char *url, *body;
    const char *const *headers;
    size_t len, answered; /* bytes of the answer so far */
    struct talk_guard guard;
    talk_done_fn *done;
    void *ctx;
    CURLcode rc;
    long status;
    char why[CURL_ERROR_SIZE];
};

struct post {
    const struct conf *conf;
    struct net_list networks;
    struct talks *talks;
};

static void talk(void *post, CURL *easy, struct talk *t);
static void finish(void *post, struct talk *t);

struct post *post_new(struct event_base *base, const struct conf *conf)
{
    struct post *p = calloc(1, sizeof *p);
    if (!p || !net_list_read(conf_str(conf, CONF_webhook_networks), &p->networks))
        fatal("webhook_networks cannot be read");
    p->conf = conf;
    p->talks = talks_new(
        base, &(struct talks_conf){.threads = (size_t)conf_int(conf, CONF_webhook_parallel),
                                   .ctx = p,
                                   .talk = talk,
                                   .done = finish});
    return p;
}

void post_free(struct post *p)
{
    if (!p)
        return;
    talks_free(p->talks);
    free(p);
}

void post_send(struct post *p, const char *url, const char *const headers[], const char *body,
               size_t len, talk_done_fn *done, void *ctx)
{
    struct letter *l = malloc(sizeof *l);
    if (!l)
        fatal("out of memory");
    *l = (struct letter){.url = url,
                         .headers = headers,
                         .body = body,
                         .len = len,
                         .guard = {.networks = &p->networks},
                         .done = done,
                         .ctx = ctx};
    talks_add(p->talks, &l->talk);
}

/* ---- on a thread ---- */

/* Of the answer only the status counts; one that does not end is cut. */
static size_t drop(char *bytes, size_t size, size_t n, void *letter)
{
    struct letter *l = letter;
    (void)bytes;
    l->answered += size * n;
    return l->answered <= POST_ANSWER_MAX ? size * n : 0;
}

static void set_limits(CURL *easy, const struct conf *conf, struct letter *l)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)conf_int(conf, CONF_webhook_timeout));
    talk_guard_set(easy, &l->guard);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, l);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, drop);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, l);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, l->why);
    if (*conf_str(conf, CONF_webhook_ca_file))
        curl_easy_setopt(easy, CURLOPT_CAINFO, conf_str(conf, CONF_webhook_ca_file));
}

static void talk(void *post, CURL *easy, struct talk *t)
{
    struct post *p = post;
    struct letter *l = (struct letter *)t;
    struct curl_slist *headers = NULL;
    for (size_t i = 0; l->headers[i]; i++)
        headers = curl_slist_append(headers, l->headers[i]);
    if (!headers)
        fatal("out of memory");
    set_limits(easy, p->conf, l);
    curl_easy_setopt(easy, CURLOPT_URL, l->url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, l->body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)l->len);
    l->rc = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &l->status);
    curl_slist_free_all(headers);
}

/* ---- on the loop ---- */

static void finish(void *post, struct talk *t)
{
    struct letter *l = (struct letter *)t;
    char why[CURL_ERROR_SIZE + 32];
    bool whole = l->rc == CURLE_OK || (l->rc == CURLE_WRITE_ERROR && l->status >= 200);
    (void)post;
    if (l->guard.refused)
        snprintf(why, sizeof why, "its address is not a public one");
    else if (whole)
        snprintf(why, sizeof why, "HTTP %ld", l->status);
    else
        snprintf(why, sizeof why, "%s", *l->why ? l->why : curl_easy_strerror(l->rc));
    struct talk_result r = {.ok = whole && l->status >= 200 && l->status <= 299,
                            .gone = whole && l->status == 410,
                            .why = why};
    l->done(l->ctx, &r);
}
