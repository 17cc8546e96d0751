#include "letter.h"

#include "base/id.h"
#include "base/log.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { WALL_MS = 60000, CPU_SECONDS = 3, SPACE_BYTES = 512 << 20, LETTER_HEAD_MAX = 1024 };

struct letter {
    struct worker *worker;
    letter_fn *fn;
    void *ctx;
    char *doc; /* owned */
};

static void on_line(void *letter, const char *line, size_t len);
static void on_done(void *letter, enum worker_end end);

struct letter *letter_read(struct event_base *base, const char *bytes, size_t len, letter_fn *fn,
                           void *ctx)
{
    struct letter *l = calloc(1, sizeof *l);
    if (!l)
        fatal("out of memory");
    *l = (struct letter){.fn = fn, .ctx = ctx};
    struct worker_task task = {
        .name = "mail",
        .foreign = true,
        .input = bytes,
        .len = len,
        .wall_ms = WALL_MS,
        .cpu_seconds = CPU_SECONDS,
        .bytes = SPACE_BYTES,
        .line = on_line,
        .done = on_done,
        .arg = l,
    };
    if (worker_start(base, &task, &l->worker) == OK)
        return l;
    free(l);
    return NULL;
}

static void on_line(void *letter, const char *line, size_t len)
{
    struct letter *l = letter;
    free(l->doc);
    l->doc = strndup(line, len);
}

static bool is_error(const char *doc)
{
    return strncmp(doc, "{\"error\"", strlen("{\"error\"")) == 0;
}

static void on_done(void *letter, enum worker_end end)
{
    struct letter *l = letter;
    l->worker = NULL;
    bool read = end == WORKER_DONE && l->doc && !is_error(l->doc);
    if (end != WORKER_DONE)
        log_warn("letter.reader", F_STR("end", worker_end_name(end)));
    l->fn(l->ctx,
          read                                          ? LETTER_READ
          : end == WORKER_DONE || end == WORKER_LIMITED ? LETTER_BAD
                                                        : LETTER_LATER,
          read ? l->doc : NULL);
    letter_drop(l);
}

void letter_drop(struct letter *l)
{
    if (!l)
        return;
    worker_stop(l->worker);
    free(l->doc);
    free(l);
}

/* The same message to another recipient is another answer: both are in the digest. */
static void digest(const char *to, const char *bytes, size_t len, char out[ID_HASH_LEN + 1])
{
    struct buf all;
    buf_init(&all, len + LETTER_HEAD_MAX);
    buf_str(&all, to ? to : "");
    buf_char(&all, '\n');
    buf_add(&all, bytes, len);
    id_hash(all.data, all.len, out);
    buf_done(&all);
}

char *letter_env(const char *via, const char *from, const char *to, const char *bytes, size_t len)
{
    char hash[ID_HASH_LEN + 1];
    digest(to, bytes, len, hash);
    json_t *env =
        json_pack("{s:s, s:s?, s:s?, s:s}", "via", via, "from", from, "to", to, "digest", hash);
    char *text = env ? json_dumps(env, JSON_COMPACT) : NULL; /* an address that is not UTF-8 */
    json_decref(env);
    return text;
}

bool letter_is_refused(enum err err)
{
    return err == ERR_VALUE || err == ERR_CONSTRAINT || err == ERR_REFERENCE ||
           err == ERR_DUPLICATE;
}
