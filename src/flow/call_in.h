/* Inside flow/ only: what a call is made of. */
#ifndef FLOW_CALL_IN_H
#define FLOW_CALL_IN_H

#include "flow/flow.h"

#include "flow/route.h"

#include <sys/queue.h>

TAILQ_HEAD(calls, call);

struct call {
    TAILQ_ENTRY(call) link;
    struct flow *flow;
    struct calls *among;
    struct arena *arena;
    struct exchange *exchange;
    const struct http_request *request;
    struct route_match match;
    const struct route *route;
    int64_t deadline; /* clock_mono_ms() */
    step_fn *const *next;
    bool in_prelude;
    struct ticket *ticket; /* the ask under way */
    struct rows *rows;     /* of the last one; owned by the arena */
    void *work;
    json_t *query, *body; /* owned by the arena */
    const char *actor, *role;
    const char *token;    /* hash of the one that it came with */
    int64_t version, now; /* of the change log, and the database's clock, when it was looked at */
    bool is_write;
    error_fn *on_error; /* NULL: problem+json */
};

struct badges;

struct flow {
    struct flow_conf conf;
    struct badges *badges;
    struct calls calls[2]; /* in the order of their deadlines; [1] ROUTE_LONG */
    size_t count;
    struct arena *spare; /* for the next call; NULL: none */
    struct event *timer;
};

extern step_fn *const gate_steps[];

enum step call_answer_error(struct call *c, const struct answer *a);
void call_end(struct call *c);

#endif
