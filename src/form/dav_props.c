#include "dav_props.h"

#include "form/address.h"
#include "form/dav_part.h"
#include "form/dav_xml.h"

#include <string.h>

enum { EVERYWHERE = DAV_ROOT | DAV_PRINCIPAL | DAV_HOME | DAV_CALENDAR | DAV_OBJECT };
enum { COLLECTIONS = DAV_HOME | DAV_CALENDAR, OWNED = COLLECTIONS | DAV_OBJECT };

static void put_href(struct dav_out *o, enum dav_place place)
{
    buf_str(o->buf, "<d:href>");
    dav_href(o->buf, o->facts, place, NULL);
    buf_str(o->buf, "</d:href>");
}

static void put_text(struct dav_out *o, const char *s)
{
    dav_text(o->buf, s, strlen(s));
}

static void put_type(struct dav_out *o)
{
    buf_str(o->buf, o->place == DAV_CALENDAR    ? "<d:collection/><c:calendar/>"
                    : o->place == DAV_PRINCIPAL ? "<d:collection/><d:principal/>"
                    : o->place == DAV_OBJECT    ? ""
                                                : "<d:collection/>");
}

static void put_name(struct dav_out *o)
{
    put_text(o, o->place == DAV_CALENDAR ? o->facts->title : o->facts->name);
}

static void put_principal(struct dav_out *o)
{
    put_href(o, DAV_PRINCIPAL);
}

static void put_root(struct dav_out *o)
{
    put_href(o, DAV_ROOT);
}

static void put_home(struct dav_out *o)
{
    put_href(o, DAV_HOME);
}

/* Reading, and changing what is there: who answers changes an event. Nothing is added or taken
 * away. */
static void put_privileges(struct dav_out *o)
{
    buf_str(o->buf, "<d:privilege><d:read/></d:privilege>"
                    "<d:privilege><d:read-current-user-privilege-set/></d:privilege>");
    if (o->place & (DAV_CALENDAR | DAV_OBJECT))
        buf_str(o->buf, "<d:privilege><c:read-free-busy/></d:privilege>"
                        "<d:privilege><d:write-content/></d:privilege>");
}

static void put_reports(struct dav_out *o)
{
    static const struct {
        const char *name;
        unsigned places;
    } all[] = {{"d:sync-collection", DAV_CALENDAR},
               {"c:calendar-query", DAV_CALENDAR | DAV_OBJECT},
               {"c:calendar-multiget", DAV_CALENDAR | DAV_OBJECT},
               {"c:free-busy-query", DAV_CALENDAR}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].places & o->place)
            buf_printf(o->buf,
                       "<d:supported-report><d:report><%s/></d:report></d:supported-report>",
                       all[i].name);
}

static void put_token(struct dav_out *o)
{
    put_text(o, o->facts->token);
}

static void put_ctag(struct dav_out *o)
{
    put_text(o, o->facts->version);
}

static void put_etag(struct dav_out *o)
{
    put_text(o, o->item->etag);
}

static void put_schedule_tag(struct dav_out *o)
{
    put_text(o, o->item->tag);
}

static void put_media(struct dav_out *o)
{
    buf_str(o->buf, "text/calendar; charset=utf-8; component=VEVENT");
}

static void put_length(struct dav_out *o)
{
    buf_printf(o->buf, "%zu", o->item->len);
}

static void put_data(struct dav_out *o)
{
    const struct dav_data *data = &o->in->data;
    struct buf part;
    if (!o->item->text)
        return;
    if (!data->comp && !data->utc) {
        buf_add(o->buf, o->item->xml, o->item->xml_len);
        return;
    }
    buf_init(&part, BUF_MAX_DEFAULT);
    dav_part(&part, data, o->item);
    dav_text(o->buf, part.data, part.len);
    buf_done(&part);
}

static void put_addresses(struct dav_out *o)
{
    struct buf uri;
    buf_init(&uri, BUF_MAX_DEFAULT);
    address_mailto(&uri, o->facts->email);
    buf_str(o->buf, "<d:href>");
    dav_text(o->buf, uri.data, uri.len);
    buf_str(o->buf, "</d:href>");
    buf_done(&uri);
    put_href(o, DAV_PRINCIPAL);
}

static void put_components(struct dav_out *o)
{
    buf_str(o->buf, "<c:comp name=\"VEVENT\"/>");
}

static void put_media_types(struct dav_out *o)
{
    buf_str(o->buf, "<c:calendar-data content-type=\"text/calendar\" version=\"2.0\"/>");
}

static void put_collations(struct dav_out *o)
{
    buf_str(o->buf, "<c:supported-collation>i;ascii-casemap</c:supported-collation>"
                    "<c:supported-collation>i;octet</c:supported-collation>");
}

static void put_most_bytes(struct dav_out *o)
{
    buf_printf(o->buf, "%lld", (long long)o->facts->most_bytes);
}

static void put_person_type(struct dav_out *o)
{
    buf_str(o->buf, "INDIVIDUAL");
}

static void put_description(struct dav_out *o)
{
    buf_str(o->buf, "자문 일정 (Consultations)");
}

static void put_color(struct dav_out *o)
{
    buf_str(o->buf, "#4682B4FF"); /* steelblue, as the feed says */
}

/* A name in its namespace, as it is written around a value and without one. */
#define TAGS(prefix, name)                                                                         \
    "<" prefix ":" name ">", "</" prefix ":" name ">", "<" prefix ":" name "/>"
#define D(name) NS_DAV, name, TAGS("d", name)
#define C(name) NS_CALDAV, name, TAGS("c", name)
#define S(name) NS_SERVER, name, TAGS("s", name)
#define A(name) NS_APPLE, name, TAGS("a", name)

const struct dav_prop dav_props[] = {
    {D("resourcetype"), EVERYWHERE, true, put_type},
    {D("displayname"), EVERYWHERE & ~DAV_OBJECT, true, put_name},
    {D("getetag"), DAV_OBJECT, true, put_etag},
    {D("getcontenttype"), DAV_OBJECT, true, put_media},
    {D("getcontentlength"), DAV_OBJECT, true, put_length},
    {D("current-user-principal"), EVERYWHERE, false, put_principal},
    {D("principal-URL"), DAV_PRINCIPAL, false, put_principal},
    {D("principal-collection-set"), EVERYWHERE, false, put_root},
    {D("owner"), OWNED, false, put_principal},
    {D("current-user-privilege-set"), EVERYWHERE, false, put_privileges},
    {D("supported-report-set"), EVERYWHERE, false, put_reports},
    {D("sync-token"), DAV_CALENDAR, false, put_token},
    {C("calendar-home-set"), DAV_PRINCIPAL, false, put_home},
    {C("calendar-user-address-set"), DAV_PRINCIPAL, false, put_addresses},
    {C("calendar-user-type"), DAV_PRINCIPAL, false, put_person_type},
    {C("calendar-description"), DAV_CALENDAR, false, put_description},
    {C("supported-calendar-component-set"), DAV_CALENDAR, false, put_components},
    {C("supported-calendar-data"), DAV_CALENDAR, false, put_media_types},
    {C("supported-collation-set"), DAV_CALENDAR, false, put_collations},
    {C("max-resource-size"), DAV_CALENDAR, false, put_most_bytes},
    {C("calendar-data"), DAV_OBJECT, false, put_data},
    {C("schedule-tag"), DAV_OBJECT, false, put_schedule_tag},
    {S("getctag"), DAV_CALENDAR, false, put_ctag},
    {A("calendar-color"), DAV_CALENDAR, false, put_color},
};
const size_t dav_prop_count = sizeof dav_props / sizeof *dav_props;

const char *dav_prefix(const char *ns)
{
    static const char *const known[][2] = {
        {NS_DAV, "d"}, {NS_CALDAV, "c"}, {NS_SERVER, "s"}, {NS_APPLE, "a"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i][0], ns) == 0)
            return known[i][1];
    return NULL;
}
