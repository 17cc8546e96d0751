#include "smtp.h"

#include "base/log.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { CONNECT_MS = 10000, TALK_MS = 60000 };

struct mail {
    TAILQ_ENTRY(mail) link;
    struct smtp *smtp;
    CURL *easy;
    struct curl_slist *to;
    const char *bytes;
    size_t len, at;
    smtp_done_fn *done;
    void *ctx;
    char why[CURL_ERROR_SIZE];
};

struct smtp {
    struct event_base *base;
    const struct conf *conf;
    CURLM *multi;
    struct event *timer;
    char url[512];
    TAILQ_HEAD(, mail) mails;
};

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *smtp, void *watch);
static int want_timer(CURLM *multi, long ms, void *smtp);
static void on_timer(evutil_socket_t fd, short what, void *smtp);
static void on_socket(evutil_socket_t fd, short what, void *smtp);
static void collect(struct smtp *s);

struct smtp *smtp_new(struct event_base *base, const struct conf *conf)
{
    struct smtp *s = calloc(1, sizeof *s);
    if (!s || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        fatal("libcurl cannot start");
    s->base = base;
    s->conf = conf;
    TAILQ_INIT(&s->mails);
    /* the path of an smtp URL is the name we say EHLO with */
    snprintf(s->url, sizeof s->url, "%s/%s", conf_str(conf, CONF_smtp_url),
             conf_str(conf, CONF_mail_host));
    s->timer = evtimer_new(base, on_timer, s);
    s->multi = curl_multi_init();
    if (!s->multi || !s->timer)
        fatal("libcurl cannot start");
    curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s);
    curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s);
    curl_multi_setopt(s->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      (long)conf_int(conf, CONF_outbox_parallel));
    return s;
}

static void mail_free(struct mail *m)
{
    TAILQ_REMOVE(&m->smtp->mails, m, link);
    curl_multi_remove_handle(m->smtp->multi, m->easy);
    curl_easy_cleanup(m->easy);
    curl_slist_free_all(m->to);
    free(m);
}

void smtp_free(struct smtp *s)
{
    if (!s)
        return;
    while (!TAILQ_EMPTY(&s->mails))
        mail_free(TAILQ_FIRST(&s->mails));
    curl_multi_cleanup(s->multi);
    event_free(s->timer);
    free(s);
    curl_global_cleanup();
}

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

void smtp_send(struct smtp *s, const char *from, const char *to, const char *bytes, size_t len,
               smtp_done_fn *done, void *ctx)
{
    struct mail *m = calloc(1, sizeof *m);
    if (!m || !(m->easy = curl_easy_init()) || !(m->to = curl_slist_append(NULL, to)))
        fatal("out of memory");
    *m = (struct mail){.smtp = s,
                       .easy = m->easy,
                       .to = m->to,
                       .bytes = bytes,
                       .len = len,
                       .done = done,
                       .ctx = ctx};
    TAILQ_INSERT_TAIL(&s->mails, m, link);
    curl_easy_setopt(m->easy, CURLOPT_URL, s->url);
    curl_easy_setopt(m->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(m->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(m->easy, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(m->easy, CURLOPT_MAIL_RCPT, m->to);
    curl_easy_setopt(m->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(m->easy, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(m->easy, CURLOPT_READDATA, m);
    curl_easy_setopt(m->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(m->easy, CURLOPT_PRIVATE, m);
    curl_easy_setopt(m->easy, CURLOPT_ERRORBUFFER, m->why);
    curl_easy_setopt(m->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(m->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(m->easy, CURLOPT_TIMEOUT_MS, (long)TALK_MS);
    set_security(m->easy, s->conf);
    if (curl_multi_add_handle(s->multi, m->easy) != CURLM_OK)
        fatal("libcurl takes no more mails");
}

/* ---- libcurl on the event loop (curl's own hiperfifo example is the pattern) ---- */

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *smtp, void *watch)
{
    struct smtp *s = smtp;
    struct event *ev = watch;
    (void)easy;
    if (ev)
        event_free(ev);
    ev = NULL;
    if (what != CURL_POLL_REMOVE) {
        short kind = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
                             (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
        ev = event_new(s->base, fd, kind, on_socket, s);
        if (!ev || event_add(ev, NULL) != 0)
            fatal("no event");
    }
    curl_multi_assign(s->multi, fd, ev);
    return 0;
}

static int want_timer(CURLM *multi, long ms, void *smtp)
{
    struct smtp *s = smtp;
    (void)multi;
    if (ms < 0)
        event_del(s->timer);
    else
        event_add(s->timer, &(struct timeval){ms / 1000, ms % 1000 * 1000});
    return 0;
}

static void on_timer(evutil_socket_t fd, short what, void *smtp)
{
    struct smtp *s = smtp;
    int running;
    (void)fd;
    (void)what;
    curl_multi_socket_action(s->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(s);
}

static void on_socket(evutil_socket_t fd, short what, void *smtp)
{
    struct smtp *s = smtp;
    int running,
        mask = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(s->multi, fd, mask, &running);
    collect(s);
}

/* 5yz is for good (RFC 5321 4.2.1), except what is about us and not the mail: sign-in and TLS. */
static bool is_permanent(CURLcode rc, long code)
{
    return rc != CURLE_OK && rc != CURLE_LOGIN_DENIED && code >= 550 && code <= 559;
}

static void finish(struct mail *m, CURLcode rc)
{
    char why[CURL_ERROR_SIZE + 16];
    long code = 0;
    curl_easy_getinfo(m->easy, CURLINFO_RESPONSE_CODE, &code);
    snprintf(why, sizeof why, "%ld: %s", code, *m->why ? m->why : curl_easy_strerror(rc));
    struct smtp_result r = {.ok = rc == CURLE_OK, .permanent = is_permanent(rc, code), .why = why};
    smtp_done_fn *done = m->done;
    void *ctx = m->ctx;
    mail_free(m);
    done(ctx, &r);
}

static void collect(struct smtp *s)
{
    CURLMsg *msg;
    int left;
    while ((msg = curl_multi_info_read(s->multi, &left)))
        if (msg->msg == CURLMSG_DONE) {
            struct mail *m;
            curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&m);
            finish(m, msg->data.result);
        }
}
