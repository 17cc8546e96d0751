/* Of a calendar in a mail what an answer to us says, and no more: all of it goes to the database,
 * once for each recipient. */
#include "mail_in.h"

#include <string.h>

enum {
    EVENTS_MAX = 8,
    ATTENDEES_MAX = 20,
    ADDRESS_MAX = 254,
    UID_MAX = 1000,
    TIME_MAX = 32,
    COMMENT_MAX = 6000
};

static const struct {
    const char *key;
    size_t most; /* bytes */
} told[] = {
    {"uid", UID_MAX},    {"recurrence_id", TIME_MAX}, {"dtstamp", TIME_MAX},
    {"start", TIME_MAX}, {"end", TIME_MAX},           {"comment", COMMENT_MAX},
};

static json_t *cut(const json_t *of, const char *key, size_t most)
{
    return mail_text(json_string_value(json_object_get(of, key)), most);
}

static json_t *event_answer(const json_t *event)
{
    const json_t *attendee;
    size_t i;
    json_t *people = json_array();
    json_t *e = json_pack("{s:O, s:o}", "sequence", json_object_get(event, "sequence"), "attendees",
                          people);
    for (i = 0; i < sizeof told / sizeof *told; i++)
        json_object_set_new(e, told[i].key, cut(event, told[i].key, told[i].most));
    json_array_foreach(json_object_get(event, "attendees"), i, attendee)
    {
        if (i == ATTENDEES_MAX)
            break;
        json_array_append_new(people, json_pack("{s:o, s:o}", "address",
                                                cut(attendee, "address", ADDRESS_MAX), "partstat",
                                                cut(attendee, "partstat", TIME_MAX)));
    }
    return e;
}

static bool is_answer(const char *method)
{
    return method && (strcmp(method, "REPLY") == 0 || strcmp(method, "COUNTER") == 0 ||
                      strcmp(method, "REFRESH") == 0);
}

json_t *mail_answers(json_t *calendar, size_t *events)
{
    const json_t *event;
    size_t i;
    if (json_object_get(calendar, "error"))
        return json_incref(calendar);
    json_t *method = cut(calendar, "method", TIME_MAX), *list = json_array();
    if (is_answer(json_string_value(method)))
        json_array_foreach(json_object_get(calendar, "events"), i, event)
        {
            if (++*events > EVENTS_MAX)
                break;
            json_array_append_new(list, event_answer(event));
        }
    return json_pack("{s:o, s:o}", "method", method, "events", list);
}
