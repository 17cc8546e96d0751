/*
 * Mail that comes in by a mailbox (RFC 3501, RFC 9051) which is read every imap_every: the third
 * way beside work/lmtp.h and `jamund deliver`, to the same reader and the same api.mail_take().
 *
 * A round signs in, asks for what is unread in imap_folder (UID SEARCH UNSEEN UNDELETED), and of
 * that fetches one message after the other with BODY.PEEK[], which leaves it unread (6.4.5). Only
 * when the database has written down what became of it is it marked \Seen, and moved where
 * imap_done_folder says so (RFC 6851). Whatever ends in between, a connection or a daemon, the
 * message is unread and comes again; and the same bytes again change nothing. So any number of
 * daemons may read the same mailbox: what two fetch at once is taken once.
 *
 * What cannot be taken, ever (longer than mail_in_max, no mail, against a rule of the data), stays
 * in the folder, \Seen and \Flagged for a person to look at, and is told in the log. What cannot be
 * taken now comes again with the next round; of one that broke the reader or the conversation
 * IMAP_TRIES_MAX times that is enough, and it is flagged, too. A message that was passed over holds
 * up none behind it.
 *
 * All that waits for the server waits on a thread (talks.h); decisions are the loop's.
 */
#ifndef WORK_IMAP_H
#define WORK_IMAP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { IMAP_TRIES_MAX = 5 };

struct app;
struct imap;

struct imap_stats {
    uint64_t rounds, failed; /* all of them, and those that ended early */
    uint64_t taken, flagged; /* messages */
};

/* *ret NULL and OK where imap_url is empty; ERR_INVALID, logged: a setting is wrong. */
enum err imap_open(struct app *app, struct imap **ret) MUST;
/* No more rounds; a message that the reader or the database has is taken and marked, no other. */
void imap_drain(struct imap *i); /* all accept NULL */
bool imap_idle(const struct imap *i);
const struct imap_stats *imap_stats(const struct imap *i); /* all 0 for NULL */
void imap_close(struct imap *i);                           /* within about a second */

#endif
