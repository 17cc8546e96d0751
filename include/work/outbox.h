/*
 * Mails out: claims messages with a lease, renders each (form/mail), delivers it, marks it. Without
 * an smtp_url the mails are written into spool_dir, one .eml file each. No transaction stays open
 * while a mail travels; a daemon that dies leaves leases that run out. A mail leaves at least once,
 * and a mail that leaves twice has the same bytes.
 */
#ifndef WORK_OUTBOX_H
#define WORK_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct outbox;

struct outbox_stats {
    uint64_t sent, failed, dead, lost; /* lost: another daemon had taken the message over */
};

struct outbox *outbox_new(struct app *app); /* exits with a sentence when the settings are wrong */
void outbox_free(struct outbox *o);         /* accepts NULL; cuts what is under way */
void outbox_kick(struct outbox *o);         /* something may be due: looks soon, once */
void outbox_drain(struct outbox *o);        /* claims nothing more */
bool outbox_idle(const struct outbox *o);
const struct outbox_stats *outbox_stats(const struct outbox *o);

#endif
