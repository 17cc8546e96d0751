/*
 * Bytes in a memory file, mapped for who reads them and sent by sendfile(2) without a copy. Sealed:
 * what is on its way to somebody never changes. Who sends it holds on to it, so it outlives whoever
 * made it. One descriptor each, which no child inherits. It counts as a file to RLIMIT_FSIZE, so
 * the process ignores SIGXFSZ: then there is none, and that is all.
 */
#ifndef BASE_MEMFILE_H
#define BASE_MEMFILE_H

#include <stddef.h>

struct memfile {
    int fd;
    char *bytes; /* to be read only */
    size_t len;
    unsigned holders;
};

/* A copy of the bytes, held once. NULL: no bytes, or no descriptor or memory for them. */
struct memfile *memfile_new(const char *bytes, size_t len);
struct memfile *memfile_hold(struct memfile *m);
void memfile_let_go(struct memfile *m); /* accepts NULL; the last one closes it */

#endif
