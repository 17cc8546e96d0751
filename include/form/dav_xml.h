/*
 * Bodies of WebDAV requests as a small tree (libxml2's parser beneath). Foreign bytes, so: valid
 * UTF-8 whatever the XML declaration says, no DTD and so no entities but the five of XML itself, no
 * network, at most DAV_DEPTH_MAX deep and DAV_NODES_MAX elements. Text is kept where an element has
 * no children. Everything lives in the arena. What libxml2 would take long over is refused before
 * it sees it: a tag of more than DAV_TAG_MAX bytes or with more than DAV_ASSIGNS_MAX attributes and
 * declarations (it compares each with each).
 */
#ifndef FORM_DAV_XML_H
#define FORM_DAV_XML_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

enum { DAV_DEPTH_MAX = 16, DAV_NODES_MAX = 10000, DAV_ATTRS_MAX = 16 };
enum { DAV_TAG_MAX = 4096, DAV_ASSIGNS_MAX = 32, DAV_NAME_MAX = 256 /* of a namespace, too */ };
enum { DAV_XML_MAX = 640 << 10 /* bytes of a body: the longest multiget fits */ };

#define NS_DAV "DAV:"
#define NS_CALDAV "urn:ietf:params:xml:ns:caldav"
#define NS_SERVER "http://calendarserver.org/ns/"
#define NS_APPLE "http://apple.com/ns/ical/"

struct dav_attr {
    const char *name, *value; /* without a namespace */
};

struct dav_node {
    const char *ns, *name, *text; /* ns: "" for none; text: never NULL */
    const struct dav_attr *attrs;
    size_t attr_count;
    struct dav_node *child, *last, *next;
};

/* ERR_BAD_REQUEST: not such a document; ret_why says it in a fixed sentence. */
enum err dav_xml_parse(struct arena *a, const char *bytes, size_t len, struct dav_node **ret_root,
                       const char **ret_why) MUST;

bool dav_is(const struct dav_node *n, const char *ns, const char *name);
const struct dav_node *dav_child(const struct dav_node *n, const char *ns, const char *name);
const char *dav_attr(const struct dav_node *n, const char *name); /* NULL: none */

#endif
