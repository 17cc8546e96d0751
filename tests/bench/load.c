/*
 * load -c CLIENTS [-s SECONDS | -e SECONDS] [-n] [-o STATUS[,STATUS]] [-t] PORT FILE: calls as fast
 * as the answers come.
 *
 * FILE holds requests, each as a line with its length and then its bytes. A client is a connection
 * that is kept (with -n, and where the server closes it, it is made anew for each call); it sends,
 * takes the answer whole, and sends the next request of the file. With -s the file is used again
 * and again for that long; without, once. With -e the calls are spread evenly over that time,
 * whether answers come or not, and how long one takes is counted from when it was to be sent. Only
 * the statuses -o count as good (default: any 2xx). With -t all clients send at the same moment,
 * and of their answers exactly one must be 2xx and every other 409. Prints one line:
 *
 *     calls=… seconds=… p50_us=… p99_us=… good=… refused=… odd=… same=…
 *
 * (same: those that are 304) and exits 1 when anything was odd, the first odd answer on standard
 * error.
 */
#include "answer.h"
#include "requests.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 1024, TAKE = 64 << 10, STATUSES = 2, SILENCE_MS = 10000 };

struct client {
    int fd;
    bool busy;
    double sent_at;
    size_t unsent; /* of the request */
    bool writing;  /* waits for room to send more */
    const struct request *request;
    struct answer answer;
};

struct load {
    int clients, port, epoll, timer, status[STATUSES];
    double seconds, spread, begin, end;
    bool together, anew;
    struct requests requests;
    size_t next, due; /* due: of calls that are spread, as time has gone on */
    struct client *client;
    int busy;
    long calls, good, same, refused, odd;
    int round_won;
    float *took;
    size_t took_max;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- what to send ---- */

static const struct request *next_request(struct load *l)
{
    if (l->seconds > 0) {
        if (now() >= l->begin + l->seconds)
            return NULL;
        l->next %= l->requests.count;
    }
    size_t end = l->spread > 0 ? l->due : l->requests.count;
    return l->next < end ? &l->requests.all[l->next++] : NULL;
}

/* ---- one call ---- */

static void connect_one(struct load *l, struct client *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e) != 0)
        die("epoll");
}

static void hang_up(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

static void push(struct load *l, struct client *c)
{
    const char *from = c->request->bytes + c->request->len - c->unsent;
    ssize_t n = send(c->fd, from, c->unsent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        die("send");
    c->unsent -= n > 0 ? (size_t)n : 0;
    if ((c->unsent > 0) == c->writing)
        return;
    c->writing = c->unsent > 0;
    struct epoll_event e = {.events = c->writing ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};
    epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static double interval(const struct load *l)
{
    return l->spread / (double)l->requests.count;
}

static void start(struct load *l, struct client *c)
{
    const struct request *r = next_request(l);
    if (!r)
        return;
    c->request = r;
    c->unsent = r->len;
    answer_begin(&c->answer);
    c->busy = true;
    l->busy++;
    c->sent_at = l->spread > 0 ? l->begin + (double)(l->next - 1) * interval(l) : now();
    if (c->fd < 0)
        connect_one(l, c);
    push(l, c);
}

static void start_all(struct load *l)
{
    l->round_won = 0;
    for (int i = 0; i < l->clients; i++)
        start(l, &l->client[i]);
}

static void note_odd(struct load *l, const struct client *c, const char *why)
{
    if (l->odd++ == 0)
        fprintf(stderr, "load: %s: %.*s\n", why, (int)c->answer.head_len, c->answer.head);
}

static bool wanted(const struct load *l, int status)
{
    bool listed = false;
    for (int i = 0; i < STATUSES; i++)
        listed |= status == l->status[i];
    return l->status[0] ? listed : status / 100 == 2;
}

/* Together, one wins and the rest are refused; else each answer must be the one that is wanted. */
static void judge(struct load *l, const struct client *c)
{
    int status = c->answer.status;
    bool won = status / 100 == 2;
    l->same += status == 304;
    if (l->together) {
        l->round_won += won;
        l->good += won;
        l->refused += status == 409;
        if (!won && status != 409)
            note_odd(l, c, "neither 2xx nor 409");
        if (l->busy == 0 && l->round_won != 1)
            note_odd(l, c, l->round_won ? "several won" : "nobody won");
    } else if (wanted(l, status)) {
        l->good++;
    } else {
        note_odd(l, c, "not the status that is wanted");
    }
}

static void finish(struct load *l, struct client *c)
{
    l->end = now();
    if ((size_t)l->calls == l->took_max) {
        l->took_max = l->took_max ? 2 * l->took_max : 65536;
        l->took = need(realloc(l->took, l->took_max * sizeof *l->took));
    }
    l->took[l->calls++] = (float)((l->end - c->sent_at) * 1e6);
    c->busy = false;
    l->busy--;
    judge(l, c);
    if (l->anew || c->answer.last)
        hang_up(c);
    if (!l->together)
        start(l, c);
    else if (l->busy == 0)
        start_all(l);
}

/* ---- the answer ---- */

static void take(struct load *l, struct client *c)
{
    static char rest[TAKE];
    struct answer *a = &c->answer;
    char *to = a->in_body ? rest : a->head + a->head_len;
    size_t room = a->in_body ? sizeof rest : HEAD_MAX - 1 - a->head_len;
    ssize_t n = room ? recv(c->fd, to, room, 0) : -1;
    if (n < 0 && room && errno == EAGAIN)
        return;
    if (n == 0 && !c->busy) { /* it was kept for too long */
        hang_up(c);
        return;
    }
    if (n <= 0 || !c->busy) {
        errno = n < 0 ? errno : ECONNRESET;
        die("an answer broke off");
    }
    if (a->in_body) {
        answer_body(a, rest, (size_t)n);
    } else {
        a->head_len += (size_t)n;
        answer_head(a);
    }
    if (a->in_body && a->body_left < 0)
        note_odd(l, c, "more bytes than it said");
    if (a->in_body && a->body_left <= 0)
        finish(l, c);
}

/* ---- all of it ---- */

static void connect_all(struct load *l)
{
    l->epoll = epoll_create1(0);
    l->client = need(calloc((size_t)l->clients, sizeof *l->client));
    for (int i = 0; i < l->clients; i++) {
        l->client[i].fd = -1;
        if (!l->anew)
            connect_one(l, &l->client[i]);
    }
}

/* Ticks once for each call, the first at once. */
static void start_timer(struct load *l)
{
    double every = interval(l);
    struct itimerspec t = {.it_value.tv_nsec = 1};
    t.it_interval.tv_sec = (time_t)every;
    t.it_interval.tv_nsec = (long)((every - (double)t.it_interval.tv_sec) * 1e9);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    if (timerfd_settime(l->timer, 0, &t, NULL) != 0 ||
        epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->timer, &e) != 0)
        die("timer");
}

/* Calls that are due go to clients without one; while there is none, they are late. */
static void ticked(struct load *l)
{
    uint64_t ticks = 0;
    if (read(l->timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
        die("timer");
    l->due += ticks;
    if (l->due > l->requests.count)
        l->due = l->requests.count;
    for (int i = 0; i < l->clients && l->next < l->due; i++)
        if (!l->client[i].busy)
            start(l, &l->client[i]);
}

static void run(struct load *l)
{
    struct epoll_event events[64];
    l->begin = now();
    if (l->spread > 0)
        start_timer(l);
    else
        start_all(l);
    while (l->busy > 0 || (l->spread > 0 && l->next < l->requests.count)) {
        int n = epoll_wait(l->epoll, events, 64, SILENCE_MS);
        if (n == 0) {
            errno = ETIMEDOUT;
            die("no answer");
        }
        for (int i = 0; i < n; i++) {
            struct client *c = events[i].data.ptr;
            if (!c)
                ticked(l);
            else if (c->fd >= 0 && events[i].events & EPOLLOUT)
                push(l, c);
            if (c && c->fd >= 0 && events[i].events & ~(uint32_t)EPOLLOUT)
                take(l, c);
        }
    }
}

static int by_size(const void *a, const void *b)
{
    float x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static void report(struct load *l)
{
    size_t n = (size_t)l->calls;
    if (n > 0)
        qsort(l->took, n, sizeof *l->took, by_size);
    printf("calls=%ld seconds=%.6f p50_us=%.0f p99_us=%.0f good=%ld refused=%ld odd=%ld same=%ld\n",
           l->calls, l->end - l->begin, n ? (double)l->took[n / 2] : 0,
           n ? (double)l->took[n * 99 / 100] : 0, l->good, l->refused, l->odd, l->same);
}

static void done(struct load *l)
{
    for (int i = 0; i < l->clients; i++)
        hang_up(&l->client[i]);
    close(l->epoll);
    free(l->client);
    free(l->took);
    free(l->requests.all);
    free(l->requests.bytes);
}

int main(int argc, char **argv)
{
    struct load l = {.clients = 1};
    for (int o; (o = getopt(argc, argv, "c:s:e:o:nt")) != -1;) {
        if (o == 'c')
            l.clients = atoi(optarg);
        else if (o == 's')
            l.seconds = atof(optarg);
        else if (o == 'o')
            sscanf(optarg, "%d,%d", &l.status[0], &l.status[1]);
        else if (o == 'e')
            l.spread = atof(optarg);
        else if (o == 'n')
            l.anew = true;
        else if (o == 't')
            l.together = true;
        else
            return 2;
    }
    if (argc - optind != 2 || l.clients < 1 || l.clients > CLIENTS_MAX)
        return 2;
    l.port = atoi(argv[optind]);
    requests_read(&l.requests, argv[optind + 1]);
    connect_all(&l);
    run(&l);
    report(&l);
    done(&l);
    return l.odd > 0 || l.calls == 0;
}
