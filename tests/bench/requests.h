/* What load.c sends: the requests of a file, each as a line with its length and then its bytes. */
#ifndef BENCH_REQUESTS_H
#define BENCH_REQUESTS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct request {
    const char *bytes;
    size_t len;
};

struct requests {
    char *bytes; /* they are in it */
    struct request *all;
    size_t count;
};

static inline void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(2);
}

static inline void *need(void *p)
{
    if (!p)
        die("memory");
    return p;
}

static inline char *slurp(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        die(path);
    long n = ftell(f);
    char *all = need(malloc((size_t)n + 1));
    rewind(f);
    if (n <= 0 || fread(all, 1, (size_t)n, f) != (size_t)n)
        die(path);
    all[n] = '\0';
    fclose(f);
    *ret_len = (size_t)n;
    return all;
}

static inline void requests_read(struct requests *l, const char *path)
{
    size_t len, max = 0;
    l->bytes = slurp(path, &len);
    char *at = l->bytes, *end = at + len;
    while (at < end) {
        char *bytes;
        size_t n = strtoul(at, &bytes, 10);
        if (*bytes != '\n' || n == 0 || n > (size_t)(end - bytes - 1)) {
            errno = EINVAL;
            die(path);
        }
        if (l->count == max) {
            max = max ? 2 * max : 1024;
            l->all = need(realloc(l->all, max * sizeof *l->all));
        }
        l->all[l->count++] = (struct request){bytes + 1, n};
        at = bytes + 1 + n;
    }
}

#endif
