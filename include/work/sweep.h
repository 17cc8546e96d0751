/*
 * What must happen because time passes: offers whose respond_by is over expire, also those that ran
 * out while no daemon was up, experts are reminded before that, whoever was invited is reminded of
 * a meeting that comes near, and the answers of Idempotency-Keys are forgotten after seven days.
 * Each is a transaction of the database's own, so two daemons sweeping at once do nothing twice.
 */
#ifndef WORK_SWEEP_H
#define WORK_SWEEP_H

struct app;
struct sweep;

struct sweep *sweep_new(struct app *app);
void sweep_free(struct sweep *s); /* accepts NULL */

#endif
