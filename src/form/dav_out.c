#include "form/dav_out.h"

#include "dav_props.h"
#include "form/dav_xml.h"

#include <string.h>

#define XML "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
#define NAMESPACES                                                                                 \
    " xmlns:d=\"" NS_DAV "\" xmlns:c=\"" NS_CALDAV "\" xmlns:s=\"" NS_SERVER                       \
    "\" xmlns:a=\"" NS_APPLE "\""

static const struct dav_prop *find(const struct dav_name *n)
{
    for (size_t i = 0; i < dav_prop_count; i++)
        if (strcmp(dav_props[i].name, n->name) == 0 && strcmp(dav_props[i].ns, n->ns) == 0)
            return &dav_props[i];
    return NULL;
}

static void put_status(struct buf *b, int status)
{
    static const struct {
        int status;
        const char *text;
    } statuses[] = {{200, "<d:status>HTTP/1.1 200 OK</d:status>"},
                    {403, "<d:status>HTTP/1.1 403 Forbidden</d:status>"},
                    {404, "<d:status>HTTP/1.1 404 Not Found</d:status>"},
                    {507, "<d:status>HTTP/1.1 507 Insufficient Storage</d:status>"}};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            buf_str(b, statuses[i].text);
}

void dav_out_begin(struct dav_out *o, struct buf *buf, const struct dav_in *in,
                   const struct dav_facts *facts)
{
    *o = (struct dav_out){.buf = buf, .in = in, .facts = facts};
    for (size_t i = 0; i < in->prop_count; i++)
        o->picked[i] = find(&in->props[i]);
    buf_str(buf, XML "<d:multistatus" NAMESPACES ">");
}

void dav_out_end(struct dav_out *o, const char *token)
{
    if (token) {
        buf_str(o->buf, "<d:sync-token>");
        dav_text(o->buf, token, strlen(token));
        buf_str(o->buf, "</d:sync-token>");
    }
    buf_str(o->buf, "</d:multistatus>");
}

static void put_prop(struct dav_out *o, const struct dav_prop *p, bool value)
{
    buf_str(o->buf, value ? p->open : p->empty);
    if (!value)
        return;
    p->write(o);
    buf_str(o->buf, p->close);
}

/* A name that the client sent: an XML name is safe, a namespace may be any text. */
static void put_unknown(struct dav_out *o, const struct dav_name *n)
{
    const char *prefix = dav_prefix(n->ns);
    if (prefix) {
        buf_printf(o->buf, "<%s:%s/>", prefix, n->name);
        return;
    }
    buf_printf(o->buf, "<%s%s xmlns%s=\"", *n->ns ? "x:" : "", n->name, *n->ns ? ":x" : "");
    dav_text(o->buf, n->ns, strlen(n->ns));
    buf_str(o->buf, "\"/>");
}

static bool here(const struct dav_out *o, const struct dav_prop *p)
{
    return p && (p->places & o->place) != 0;
}

static void put_found(struct dav_out *o)
{
    const struct dav_in *in = o->in;
    for (size_t i = 0; in->which == DAV_SOME && i < in->prop_count; i++)
        if (here(o, o->picked[i]))
            put_prop(o, o->picked[i], true);
    for (size_t i = 0; in->which != DAV_SOME && i < dav_prop_count; i++)
        if (here(o, &dav_props[i]) && (in->which == DAV_NAMES || dav_props[i].all))
            put_prop(o, &dav_props[i], in->which == DAV_ALL);
}

static void open_response(struct dav_out *o, enum dav_place place, const struct dav_item *item)
{
    o->place = place;
    o->item = item;
    buf_str(o->buf, "<d:response><d:href>");
    dav_href(o->buf, o->facts, place, item);
    buf_str(o->buf, "</d:href>");
}

static void close_propstat(struct dav_out *o, int status)
{
    buf_str(o->buf, "</d:prop>");
    put_status(o->buf, status);
    buf_str(o->buf, "</d:propstat>");
}

void dav_out_response(struct dav_out *o, enum dav_place place, const struct dav_item *item)
{
    const struct dav_in *in = o->in;
    size_t missing = 0;
    if (o->buf->full)
        return;
    open_response(o, place, item);
    for (size_t i = 0; in->which == DAV_SOME && i < in->prop_count; i++)
        missing += !here(o, o->picked[i]);
    if (missing < in->prop_count || in->which != DAV_SOME || o->minimal || in->prop_count == 0) {
        buf_str(o->buf, "<d:propstat><d:prop>");
        put_found(o);
        close_propstat(o, 200);
    }
    if (missing && !o->minimal) {
        buf_str(o->buf, "<d:propstat><d:prop>");
        for (size_t i = 0; i < in->prop_count; i++)
            if (!here(o, o->picked[i]))
                put_unknown(o, &in->props[i]);
        close_propstat(o, 404);
    }
    buf_str(o->buf, "</d:response>");
}

void dav_out_each(struct dav_out *o, enum dav_place place, const struct dav_item *item, int status)
{
    if (o->buf->full)
        return;
    open_response(o, place, item);
    buf_str(o->buf, "<d:propstat><d:prop>");
    for (size_t i = 0; i < o->in->prop_count; i++)
        put_unknown(o, &o->in->props[i]);
    close_propstat(o, status);
    buf_str(o->buf, "</d:response>");
}

void dav_out_status(struct dav_out *o, const char *href, int status, const char *precondition)
{
    if (o->buf->full)
        return;
    buf_str(o->buf, "<d:response><d:href>");
    dav_text(o->buf, href, strlen(href));
    buf_str(o->buf, "</d:href>");
    put_status(o->buf, status);
    if (precondition)
        buf_printf(o->buf, "<d:error><d:%s/></d:error>", precondition);
    buf_str(o->buf, "</d:response>");
}

void dav_error(struct buf *buf, const char *ns, const char *name)
{
    bool attendee = strcmp(name, "allowed-attendee-scheduling-object-change") == 0;
    buf_printf(buf, XML "<d:error" NAMESPACES "><%s:%s/>%s</d:error>", dav_prefix(ns), name,
               attendee ? "<d:need-privileges/>" : "");
}

void dav_href(struct buf *buf, const struct dav_facts *f, enum dav_place place,
              const struct dav_item *item)
{
    dav_text(buf, f->base, strlen(f->base));
    buf_str(buf, place == DAV_ROOT ? "/dav/" : place == DAV_PRINCIPAL ? "/dav/p/" : "/dav/c/");
    if (place != DAV_ROOT) {
        buf_str(buf, f->expert);
        buf_char(buf, '/');
    }
    if (place & (DAV_CALENDAR | DAV_OBJECT))
        buf_str(buf, "panel/");
    if (place == DAV_OBJECT) {
        buf_str(buf, item->id);
        buf_str(buf, ".ics");
    }
}

/* A parser turns a bare CR into LF, so it is a reference; what XML cannot hold is left out. */
void dav_text(struct buf *buf, const char *s, size_t len)
{
    size_t from = 0;
    for (size_t i = 0; i <= len && !buf->full; i++) {
        unsigned char c = i < len ? (unsigned char)s[i] : 0;
        if (c > '>') /* nearly every byte */
            continue;
        if (i < len && c >= ' ' && c != '&' && c != '<' && c != '>' && c != '"')
            continue;
        if (c == '\n' || c == '\t')
            continue;
        buf_add(buf, s + from, i - from);
        from = i + 1;
        buf_str(buf, c == '&'    ? "&amp;"
                     : c == '<'  ? "&lt;"
                     : c == '>'  ? "&gt;"
                     : c == '"'  ? "&quot;"
                     : c == '\r' ? "&#13;"
                                 : "");
    }
}

bool dav_wants(const struct dav_in *in, const char *ns, const char *name)
{
    for (size_t i = 0; i < in->prop_count; i++)
        if (strcmp(in->props[i].name, name) == 0 && strcmp(in->props[i].ns, ns) == 0)
            return true;
    return false;
}
