/* Any bytes are a roster: it is read to its end, and what was read survives being written again. */
#include "form/csv.h"
#include "form/roster.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read_again(struct arena *a, const struct csv *c)
{
    struct buf out;
    struct csv again;
    buf_init(&out, BUF_MAX_DEFAULT);
    buf_str(&out, "\xef\xbb\xbf"); /* so that a mark inside the file stays what it was */
    csv_row(&out, (const char *const *)c->fields, c->count);
    enum csv_fault f = csv_open(&again, a, out.data, out.len);
    assert(f == CSV_FINE);
    bool there = csv_next(&again);
    assert(there && again.fault == CSV_FINE && again.count == c->count);
    for (size_t i = 0; i < c->count; i++)
        assert(strcmp(csv_unguard(again.fields[i]), c->fields[i]) == 0);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct csv c;
    if (csv_open(&c, a, (const char *)data, size) == CSV_FINE)
        while (csv_next(&c))
            if (c.fault == CSV_FINE)
                write_and_read_again(a, &c);
    for (int kind = 0; kind < ROSTER_KINDS; kind++) {
        json_t *rows, *errors;
        enum err e =
            roster_read(a, (enum roster_kind)kind, (const char *)data, size, &rows, &errors);
        assert(e == OK && json_array_size(errors) <= ROSTER_MAX_ERRORS);
    }
    arena_free(a);
    return 0;
}
