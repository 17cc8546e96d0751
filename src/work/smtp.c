/*
 * libcurl's SMTP waits in place for the answer to the final dot and to QUIT, in its multi interface
 * too; a mail server may think for minutes. So each conversation has a thread.
 */
#include "smtp.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_MS = 10000 };

struct mail {
    struct talk talk;
    const char *from, *to, *bytes;
    size_t len, at;
    talk_done_fn *done;
    void *ctx;
    CURLcode rc;
    long code; /* the server's last reply */
    char why[CURL_ERROR_SIZE];
};

struct smtp {
    const struct conf *conf;
    char url[512];
    struct talks *talks;
};

static void talk(void *smtp, CURL *easy, struct talk *t);
static void finish(void *smtp, struct talk *t);

struct smtp *smtp_new(struct event_base *base, const struct conf *conf)
{
    struct smtp *s = calloc(1, sizeof *s);
    if (!s)
        fatal("out of memory");
    s->conf = conf;
    /* the path of an smtp URL is the name we say EHLO with */
    snprintf(s->url, sizeof s->url, "%s/%s", conf_str(conf, CONF_smtp_url),
             conf_str(conf, CONF_mail_host));
    s->talks = talks_new(
        base, &(struct talks_conf){.threads = (size_t)conf_int(conf, CONF_outbox_parallel),
                                   .ctx = s,
                                   .talk = talk,
                                   .done = finish});
    return s;
}

void smtp_free(struct smtp *s)
{
    if (!s)
        return;
    talks_free(s->talks);
    free(s);
}

void smtp_send(struct smtp *s, const char *from, const char *to, const char *bytes, size_t len,
               talk_done_fn *done, void *ctx)
{
    struct mail *m = malloc(sizeof *m);
    if (!m)
        fatal("out of memory");
    *m =
        (struct mail){.from = from, .to = to, .bytes = bytes, .len = len, .done = done, .ctx = ctx};
    talks_add(s->talks, &m->talk);
}

/* ---- on a thread ---- */

static size_t give(char *to, size_t size, size_t n, void *mail)
{
    struct mail *m = mail;
    size_t len = m->len - m->at < size * n ? m->len - m->at : size * n;
    memcpy(to, m->bytes + m->at, len);
    m->at += len;
    return len;
}

static void set_security(CURL *easy, const struct conf *conf)
{
    static const long levels[] = {CURLUSESSL_NONE, CURLUSESSL_TRY, CURLUSESSL_ALL};
    curl_easy_setopt(easy, CURLOPT_USE_SSL, levels[conf_int(conf, CONF_smtp_tls)]);
    if (*conf_str(conf, CONF_smtp_ca_file))
        curl_easy_setopt(easy, CURLOPT_CAINFO, conf_str(conf, CONF_smtp_ca_file));
    if (*conf_str(conf, CONF_smtp_user)) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, conf_str(conf, CONF_smtp_user));
        curl_easy_setopt(easy, CURLOPT_PASSWORD, conf_str(conf, CONF_smtp_password));
    }
}

static void set_mail(CURL *easy, struct mail *m, const struct curl_slist *to)
{
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, m->from);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(easy, CURLOPT_READDATA, m);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->len);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, m->why);
}

static void talk(void *smtp, CURL *easy, struct talk *t)
{
    struct smtp *s = smtp;
    struct mail *m = (struct mail *)t;
    struct curl_slist *to = curl_slist_append(NULL, m->to);
    if (!to)
        fatal("out of memory");
    curl_easy_setopt(easy, CURLOPT_URL, s->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)SMTP_TALK_MS);
    set_security(easy, s->conf);
    set_mail(easy, m, to);
    m->rc = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &m->code);
    curl_slist_free_all(to);
}

/* ---- on the loop ---- */

/* 55z is for good (RFC 5321 4.2.1) when it is said to the mail: to MAIL, RCPT or DATA, or once the
 * bytes are there. The same said to us, as a greeting or to our sign-in, may change. */
static bool is_permanent(const struct mail *m)
{
    bool to_the_mail =
        m->rc == CURLE_SEND_ERROR || (m->rc == CURLE_WEIRD_SERVER_REPLY && m->at > 0);
    return to_the_mail && m->code >= 550 && m->code <= 559;
}

static void finish(void *smtp, struct talk *t)
{
    struct mail *m = (struct mail *)t;
    char why[CURL_ERROR_SIZE + 16];
    (void)smtp;
    snprintf(why, sizeof why, "%ld: %s", m->code, *m->why ? m->why : curl_easy_strerror(m->rc));
    struct talk_result r = {.ok = m->rc == CURLE_OK, .permanent = is_permanent(m), .why = why};
    m->done(m->ctx, &r);
}
