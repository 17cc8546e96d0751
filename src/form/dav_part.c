#include "form/dav_part.h"

#include "form/dav_xml.h"
#include "form/when.h"

#include <string.h>
#include <strings.h>

struct line {
    const char *start, *end; /* with its folds and without the last CRLF */
    size_t name;             /* octets of its name */
};

struct walk {
    const char *at; /* NUL-terminated */
    struct buf *out;
    const struct dav_data *data;
    const struct dav_item *item;
};

static bool next_line(struct walk *w, struct line *ret)
{
    if (!*w->at)
        return false;
    ret->start = w->at;
    ret->name = strcspn(w->at, ":;\r");
    ret->end = strstr(w->at, "\r\n");
    while (ret->end && (ret->end[2] == ' ' || ret->end[2] == '\t'))
        ret->end = strstr(ret->end + 2, "\r\n");
    ret->end = ret->end ? ret->end : w->at + strlen(w->at);
    w->at = ret->end + (*ret->end ? 2 : 0);
    return true;
}

static bool named(const struct line *l, const char *name)
{
    return strlen(name) == l->name && strncasecmp(l->start, name, l->name) == 0;
}

/* The component that a BEGIN or END names. */
static struct line component(const struct line *l)
{
    const char *value = l->start + l->name + (l->start + l->name < l->end);
    return (struct line){value, l->end, (size_t)(l->end - value)};
}

/* The child of that kind and name; wanted: an element comp, or NULL. */
static const struct dav_node *chosen(const struct dav_node *wanted, const char *kind,
                                     const struct line *l)
{
    for (const struct dav_node *n = wanted->child; n; n = n->next) {
        const char *name = dav_is(n, NS_CALDAV, kind) ? dav_attr(n, "name") : NULL;
        if (name && named(l, name))
            return n;
    }
    return NULL;
}

static bool bare(const struct dav_node *prop)
{
    const char *value = dav_attr(prop, "novalue");
    return value && strcmp(value, "yes") == 0;
}

static void put_time(struct walk *w, const char *name, instant t)
{
    buf_printf(w->out, "%s:", name);
    when_utc(w->out, t);
    buf_str(w->out, "\r\n");
}

static void put_line(struct walk *w, const struct line *l, bool value)
{
    bool utc = w->data->utc && value;
    if (utc && named(l, "DTSTART")) {
        put_time(w, "DTSTART", w->item->starts);
    } else if (utc && named(l, "DTEND")) {
        put_time(w, "DTEND", w->item->ends);
    } else {
        buf_add(w->out, l->start, value ? (size_t)(l->end - l->start) : l->name);
        buf_str(w->out, value ? "\r\n" : ":\r\n");
    }
}

/* wanted: the element comp of the component; NULL: all of it. */
static void put_property(struct walk *w, const struct line *l, const struct dav_node *wanted)
{
    bool all = !wanted || !wanted->child || dav_child(wanted, NS_CALDAV, "allprop");
    const struct dav_node *prop = all ? NULL : chosen(wanted, "prop", l);
    if (all || prop)
        put_line(w, l, all || !bare(prop));
}

static void put_component(struct walk *w, const struct line *begin, const struct dav_node *wanted,
                          bool shown);

static void put_child(struct walk *w, const struct line *begin, const struct dav_node *wanted,
                      bool shown)
{
    struct line name = component(begin);
    bool all = !wanted || !wanted->child || dav_child(wanted, NS_CALDAV, "allcomp");
    const struct dav_node *comp = all ? NULL : chosen(wanted, "comp", &name);
    bool zone = w->data->utc && named(&name, "VTIMEZONE");
    put_component(w, begin, comp, shown && (all || comp) && !zone);
}

/* As deep as what form/ical writes. */
static void put_component(struct walk *w, const struct line *begin, const struct dav_node *wanted,
                          bool shown)
{
    struct line l;
    if (shown)
        put_line(w, begin, true);
    while (next_line(w, &l) && !named(&l, "END"))
        if (named(&l, "BEGIN"))
            put_child(w, &l, wanted, shown);
        else if (shown)
            put_property(w, &l, wanted);
    if (shown)
        put_line(w, &l, true);
}

void dav_part(struct buf *out, const struct dav_data *data, const struct dav_item *item)
{
    struct walk w = {.at = item->text, .out = out, .data = data, .item = item};
    struct line l;
    while (next_line(&w, &l))
        if (named(&l, "BEGIN"))
            put_component(&w, &l, data->comp, true);
}
