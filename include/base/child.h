/* What a child process does before its work: limits on itself, and reading its document. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdio.h>

/* Dies with its parent, leaves no core file, and has at most so many seconds of CPU time and bytes
 * of address space (NULL or "0": no such limit; bytes are not limited under ASan, which reserves
 * more than any limit). False: it cannot be limited and must not work. */
bool child_limit(const char *cpu_seconds, const char *bytes);

/* All of f into ret, which the caller frees in any case; false: broken, or longer than most. */
bool child_read(FILE *f, size_t most, struct buf *ret);

#endif
