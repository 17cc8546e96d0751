/*
 * Computes plans: claims those that wait (migrations/api/plan_compute.sql) with a lease, gathers
 * the facts in pieces so that the loop never waits for long, makes the brief (form/brief.h), runs
 * `jamund worker plan` on it (work/worker.h), and brings back progress and result. A claim has an
 * id: when the lease has run out and another daemon has the plan, or nobody wants it any more,
 * whatever comes from here is too late, the worker is killed, and nothing has happened. A daemon
 * that ends gives its leases back; one that is killed leaves them to run out.
 */
#ifndef WORK_PLANNER_H
#define WORK_PLANNER_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct planner;

struct planner_stats {
    uint64_t computed, failed, stale;
};

struct planner *planner_new(struct app *app);
void planner_free(struct planner *p);  /* accepts NULL; kills what is computed */
void planner_kick(struct planner *p);  /* something may be due: looks soon, once */
void planner_drain(struct planner *p); /* claims nothing more, gives back what it has */
bool planner_idle(const struct planner *p);
const struct planner_stats *planner_stats(const struct planner *p);

#endif
