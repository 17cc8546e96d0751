/* Inside form/dav_*: the table of properties. */
#ifndef FORM_DAV_PROPS_H
#define FORM_DAV_PROPS_H

#include "form/dav_out.h"

struct dav_prop {
    const char *ns, *name, *open, *close, *empty;
    unsigned places;
    bool all; /* part of allprop (RFC 4918's own) */
    void (*write)(struct dav_out *o);
};

extern const struct dav_prop dav_props[];
extern const size_t dav_prop_count;

const char *dav_prefix(const char *ns); /* "d", "c", …; NULL: none of ours */

#endif
