/*
 * What must happen because time passes: offers whose respond_by is over expire, in the database's
 * own transactions, also those that ran out while no daemon was up. Two daemons sweeping at once
 * expire each offer once.
 */
#ifndef WORK_SWEEP_H
#define WORK_SWEEP_H

struct app;
struct sweep;

struct sweep *sweep_new(struct app *app);
void sweep_free(struct sweep *s); /* accepts NULL */

#endif
