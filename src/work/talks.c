#include "talks.h"

#include "base/log.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

TAILQ_HEAD(talk_list, talk);

struct talks {
    struct talks_conf conf;
    struct event *wake;
    int wake_fd;
    pthread_t threads[TALK_THREADS_MAX];
    size_t thread_count; /* the loop's */
    atomic_bool stop;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t more;  /* todo is not empty, or stop */
    struct talk_list todo, done;
    size_t waiting; /* in todo */
    size_t idle;    /* threads that wait for something to do */
};

static void *talker(void *talks);
static void on_wake(evutil_socket_t fd, short what, void *talks);

struct talks *talks_new(struct event_base *base, const struct talks_conf *conf)
{
    struct talks *s = calloc(1, sizeof *s);
    if (!s || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        fatal("libcurl cannot start");
    s->conf = *conf;
    if (s->conf.threads > TALK_THREADS_MAX)
        s->conf.threads = TALK_THREADS_MAX;
    TAILQ_INIT(&s->todo);
    TAILQ_INIT(&s->done);
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->wake = event_new(base, s->wake_fd, EV_READ | EV_PERSIST, on_wake, s);
    if (s->wake_fd < 0 || !s->wake || event_add(s->wake, NULL) != 0)
        fatal("no event");
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    return s;
}

static void talk_free(struct talks *s, struct talk *t)
{
    if (s->conf.empty)
        s->conf.empty(t);
    free(t);
}

static void free_all(struct talks *s, struct talk_list *list)
{
    struct talk *t;
    while ((t = TAILQ_FIRST(list))) {
        TAILQ_REMOVE(list, t, link);
        talk_free(s, t);
    }
}

void talks_free(struct talks *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < s->thread_count; i++)
        pthread_join(s->threads[i], NULL);
    free_all(s, &s->todo);
    free_all(s, &s->done);
    event_free(s->wake);
    close(s->wake_fd);
    pthread_cond_destroy(&s->more);
    pthread_mutex_destroy(&s->lock);
    free(s);
    curl_global_cleanup();
}

/* Signals are the loop's: its thread alone takes them. */
static void start_thread(struct talks *s)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&s->threads[s->thread_count], NULL, talker, s) == 0)
        s->thread_count++;
    else if (s->thread_count == 0)
        fatal("no thread for a conversation");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void talks_add(struct talks *s, struct talk *t)
{
    pthread_mutex_lock(&s->lock);
    TAILQ_INSERT_TAIL(&s->todo, t, link);
    bool busy = ++s->waiting > s->idle;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->lock);
    if (busy && s->thread_count < s->conf.threads)
        start_thread(s);
}

/* ---- on a thread ---- */

static curl_socket_t open_socket(void *guard, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct talk_guard *g = guard;
    (void)purpose;
    if (!net_allowed(g->networks, &address->addr)) {
        g->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void talk_guard_set(CURL *easy, struct talk_guard *g)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, g);
}

static struct talk *take(struct talks *s)
{
    pthread_mutex_lock(&s->lock);
    s->idle++;
    while (!s->stop && TAILQ_EMPTY(&s->todo))
        pthread_cond_wait(&s->more, &s->lock);
    struct talk *t = s->stop ? NULL : TAILQ_FIRST(&s->todo);
    if (t) {
        TAILQ_REMOVE(&s->todo, t, link);
        s->waiting--;
    }
    s->idle--;
    pthread_mutex_unlock(&s->lock);
    return t;
}

static void give_back(struct talks *s, struct talk *t)
{
    pthread_mutex_lock(&s->lock);
    TAILQ_INSERT_TAIL(&s->done, t, link);
    pthread_mutex_unlock(&s->lock);
    eventfd_write(s->wake_fd, 1);
}

/* Asked about once a second, also while libcurl waits. */
static int cut(void *talks, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return ((struct talks *)talks)->stop;
}

void talks_prepare(struct talks *s, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, cut);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, s);
}

bool talks_ending(const struct talks *s)
{
    return s->stop;
}

static void *talker(void *talks)
{
    struct talks *s = talks;
    struct talk *t;
    curl_socket_t fd = CURL_SOCKET_BAD;
    CURL *easy = curl_easy_init();
    if (!easy)
        fatal("out of memory");
    while ((t = take(s))) {
        curl_easy_reset(easy); /* the connection stays for the next one */
        talks_prepare(s, easy);
        s->conf.talk(s->conf.ctx, easy, t);
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL); /* it goes, the handle stays */
        give_back(s, t);
    }
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
    if (fd != CURL_SOCKET_BAD) /* else SMTP says QUIT and waits for the answer */
        shutdown(fd, SHUT_RDWR);
    curl_easy_cleanup(easy);
    return NULL;
}

/* ---- on the loop ---- */

static void on_wake(evutil_socket_t fd, short what, void *talks)
{
    struct talks *s = talks;
    struct talk_list done = TAILQ_HEAD_INITIALIZER(done);
    struct talk *t;
    eventfd_t n;
    (void)what;
    eventfd_read(fd, &n);
    pthread_mutex_lock(&s->lock);
    TAILQ_CONCAT(&done, &s->done, link);
    pthread_mutex_unlock(&s->lock);
    while ((t = TAILQ_FIRST(&done))) {
        TAILQ_REMOVE(&done, t, link);
        s->conf.done(s->conf.ctx, t);
        talk_free(s, t);
    }
}
