/*
 * A libpq whose server is the test. Linked before the real one, it replaces all that connects,
 * sends and receives; results are real PGresults, so rows and leaks are real too. A connection's
 * socket is one end of a socketpair. Connections are numbered from 0 in the order they were begun.
 */
#ifndef TESTS_FAKE_PQ_H
#define TESTS_FAKE_PQ_H

#include <libpq-fe.h>
#include <stdbool.h>

enum fake_connect {
    FAKE_FINE,
    FAKE_REFUSED, /* PQconnectPoll fails */
    FAKE_BAD,     /* PQconnectStart fails at once */
    FAKE_SWITCH,  /* the socket is another one after the first poll */
    FAKE_SILENT,  /* never gets anywhere */
};

enum { FAKE_CONNS = 64, FAKE_SENT = 64 };

void fake_reset(void);

/* What comes next when connecting; FAKE_FINE again after `times`. */
void fake_connecting(enum fake_connect how, int times);
void fake_prepare_fails(const char *name, const char *sqlstate); /* NULL: all is well again */
void fake_flush_stalls(int times); /* PQflush() leaves something so often */

int fake_count(void);                     /* connections begun so far */
int fake_conn(const char *lane, int nth); /* the nth open connection of a lane, or -1 */
int fake_with(const char *arg);           /* the open one where that was sent last, or -1 */
bool fake_open(int conn);
int fake_in_flight(int conn);            /* statements sent and not answered by a sync */
int fake_sent(int conn);                 /* statements ever sent on it */
const char *fake_arg(int conn, int nth); /* first argument of the nth one */

/* What the server says next on it. */
void fake_rows(int conn, int rows); /* rows of (id, name): ("1", "one"), ... */
void fake_error(int conn, const char *sqlstate, const char *message, const char *constraint);
void fake_end(int conn);  /* of this statement's results */
void fake_sync(int conn); /* committed */
void fake_break(int conn);

#endif
