#include "work/worker.h"

#include "base/buf.h"
#include "base/log.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 64 << 10 };

/* Lines and end come apart: the child may be dead before its last bytes are read. */
struct worker {
    struct worker_task task;
    pid_t pid;
    int fd, pidfd;
    size_t fed; /* bytes of the input that are in the socket */
    struct buf in;
    struct event *reads, *writes, *ends, *timer;
    bool late, broken;
    bool calling; /* a callback is under way */
    bool stopped; /* … and has called worker_stop() */
};

/* Reads foreign bytes; all else this program does itself. */
#define READER "jamund-reader"

static enum err launch(struct worker *w, int child_fd);
static void listen_to(struct worker *w, struct event_base *base);
static void on_write(evutil_socket_t fd, short what, void *arg);
static void on_read(evutil_socket_t fd, short what, void *arg);
static void on_end(evutil_socket_t fd, short what, void *arg);
static void on_late(evutil_socket_t fd, short what, void *arg);
static ssize_t take_bytes(struct worker *w);
static bool tell_lines(struct worker *w);
static enum worker_end judge(const struct worker *w, int status);
static void kill_all(struct worker *w);
static void end(struct worker *w);

enum err worker_start(struct event_base *base, const struct worker_task *task, struct worker **ret)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return ERR_UNAVAILABLE;
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        fatal("out of memory");
    *w = (struct worker){.task = *task, .fd = pair[0], .pidfd = -1};
    buf_init(&w->in, WORKER_LINE_MAX + CHUNK);
    enum err e = launch(w, pair[1]);
    close(pair[1]);
    if (e != OK) {
        end(w);
        return e;
    }
    evutil_make_socket_nonblocking(w->fd);
    listen_to(w, base);
    *ret = w;
    return OK;
}

/* The reader stands beside this program, also where that was replaced while it runs. */
static bool find_reader(char path[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    path[n < 0 ? 0 : n] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash || slash + 1 + sizeof READER > path + PATH_MAX)
        return false;
    memcpy(slash + 1, READER, sizeof READER);
    return true;
}

static enum err spawn(struct worker *w, int child_fd, const char *program, char *const *argv)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, child_fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, child_fd, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &all);
    int failed = posix_spawn(&w->pid, program, &files, &how, argv, (char *[]){NULL});
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    if (failed)
        w->pid = 0;
    return failed ? ERR_UNAVAILABLE : OK;
}

static enum err launch(struct worker *w, int child_fd)
{
    char name[32], cpu[64], bytes[64];
    snprintf(name, sizeof name, "%s", w->task.name);
    snprintf(cpu, sizeof cpu, "--cpu-seconds=%lld", (long long)w->task.cpu_seconds);
    snprintf(bytes, sizeof bytes, "--bytes=%lld", (long long)w->task.bytes);
    char *const own[] = {(char[]){"jamund"}, (char[]){"worker"}, cpu, bytes, name, NULL};
    char *const readers[] = {(char[]){READER}, cpu, bytes, name, NULL};
    char path[PATH_MAX];
    if (w->task.foreign && !find_reader(path))
        return ERR_UNAVAILABLE;
    enum err e = w->task.foreign ? spawn(w, child_fd, path, readers)
                                 : spawn(w, child_fd, "/proc/self/exe", own);
    if (e == OK && (w->pidfd = pidfd_open(w->pid, 0)) < 0)
        e = ERR_UNAVAILABLE;
    return e;
}

static void listen_to(struct worker *w, struct event_base *base)
{
    struct timeval limit = {w->task.wall_ms / 1000, w->task.wall_ms % 1000 * 1000};
    w->reads = event_new(base, w->fd, EV_READ | EV_PERSIST, on_read, w);
    w->writes = event_new(base, w->fd, EV_WRITE | EV_PERSIST, on_write, w);
    w->ends = event_new(base, w->pidfd, EV_READ, on_end, w);
    w->timer = event_new(base, -1, 0, on_late, w);
    if (!w->reads || !w->writes || !w->ends || !w->timer || event_add(w->reads, NULL) ||
        event_add(w->writes, NULL) || event_add(w->ends, NULL) || event_add(w->timer, &limit))
        fatal("no event for a worker");
}

/* A child that will not read is judged by how it ends. */
static void on_write(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    (void)what;
    size_t left = w->task.len - w->fed;
    ssize_t n = send(fd, w->task.input + w->fed, left < CHUNK ? left : CHUNK, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    w->fed += n > 0 ? (size_t)n : 0;
    if (n < 0 || w->fed == w->task.len) {
        event_del(w->writes);
        shutdown(fd, SHUT_WR);
    }
}

static void on_read(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    (void)fd;
    (void)what;
    ssize_t n = take_bytes(w);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        event_del(w->reads); /* it writes no more */
    (void)tell_lines(w);
}

/* As recv() says: 0 at the end, -1 with errno when nothing is there just now. */
static ssize_t take_bytes(struct worker *w)
{
    char chunk[CHUNK];
    ssize_t n = recv(w->fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (n > 0)
        buf_add(&w->in, chunk, (size_t)n);
    return n;
}

/* False: the caller has left, w is gone. */
static bool tell_lines(struct worker *w)
{
    size_t at = 0;
    char *lf;
    w->calling = true;
    while (!w->broken && !w->stopped && (lf = memchr(w->in.data + at, '\n', w->in.len - at))) {
        size_t len = (size_t)(lf - w->in.data) - at;
        *lf = '\0';
        w->task.line(w->task.arg, w->in.data + at, len);
        at += len + 1;
    }
    w->calling = false;
    buf_cut(&w->in, at);
    if (w->stopped) {
        end(w);
        return false;
    }
    if (w->in.len > WORKER_LINE_MAX && !w->broken) {
        w->broken = true;
        kill_all(w);
    }
    return true;
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    (void)fd;
    (void)what;
    w->late = true;
    kill_all(w);
}

/* The child is dead; what it has written is still in the socket, at most a few buffers. */
static void on_end(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    int status = 0;
    (void)fd;
    (void)what;
    kill_all(w); /* what it started */
    while (take_bytes(w) > 0)
        if (!tell_lines(w))
            return;
    if (!tell_lines(w))
        return;
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    w->pid = 0;
    w->calling = true;
    w->task.done(w->task.arg, judge(w, status));
    end(w);
}

static enum worker_end judge(const struct worker *w, int status)
{
    if (w->broken)
        return WORKER_BROKEN;
    if (WIFEXITED(status))
        return WEXITSTATUS(status) == 0 ? WORKER_DONE : WORKER_FAILED;
    if (w->late)
        return WORKER_LATE;
    return WTERMSIG(status) == SIGXCPU ? WORKER_LIMITED : WORKER_BROKEN;
}

void worker_stop(struct worker *w)
{
    if (!w)
        return;
    w->stopped = true;
    if (!w->calling)
        end(w);
}

static void kill_all(struct worker *w)
{
    if (w->pid > 0)
        kill(-w->pid, SIGKILL);
}

/* A killed child is gone in no time: waiting for it here does not hold up the loop. */
static void end(struct worker *w)
{
    kill_all(w);
    while (w->pid > 0 && waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    struct event *events[] = {w->reads, w->writes, w->ends, w->timer};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i])
            event_free(events[i]);
    close(w->fd);
    if (w->pidfd >= 0)
        close(w->pidfd);
    buf_done(&w->in);
    free(w);
}

const char *worker_end_name(enum worker_end e)
{
    static const char *const names[] = {
        [WORKER_DONE] = "done",       [WORKER_FAILED] = "failed", [WORKER_LATE] = "late",
        [WORKER_LIMITED] = "limited", [WORKER_BROKEN] = "broken",
    };
    return names[e];
}
