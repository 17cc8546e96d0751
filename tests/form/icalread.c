/* What libical reads of calendars, for tests in other languages. Each comes on standard input as a
 * line LENGTH and then that many bytes; each answer is a line of JSON: {"calendar": {NAME: text},
 * "events":
 * [{NAME: text}]}, parameters as NAME;PARAM, times as seconds, what stands several times joined by
 * "|". */
#include <jansson.h>
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(json_t *to, const char *name, const char *text)
{
    const char *was = json_string_value(json_object_get(to, name));
    json_object_set_new(to, name, was ? json_sprintf("%s|%s", was, text) : json_string(text));
}

static void add_time(json_t *to, const char *name, icalproperty *p, icalcomponent *calendar)
{
    struct icaltimetype t = icalproperty_get_datetime_with_component(p, calendar);
    json_object_set_new(to, name, json_integer(icaltime_as_timet_with_zone(t, t.zone)));
}

static void add_property(json_t *to, icalproperty *p, icalcomponent *calendar)
{
    icalvalue *v = icalproperty_get_value(p);
    char *name = icalproperty_get_property_name_r(p);
    icalparameter *cn = icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
    char cn_name[64];
    if (strcmp(name, "DTSTART") == 0 || strcmp(name, "DTEND") == 0)
        add_time(to, name, p, calendar);
    else if (v && icalvalue_isa(v) == ICAL_TEXT_VALUE)
        add(to, name, icalvalue_get_text(v));
    else if (v && icalvalue_isa(v) == ICAL_X_VALUE)
        add(to, name, icalvalue_get_x(v));
    else if (v) {
        char *text = icalvalue_as_ical_string_r(v);
        add(to, name, text);
        icalmemory_free_buffer(text);
    }
    if (cn) {
        snprintf(cn_name, sizeof cn_name, "%s;CN", name);
        add(to, cn_name, icalparameter_get_cn(cn));
    }
    icalmemory_free_buffer(name);
}

static json_t *component(icalcomponent *c, icalcomponent *calendar)
{
    json_t *o = json_object();
    for (icalproperty *p = icalcomponent_get_first_property(c, ICAL_ANY_PROPERTY); p;
         p = icalcomponent_get_next_property(c, ICAL_ANY_PROPERTY))
        add_property(o, p, calendar);
    return o;
}

static void answer(const char *bytes)
{
    icalcomponent *calendar = icalparser_parse_string(bytes);
    json_t *events = json_array();
    json_t *o = json_pack("{s:o, s:o}", "calendar",
                          calendar ? component(calendar, calendar) : json_null(), "events", events);
    for (icalcomponent *e =
             calendar ? icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT) : NULL;
         e; e = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
        json_array_append_new(events, component(e, calendar));
    json_dumpf(o, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(o);
    if (calendar)
        icalcomponent_free(calendar);
}

int main(void)
{
    size_t len;
    while (scanf("%zu", &len) == 1 && getchar() == '\n') {
        char *bytes = malloc(len + 1);
        if (!bytes || fread(bytes, 1, len, stdin) != len)
            return 1;
        bytes[len] = '\0';
        answer(bytes);
        free(bytes);
    }
    return 0;
}
