#include "form/dav_xml.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <libxml/parser.h>
#include <string.h>

enum { TEXT_MAX = 64 << 10, PARTS_OF_ATTR = 5 };

struct reading {
    struct arena *arena;
    xmlParserCtxtPtr xml;
    struct dav_node *root, *path[DAV_DEPTH_MAX];
    size_t depth, nodes;
    const char *ns;  /* of the element before */
    struct buf text; /* of the innermost element so far */
    const char *why;
};

static void on_begin(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns,
                     int spaces, const xmlChar **space, int attrs, int defaulted,
                     const xmlChar **attr);
static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns);
static void on_text(void *ctx, const xmlChar *text, int len);
static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system);

/* Every '<' may begin a tag and none is within one, so counting anew from each of them misses no
 * tag, whatever comments and CDATA hold. */
static bool tags_short(const char *bytes, size_t len)
{
    size_t from = 0, assigns = 0;
    bool tag = false;
    char quote = 0;
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];
        if (c == '<') {
            tag = true;
            quote = 0;
            assigns = 0;
            from = i;
        } else if (tag && quote) {
            quote = c == quote ? 0 : quote;
        } else if (tag) {
            tag = c != '>';
            quote = c == '"' || c == '\'' ? c : 0;
            assigns += c == '=';
        }
        if (tag && (i - from >= DAV_TAG_MAX || assigns > DAV_ASSIGNS_MAX))
            return false;
    }
    return true;
}

enum err dav_xml_parse(struct arena *a, const char *bytes, size_t len, struct dav_node **ret_root,
                       const char **ret_why)
{
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .startElementNs = on_begin,
                         .endElementNs = on_end,
                         .characters = on_text,
                         .cdataBlock = on_text,
                         .internalSubset = on_doctype};
    struct reading r = {.arena = a};
    *ret_why = "The body is not UTF-8.";
    if (memchr(bytes, '\0', len) || !utf8_valid(bytes, len))
        return ERR_BAD_REQUEST;
    *ret_why = "The body is too long, or a tag in it.";
    if (len > DAV_XML_MAX || !tags_short(bytes, len))
        return ERR_BAD_REQUEST;
    r.xml = xmlCreatePushParserCtxt(&sax, &r, NULL, 0, NULL);
    if (!r.xml)
        return ERR_BUSY;
    buf_init(&r.text, TEXT_MAX);
    /* NOENT: without a DTD there are XML's own five alone, and these are wanted in attributes, too
     */
    xmlCtxtUseOptions(r.xml, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_NOERROR |
                                 XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC | XML_PARSE_COMPACT);
    int wrong = xmlParseChunk(r.xml, bytes, (int)len, 1);
    bool whole = !wrong && r.xml->wellFormed && r.xml->nsWellFormed && r.root && r.depth == 0;
    xmlFreeParserCtxt(r.xml);
    buf_done(&r.text);
    *ret_why = r.why ? r.why : "The body is not well-formed XML.";
    *ret_root = r.root;
    return whole && !r.why ? OK : ERR_BAD_REQUEST;
}

static void stop(struct reading *r, const char *why)
{
    r->why = r->why ? r->why : why;
    xmlStopParser(r->xml);
}

static const char *copy(struct reading *r, const xmlChar *s)
{
    return s ? arena_strdup(r->arena, (const char *)s) : "";
}

static bool short_name(const xmlChar *s)
{
    return !s || strnlen((const char *)s, DAV_NAME_MAX + 1) <= DAV_NAME_MAX;
}

/* Mostly that of the element before, and then the same string. */
static const char *copy_ns(struct reading *r, const xmlChar *ns)
{
    if (!r->ns || strcmp(r->ns, ns ? (const char *)ns : "") != 0)
        r->ns = copy(r, ns);
    return r->ns;
}

/* libxml2 gives name, prefix, namespace, begin and end of the value of each. */
static void take_attrs(struct reading *r, struct dav_node *n, int count, const xmlChar **attr)
{
    struct dav_attr *list = arena_array(r->arena, struct dav_attr, (size_t)count);
    for (int i = 0; i < count; i++, attr += PARTS_OF_ATTR) {
        if (attr[2])
            continue;
        list[n->attr_count++] =
            (struct dav_attr){copy(r, attr[0]), arena_strndup(r->arena, (const char *)attr[3],
                                                              (size_t)(attr[4] - attr[3]))};
    }
    n->attrs = list;
}

static void on_begin(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns,
                     int spaces, const xmlChar **space, int attrs, int defaulted,
                     const xmlChar **attr)
{
    struct reading *r = ctx;
    (void)prefix, (void)spaces, (void)space, (void)defaulted;
    if (r->why)
        return;
    if (r->depth == DAV_DEPTH_MAX || r->nodes++ == DAV_NODES_MAX || attrs > DAV_ATTRS_MAX) {
        stop(r, "The body has too many elements, or is nested too deeply.");
        return;
    }
    if (!short_name(name) || !short_name(ns)) {
        stop(r, "A name in the body is too long.");
        return;
    }
    struct dav_node *n = arena_new_of(r->arena, struct dav_node);
    *n = (struct dav_node){.ns = copy_ns(r, ns), .name = copy(r, name), .text = ""};
    take_attrs(r, n, attrs, attr);
    if (r->depth == 0) {
        r->root = n;
    } else {
        struct dav_node *up = r->path[r->depth - 1];
        *(up->last ? &up->last->next : &up->child) = n;
        up->last = n;
    }
    r->path[r->depth++] = n;
    buf_reset(&r->text);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns)
{
    struct reading *r = ctx;
    (void)name, (void)prefix, (void)ns;
    if (r->why)
        return;
    struct dav_node *n = r->path[--r->depth];
    if (!n->child && r->text.len)
        n->text = arena_strndup(r->arena, r->text.data, r->text.len);
    buf_reset(&r->text);
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
    struct reading *r = ctx;
    if (r->why)
        return;
    buf_add(&r->text, text, (size_t)len);
    if (r->text.full)
        stop(r, "A text in the body is too long.");
}

/* Called before anything of it is read. */
static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    (void)name, (void)id, (void)system;
    stop(ctx, "The body has a document type declaration.");
}

bool dav_is(const struct dav_node *n, const char *ns, const char *name)
{
    return strcmp(n->name, name) == 0 && strcmp(n->ns, ns) == 0;
}

const struct dav_node *dav_child(const struct dav_node *n, const char *ns, const char *name)
{
    const struct dav_node *child = n->child;
    while (child && !dav_is(child, ns, name))
        child = child->next;
    return child;
}

const char *dav_attr(const struct dav_node *n, const char *name)
{
    for (size_t i = 0; i < n->attr_count; i++)
        if (strcmp(n->attrs[i].name, name) == 0)
            return n->attrs[i].value;
    return NULL;
}
