/*
 * libcurl's SMTP waits in place for the answer to the final dot and to QUIT, in its multi interface
 * too; a mail server may think for minutes. So each conversation has a thread. A thread owns its
 * CURL handle and the one mail in its hands; everything else goes through two lists under one lock.
 */
#include "smtp.h"

#include "base/log.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 10000, THREADS_MAX = 64 };

struct mail {
    TAILQ_ENTRY(mail) link;
    const char *from, *to, *bytes;
    size_t len, at;
    smtp_done_fn *done;
    void *ctx;
    CURLcode rc;
    long code; /* the server's last reply */
    char why[CURL_ERROR_SIZE];
};
TAILQ_HEAD(mails, mail);

struct smtp {
    const struct conf *conf;
    char url[512];
    struct event *wake;
    int wake_fd;
    size_t thread_count;
    pthread_t threads[THREADS_MAX];
    atomic_bool stop;
    pthread_mutex_t lock; /* over the lists */
    pthread_cond_t more;  /* todo is not empty, or stop */
    struct mails todo, done;
};

static void *sender(void *smtp);
static void on_wake(evutil_socket_t fd, short what, void *smtp);

/* Signals are the loop's: its thread alone takes them. */
static void start_threads(struct smtp *s)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (size_t i = 0; i < s->thread_count; i++)
        if (pthread_create(&s->threads[i], NULL, sender, s) != 0)
            fatal("no thread for mails");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct smtp *smtp_new(struct event_base *base, const struct conf *conf)
{
    struct smtp *s = calloc(1, sizeof *s);
    if (!s || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        fatal("libcurl cannot start");
    s->conf = conf;
    TAILQ_INIT(&s->todo);
    TAILQ_INIT(&s->done);
    /* the path of an smtp URL is the name we say EHLO with */
    snprintf(s->url, sizeof s->url, "%s/%s", conf_str(conf, CONF_smtp_url),
             conf_str(conf, CONF_mail_host));
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->wake = event_new(base, s->wake_fd, EV_READ | EV_PERSIST, on_wake, s);
    if (s->wake_fd < 0 || !s->wake || event_add(s->wake, NULL) != 0)
        fatal("no event");
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    s->thread_count = (size_t)conf_int(conf, CONF_outbox_parallel);
    if (s->thread_count > THREADS_MAX)
        s->thread_count = THREADS_MAX;
    start_threads(s);
    return s;
}

static void free_all(struct mails *list)
{
    struct mail *m;
    while ((m = TAILQ_FIRST(list))) {
        TAILQ_REMOVE(list, m, link);
        free(m);
    }
}

void smtp_free(struct smtp *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < s->thread_count; i++)
        pthread_join(s->threads[i], NULL);
    free_all(&s->todo);
    free_all(&s->done);
    event_free(s->wake);
    close(s->wake_fd);
    pthread_cond_destroy(&s->more);
    pthread_mutex_destroy(&s->lock);
    free(s);
    curl_global_cleanup();
}

void smtp_send(struct smtp *s, const char *from, const char *to, const char *bytes, size_t len,
               smtp_done_fn *done, void *ctx)
{
    struct mail *m = malloc(sizeof *m);
    if (!m)
        fatal("out of memory");
    *m =
        (struct mail){.from = from, .to = to, .bytes = bytes, .len = len, .done = done, .ctx = ctx};
    pthread_mutex_lock(&s->lock);
    TAILQ_INSERT_TAIL(&s->todo, m, link);
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->lock);
}

/* ---- on a thread ---- */

static struct mail *take(struct smtp *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->stop && TAILQ_EMPTY(&s->todo))
        pthread_cond_wait(&s->more, &s->lock);
    struct mail *m = s->stop ? NULL : TAILQ_FIRST(&s->todo);
    if (m)
        TAILQ_REMOVE(&s->todo, m, link);
    pthread_mutex_unlock(&s->lock);
    return m;
}

static void give_back(struct smtp *s, struct mail *m)
{
    pthread_mutex_lock(&s->lock);
    TAILQ_INSERT_TAIL(&s->done, m, link);
    pthread_mutex_unlock(&s->lock);
    eventfd_write(s->wake_fd, 1);
}

static size_t give(char *to, size_t size, size_t n, void *mail)
{
    struct mail *m = mail;
    size_t len = m->len - m->at < size * n ? m->len - m->at : size * n;
    memcpy(to, m->bytes + m->at, len);
    m->at += len;
    return len;
}

/* Asked about once a second, also while libcurl waits. */
static int cut(void *smtp, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return ((struct smtp *)smtp)->stop;
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

static void talk(struct smtp *s, CURL *easy, struct mail *m)
{
    struct curl_slist *to = curl_slist_append(NULL, m->to);
    if (!to)
        fatal("out of memory");
    curl_easy_reset(easy); /* the connection stays for the next mail */
    curl_easy_setopt(easy, CURLOPT_URL, s->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)SMTP_TALK_MS);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, cut);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, s);
    set_security(easy, s->conf);
    set_mail(easy, m, to);
    m->rc = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &m->code);
    curl_slist_free_all(to);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL); /* the mail goes, the handle stays */
}

static void *sender(void *smtp)
{
    struct smtp *s = smtp;
    struct mail *m;
    curl_socket_t fd = CURL_SOCKET_BAD;
    CURL *easy = curl_easy_init();
    if (!easy)
        fatal("out of memory");
    while ((m = take(s))) {
        talk(s, easy, m);
        give_back(s, m);
    }
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    if (fd != CURL_SOCKET_BAD) /* else libcurl says QUIT and waits for the answer */
        shutdown(fd, SHUT_RDWR);
    curl_easy_cleanup(easy);
    return NULL;
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

static void finish(struct mail *m)
{
    char why[CURL_ERROR_SIZE + 16];
    snprintf(why, sizeof why, "%ld: %s", m->code, *m->why ? m->why : curl_easy_strerror(m->rc));
    struct smtp_result r = {.ok = m->rc == CURLE_OK, .permanent = is_permanent(m), .why = why};
    m->done(m->ctx, &r);
    free(m);
}

static void on_wake(evutil_socket_t fd, short what, void *smtp)
{
    struct smtp *s = smtp;
    struct mails done = TAILQ_HEAD_INITIALIZER(done);
    struct mail *m;
    eventfd_t n;
    (void)what;
    eventfd_read(fd, &n);
    pthread_mutex_lock(&s->lock);
    TAILQ_CONCAT(&done, &s->done, link);
    pthread_mutex_unlock(&s->lock);
    while ((m = TAILQ_FIRST(&done))) {
        TAILQ_REMOVE(&done, m, link);
        finish(m);
    }
}
