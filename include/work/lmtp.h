/*
 * Mail that comes in by LMTP (RFC 2033), from a mail server on this machine: the setting
 * lmtp_listen, a Unix socket or a loopback port. A message is taken for each recipient by itself:
 * 250 when it is written down whatever it says, 554 when it is no mail, 552 when it is too long,
 * 451 when the database or a reader is not there now.
 */
#ifndef WORK_LMTP_H
#define WORK_LMTP_H

#include "base/err.h"

#include <stdbool.h>

struct app;
struct lmtp;

/* *ret NULL and OK where lmtp_listen is empty. */
enum err lmtp_open(struct app *app, struct lmtp **ret) MUST;
void lmtp_drain(struct lmtp *l); /* all accept NULL */
bool lmtp_idle(const struct lmtp *l);
void lmtp_close(struct lmtp *l);

#endif
