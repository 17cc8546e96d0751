/*
 * LMTP (RFC 2033 on RFC 5321) as far as it is bytes: a command line taken apart, and the end of a
 * message found. Pure; work/lmtp.c talks.
 */
#ifndef FORM_LMTP_H
#define FORM_LMTP_H

#include "base/buf.h"

enum {
    LMTP_LINE_MAX = 2048,   /* of a command with its CRLF; RFC 5321 4.5.3.1.4 and extensions */
    LMTP_ADDRESS_MAX = 254, /* bytes */
};

enum lmtp_verb {
    LMTP_LHLO,
    LMTP_MAIL,
    LMTP_RCPT,
    LMTP_DATA,
    LMTP_RSET,
    LMTP_NOOP,
    LMTP_VRFY,
    LMTP_QUIT,
    LMTP_UNKNOWN, /* HELO and EHLO, too: RFC 2033 4.1 */
};

struct lmtp_command {
    enum lmtp_verb verb;
    bool bad;                           /* its arguments cannot be read */
    char address[LMTP_ADDRESS_MAX + 1]; /* of MAIL and RCPT, without < >; "" for MAIL FROM:<> */
    long long size;                     /* of MAIL … SIZE=; -1: not told */
};

/* A line without its CRLF. */
void lmtp_command_read(const char *line, size_t len, struct lmtp_command *ret);

/* A message up to its CRLF "." CRLF and nothing else (no bare LF ends it), dots undone. */
enum lmtp_at { DOTS_BEGIN, DOTS_TEXT, DOTS_CR, DOTS_DOT, DOTS_DOT_CR };
struct lmtp_dots {
    enum lmtp_at at; /* begins as 0 */
};

/* Takes what belongs to the message and says how much that was; ended: it is whole. */
size_t lmtp_dots_take(struct lmtp_dots *d, const char *bytes, size_t len, struct buf *out,
                      bool *ret_ended);

#endif
