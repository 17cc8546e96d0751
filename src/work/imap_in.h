/* Inside the mailbox's reading only: imap.c (rounds and decisions, on the loop), imap_talk.c (the
 * conversation with the server, on its thread). */
#ifndef WORK_IMAP_IN_H
#define WORK_IMAP_IN_H

#include "base/buf.h"
#include "base/conf.h"
#include "form/imap.h"
#include "talks.h"

#include <stdint.h>

enum {
    IMAP_BATCH_MAX = 100,     /* messages of one look; then it looks again */
    IMAP_AGAIN_MAX = 64,      /* messages whose tries are counted */
    IMAP_PASSWORD_MAX = 1000, /* bytes */
    IMAP_CONNECT_MS = 10000,  /* to the server, without signing in */
    IMAP_TALK_MS = 60000,     /* one task */
    IMAP_WAIT_MAX_MS = 30 * 60 * 1000,
};

enum imap_task {
    IMAP_LOOK,  /* which messages are unread */
    IMAP_GET,   /* one message */
    IMAP_MARK,  /* it is taken, or never will be */
    IMAP_LEAVE, /* the round is over */
};

enum imap_mark { IMAP_SEEN, IMAP_FLAGGED };

enum imap_became {
    IMAP_DONE,
    IMAP_GONE,     /* there is no such message any more */
    IMAP_TOO_LONG, /* it is larger than mail_in_max */
    IMAP_MOVED_ON, /* the folder is another one: UIDs mean nothing any more (2.3.1.1) */
    IMAP_FAILED,   /* why says it; the conversation is over */
};

/* One task of the thread: what to do, and what became of it. */
struct imap_talk {
    struct talk talk; /* first */
    enum imap_task task;
    uint32_t validity; /* of the UIDs; 0 and told by LOOK */
    uint32_t uid;      /* LOOK: those above it */
    enum imap_mark mark;
    bool unmoved; /* MARK: it is marked, and the server refuses to move it */
    enum imap_became became;
    const char *why; /* a word of ours, never the server's */
    uint32_t uids[IMAP_BATCH_MAX];
    size_t n;
    bool more;           /* than n */
    struct buf *message; /* where GET puts it; the caller's */
};

/* The conversation: one connection from a LOOK to a LEAVE, made anew where a task finds none. */
struct imap_session;
struct imap_session *imap_session_new(const struct conf *conf);
void imap_session_free(struct imap_session *s); /* when no thread has it; accepts NULL */
/* On the thread. */
void imap_session_do(struct imap_session *s, struct talks *talks, struct imap_talk *t);

/* The first line of imap_password_file; false: why says what is wrong with it. */
bool imap_password(const struct conf *conf, char ret[IMAP_PASSWORD_MAX + 2], char why[CONF_WHY]);

#endif
