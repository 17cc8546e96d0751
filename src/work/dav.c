/* CalDAV at /dav/: which methods there are where, and the way of a call (dav_in.h). */
#include "base/arena.h"
#include "dav_in.h"
#include "form/dav_xml.h"
#include "work/routes.h"

#include <string.h>
#include <strings.h>

static enum step dav_enter(struct call *c);
static enum step dav_sign_in(struct call *c);
static enum step dav_prepare(struct call *c);
static enum step dav_reply(struct call *c);
static enum step leave_for_dav(struct call *c);
static dav_fn nothing_prepare, forbidden, nothing_here, no_collection;

step_fn *const dav_steps[] = {dav_enter,   dav_sign_in, dav_open,   dav_see,   dav_admit,
                              dav_prepare, dav_texts,   dav_render, dav_reply, NULL};
step_fn *const dav_well_known[] = {leave_for_dav, NULL};

/* clang-format off */
enum { THERE = DAV_ROOT | DAV_PRINCIPAL | DAV_HOME | DAV_CALENDAR | DAV_OBJECT,
       ANYWHERE = THERE | DAV_NOWHERE };
static const struct dav_verb verbs[] = {
    {HTTP_OPTIONS,    ANYWHERE,     NULL,                  NULL},
    {HTTP_PROPFIND,   THERE,        dav_propfind_prepare,  dav_propfind_reply},
    {HTTP_PROPPATCH,  THERE,        dav_proppatch_prepare, dav_proppatch_reply},
    {HTTP_REPORT,     THERE,        dav_report_prepare,    dav_report_reply},
    {HTTP_GET,        DAV_OBJECT,   dav_get_prepare,       dav_get_reply},
    {HTTP_PUT,        DAV_OBJECT,   dav_put_prepare,       dav_put_reply},
    {HTTP_PUT,        DAV_NOWHERE,  nothing_prepare,       forbidden},
    {HTTP_DELETE,     THERE,        nothing_prepare,       forbidden},
    {HTTP_COPY,       DAV_OBJECT,   nothing_prepare,       forbidden},
    {HTTP_MOVE,       DAV_OBJECT,   nothing_prepare,       forbidden},
    {HTTP_MKCALENDAR, DAV_NOWHERE,  nothing_prepare,       no_collection},
    {HTTP_MKCOL,      DAV_NOWHERE,  nothing_prepare,       forbidden},
    {HTTP_PROPFIND,   DAV_NOWHERE,  nothing_prepare,       nothing_here},
    {HTTP_GET,        DAV_NOWHERE,  nothing_prepare,       nothing_here},
    {HTTP_DELETE,     DAV_NOWHERE,  nothing_prepare,       nothing_here},
};

#define TREE(p, what) \
    {.method = HTTP_PROPFIND, .path = p, .summary = what, .who = MAY_SECRET, .flags = ROUTE_ANY | ROUTE_PERSONAL, \
     .media = "application/xml", .status = 207, .steps = dav_steps}
const struct route dav_routes[] = {
    TREE("/dav", "Where calendar programs begin"),
    TREE("/dav/p/{id}", "An expert as a principal"),
    TREE("/dav/c/{id}", "The home of an expert's calendar"),
    TREE("/dav/c/{id}/panel", "The calendar"),
    TREE("/dav/c/{id}/panel/{name}", "One appointment"),
    TREE("/dav/c/{id}/{name}", "No other calendar"),
    {.method = HTTP_GET, .path = "/.well-known/caldav", .summary = "On to /dav/ (RFC 6764)", .who = MAY_PUBLIC,
     .flags = ROUTE_ANY, .media = "text/plain", .status = 301, .steps = dav_well_known},
};
/* clang-format on */
const size_t dav_route_count = sizeof dav_routes / sizeof *dav_routes;

static const unsigned places[] = {DAV_ROOT,     DAV_PRINCIPAL, DAV_HOME,
                                  DAV_CALENDAR, DAV_OBJECT,    DAV_NOWHERE};

/* What is named like none of our objects is nothing. */
static unsigned place_of(struct call *c, const char **ret_name)
{
    unsigned place = places[call_route(c) - dav_routes];
    const char *name = call_path(c, "name");
    size_t len = name ? strlen(name) : 0;
    if (place != DAV_OBJECT)
        return place;
    if (len != ID_UUID_LEN + 4 || strcmp(name + ID_UUID_LEN, ".ics") != 0)
        return DAV_NOWHERE;
    char *id = arena_strndup(call_arena(c), name, ID_UUID_LEN);
    *ret_name = id;
    return id_is_uuid(id) ? DAV_OBJECT : DAV_NOWHERE;
}

static const struct dav_verb *verb_of(enum http_method method, unsigned place)
{
    method = method == HTTP_HEAD ? HTTP_GET : method;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (verbs[i].method == method && verbs[i].places & place)
            return &verbs[i];
    return NULL;
}

static const char *allowed(struct call *c, unsigned place)
{
    const char *list = NULL;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const char *name =
            verbs[i].method == HTTP_GET ? "GET, HEAD" : http_method_name(verbs[i].method);
        if (verbs[i].places & place && verbs[i].prepare != nothing_prepare)
            list = list ? arena_printf(call_arena(c), "%s, %s", list, name) : name;
    }
    return list;
}

/* Without a body; OPTIONS, and what no row is for. */
static enum step tell_allowed(struct call *c, unsigned place, int status)
{
    const struct http_field fields[] = {{"Allow", allowed(c, place)},
                                        {"DAV", "1, 3, calendar-access"}};
    struct http_reply r = {.status = status, .fields = fields, .field_count = 2};
    return call_reply(c, &r);
}

static enum step dav_enter(struct call *c)
{
    struct dav *d = call_work_new(c, sizeof *d);
    d->place = place_of(c, &d->name);
    d->verb = verb_of(call_request(c)->method, d->place);
    if (!d->verb || d->verb->method == HTTP_OPTIONS)
        return tell_allowed(c, d->place, d->verb ? 200 : 405);
    return STEP_MORE;
}

static enum step dav_sign_in(struct call *c)
{
    return dav_credentials(c, call_work(c)) ? STEP_MORE : dav_challenge(c);
}

static enum step dav_prepare(struct call *c)
{
    struct dav *d = call_work(c);
    return d->verb->prepare(c, d);
}

static enum step dav_reply(struct call *c)
{
    struct dav *d = call_work(c);
    return d->verb->reply(c, d);
}

static enum step leave_for_dav(struct call *c)
{
    const struct http_field to = {"Location", arena_printf(call_arena(c), "%s/dav/", dav_base(c))};
    struct http_reply r = {.status = 301, .fields = &to, .field_count = 1};
    return call_reply(c, &r);
}

/* ---- refusals ---- */

static enum step nothing_prepare(struct call *c, struct dav *d)
{
    (void)c, (void)d;
    return STEP_MORE;
}

/* Programs take back what they did on their side when they are told this. */
static enum step forbidden(struct call *c, struct dav *d)
{
    (void)d;
    return dav_refuse(c, 403, NS_DAV, "need-privileges");
}

static enum step no_collection(struct call *c, struct dav *d)
{
    (void)d;
    return dav_refuse(c, 403, NS_CALDAV, "calendar-collection-location-ok");
}

static enum step nothing_here(struct call *c, struct dav *d)
{
    (void)d;
    return dav_status(c, 404);
}

/* ---- replies ---- */

static const struct http_field dav_fields[] = {{"DAV", "1, 3, calendar-access"},
                                               {"Cache-Control", "private, no-cache"},
                                               {"Vary", "Brief, Prefer"},
                                               {"Preference-Applied", "return=minimal"}};

bool dav_minimal(struct call *c)
{
    const char *prefer = http_header(call_request(c), "prefer");
    const char *brief = http_header(call_request(c), "brief"); /* before there was Prefer */
    return (prefer && strcasestr(prefer, "return=minimal")) ||
           (brief && strcasecmp(brief, "t") == 0);
}

enum step dav_send_bytes(struct call *c, int status, const char *bytes, size_t len)
{
    const struct dav *d = call_work(c);
    bool applied = status == 207 && d->verb->method != HTTP_PROPPATCH && dav_minimal(c);
    struct http_reply r = {.status = status,
                           .type = "application/xml; charset=utf-8",
                           .body = bytes,
                           .body_len = len,
                           .fields = dav_fields,
                           .field_count = applied ? 4 : 3};
    return call_reply(c, &r);
}

enum step dav_send(struct call *c, int status, struct buf *xml)
{
    enum step done = xml->full ? call_fail(c, ERR_INTERNAL, NULL)
                               : dav_send_bytes(c, status, xml->data, xml->len);
    buf_done(xml);
    return done;
}

enum step dav_refuse(struct call *c, int status, const char *ns, const char *precondition)
{
    struct buf b;
    buf_init(&b, DAV_BODY_MAX);
    dav_error(&b, ns, precondition);
    return dav_send(c, status, &b);
}

enum step dav_status(struct call *c, int status)
{
    struct http_reply r = {.status = status, .fields = dav_fields, .field_count = 2};
    return call_reply(c, &r);
}
