#include "base/gzip.h"

#include <stdlib.h>
#define ZLIB_CONST /* it may read what is const */
#include <zlib.h>

enum { LEVEL = 5, WINDOW_GZIP = 15 + 16, MEMORY = 9 };

bool gzip_bytes(const char *bytes, size_t len, char **ret, size_t *ret_len)
{
    z_stream z = {0};
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uLong most = deflateBound(&z, (uLong)len);
    char *out = malloc(most);
    z.next_in = (const Bytef *)bytes;
    z.avail_in = (uInt)len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)most;
    bool done = out && deflate(&z, Z_FINISH) == Z_STREAM_END;
    *ret_len = z.total_out;
    deflateEnd(&z);
    if (!done)
        free(out);
    *ret = done ? out : NULL;
    return done;
}
