/*
 * The OpenAPI 3.1 document, made from the route table and the shapes that decode: what is not
 * decoded is not documented, and the other way round. Shapes with a name become components.
 */
#ifndef FORM_OPENAPI_H
#define FORM_OPENAPI_H

#include <jansson.h>
#include <stddef.h>

struct shape;

enum {
    OPENAPI_KEY = 1,       /* Idempotency-Key is required */
    OPENAPI_MATCH = 2,     /* If-Match is required */
    OPENAPI_ETAG = 4,      /* answers with an ETag, and 304 to If-None-Match */
    OPENAPI_FORM = 8,      /* the body is an HTML form, not JSON */
    OPENAPI_CALENDAR = 16, /* the body is iCalendar */
};

struct openapi_route {
    const char *method; /* "GET" */
    const char *path;   /* "/v1/requests/{id}/candidates"; {token} is a secret, others are UUIDs */
    const char *summary;
    const char *who;           /* who may; NULL: no token needed */
    const struct shape *query; /* may be NULL, as may body and reply */
    const struct shape *body;
    const struct shape *reply;
    const char *media; /* of a reply that is not JSON; NULL otherwise */
    int status;        /* of success */
    unsigned flags;
};

json_t *openapi_document(const struct openapi_route *routes, size_t n); /* a new reference */

/* The JSON Schema (2020-12) of one shape; named ones are added to components, by reference. */
json_t *openapi_schema(const struct shape *s, json_t *components);

#endif
