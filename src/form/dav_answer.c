#include "form/dav_answer.h"

#include "base/buf.h"
#include "core/day.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *said(const json_t *event, const char *name)
{
    return json_string_value(json_object_get(event, name));
}

/* A line goes on after a line break and a blank, even between a backslash and what it escapes. */
static const char *past_folds(const char *at)
{
    while (at[0] == '\r' && at[1] == '\n' && at[2] == ' ')
        at += 3;
    return at;
}

/* The TEXT value of a line of ours, unfolded and unescaped; "" where there is none. */
static const char *own_text(struct arena *a, const char *ics, const char *name)
{
    size_t len = strlen(name);
    const char *at = ics;
    struct buf b;
    while ((at = strstr(at, "\r\n")) && (strncmp(at + 2, name, len) != 0 || at[2 + len] != ':'))
        at += 2;
    if (!at)
        return "";
    buf_init(&b, BUF_MAX_DEFAULT);
    for (at = past_folds(at + 3 + len); *at && *at != '\r'; at = past_folds(at + 1)) {
        bool escaped = *at == '\\';
        if (escaped)
            at = past_folds(at + 1);
        if (!*at)
            break;
        buf_char(&b, escaped && (*at == 'n' || *at == 'N') ? '\n' : *at);
    }
    const char *text = arena_strndup(a, b.data, b.len);
    buf_done(&b);
    return text;
}

static const char *blanks[] = {" ", "\t", "\r", "\n", "\xc2\xa0"};

static size_t blank(const char *s)
{
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (strncmp(s, blanks[i], strlen(blanks[i])) == 0)
            return strlen(blanks[i]);
    return 0;
}

static const char *past_blanks(const char *s)
{
    size_t n;
    while ((n = blank(s)))
        s += n;
    return s;
}

/* How much white space there is and of which kind makes no difference. */
static bool alike(const char *a, const char *b)
{
    a = past_blanks(a);
    b = past_blanks(b);
    while (*a && *b) {
        bool gap = blank(a) > 0;
        if (gap != (blank(b) > 0) || (!gap && *a != *b))
            break;
        a = gap ? past_blanks(a) : a + 1;
        b = gap ? past_blanks(b) : b + 1;
    }
    return *past_blanks(a) == '\0' && *past_blanks(b) == '\0';
}

static bool same_text(struct arena *a, const json_t *event, const char *member, const char *ics,
                      const char *name)
{
    const char *theirs = said(event, member);
    return alike(theirs ? theirs : "", own_text(a, ics, name));
}

/* "2026-11-24T00:00:00Z" and nothing else: the reader writes no other instant. */
static bool is_at(const json_t *event, const char *name, instant t)
{
    const char *text = said(event, name);
    int hour, minute, second, end = 0;
    int32_t day;
    char date[11];
    if (!text || strlen(text) != 20)
        return false;
    snprintf(date, sizeof date, "%.10s", text);
    return day_parse(date, &day) &&
           sscanf(text + 10, "T%2d:%2d:%2dZ%n", &hour, &minute, &second, &end) == 3 && end == 10 &&
           (instant)day * DAY_SECONDS + hour * 3600 + minute * 60 + second == t;
}

static bool recurs(const json_t *event)
{
    const json_t *property;
    size_t i;
    json_array_foreach(json_object_get(event, "properties"), i, property)
    {
        const char *name = said(property, "name");
        if (name && (strcasecmp(name, "RRULE") == 0 || strcasecmp(name, "RDATE") == 0))
            return true;
    }
    return false;
}

/* The attendee's own line; NULL where it is gone, or is not the only one. */
static const json_t *own_line(const json_t *event, const char *email)
{
    const json_t *all = json_object_get(event, "attendees"), *one = json_array_get(all, 0);
    const char *address = json_array_size(all) == 1 ? said(one, "address") : NULL;
    return address && strcasecmp(address, email) == 0 ? one : NULL;
}

/* The mark before a title says what STATUS says. */
static const char *unmarked(const char *title)
{
    const char *close = *title == '[' ? strchr(title, ']') : NULL;
    return close ? close + 1 : title;
}

static bool same_title(struct arena *a, const json_t *event, const char *ics)
{
    const char *theirs = said(event, "summary");
    return theirs && alike(unmarked(theirs), unmarked(own_text(a, ics, "SUMMARY")));
}

/* Whether a meeting is certain hangs on this very answer: who answers twice has seen the other
 * one. */
static bool same_status(const char *theirs, const char *ours)
{
    return !theirs || (strcmp(theirs, "CANCELLED") == 0) == (strcmp(ours, "CANCELLED") == 0);
}

static const char *url_of(const json_t *event)
{
    const json_t *property;
    size_t i;
    json_array_foreach(json_object_get(event, "properties"), i, property)
    {
        const char *name = said(property, "name");
        if (name && strcasecmp(name, "URL") == 0)
            return said(property, "value");
    }
    return NULL;
}

/* Who asks, and where the meeting is held. */
static bool same_links(struct arena *a, const json_t *event, const struct dav_shown *s, bool answer)
{
    const char *organizer = said(event, "organizer"), *url = url_of(event);
    return (organizer ? strcasecmp(organizer, s->organizer) == 0 : answer) &&
           ((!url && answer) || strcmp(url ? url : "", own_text(a, s->text, "URL")) == 0);
}

/* answer: it says another PARTSTAT. */
static bool untouched(struct arena *a, const json_t *event, const struct dav_shown *s, bool answer)
{
    return is_at(event, "start", s->starts) && is_at(event, "end", s->ends) && !recurs(event) &&
           same_status(said(event, "status"), own_text(a, s->text, "STATUS")) &&
           same_links(a, event, s, answer) &&
           ((answer && s->same_meeting) ||
            (same_title(a, event, s->text) &&
             same_text(a, event, "location", s->text, "LOCATION") &&
             same_text(a, event, "description", s->text, "DESCRIPTION")));
}

static bool is_answer(const char *partstat)
{
    return strcmp(partstat, "ACCEPTED") == 0 || strcmp(partstat, "DECLINED") == 0 ||
           strcmp(partstat, "TENTATIVE") == 0;
}

static const json_t *only_event(const json_t *doc)
{
    const json_t *events = json_object_get(doc, "events"), *one = json_array_get(events, 0);
    bool only = json_array_size(events) == 1 && !said(doc, "method") &&
                json_array_size(json_object_get(doc, "others")) == 0 && said(one, "uid") &&
                !said(one, "recurrence_id");
    return only ? one : NULL;
}

void dav_answer_judge(struct arena *a, const json_t *doc, const struct dav_shown *shown,
                      struct dav_answer *ret)
{
    const json_t *event = only_event(doc);
    *ret = (struct dav_answer){.verdict = DAV_NO_EVENT};
    if (!event)
        return;
    ret->verdict = DAV_OTHERS;
    if (strcmp(said(event, "uid"), shown->uid) != 0)
        return;
    ret->verdict = DAV_CHANGES;
    const json_t *own = own_line(event, shown->email);
    if (!own)
        return;
    const char *partstat = said(own, "partstat");
    ret->partstat = partstat ? partstat : "NEEDS-ACTION";
    ret->comment = said(event, "comment");
    bool same = strcasecmp(ret->partstat, shown->partstat) == 0;
    if ((same || is_answer(ret->partstat)) && untouched(a, event, shown, !same))
        ret->verdict = same ? DAV_SAME : DAV_ANSWERS;
}

bool dav_repeats(const json_t *doc, const struct dav_shown *shown)
{
    const json_t *event = only_event(doc), *own = event ? own_line(event, shown->email) : NULL;
    const char *partstat = own ? said(own, "partstat") : NULL;
    return partstat && strcmp(said(event, "uid"), shown->uid) == 0 &&
           strcasecmp(partstat, shown->partstat) == 0;
}
