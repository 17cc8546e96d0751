/* Whatever a server sends, in one piece or byte by byte, its responses end at the same places; what
 * is read of one lies within it. */
#include "form/imap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LITERAL_MAX = 4096, UIDS_MAX = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum imap_end by_bytes(const char *bytes, size_t len, size_t *ret_len)
{
    size_t at = 0;
    enum imap_end end = IMAP_MORE;
    for (size_t n = 0; n <= len && end == IMAP_MORE; n++)
        end = imap_response_end(bytes, n, LITERAL_MAX, &at, ret_len);
    return end;
}

static void read_one(const char *bytes, size_t len)
{
    struct imap_response r;
    uint32_t uids[UIDS_MAX];
    bool more;
    imap_response_read(bytes, len, "j1", &r);
    if (r.body)
        assert(r.body >= bytes && r.body + r.body_len <= bytes + len);
    assert(r.size >= -1 && (r.word == IMAP_FETCH || (!r.body && !r.uid)));
    size_t n = imap_search_read(bytes, len, 1, uids, UIDS_MAX, &more);
    assert(n <= UIDS_MAX);
    for (size_t i = 0; i < n; i++)
        assert(uids[i] > (i ? uids[i - 1] : 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1); /* as base/buf keeps them: with a NUL behind */
    assert(bytes);
    memcpy(bytes, data, size);
    bytes[size] = '\0';
    read_one(bytes, size);
    for (size_t from = 0, len = 0, slow = 0, at = 0; from < size; from += len, at = 0) {
        enum imap_end end = imap_response_end(bytes + from, size - from, LITERAL_MAX, &at, &len);
        assert(by_bytes(bytes + from, size - from, &slow) == end);
        if (end != IMAP_WHOLE)
            break;
        assert(len == slow && len > 0 && len <= size - from);
        read_one(bytes + from, len);
    }
    free(bytes);
    return 0;
}
