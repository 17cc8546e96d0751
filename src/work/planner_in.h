/* Shared by planner.c (which plans, when) and plan_job.c (one of them) only. */
#ifndef WORK_PLANNER_IN_H
#define WORK_PLANNER_IN_H

#include "base/buf.h"
#include "store/store.h"
#include "work/app.h"
#include "work/planner.h"

#include <jansson.h>
#include <sys/queue.h>

struct brief;
struct event;
struct worker;

/* One claimed plan; its asks come one after the other, so there is one ticket. */
struct job {
    TAILQ_ENTRY(job) link;
    struct planner *planner;
    struct arena *arena;
    const char *plan, *lease; /* as they were claimed */
    struct brief *brief;
    size_t asked; /* requests */
    struct buf input;
    struct worker *worker;
    struct event *tell;       /* the progress that there is, and that we live */
    json_t *progress, *found; /* the worker's last words */
    char *wrong;              /* or what it says is wrong */
    int64_t told_ms;
    struct ticket *ticket;
    bool ended; /* the worker */
};

struct planner {
    struct app *app;
    struct event *timer;
    struct ticket *claim;
    TAILQ_HEAD(, job) jobs;
    size_t count;
    bool kicked, draining;
    struct planner_stats stats;
};

void job_start(struct planner *p, const struct rows *rows, size_t row); /* of plan_claim */
void job_free(struct job *j);
void job_give_back(struct job *j); /* so that another daemon need not wait for the lease to end */

#endif
