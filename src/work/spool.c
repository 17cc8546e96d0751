#include "spool.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool spool_open(const char *dir)
{
    mkdir(dir, 0700);
    return access(dir, W_OK | X_OK) == 0;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool spool_write(const char *dir, const char *id, const char *bytes, size_t len)
{
    char path[PATH_MAX], part[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s.eml", dir, id) >= (int)sizeof path ||
        snprintf(part, sizeof part, "%s/.%s.part", dir, id) >= (int)sizeof part)
        return false;
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = write_all(fd, bytes, len);
    return close(fd) == 0 && ok && rename(part, path) == 0;
}
