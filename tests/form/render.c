/* Renders jobs (tests/lib/render.h), one a line of standard input, for tests in other languages.
 * Each answer is a line "ERR LENGTH" and then that many bytes. */
#include "../lib/render.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *line = NULL;
    size_t cap = 0;
    struct buf out;
    buf_init(&out, BUF_MAX_DEFAULT);
    while (getline(&line, &cap, stdin) > 0) {
        struct arena *a = arena_new();
        json_t *job = json_loads(line, 0, NULL);
        enum err err = render_job(a, job, &out);
        if (err != OK)
            buf_reset(&out);
        printf("%s %zu\n", err_row(err)->name, out.len);
        fwrite(out.data, 1, out.len, stdout);
        fflush(stdout);
        buf_reset(&out);
        json_decref(job);
        arena_free(a);
    }
    free(line);
    buf_done(&out);
    return 0;
}
