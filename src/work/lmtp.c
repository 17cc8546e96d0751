/* The listening socket and the connections as a whole. */
#include "lmtp_in.h"

#include "base/log.h"
#include "flow/listen.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_accept(evutil_socket_t fd, short what, void *lmtp);
static void on_resume(evutil_socket_t fd, short what, void *lmtp);

enum err lmtp_open(struct app *app, struct lmtp **ret)
{
    const char *where = conf_str(app->conf, CONF_lmtp_listen);
    *ret = NULL;
    if (!*where)
        return OK;
    struct lmtp *l = calloc(1, sizeof *l);
    if (!l)
        fatal("out of memory");
    l->app = app;
    TAILQ_INIT(&l->conns);
    enum err e =
        door_listen(where, conf_int(app->conf, CONF_listen_shared) != 0, &l->fd, &l->unlink_path);
    if (e != OK) {
        log_error("lmtp.listen", F_STR("listen", where), F_STR("error", err_row(e)->code));
        free(l);
        return e;
    }
    l->accepts = event_new(app->base, l->fd, EV_READ | EV_PERSIST, on_accept, l);
    l->resumes = evtimer_new(app->base, on_resume, l);
    if (!l->accepts || !l->resumes || event_add(l->accepts, NULL) != 0)
        fatal("no event");
    log_info("lmtp.up", F_STR("listen", where));
    *ret = l;
    return OK;
}

static void stop_accepting(struct lmtp *l)
{
    if (!l->accepts)
        return;
    event_free(l->accepts);
    event_free(l->resumes);
    l->accepts = l->resumes = NULL;
    close(l->fd);
    if (l->unlink_path)
        unlink(l->unlink_path);
}

void lmtp_drain(struct lmtp *l)
{
    if (!l)
        return;
    l->draining = true;
    stop_accepting(l);
    struct lmtp_conn *next;
    for (struct lmtp_conn *c = TAILQ_FIRST(&l->conns); c; c = next) {
        next = TAILQ_NEXT(c, link);
        lmtp_conn_drain(c);
    }
}

bool lmtp_idle(const struct lmtp *l)
{
    return !l || l->n == 0;
}

void lmtp_close(struct lmtp *l)
{
    if (!l)
        return;
    l->draining = true;
    stop_accepting(l);
    while (!TAILQ_EMPTY(&l->conns))
        lmtp_conn_close(TAILQ_FIRST(&l->conns));
    free(l->unlink_path);
    free(l);
}

/* Who waits stays in the queue; the loop must not spin. */
static void pause_accepting(struct lmtp *l)
{
    static const struct timeval pause = {.tv_usec = LMTP_PAUSE_MS * 1000};
    log_warn("lmtp.paused", F_STR("why", strerror(errno)));
    event_del(l->accepts);
    event_add(l->resumes, &pause);
}

static void on_resume(evutil_socket_t fd, short what, void *lmtp)
{
    struct lmtp *l = lmtp;
    (void)fd, (void)what;
    event_add(l->accepts, NULL);
}

static void on_accept(evutil_socket_t fd, short what, void *lmtp)
{
    static const char full[] = "421 4.3.2 too many connections\r\n";
    struct lmtp *l = lmtp;
    (void)what;
    int one = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (one < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            pause_accepting(l);
        return;
    }
    if (l->n < LMTP_CONNS_MAX) {
        lmtp_conn_open(l, one);
        return;
    }
    if (send(one, full, sizeof full - 1, MSG_NOSIGNAL) < 0)
        log_debug("lmtp.gone");
    close(one);
}

/* In the order of arrival. */
void lmtp_turn(struct lmtp *l)
{
    struct lmtp_conn *c, *next;
    for (c = TAILQ_FIRST(&l->conns); c && l->reading < LMTP_READERS_MAX; c = next) {
        next = TAILQ_NEXT(c, link);
        if (c->mode == LMTP_WAITING)
            lmtp_conn_read(c);
    }
}
