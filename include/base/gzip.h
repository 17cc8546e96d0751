/* A gzip member (RFC 1952) of some bytes; the same bytes give the same member: it names no time. */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

/* malloc'd, the caller's. false: out of memory. */
bool gzip_bytes(const char *bytes, size_t len, char **ret, size_t *ret_len);

#endif
