#include "form/dav_in.h"

#include "core/day.h"
#include "form/dav_out.h"
#include "form/dav_xml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LIMIT_MAX = 1000000 };

typedef enum err part_fn(struct arena *a, const struct dav_node *root, struct dav_in *in);

static part_fn take_props, take_patch, take_query, take_multiget, take_busy, take_sync, take_other;
static enum err take_component(const struct dav_node *comp, struct dav_in *in);
static enum err take_event(const struct dav_node *comp, struct dav_in *in);
static enum err take_span(const struct dav_node *range, struct dav_in *in);
static enum err take_uid(const struct dav_node *prop, struct dav_in *in);
static enum err take_data(const struct dav_node *data, struct dav_in *in);

static const struct {
    const char *ns, *name;
    enum dav_kind kind;
    part_fn *take;
} roots[] = {
    {NS_DAV, "propfind", DAV_PROPFIND, take_props},
    {NS_DAV, "propertyupdate", DAV_PROPPATCH, take_patch},
    {NS_DAV, "sync-collection", DAV_SYNC, take_sync},
    {NS_CALDAV, "calendar-query", DAV_QUERY, take_query},
    {NS_CALDAV, "calendar-multiget", DAV_MULTIGET, take_multiget},
    {NS_CALDAV, "free-busy-query", DAV_FREE_BUSY, take_busy},
};

enum err dav_in_parse(struct arena *a, const char *bytes, size_t len, struct dav_in *ret)
{
    struct dav_node *root;
    *ret = (struct dav_in){.kind = DAV_PROPFIND, .which = DAV_ALL};
    if (len == 0)
        return OK;
    enum err e = dav_xml_parse(a, bytes, len, &root, &ret->why);
    if (e != OK)
        return e;
    ret->why = NULL;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (dav_is(root, roots[i].ns, roots[i].name)) {
            ret->kind = roots[i].kind;
            return roots[i].take(a, root, ret);
        }
    return take_other(a, root, ret);
}

static enum err bad(struct dav_in *in, const char *why)
{
    in->why = why;
    return ERR_BAD_REQUEST;
}

static enum err refused(struct dav_in *in, const char *precondition, const char *why)
{
    in->why = why;
    in->precondition = (struct dav_name){NS_CALDAV, precondition};
    return ERR_FORBIDDEN;
}

static enum err add_props(const struct dav_node *prop, struct dav_in *in)
{
    enum err e = OK;
    for (const struct dav_node *p = prop->child; p && !e; p = p->next) {
        if (in->prop_count == DAV_PROPS_MAX)
            return bad(in, "Too many properties.");
        if (dav_is(p, NS_CALDAV, "calendar-data"))
            e = take_data(p, in);
        in->props[in->prop_count++] = (struct dav_name){p->ns, p->name};
    }
    return e;
}

/* prop, allprop or propname; a report may have none of them, and then wants no property. */
static enum err take_props(struct arena *a, const struct dav_node *root, struct dav_in *in)
{
    const struct dav_node *prop = dav_child(root, NS_DAV, "prop");
    (void)a;
    in->which = dav_child(root, NS_DAV, "allprop")    ? DAV_ALL
                : dav_child(root, NS_DAV, "propname") ? DAV_NAMES
                                                      : DAV_SOME;
    if (in->which == DAV_SOME && !prop && in->kind == DAV_PROPFIND)
        return bad(in, "A propfind needs prop, allprop or propname.");
    return in->which == DAV_SOME && prop ? add_props(prop, in) : OK;
}

static enum err take_patch(struct arena *a, const struct dav_node *root, struct dav_in *in)
{
    enum err e = OK;
    (void)a;
    in->which = DAV_SOME;
    for (const struct dav_node *n = root->child; n && !e; n = n->next) {
        const struct dav_node *prop = dav_child(n, NS_DAV, "prop");
        if (prop && (dav_is(n, NS_DAV, "set") || dav_is(n, NS_DAV, "remove")))
            e = add_props(prop, in);
    }
    return e || in->prop_count ? e : bad(in, "It changes no property.");
}

static enum err take_sync(struct arena *a, const struct dav_node *root, struct dav_in *in)
{
    const struct dav_node *token = dav_child(root, NS_DAV, "sync-token");
    const struct dav_node *level = dav_child(root, NS_DAV, "sync-level");
    const struct dav_node *limit = dav_child(root, NS_DAV, "limit");
    const struct dav_node *most = limit ? dav_child(limit, NS_DAV, "nresults") : NULL;
    char *end = NULL;
    in->token = token ? token->text : NULL;
    in->level = level ? level->text : NULL;
    in->limit = most ? strtol(most->text, &end, 10) : 0;
    if (most && (*end || in->limit < 1 || in->limit > LIMIT_MAX))
        return bad(in, "The limit is not a number of results.");
    return take_props(a, root, in);
}

static enum err take_multiget(struct arena *a, const struct dav_node *root, struct dav_in *in)
{
    size_t count = 0;
    for (const struct dav_node *n = root->child; n; n = n->next)
        count += dav_is(n, NS_DAV, "href");
    if (count == 0 || count > DAV_HREFS_MAX)
        return bad(in, count ? "Too many hrefs." : "There is no href.");
    in->hrefs = arena_array(a, const char *, count);
    for (const struct dav_node *n = root->child; n; n = n->next)
        if (dav_is(n, NS_DAV, "href"))
            in->hrefs[in->href_count++] = n->text;
    return take_props(a, root, in);
}

static enum err take_busy(struct arena *a, const struct dav_node *root, struct dav_in *in)
{
    const struct dav_node *range = dav_child(root, NS_CALDAV, "time-range");
    (void)a;
    if (!range)
        return bad(in, "A free-busy-query needs a time-range.");
    enum err e = take_span(range, in);
    return e || (in->has_from && in->has_until) ? e : bad(in, "Its time-range has no end.");
}

static enum err take_query(struct arena *a, const struct dav_node *root, struct dav_in *in)
{
    const struct dav_node *filter = dav_child(root, NS_CALDAV, "filter");
    const struct dav_node *top = filter ? dav_child(filter, NS_CALDAV, "comp-filter") : NULL;
    const char *name = top ? dav_attr(top, "name") : NULL;
    enum err e = take_props(a, root, in);
    if (e)
        return e;
    if (!name || strcmp(name, "VCALENDAR") != 0 || top->next)
        return refused(in, "valid-filter", "A filter begins with one comp-filter of VCALENDAR.");
    for (const struct dav_node *n = top->child; n && !e; n = n->next) {
        if (dav_is(n, NS_CALDAV, "is-not-defined"))
            in->nothing = true;
        else if (dav_is(n, NS_CALDAV, "comp-filter") && dav_attr(n, "name"))
            e = take_component(n, in);
        else
            e = refused(in, "supported-filter", "Not a filter that is supported here.");
    }
    return e;
}

/* Of the components of a calendar we have events and the time zone. */
static enum err take_component(const struct dav_node *comp, struct dav_in *in)
{
    const char *name = dav_attr(comp, "name");
    bool absent = dav_child(comp, NS_CALDAV, "is-not-defined") != NULL;
    bool event = strcmp(name, "VEVENT") == 0;
    bool ours = event || strcmp(name, "VTIMEZONE") == 0;
    in->nothing |= ours == absent;
    return event && !absent ? take_event(comp, in) : OK;
}

static enum err take_event(const struct dav_node *comp, struct dav_in *in)
{
    enum err e = OK;
    for (const struct dav_node *n = comp->child; n && !e; n = n->next) {
        const char *name = dav_attr(n, "name");
        if (dav_is(n, NS_CALDAV, "time-range"))
            e = take_span(n, in);
        else if (dav_is(n, NS_CALDAV, "prop-filter") && name && strcmp(name, "UID") == 0)
            e = take_uid(n, in);
        else
            e = refused(in, "supported-filter", "Not a filter that is supported here.");
    }
    return e;
}

static enum err take_uid(const struct dav_node *prop, struct dav_in *in)
{
    for (const struct dav_node *n = prop->child; n; n = n->next) {
        const char *collation = dav_attr(n, "collation"), *negate = dav_attr(n, "negate-condition");
        if (dav_is(n, NS_CALDAV, "is-not-defined")) {
            in->nothing = true;
            continue;
        }
        if (!dav_is(n, NS_CALDAV, "text-match") || in->uid || (negate && strcmp(negate, "no") != 0))
            return refused(in, "supported-filter", "Not a filter that is supported here.");
        in->uid_octets = collation && strcmp(collation, "i;octet") == 0;
        if (collation && !in->uid_octets && strcmp(collation, "i;ascii-casemap") != 0)
            return refused(in, "supported-collation", "Not a collation that is supported here.");
        in->uid = n->text;
    }
    return OK;
}

static bool digits(const char *s, size_t n, int *ret)
{
    *ret = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *ret = *ret * 10 + (s[i] - '0');
    }
    return true;
}

/* 20260604T010000Z; a leap second is the second after it. */
static bool utc_parse(const char *s, instant *ret)
{
    int date[3], clock[3];
    if (strlen(s) != 16 || s[8] != 'T' || s[15] != 'Z' || !digits(s, 4, &date[0]) ||
        !digits(s + 4, 2, &date[1]) || !digits(s + 6, 2, &date[2]) ||
        !digits(s + 9, 2, &clock[0]) || !digits(s + 11, 2, &clock[1]) ||
        !digits(s + 13, 2, &clock[2]))
        return false;
    char text[] = {s[0], s[1], s[2], s[3], '-', s[4], s[5], '-', s[6], s[7], '\0'};
    int32_t day;
    if (!day_parse(text, &day) || clock[0] > 23 || clock[1] > 59 || clock[2] > 60)
        return false;
    *ret = (instant)day * DAY_SECONDS + clock[0] * 3600 + clock[1] * 60 + clock[2];
    return true;
}

static enum err take_span(const struct dav_node *range, struct dav_in *in)
{
    const char *start = dav_attr(range, "start"), *end = dav_attr(range, "end");
    in->has_from = start != NULL;
    in->has_until = end != NULL;
    if ((!start && !end) || (start && !utc_parse(start, &in->from)) ||
        (end && !utc_parse(end, &in->until)) || (start && end && in->from >= in->until))
        return refused(in, "valid-filter", "A time-range is from a UTC time to a later one.");
    return OK;
}

static bool is_span(const struct dav_node *range)
{
    const char *start = dav_attr(range, "start"), *end = dav_attr(range, "end");
    instant from, until;
    return start && end && utc_parse(start, &from) && utc_parse(end, &until) && from < until;
}

static bool is_limit(const struct dav_node *n)
{
    return dav_is(n, NS_CALDAV, "expand") || dav_is(n, NS_CALDAV, "limit-recurrence-set") ||
           dav_is(n, NS_CALDAV, "limit-freebusy-set");
}

/* Each line of each event is looked for among them. */
static size_t parts(const struct dav_node *n)
{
    size_t all = 0;
    for (const struct dav_node *child = n->child; child; child = child->next)
        all += 1 + parts(child);
    return all;
}

static enum err take_data(const struct dav_node *data, struct dav_in *in)
{
    const char *type = dav_attr(data, "content-type"), *version = dav_attr(data, "version");
    const struct dav_node *comp = dav_child(data, NS_CALDAV, "comp");
    const char *name = comp ? dav_attr(comp, "name") : "VCALENDAR";
    if ((type && strcasecmp(type, "text/calendar") != 0) ||
        (version && strcmp(version, "2.0") != 0))
        return refused(in, "supported-calendar-data", "Calendars are text/calendar here.");
    if (dav_wants(in, NS_CALDAV, "calendar-data") || parts(data) > DAV_PARTS_MAX)
        return bad(in, "Calendar data is asked for twice, or in too many parts.");
    if (!name || strcmp(name, "VCALENDAR") != 0)
        return bad(in, "A part of a calendar begins with a comp of VCALENDAR.");
    for (const struct dav_node *n = data->child; n; n = n->next)
        if (is_limit(n) && !is_span(n))
            return bad(in, "A span is from a UTC time to a later one.");
    in->data = (struct dav_data){.comp = comp, .utc = dav_child(data, NS_CALDAV, "expand") != NULL};
    return OK;
}

static enum err take_other(struct arena *a, const struct dav_node *root, struct dav_in *in)
{
    (void)a, (void)root;
    in->kind = DAV_OTHER;
    return OK;
}
