/* `jamund deliver`: one message from standard input, for a mail server that starts a program. */
#include "cli_db.h"
#include "letter.h"
#include "work/commands.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct reading {
    struct event_base *base;
    enum letter_end end;
    char *doc; /* owned */
};

static int take(struct conf *c, const char *from, const char *to, const struct buf *message,
                const char *doc);

static void on_letter(void *reading, enum letter_end end, const char *doc)
{
    struct reading *r = reading;
    r->end = end;
    r->doc = doc ? strdup(doc) : NULL;
    event_base_loopbreak(r->base);
}

static bool read_message(struct buf *message)
{
    char chunk[1 << 16];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, stdin)) > 0 && !message->full)
        buf_add(message, chunk, n);
    return !ferror(stdin);
}

/* The reader is a child, and a child is looked after by a loop. */
static int read_and_take(struct conf *c, const char *from, const char *to,
                         const struct buf *message)
{
    struct reading r = {.base = event_base_new(), .end = LETTER_LATER};
    if (!r.base)
        return EX_TEMPFAIL;
    struct letter *l = letter_read(r.base, message->data, message->len, on_letter, &r);
    if (l)
        event_base_dispatch(r.base);
    event_base_free(r.base);
    int rc = EX_TEMPFAIL;
    if (r.end == LETTER_READ)
        rc = take(c, from, to, message, r.doc);
    else if (r.end == LETTER_BAD)
        rc = EX_DATAERR;
    free(r.doc);
    return rc;
}

static int take(struct conf *c, const char *from, const char *to, const struct buf *message,
                const char *doc)
{
    char *env = letter_env("deliver", from, to, message->data, message->len);
    if (!env)
        return EX_USAGE;
    struct sync *db = cli_db(c, "deliver");
    struct rows *rows =
        db ? cli_ask(db, "deliver", ASK_mail_take, (const char *[]){env, doc}) : NULL;
    if (rows)
        puts(rows_value(rows));
    int rc = EX_TEMPFAIL;
    if (rows)
        rc = EX_OK;
    else if (db && letter_is_refused(sync_failure(db)->answer.err))
        rc = EX_DATAERR;
    rows_free(rows);
    sync_close(db);
    free(env);
    return rc;
}

int cli_deliver(struct conf *c, int argc, char **argv)
{
    const char *to = cli_value(&argc, argv, "--to");
    const char *from = cli_value(&argc, argv, "--from");
    struct buf message;
    if (!cli_args(argc, argv, 0, 0))
        return EX_USAGE;
    buf_init(&message, (size_t)conf_int(c, CONF_mail_in_max));
    int rc = EX_DATAERR;
    if (!read_message(&message))
        rc = EX_TEMPFAIL;
    else if (message.full)
        fprintf(stderr, "jamund deliver: the message is too long\n");
    else
        rc = read_and_take(c, from, to, &message);
    buf_done(&message);
    return rc;
}
