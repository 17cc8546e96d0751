#include "door_in.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPTS_PER_TURN = 64, ACCEPTS_AT_END = 8192, SWEEP_USEC = 500000 };

static void defaults(struct door_conf *c);
static enum err listen_on_loop(struct door *d);
static void on_accept(evutil_socket_t fd, short what, void *arg);
static void accept_some(struct door *d, int most);
static void on_sweep(evutil_socket_t fd, short what, void *arg);
static void stop_listening(struct door *d);

enum err door_open(struct event_base *base, const struct door_conf *conf, door_serve_fn *serve,
                   void *ctx, struct door **ret)
{
    int need = EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE;
    int fd;
    char *unlink_path;
    if ((event_base_get_features(base) & need) != need)
        fatal("the event loop has no edge triggers");
    enum err e = door_listen(conf->listen, conf->shared, &fd, &unlink_path);
    if (e)
        return e;
    struct door *d = calloc(1, sizeof *d);
    if (!d)
        fatal("out of memory");
    *d = (struct door){.conf = *conf,
                       .base = base,
                       .serve = serve,
                       .ctx = ctx,
                       .fd = fd,
                       .unlink_path = unlink_path,
                       .date_of = -1};
    d->conf.listen = NULL; /* the caller's */
    defaults(&d->conf);
    if ((e = listen_on_loop(d))) {
        door_close(d);
        return e;
    }
    log_info("door.open", F_STR("listen", conf->listen), F_INT("port", door_port(d)));
    *ret = d;
    return OK;
}

void door_drain(struct door *d)
{
    struct conn *c, *next;
    if (d->fd >= 0)
        accept_some(d, ACCEPTS_AT_END); /* all who wait in the queue came in time */
    d->draining = true;
    stop_listening(d);
    for (c = LIST_FIRST(&d->conns); c; c = next) {
        next = LIST_NEXT(c, all);
        conn_drain(c);
    }
}

bool door_idle(const struct door *d)
{
    struct conn *c;
    LIST_FOREACH(c, &d->conns, all)
    if (conn_is_busy(c))
        return false;
    return true;
}

void door_close(struct door *d)
{
    if (!d)
        return;
    stop_listening(d);
    while (!LIST_EMPTY(&d->conns))
        conn_free(LIST_FIRST(&d->conns));
    if (d->sweep_event)
        event_free(d->sweep_event);
    if (d->unlink_path)
        unlink(d->unlink_path);
    free(d->unlink_path);
    free(d);
}

unsigned door_port(const struct door *d)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof at;
    if (getsockname(d->fd, (struct sockaddr *)&at, &len) < 0)
        return 0;
    if (at.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&at)->sin_port);
    return at.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&at)->sin6_port) : 0;
}

void door_sweep(struct door *d)
{
    struct conn *c, *next;
    int64_t now = clock_mono_ms();
    if (d->accept_paused && d->accept_event) {
        d->accept_paused = false;
        event_add(d->accept_event, NULL);
    }
    for (c = LIST_FIRST(&d->conns); c; c = next) {
        next = LIST_NEXT(c, all);
        conn_expire(c, now);
    }
}

const struct door_stats *door_stats(const struct door *d)
{
    return &d->stats;
}

static void defaults(struct door_conf *c)
{
#define DEFAULT(member, value) c->member = c->member ? c->member : (value)
    DEFAULT(head_max, 16 << 10);
    DEFAULT(body_max, 1 << 20);
    DEFAULT(bodies_max, 64 << 20);
    DEFAULT(head_deadline_ms, 5000);
    DEFAULT(body_deadline_ms, 20000);
    DEFAULT(write_deadline_ms, 30000);
    DEFAULT(idle_deadline_ms, 60000);
    DEFAULT(conns_max, 4096);
    DEFAULT(stream_max, 64 << 10);
#undef DEFAULT
}

static enum err listen_on_loop(struct door *d)
{
    static const struct timeval every = {.tv_usec = SWEEP_USEC};
    LIST_INIT(&d->conns);
    for (int i = 0; i < ADDRESS_BUCKETS; i++)
        LIST_INIT(&d->by_address[i]);
    d->accept_event = event_new(d->base, d->fd, EV_READ | EV_PERSIST, on_accept, d);
    d->sweep_event = event_new(d->base, -1, EV_PERSIST, on_sweep, d);
    if (!d->accept_event || !d->sweep_event || event_add(d->accept_event, NULL) < 0 ||
        event_add(d->sweep_event, &every) < 0)
        return ERR_UNAVAILABLE;
    return OK;
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    accept_some(arg, ACCEPTS_PER_TURN);
}

static void accept_some(struct door *d, int most)
{
    for (int i = 0; i < most; i++) {
        struct sockaddr_storage peer = {0};
        socklen_t len = sizeof peer;
        int client = accept4(d->fd, (struct sockaddr *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client >= 0) {
            conn_new(d, client, (struct sockaddr *)&peer);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            log_warn("door.paused", F_STR("why", strerror(errno)));
            d->accept_paused = true; /* the next sweep tries again; the loop must not spin */
            event_del(d->accept_event);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    door_sweep(arg);
}

static void stop_listening(struct door *d)
{
    if (d->accept_event)
        event_free(d->accept_event);
    d->accept_event = NULL;
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
}
