/*
 * The facts of an endpoint, one row each (work/routes.c). A row is matched, its permission and its
 * preconditions are checked, its query and body decoded, and then its own steps run. The table is
 * printed by `jamund routes`, documented by /openapi.json and tested from itself.
 */
#ifndef FLOW_ROUTE_H
#define FLOW_ROUTE_H

#include "base/err.h"
#include "flow/call.h"
#include "form/http_head.h"
#include "store/ask.h"

#include <stdbool.h>

struct arena;
struct shape;

/* Who may: a named permission and the roles that have it (flow/may.def). */
enum may {
#define MAY(name, roles, sentence) MAY_##name,
#include "flow/may.def"
#undef MAY
    MAY_COUNT
};

enum role { ROLE_ADMIN = 1, ROLE_MANAGER = 2, ROLE_COORDINATOR = 4, ROLE_FIELD = 8 };

struct may_row {
    const char *name;
    unsigned roles; /* 0: anybody, no token needed */
    const char *sentence;
};
const struct may_row *may_row(enum may m);
unsigned role_of(const char *name); /* 0 for an unknown one */

enum {
    ROUTE_KEY = 1,       /* Idempotency-Key is required */
    ROUTE_MATCH = 2,     /* If-Match is required */
    ROUTE_FORM = 4,      /* the body is an HTML form, not JSON */
    ROUTE_PERSONAL = 8,  /* its reply holds personal data: reading it leaves a trace */
    ROUTE_LONG = 16,     /* works on many things at once: has the long deadline */
    ROUTE_ANY = 32,      /* any method, query and body: its steps say which (CalDAV) */
    ROUTE_CALENDAR = 64, /* the body is iCalendar, taken as it is: the route's steps read it */
};

struct route {
    enum http_method method;
    const char *path; /* "/v1/requests/{id}/candidates"; {id} is a UUID, {token} a secret
                       * as somebody sent it: cut short or not, its page answers; {name} any
                       * name */
    const char *summary;
    enum may who;
    unsigned flags;
    const struct shape *query, *body, *reply; /* NULL: none */
    const char *media;                        /* of a reply that is not JSON; NULL otherwise */
    int status;                               /* of success */
    enum ask ask;                             /* what plain_steps ask */
    step_fn *const *steps;                    /* ends with NULL */
};

#define ROUTE_PARAMS_MAX 2

struct route_match {
    const struct route *route; /* NULL: no such path */
    const char *allow; /* the path's methods, where it has others than this one; else NULL */
    struct http_field params[ROUTE_PARAMS_MAX];
    size_t param_count;
};

/* Finds the row for a request; HEAD finds GET. Parameters live in the arena. */
struct route_match route_find(struct arena *a, const struct route *routes, size_t n,
                              enum http_method method, const char *path);

/* The same among rows of ROUTE_ANY; a slash at the end of the path makes no difference. */
struct route_match route_find_any(struct arena *a, const struct route *routes, size_t n,
                                  const char *path);

#endif
