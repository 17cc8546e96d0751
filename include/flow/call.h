/*
 * A call is one request on its way through the service.
 *
 * The door hands over a whole request. flow_serve() finds its route and makes a call: an arena that
 * owns everything made while serving it, a deadline, and a list of steps. The first steps are the
 * same for every route and come from the route's facts (flow/gate.c):
 *
 *     gate_ask      a route that is not public asks the database who the token speaks for,
 *                   together with whoever else came meanwhile
 *     gate_admit    may this role do this? 401 or 403
 *     gate_demand   Idempotency-Key and If-Match where the route wants them
 *     gate_decode   query and body by their shapes; every wrong field is named
 *
 * then the route's own steps run. A step returns
 *
 *     STEP_MORE   go on with the next step
 *     STEP_WAIT   it sent an ask; the next step runs when good rows have come. An error never gets
 *                 that far: it has been answered with problem+json
 *     STEP_DONE   it replied (call_reply… or call_fail); the call is over
 *
 * call_run() is the only loop. The order of the array is the order of the work. A call ends in
 * exactly one way, call_end(): the ticket under way is dropped, the arena freed. That happens after
 * the reply, when the client leaves (nobody is told; a write already sent goes on), or when the
 * deadline passes (504). A step never touches the call after a reply.
 */
#ifndef FLOW_CALL_H
#define FLOW_CALL_H

#include "base/err.h"
#include "flow/door.h"
#include "store/store.h"

#include <jansson.h>

struct arena;
struct call;
struct route;
struct shape_errors;
enum step { STEP_MORE, STEP_WAIT, STEP_DONE };
typedef enum step step_fn(struct call *c);

/* What a step may see of its call. Strings live as long as the call. */
struct arena *call_arena(struct call *c);
void *call_app(struct call *c);
const struct route *call_route(const struct call *c);
const char *call_actor(const struct call *c); /* the user's id; NULL on a public route */
const char *call_role(const struct call *c);  /* and role; NULL on a public route */
/* Of the change log and the database's clock (epoch seconds), looked at after the call came: what
 * was acknowledged before is in that version. 0 on a public route. */
int64_t call_version(const struct call *c);
int64_t call_now(const struct call *c);
const struct http_request *call_request(const struct call *c);
const char *call_path(const struct call *c, const char *name); /* a path parameter */
const json_t *call_body(const struct call *c);                 /* decoded; NULL without a body */
const json_t *call_query(const struct call *c);                /* decoded; NULL without a query */
const struct rows *call_rows(const struct call *c);            /* of the last ask */
const char *call_who(struct call *c);                          /* the `call` argument, as JSON */

/* Keeps something for the following steps; call_work gives it back. */
void *call_work_new(struct call *c, size_t size);
void *call_work(const struct call *c);

/* Goes on with a call whose step returned STEP_WAIT for something else than its own ask. Whoever
 * keeps a call for that hangs a hook on its arena: the call may end meanwhile. */
void call_go_on(struct call *c);

/* Goes on with these steps instead of those that are left; returns STEP_MORE. */
enum step call_then(struct call *c, step_fn *const *steps);

/* The hash of the secret that the call came with, in its header: a token's, set by the gate, or
 * another, set by a step that checks it; NULL: none. Lives as long as the call. */
void call_came_with(struct call *c, const char *hash);
const char *call_secret(const struct call *c);
/* The step that is running runs once more after what it is about to wait for. */
void call_again(struct call *c);

/* Sends an ask; give as many strings as it takes (a NULL is an SQL NULL). Returns STEP_WAIT. */
enum step call_ask(struct call *c, enum ask ask, ...);

/* What answers instead of problem+json when an ask fails: a page, or a feed from the cache. */
typedef enum step error_fn(struct call *c, enum err e);
void call_on_error(struct call *c, error_fn *fn);

/* {"id": … and the path's other ids, "body": …, the query's members …}: the `args` argument; extra
 * is merged in and may be NULL. */
const char *call_args(struct call *c, const json_t *extra);

/* Each returns STEP_DONE. */
enum step call_reply(struct call *c, const struct http_reply *r);
enum step call_reply_json(struct call *c, int status, const json_t *body);
enum step call_reply_row(struct call *c, const json_t *extra); /* the last rows' api.reply */
enum step call_fail(struct call *c, enum err e, const char *detail);
enum step call_fail_fields(struct call *c, enum err e, const struct shape_errors *errors);

/* The steps of a route that needs no C: one ask with (call, args), its api.reply is the answer. */
extern step_fn *const plain_steps[];

#endif
