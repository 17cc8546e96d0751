/*
 * What makes calls of exchanges (flow/call.h tells their way): one per door, given its table of
 * routes. It ends every call that is left when it goes.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "flow/call.h"

struct event_base;
struct flow;

struct flow_conf {
    struct event_base *base;
    struct store *store;
    const struct route *routes;
    size_t route_count;
    const struct route *any; /* rows of ROUTE_ANY; may be NULL */
    size_t any_count;
    int64_t deadline_ms;                     /* for a call, from its last byte to its answer */
    int64_t long_deadline_ms;                /* the same, of a route that is ROUTE_LONG */
    size_t calls_max;                        /* calls at once; one more is answered 503 */
    void *app;                               /* what call_app() gives to the steps */
    bool (*read)(void *app, struct call *c); /* personal data is about to be given; false: it
                                               cannot be traced now; may be NULL */
    void (*replied)(void *app, const struct call *c, int status); /* to count; may be NULL */
    void (*wrote)(void *app); /* a write was committed: the outbox may have work; may be NULL */
};

struct flow *flow_new(const struct flow_conf *conf);
void flow_free(struct flow *f);                  /* ends the calls that are left */
void flow_serve(void *flow, struct exchange *x); /* a door_serve_fn */
size_t flow_calls(const struct flow *f);         /* under way */
void flow_sweep(struct flow *f);                 /* ends the overdue; its own timer does it */

#endif
