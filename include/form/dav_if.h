/*
 * The If header (RFC 4918 10.4): lists of conditions, one of which has to hold as a whole. There
 * are no locks here, so a state token is a sync token (RFC 6578 5) or matches nothing. Pure.
 */
#ifndef FORM_DAV_IF_H
#define FORM_DAV_IF_H

#include <stdbool.h>
#include <stddef.h>

enum dav_if { DAV_IF_HOLDS, DAV_IF_FAILS, DAV_IF_BAD /* cannot be read */ };

struct dav_state {
    const char *path;  /* of the resource */
    const char *etag;  /* quoted; NULL: none, or nothing is there */
    const char *token; /* its sync token; NULL: none */
};

/* A list without a resource before it is about the first of states; one about a resource that is
 * not among them finds neither ETag nor token there. ETags are compared weakly (RFC 9110 8.8.3.2).
 */
enum dav_if dav_if_judge(const char *header, const struct dav_state *states, size_t count);

#endif
