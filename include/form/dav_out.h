/*
 * Answers of WebDAV as XML (RFC 4918, 4791, 6578): multistatus bodies and errors. Pure, and the
 * only place that writes XML: everything is escaped here. The properties are a table
 * (src/form/dav_props.c): name, where it is, who writes it.
 *
 *     struct dav_out o;
 *     dav_out_begin(&o, buf, in, facts);
 *     dav_out_response(&o, DAV_OBJECT, item);     one for each resource
 *     dav_out_status(&o, href, 404, NULL);        one for each that is none
 *     dav_out_end(&o, token);
 */
#ifndef FORM_DAV_OUT_H
#define FORM_DAV_OUT_H

#include "base/buf.h"
#include "form/dav_in.h"

enum dav_place { /* a mask */
                 DAV_ROOT = 1,
                 DAV_PRINCIPAL = 2,
                 DAV_HOME = 4,
                 DAV_CALENDAR = 8,
                 DAV_OBJECT = 16,
};

struct dav_facts {
    const char *base; /* what stands before /dav in the public URL's path; "" */
    const char *expert, *name, *email;
    const char *title;   /* of the calendar */
    const char *version; /* of the calendar: its ctag */
    const char *token;   /* and as a sync token */
    int64_t most_bytes;  /* of an object that is put */
};

struct dav_item {
    const char *id;         /* its name is {id}.ics */
    const char *etag, *tag; /* quoted: of the bytes; of the meeting and one's own answer */
    const char *text;       /* iCalendar, NUL-terminated; NULL unless it is asked for */
    const char *xml;        /* the same as dav_text writes it */
    size_t len, xml_len;
    instant starts, ends;
};

struct dav_prop;

struct dav_out {
    struct buf *buf;
    const struct dav_in *in;
    const struct dav_facts *facts;
    bool minimal; /* what is not there is not told (RFC 8144) */
    const struct dav_prop *picked[DAV_PROPS_MAX];
    const struct dav_item *item; /* the one under work */
    enum dav_place place;
};

void dav_out_begin(struct dav_out *o, struct buf *buf, const struct dav_in *in,
                   const struct dav_facts *facts);
void dav_out_response(struct dav_out *o, enum dav_place place, const struct dav_item *item);
/* precondition: of the namespace DAV:, or NULL */
void dav_out_status(struct dav_out *o, const char *href, int status, const char *precondition);
void dav_out_end(struct dav_out *o, const char *token); /* NULL: none is told */

/* Every property of in gets this status, for one resource. */
void dav_out_each(struct dav_out *o, enum dav_place place, const struct dav_item *item, int status);

/* A whole body that says which precondition does not hold; where it is about an attendee's change,
 * also that privileges are missing, which is what some programs understand. */
void dav_error(struct buf *buf, const char *ns, const char *name);

void dav_href(struct buf *buf, const struct dav_facts *f, enum dav_place place,
              const struct dav_item *item);                /* escaped */
void dav_text(struct buf *buf, const char *s, size_t len); /* escaped; a CR stays one */
bool dav_wants(const struct dav_in *in, const char *ns, const char *name);

#endif
