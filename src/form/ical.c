#include "form/ical.h"

#include "form/address.h"
#include "form/clean.h"
#include "form/facts.h"
#include "form/ical_line.h"
#include "form/ical_zone.h"
#include "form/when.h"
#include "ical_in.h"

#include <stdio.h>
#include <string.h>

#define PRODID "-//Jamund//Jamund//KO"

/* How each status of an appointment looks in a calendar. Feed readers that ignore STATUS (and there
 * are many) still show the prefix. */
static const struct look {
    const char *status, *transp, *busy;
    struct words prefix;
} looks[] = {
    [STATUS_TENTATIVE] = {"TENTATIVE", "OPAQUE", "TENTATIVE", {{"[미확정] ", "[Tentative] "}}},
    [STATUS_CONFIRMED] = {"CONFIRMED", "OPAQUE", "BUSY", {{"", ""}}},
    [STATUS_CANCELLED] = {"CANCELLED", "TRANSPARENT", "FREE", {{"[취소] ", "[Cancelled] "}}},
    [STATUS_COMPLETED] = {"CONFIRMED", "OPAQUE", "BUSY", {{"", ""}}},
};

static const char *const partstats[] = {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"};

static void put_identity(struct ical_line *l, const struct revision *r);
static bool on_clock(const struct revision *r);
static void put_times(struct ical_line *l, const struct revision *r);
static void put_title(struct ical_line *l, const char *name, const struct revision *r,
                      const char *prefix, enum lang lang);
static void put_place(struct ical_line *l, const struct revision *r, enum lang lang);
static void put_description(struct ical_line *l, const struct revision *r, enum lang first);
static void put_conference(struct ical_line *l, const struct revision *r, enum lang lang);
static void put_alarm(struct ical_line *l, const struct revision *r,
                      const struct ical_audience *to);
static void put_people(struct ical_line *l, const struct ical_audience *to);
static void put_declined(struct buf *out, const struct revision *r, const struct ical_audience *to);
static const char *own_zone(const struct ical_feed_head *head);
static void put_zones(struct buf *out, const struct ical_feed_head *head);

void ical_event(struct buf *out, const struct revision *r, const struct ical_audience *to)
{
    struct ical_line l;
    const struct look *look = &looks[r->status];
    bool uninvited = to->method == ICAL_CANCEL && r->status != STATUS_CANCELLED;
    if (uninvited)
        look = &looks[STATUS_CANCELLED];

    ical_line_init(&l, out);
    ical_line_put(&l, "BEGIN", "VEVENT");
    put_identity(&l, r);
    put_times(&l, r);
    ical_line_put(&l, "STATUS", uninvited ? NULL : look->status);
    put_title(&l, "SUMMARY", r, look->prefix.in[to->lang], to->lang);
    if (!uninvited) { /* the rest is no longer the reader's business */
        put_place(&l, r, to->lang);
        put_description(&l, r, to->lang);
    }
    ical_line_put_text(&l, "CATEGORIES", words_in(&r->field, to->lang));
    ical_line_put(&l, "CLASS", "PRIVATE");
    ical_line_put(&l, "TRANSP", look->transp);
    ical_line_put(&l, "X-MICROSOFT-CDO-BUSYSTATUS", look->busy);
    ical_line_put(&l, "URL", !uninvited && url_valid(r->online_url) ? r->online_url : NULL);
    if (to->method == ICAL_REQUEST)
        put_conference(&l, r, to->lang);
    put_people(&l, to);
    if (to->method == ICAL_REQUEST && to->alarmed)
        put_alarm(&l, r, to);
    ical_line_put(&l, "END", "VEVENT");
    ical_line_done(&l);
}

void ical_head(struct ical_line *l)
{
    ical_line_put(l, "BEGIN", "VCALENDAR");
    ical_line_put(l, "VERSION", "2.0");
    ical_line_put(l, "PRODID", PRODID);
    ical_line_put(l, "CALSCALE", "GREGORIAN");
}

void ical_feed_begin(struct buf *out, const struct ical_feed_head *head)
{
    struct ical_line l;
    ical_line_init(&l, out);
    ical_head(&l);
    ical_line_put_text(&l, "UID", head->uid);
    if (head->modified > 0)
        ical_instant(&l, "LAST-MODIFIED", head->modified);
    ical_line_put_text(&l, "NAME", head->name);
    ical_line_put_text(&l, "X-WR-CALNAME", head->name);
    ical_line_put_text(&l, "DESCRIPTION", head->description);
    ical_line_put_text(&l, "X-WR-CALDESC", head->description);
    ical_line_put(&l, "X-WR-TIMEZONE", own_zone(head));
    ical_line_put(&l, "COLOR", "steelblue");
    ical_line_put(&l, "REFRESH-INTERVAL;VALUE=DURATION", "PT15M");
    ical_line_put(&l, "X-PUBLISHED-TTL", "PT15M");
    put_zones(out, head);
    ical_line_done(&l);
}

static const char *own_zone(const struct ical_feed_head *head)
{
    return head->zone && ical_zone_named(head->zone) ? head->zone : ZONE_SEOUL;
}

/* Each once, the feed's own first; never none (RFC 5545 3.6 asks for a component). */
static void put_zones(struct buf *out, const struct ical_feed_head *head)
{
    const char *own = own_zone(head);
    ical_zone(out, own, head->from, head->until);
    for (size_t i = 0; i < head->zone_count; i++)
        if (strcmp(head->zones[i], own) != 0)
            ical_zone(out, head->zones[i], head->from, head->until);
}

void ical_feed_end(struct buf *out)
{
    buf_str(out, "END:VCALENDAR\r\n");
}

static bool partstat_valid(const char *s)
{
    for (size_t i = 0; s && i < sizeof partstats / sizeof *partstats; i++)
        if (strcmp(partstats[i], s) == 0)
            return true;
    return false;
}

enum err ical_itip(struct buf *out, const struct revision *r, const struct ical_audience *to)
{
    struct ical_line l;
    if (to->method == ICAL_FEED || !address_valid(to->organizer.email) ||
        !address_valid(to->attendee.email) || !partstat_valid(to->partstat))
        return ERR_INVALID;
    if (to->method == ICAL_REQUEST && r->status == STATUS_CANCELLED)
        return ERR_INVALID;

    ical_line_init(&l, out);
    ical_head(&l);
    ical_line_put(&l, "METHOD", ical_method_name(to->method));
    if (on_clock(r))
        ical_zone(out, r->zone, r->start, r->end);
    if (to->method == ICAL_DECLINECOUNTER)
        put_declined(out, r, to);
    else
        ical_event(out, r, to);
    ical_line_put(&l, "END", "VCALENDAR");
    ical_line_done(&l);
    return OK;
}

const char *ical_method_name(enum ical_method method)
{
    static const char *const names[] = {[ICAL_FEED] = NULL,
                                        [ICAL_REQUEST] = "REQUEST",
                                        [ICAL_CANCEL] = "CANCEL",
                                        [ICAL_DECLINECOUNTER] = "DECLINECOUNTER",
                                        [ICAL_OBJECT] = NULL};
    return names[method];
}

/* The event that stands, as far as it takes to know it again, and the words of the refusal. */
static void put_declined(struct buf *out, const struct revision *r, const struct ical_audience *to)
{
    struct ical_line l;
    ical_line_init(&l, out);
    ical_line_put(&l, "BEGIN", "VEVENT");
    put_identity(&l, r);
    put_times(&l, r);
    put_title(&l, "SUMMARY", r, looks[r->status].prefix.in[to->lang], to->lang);
    ical_line_put_text(&l, "COMMENT", to->comment);
    put_people(&l, to);
    ical_line_put(&l, "END", "VEVENT");
    ical_line_done(&l);
}

static void put_identity(struct ical_line *l, const struct revision *r)
{
    char sequence[24];
    snprintf(sequence, sizeof sequence, "%lld", (long long)r->sequence);
    ical_line_put_text(l, "UID", r->uid);
    ical_instant(l, "DTSTAMP", r->stamp);
    ical_instant(l, "CREATED", r->created);
    ical_instant(l, "LAST-MODIFIED", r->modified);
    ical_line_put(l, "SEQUENCE", sequence);
}

static void put_time(struct ical_line *l, const char *name, const char *zone, instant t)
{
    ical_line_raw(l, name);
    ical_line_raw(l, ";TZID=");
    ical_line_raw(l, zone);
    ical_line_raw(l, ":");
    ical_zone_local(&l->text, zone, t);
    ical_line_end(l);
}

/* Not in UTC: a clock is named, and its times would not be taken for others. */
static bool on_clock(const struct revision *r)
{
    return ical_zone_named(r->zone) && ical_zone_tells(r->zone, r->start) &&
           ical_zone_tells(r->zone, r->end);
}

static void put_times(struct ical_line *l, const struct revision *r)
{
    if (on_clock(r)) {
        put_time(l, "DTSTART", r->zone, r->start);
        put_time(l, "DTEND", r->zone, r->end);
    } else {
        ical_instant(l, "DTSTART", r->start);
        ical_instant(l, "DTEND", r->end);
    }
}

static void put_title(struct ical_line *l, const char *name, const struct revision *r,
                      const char *prefix, enum lang lang)
{
    struct buf title, line;
    buf_init(&title, BUF_MAX_DEFAULT);
    buf_init(&line, BUF_MAX_DEFAULT);
    buf_str(&title, prefix);
    facts_title(&title, r, lang);
    clean_line(&line, title.data);
    ical_line_put_text(l, name, line.data);
    buf_done(&line);
    buf_done(&title);
}

static void put_place(struct ical_line *l, const struct revision *r, enum lang lang)
{
    const char *place = words_in(&r->place, lang);
    ical_line_put_text(l, "LOCATION", place ? place : r->address);
}

static void put_description(struct ical_line *l, const struct revision *r, enum lang first)
{
    struct arena *a = arena_new();
    struct buf text;
    buf_init(&text, BUF_MAX_DEFAULT);
    for (int n = 0; n < LANGS; n++) {
        struct fact facts[FACTS_MAX];
        enum lang lang = (enum lang)((first + n) % LANGS);
        size_t count = facts_of(a, r, SEATS_LIVE, lang, facts);
        for (size_t i = 0; i < count; i++) {
            const char *between = text.len == 0 ? "" : i == 0 ? "\n\n" : "\n";
            buf_printf(&text, "%s%s: %s", between, facts[i].label, facts[i].value);
        }
    }
    ical_line_put_text(l, "DESCRIPTION", text.data);
    buf_done(&text);
    arena_free(a);
}

/* RFC 7986, 5.11; clients that do not know it have URL. */
static void put_conference(struct ical_line *l, const struct revision *r, enum lang lang)
{
    static const struct words label = {{"온라인 자문", "Online consultation"}};
    if (!url_valid(r->online_url))
        return;
    ical_line_raw(l, "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=");
    ical_line_quoted(l, label.in[lang]);
    ical_line_raw(l, ":");
    ical_line_raw(l, r->online_url);
    ical_line_end(l);
}

static void put_alarm(struct ical_line *l, const struct revision *r, const struct ical_audience *to)
{
    ical_line_put(l, "BEGIN", "VALARM");
    ical_line_put(l, "ACTION", "DISPLAY");
    put_title(l, "DESCRIPTION", r, "", to->lang);
    buf_printf(&l->text, "TRIGGER:-PT%lldM", (long long)to->alarm_minutes);
    ical_line_end(l);
    ical_line_put(l, "END", "VALARM");
}

void ical_person(struct ical_line *l, const char *name, const struct person *p)
{
    ical_line_raw(l, name);
    if (p->name && *p->name) {
        ical_line_raw(l, ";CN=");
        ical_line_quoted(l, p->name);
    }
    buf_char(&l->text, ':');
    address_mailto(&l->text, p->email);
    ical_line_end(l);
}

static void put_people(struct ical_line *l, const struct ical_audience *to)
{
    if (address_valid(to->organizer.email))
        ical_person(l, "ORGANIZER", &to->organizer);
    if (to->method == ICAL_FEED)
        return;
    ical_line_raw(l, "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=");
    ical_line_raw(l, to->partstat);
    ical_line_raw(l, to->lang == EN ? ";LANGUAGE=en" : ";LANGUAGE=ko");
    bool asked = to->method == ICAL_REQUEST ||
                 (to->method == ICAL_OBJECT && strcmp(to->partstat, "NEEDS-ACTION") == 0);
    ical_person(l, asked ? ";RSVP=TRUE" : "", &to->attendee);
}

void ical_instant(struct ical_line *l, const char *name, instant t)
{
    ical_line_raw(l, name);
    ical_line_raw(l, ":");
    when_utc(&l->text, t);
    ical_line_end(l);
}
