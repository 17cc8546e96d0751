/* Inside the LMTP listener only: lmtp.c (the socket and all connections), lmtp_conn.c (one). */
#ifndef WORK_LMTP_IN_H
#define WORK_LMTP_IN_H

#include "form/lmtp.h"
#include "letter.h"
#include "work/app.h"
#include "work/lmtp.h"

#include <sys/queue.h>

enum {
    LMTP_CONNS_MAX = 20,
    LMTP_RECIPIENTS_MAX = 20,
    LMTP_READERS_MAX = 2, /* children at once; other messages wait for their turn */
    LMTP_BAD_MAX = 10,    /* commands that are none, then it is over */
    LMTP_IDLE_S = 60,
    LMTP_PAUSE_MS = 250,        /* of accepting, when there are no descriptors */
    LMTP_AHEAD_MAX = 256 << 10, /* bytes that a client may be ahead of us, either way */
};

enum lmtp_mode {
    LMTP_COMMANDS,
    LMTP_MESSAGE, /* after DATA */
    LMTP_WAITING, /* for a reader */
    LMTP_READING, /* the reader has it */
    LMTP_TAKING,  /* the database has it, for one recipient after the other */
    LMTP_LEAVING, /* when what was said has gone out */
};

struct lmtp_conn {
    TAILQ_ENTRY(lmtp_conn) link;
    struct lmtp *lmtp;
    struct bufferevent *bev;
    enum lmtp_mode mode;
    bool greeted, has_from;
    int bad;
    char from[LMTP_ADDRESS_MAX + 1];
    char to[LMTP_RECIPIENTS_MAX][LMTP_ADDRESS_MAX + 1];
    size_t n_to, next_to;
    struct lmtp_dots dots;
    struct buf message;
    struct letter *letter;
    struct ticket *ticket;
    char *doc; /* what the reader said; owned */
};

struct lmtp {
    struct app *app;
    int fd;
    char *unlink_path;
    struct event *accepts, *resumes;
    TAILQ_HEAD(, lmtp_conn) conns;
    size_t n, reading;
    bool draining;
};

void lmtp_conn_open(struct lmtp *l, int fd);
void lmtp_conn_drain(struct lmtp_conn *c); /* leaves now, or after its message */
void lmtp_conn_close(struct lmtp_conn *c);
void lmtp_conn_read(struct lmtp_conn *c); /* its turn has come: WAITING → READING */
void lmtp_turn(struct lmtp *l);           /* a reader is free */

#endif
