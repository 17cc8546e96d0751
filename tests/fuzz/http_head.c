/* Any bytes read whole, byte by byte and in odd pieces are understood the same way, and harm
 * nothing. */
#include "http_drive.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole, bytes, pieces;
    buf_init(&whole, BUF_MAX_DEFAULT);
    buf_init(&bytes, BUF_MAX_DEFAULT);
    buf_init(&pieces, BUF_MAX_DEFAULT);
    drive((const char *)data, size, size, &whole);
    drive((const char *)data, size, 1, &bytes);
    drive((const char *)data, size, 13, &pieces);
    if (strcmp(whole.data, bytes.data) != 0 || strcmp(whole.data, pieces.data) != 0)
        abort();
    buf_done(&whole);
    buf_done(&bytes);
    buf_done(&pieces);
    return 0;
}
