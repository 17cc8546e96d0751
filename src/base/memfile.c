#include "base/memfile.h"

#include "base/log.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL };

/* Memory takes all of it at once, or there is a limit. */
static bool fill(int fd, const char *bytes, size_t len)
{
    return write(fd, bytes, len) == (ssize_t)len && fcntl(fd, F_ADD_SEALS, SEALS) == 0;
}

struct memfile *memfile_new(const char *bytes, size_t len)
{
    int fd = memfd_create("jamund", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    void *map = MAP_FAILED;
    if (fd >= 0 && fill(fd, bytes, len)) /* private: older kernels take a shared one for writing */
        map = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct memfile *m = malloc(sizeof *m);
    if (!m)
        fatal("out of memory");
    *m = (struct memfile){.fd = fd, .bytes = map, .len = len, .holders = 1};
    return m;
}

struct memfile *memfile_hold(struct memfile *m)
{
    m->holders++;
    return m;
}

void memfile_let_go(struct memfile *m)
{
    if (!m || --m->holders > 0)
        return;
    munmap(m->bytes, m->len);
    close(m->fd);
    free(m);
}
