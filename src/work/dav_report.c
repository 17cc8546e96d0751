/* PROPFIND, PROPPATCH and the reports of RFC 4791 and 6578. */
#include "base/arena.h"
#include "dav_in.h"
#include "form/dav_xml.h"
#include "form/ical.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum step query_prepare(struct call *c, struct dav *d);
static enum step multiget_prepare(struct call *c, struct dav *d);
static enum step sync_prepare(struct call *c, struct dav *d);
static dav_fn query_reply, multiget_reply, sync_reply, busy_reply;

static const struct report {
    dav_fn *prepare, *reply;
    unsigned places; /* as the property supported-report-set says */
} reports[] = {
    [DAV_QUERY] = {query_prepare, query_reply, DAV_CALENDAR | DAV_OBJECT},
    [DAV_MULTIGET] = {multiget_prepare, multiget_reply, DAV_CALENDAR | DAV_OBJECT},
    [DAV_FREE_BUSY] = {query_prepare, busy_reply, DAV_CALENDAR},
    [DAV_SYNC] = {sync_prepare, sync_reply, DAV_CALENDAR},
    [DAV_OTHER] = {NULL, NULL, 0},
};

static enum step read_body(struct call *c, struct dav *d)
{
    const struct http_request *r = call_request(c);
    if (r->body_len > DAV_XML_MAX)
        return call_fail(c, ERR_TOO_LARGE, NULL);
    enum err e = dav_in_parse(call_arena(c), r->body, r->body_len, &d->in);
    if (e == ERR_FORBIDDEN)
        return dav_refuse(c, 403, d->in.precondition.ns, d->in.precondition.name);
    d->texts = d->in.which == DAV_ALL || dav_wants(&d->in, NS_CALDAV, "calendar-data") ||
               dav_wants(&d->in, NS_DAV, "getcontentlength");
    return e == OK ? STEP_MORE : call_fail(c, e, d->in.why);
}

static const char *depth_of(struct call *c)
{
    const char *depth = http_header(call_request(c), "depth");
    return depth ? depth : "";
}

static void begin(struct call *c, struct dav *d, struct buf *b, struct dav_out *o)
{
    buf_init(b, DAV_BODY_MAX);
    dav_out_begin(o, b, &d->in, &d->calendar->facts);
    o->minimal = dav_minimal(c);
}

/* ---- PROPFIND, PROPPATCH ---- */

enum step dav_propfind_prepare(struct call *c, struct dav *d)
{
    const char *depth = depth_of(c);
    bool one = strcmp(depth, "1") == 0, none = strcmp(depth, "0") == 0;
    enum step s = read_body(c, d); /* where it has replied, the call and its head are gone */
    if (s != STEP_MORE)
        return s;
    if (d->in.kind != DAV_PROPFIND)
        return call_fail(c, ERR_BAD_REQUEST, "The body is not a propfind.");
    if (d->place == DAV_OBJECT)
        dav_pick_one(c, d, d->name, dav_is_shown);
    else if (!one && !none)
        return dav_refuse(c, 403, NS_DAV, "propfind-finite-depth");
    else if (one && d->place == DAV_CALENDAR)
        dav_pick(c, d, dav_is_shown);
    return STEP_MORE;
}

static void put_entries(struct dav_out *o, const struct dav *d)
{
    for (size_t i = 0; i < d->count; i++)
        dav_out_response(o, DAV_OBJECT, &d->picked[i]->item);
}

enum step dav_propfind_reply(struct call *c, struct dav *d)
{
    bool deep = strcmp(depth_of(c), "1") == 0;
    struct dav_out o;
    struct buf b;
    if (d->place == DAV_OBJECT && d->count == 0)
        return dav_status(c, 404);
    begin(c, d, &b, &o);
    if (d->place != DAV_OBJECT)
        dav_out_response(&o, (enum dav_place)d->place, NULL);
    if (deep && d->place == DAV_ROOT) {
        dav_out_response(&o, DAV_PRINCIPAL, NULL);
        dav_out_response(&o, DAV_HOME, NULL);
    }
    if (deep && d->place == DAV_HOME)
        dav_out_response(&o, DAV_CALENDAR, NULL);
    put_entries(&o, d);
    dav_out_end(&o, NULL);
    return dav_send(c, 207, &b);
}

enum step dav_proppatch_prepare(struct call *c, struct dav *d)
{
    enum step s = read_body(c, d);
    if (s != STEP_MORE)
        return s;
    if (d->in.kind != DAV_PROPPATCH)
        return call_fail(c, ERR_BAD_REQUEST, "The body is not a propertyupdate.");
    d->texts = false;
    if (d->place == DAV_OBJECT)
        dav_pick_one(c, d, d->name, dav_is_shown);
    return STEP_MORE;
}

/* Apple's calendar sets these when an account is added, and reads no event where it may not. They
 * change nothing here, so they are taken and forgotten. */
static bool moot(const struct dav_name *prop)
{
    static const char *const names[] = {"default-alarm-vevent-date",
                                        "default-alarm-vevent-datetime"};
    bool any = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        any |= strcmp(prop->name, names[i]) == 0;
    return any && strcmp(prop->ns, NS_CALDAV) == 0;
}

/* Every other property is ours alone; all of a PROPPATCH is done or nothing (RFC 4918 9.2). */
static int patch_status(const struct dav_in *in)
{
    for (size_t i = 0; i < in->prop_count; i++)
        if (!moot(&in->props[i]))
            return 403;
    return 200;
}

enum step dav_proppatch_reply(struct call *c, struct dav *d)
{
    struct dav_out o;
    struct buf b;
    if (d->place == DAV_OBJECT && d->count == 0)
        return dav_status(c, 404);
    begin(c, d, &b, &o);
    dav_out_each(&o, (enum dav_place)d->place, d->count ? &d->picked[0]->item : NULL,
                 patch_status(&d->in));
    dav_out_end(&o, NULL);
    return dav_send(c, 207, &b);
}

/* ---- reports ---- */

static const struct report *report_of(const struct dav *d)
{
    bool known = d->in.kind >= DAV_QUERY && reports[d->in.kind].places & d->place;
    return &reports[known ? d->in.kind : DAV_OTHER];
}

enum step dav_report_prepare(struct call *c, struct dav *d)
{
    enum step s = read_body(c, d);
    if (s != STEP_MORE)
        return s;
    return report_of(d)->prepare ? report_of(d)->prepare(c, d)
                                 : dav_refuse(c, 403, NS_DAV, "supported-report");
}

enum step dav_report_reply(struct call *c, struct dav *d)
{
    return report_of(d)->reply(c, d);
}

/* calendar-query and free-busy-query (RFC 4791 9.9, 7.5.1). */
static bool is_asked(const struct dav *d, const struct dav_entry *e)
{
    const struct dav_in *in = &d->in;
    char *(*has)(const char *, const char *) = in->uid_octets ? strstr : strcasestr;
    return e->shown && (!in->has_from || e->item.ends > in->from) &&
           (!in->has_until || e->item.starts < in->until) && (!in->uid || has(e->uid, in->uid));
}

static enum step query_prepare(struct call *c, struct dav *d)
{
    if (d->in.nothing)
        return STEP_MORE;
    if (d->place == DAV_OBJECT)
        dav_pick_one(c, d, d->name, is_asked);
    else
        dav_pick(c, d, is_asked);
    return STEP_MORE;
}

static enum step query_reply(struct call *c, struct dav *d)
{
    struct dav_out o;
    struct buf b;
    begin(c, d, &b, &o);
    put_entries(&o, d);
    dav_out_end(&o, NULL);
    return dav_send(c, 207, &b);
}

static instant later(instant a, instant b)
{
    return a > b ? a : b;
}

static instant earlier(instant a, instant b)
{
    return a < b ? a : b;
}

static enum step busy_reply(struct call *c, struct dav *d)
{
    struct ical_busy_head head = {.uid = d->calendar->facts.expert,
                                  .from = d->in.from,
                                  .until = d->in.until,
                                  .modified = clock_now()};
    struct ical_busy *times = arena_array(call_arena(c), struct ical_busy, d->count + 1);
    struct buf b;
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++) {
        const struct dav_entry *e = d->picked[i];
        if (strcmp(e->state, "cancelled") != 0)
            times[n++] = (struct ical_busy){later(e->item.starts, head.from),
                                            earlier(e->item.ends, head.until),
                                            strcmp(e->state, "tentative") == 0};
    }
    buf_init(&b, DAV_BODY_MAX);
    ical_busy(&b, &head, times, n);
    const struct http_field field = {"Cache-Control", "private, no-cache"};
    struct http_reply r = {.status = 200,
                           .type = "text/calendar; charset=utf-8",
                           .body = b.data,
                           .body_len = b.len,
                           .fields = &field,
                           .field_count = 1};
    enum step done = call_reply(c, &r);
    buf_done(&b);
    return done;
}

/* The object that an href means, a path or a whole URL: its id, or NULL. */
static const char *id_of(struct call *c, const char *href)
{
    const char *calendar = arena_printf(call_arena(c), "/dav/c/%s/panel/", call_path(c, "id"));
    const char *at = strstr(href, calendar);
    if (!at)
        return NULL;
    at += strlen(calendar);
    if (strlen(at) != ID_UUID_LEN + 4 || strcmp(at + ID_UUID_LEN, ".ics") != 0)
        return NULL;
    const char *id = arena_strndup(call_arena(c), at, ID_UUID_LEN);
    return id_is_uuid(id) ? id : NULL;
}

/* Of an object it is about that one alone (RFC 4791 7.9). */
static bool about_itself(struct call *c, const struct dav *d)
{
    const char *id = d->in.href_count == 1 ? id_of(c, d->in.hrefs[0]) : NULL;
    return id && strcasecmp(id, d->name) == 0;
}

/* One for each href, in their order. */
static enum step multiget_prepare(struct call *c, struct dav *d)
{
    if (d->place == DAV_OBJECT && !about_itself(c, d))
        return call_fail(c, ERR_BAD_REQUEST, "The one href is that of the event itself.");
    d->count = d->in.href_count;
    d->picked = arena_array(call_arena(c), struct dav_entry *, d->count + 1);
    for (size_t i = 0; i < d->count; i++) {
        const char *id = id_of(c, d->in.hrefs[i]);
        struct dav_entry *e = id ? dav_calendar_find(d->calendar, id) : NULL;
        d->picked[i] = e && e->shown ? e : NULL;
    }
    return STEP_MORE;
}

static enum step multiget_reply(struct call *c, struct dav *d)
{
    struct dav_out o;
    struct buf b;
    begin(c, d, &b, &o);
    for (size_t i = 0; i < d->in.href_count; i++) {
        const struct dav_entry *e = d->picked[i];
        if (e)
            dav_out_response(&o, DAV_OBJECT, &e->item);
        else
            dav_out_status(&o, d->in.hrefs[i], 404, NULL);
    }
    dav_out_end(&o, NULL);
    return dav_send(c, 207, &b);
}

/* What changed after the token, gone or not; at first, what is there. */
static bool has_changed(const struct dav *d, const struct dav_entry *e)
{
    return *d->in.token ? e->version > d->since : e->shown;
}

/* RFC 6578 3.2. */
static enum step sync_prepare(struct call *c, struct dav *d)
{
    const char *level = d->in.level ? d->in.level : "", *depth = depth_of(c);
    bool flat = strcmp(level, "1") == 0 || strcmp(level, "infinite") == 0; /* there is one level */
    bool near = !*depth || strcmp(depth, "0") == 0 || strcmp(depth, "1") == 0; /* of drafts: 1 */
    if (!d->in.token || !flat || !near)
        return call_fail(c, ERR_BAD_REQUEST,
                         "A sync-collection has Depth 0, a sync-token and a sync-level.");
    if (*d->in.token && !dav_token_read(c, d, d->in.token, &d->since))
        return dav_refuse(c, 403, NS_DAV, "valid-sync-token");
    if (*d->in.token && d->since > d->calendar->version) /* another daemon may have told it */
        return d->asked ? dav_refuse(c, 403, NS_DAV, "valid-sync-token") : dav_again(c);
    dav_pick(c, d, has_changed);
    d->cut = d->in.limit > 0 && d->count > (size_t)d->in.limit;
    if (d->cut)
        d->count = (size_t)d->in.limit;
    return STEP_MORE;
}

static void put_change(struct dav_out *o, const struct dav *d, const struct dav_entry *e)
{
    struct buf href;
    if (e->shown) {
        dav_out_response(o, DAV_OBJECT, &e->item);
        return;
    }
    buf_init(&href, BUF_MAX_DEFAULT);
    dav_href(&href, &d->calendar->facts, DAV_OBJECT, &e->item);
    dav_out_status(o, href.data, 404, NULL);
    buf_done(&href);
}

static enum step sync_reply(struct call *c, struct dav *d)
{
    const struct dav_facts *f = &d->calendar->facts;
    struct dav_out o;
    struct buf b;
    begin(c, d, &b, &o);
    for (size_t i = 0; i < d->count; i++)
        put_change(&o, d, d->picked[i]);
    if (d->cut)
        dav_out_status(&o, arena_printf(call_arena(c), "%s/dav/c/%s/panel/", f->base, f->expert),
                       507, "number-of-matches-within-limits");
    dav_out_end(&o, d->cut ? dav_token(c, d, d->picked[d->count - 1]->version) : f->token);
    return dav_send(c, 207, &b);
}
