/* The listening socket: systemd's, if it passed one for this address, else an own one. */
#include "door_in.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, FIRST_PASSED_FD = 3, PASSED_MAX = 16, SOCKET_MODE = 0660 };

struct address {
    struct sockaddr_storage at;
    socklen_t len;
};

static bool parse(const char *text, struct address *a);
static bool parse_port(const char *text, in_port_t *ret);
static bool parse_unix(const char *path, struct address *a);
static int passed_fd(const struct address *a);
static bool listens_on(int fd, const struct address *a);
static int own_fd(const struct address *a, bool shared);
static bool bind_to(int fd, const struct address *a);
static bool is_stale(const struct address *a);

enum err door_listen(const char *address, bool shared, int *ret_fd, char **ret_unlink_path)
{
    struct address a;
    if (!address || !parse(address, &a))
        return ERR_VALUE;
    bool passed = true, is_unix = a.at.ss_family == AF_UNIX;
    int fd = passed_fd(&a);
    if (fd < 0) {
        passed = false;
        fd = own_fd(&a, shared);
    }
    if (fd < 0) {
        log_error("door.listen", F_STR("listen", address), F_STR("why", strerror(errno)));
        return ERR_UNAVAILABLE;
    }
    *ret_unlink_path = is_unix && !passed ? strdup(address + strlen("unix:")) : NULL;
    *ret_fd = fd;
    return OK;
}

static bool parse(const char *text, struct address *a)
{
    char host[INET6_ADDRSTRLEN + 2];
    struct sockaddr_in *four = (struct sockaddr_in *)&a->at;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&a->at;
    const char *colon = strrchr(text, ':');
    *a = (struct address){0};
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text + 5, a);
    size_t len = colon ? (size_t)(colon - text) : 0;
    if (len == 0 || len >= sizeof host || !parse_port(colon + 1, &six->sin6_port))
        return false; /* sin6_port lies where sin_port does */
    memcpy(host, text, len);
    host[len] = '\0';
    if (host[0] == '[' && host[len - 1] == ']') {
        host[len - 1] = '\0';
        a->at.ss_family = AF_INET6;
        a->len = sizeof *six;
        return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1;
    }
    a->at.ss_family = AF_INET;
    a->len = sizeof *four;
    return inet_pton(AF_INET, host, &four->sin_addr) == 1;
}

static bool parse_port(const char *text, in_port_t *ret)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] || atol(text) > UINT16_MAX)
        return false;
    *ret = htons((uint16_t)atol(text));
    return true;
}

static bool parse_unix(const char *path, struct address *a)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&a->at;
    if (*path != '/' || strlen(path) >= sizeof un->sun_path)
        return false;
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, strlen(path) + 1);
    a->len = sizeof *un;
    return true;
}

/* sd_listen_fds(3), without the library: the passed socket bound to this very address. */
static int passed_fd(const struct address *a)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    if (!pid || !fds || atol(pid) != (long)getpid())
        return -1;
    long count = atol(fds);
    if (count > PASSED_MAX)
        count = PASSED_MAX;
    for (int fd = FIRST_PASSED_FD; fd < FIRST_PASSED_FD + (int)count; fd++)
        if (listens_on(fd, a)) {
            evutil_make_socket_nonblocking(fd);
            evutil_make_socket_closeonexec(fd);
            return fd;
        }
    return -1;
}

static bool listens_on(int fd, const struct address *a)
{
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &len) < 0 || at.ss_family != a->at.ss_family)
        return false;
    if (at.ss_family == AF_UNIX)
        return strcmp(((struct sockaddr_un *)&at)->sun_path,
                      ((const struct sockaddr_un *)&a->at)->sun_path) == 0;
    return evutil_sockaddr_cmp((struct sockaddr *)&at, (const struct sockaddr *)&a->at, 1) == 0;
}

static int own_fd(const struct address *a, bool shared)
{
    int on = 1;
    int fd = socket(a->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (a->at.ss_family != AF_UNIX) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (shared) /* else a second daemon is told that the port is taken */
            setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
    if (bind_to(fd, a) && listen(fd, BACKLOG) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static bool bind_to(int fd, const struct address *a)
{
    const struct sockaddr *at = (const struct sockaddr *)&a->at;
    const char *path = ((const struct sockaddr_un *)&a->at)->sun_path;
    if (a->at.ss_family != AF_UNIX)
        return bind(fd, at, a->len) == 0;
    if (bind(fd, at, a->len) < 0) {
        if (errno != EADDRINUSE || !is_stale(a) || unlink(path) < 0 || bind(fd, at, a->len) < 0)
            return false;
    }
    return chmod(path, SOCKET_MODE) == 0;
}

/* A socket file that nobody listens on was left by a process that was killed. */
static bool is_stale(const struct address *a)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool stale = fd >= 0 && connect(fd, (const struct sockaddr *)&a->at, a->len) < 0 &&
                 errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    errno = EADDRINUSE;
    return stale;
}
