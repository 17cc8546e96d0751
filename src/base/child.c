#include "base/child.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

/* The wall clock is the parent's; without a parent there is nobody to work for. */
bool child_limit(const char *cpu_seconds, const char *bytes)
{
    rlim_t cpu = cpu_seconds ? strtoull(cpu_seconds, NULL, 10) : 0;
    rlim_t space = bytes ? strtoull(bytes, NULL, 10) : 0;
    bool done = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) == 0;
    if (cpu > 0)
        done &= setrlimit(RLIMIT_CPU, &(struct rlimit){cpu, cpu + 1}) == 0;
    if (space > 0 && !SANITIZED)
        done &= setrlimit(RLIMIT_AS, &(struct rlimit){space, space}) == 0;
    return done;
}

bool child_read(FILE *f, size_t most, struct buf *ret)
{
    char chunk[1 << 16];
    size_t n;
    buf_init(ret, most);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0 && !ret->full)
        buf_add(ret, chunk, n);
    return !ferror(f) && !ret->full;
}
