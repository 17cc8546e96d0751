/*
 * What leaves: claims rows with a lease, hands each over (a mail to the mail server, an event to a
 * webhook), marks it. No transaction stays open meanwhile; a daemon that dies leaves leases that
 * run out. Each leaves at least once; a mail that leaves twice has the same bytes. What fails is
 * tried again with a growing wait, then dead.
 */
#ifndef WORK_OUTBOX_H
#define WORK_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct carrier;
struct outbox;

struct outbox_stats {
    uint64_t sent, failed, dead, lost; /* lost: another daemon had taken it over */
};

struct outbox *outbox_new(struct app *app, const struct carrier *carrier);
void outbox_free(struct outbox *o);  /* accepts NULL; cuts what is under way */
void outbox_kick(struct outbox *o);  /* something may be due: looks soon, once */
void outbox_drain(struct outbox *o); /* claims nothing more */
bool outbox_idle(const struct outbox *o);
const struct outbox_stats *outbox_stats(const struct outbox *o);

#endif
