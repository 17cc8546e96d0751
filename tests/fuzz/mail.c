/* Any bytes are a mail to the reader: one JSON document says what they are. */
#include "reader/mail.h"

#include <assert.h>
#include <jansson.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    struct buf out;
    if (!ready)
        mail_ready();
    ready = true;
    buf_init(&out, BUF_MAX_DEFAULT);
    mail_document(&out, (const char *)data, size);
    json_t *doc = json_loads(out.data, 0, NULL);
    assert(json_is_object(doc));
    json_decref(doc);
    buf_done(&out);
    return 0;
}
