/* Files that settings name. */
#include "base/conf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool conf_secret_file(enum conf_key key, const char *path, char *ret, size_t size,
                      char why[CONF_WHY])
{
    const char *name = conf_row(key)->name;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* nobody waits for a FIFO */
    ssize_t n = -1;
    if (fd >= 0) {
        n = fstat(fd, &st) == 0 ? read(fd, ret, size - 1) : -1;
        close(fd);
    }
    ret[n < 0 ? 0 : n] = '\0';
    if (n >= 0 && !(st.st_mode & (S_IRWXG | S_IRWXO)))
        return true;
    snprintf(why, CONF_WHY,
             n < 0 ? "%s %s cannot be read" : "%s %s may be read by others: chmod 600", name, path);
    return false;
}
