/* The expo of the sample: a day that waits to be planned (POST /v1/plans with its event_id). */
#include "sample_life_in.h"

#include "base/arena.h"

enum {
    DAYS_AHEAD = 10,
    OPENS = 10, /* local hours */
    CLOSES = 17,
    NOON = 12, /* an hour without slots */
    SLOT = HOUR / 2,
    BOOTHS = 12,
    ON_DUTY = 24,
    WAITING = 40, /* requests */
    EVERY = 13,   /* whose stories are taken from the past */
};

/* The first weekday so far ahead. */
static instant expo_day(int64_t today)
{
    int64_t day = today + DAYS_AHEAD;
    while ((day + 3) % 7 >= 5) /* 1970-01-01 was a Thursday: Monday is 0 */
        day++;
    return day * DAY - SEOUL;
}

static json_t *span(instant from, instant until)
{
    char a[CLOCK_TEXT], b[CLOCK_TEXT];
    return json_pack("{s:s, s:s}", "from", clock_text(from, a), "until", clock_text(until, b));
}

static json_t *slots(instant day)
{
    json_t *list = json_array();
    for (instant t = OPENS * HOUR; t < CLOSES * HOUR; t += SLOT) {
        if (t / HOUR == NOON)
            continue;
        json_t *slot = span(day + t, day + t + SLOT);
        json_object_set_new(slot, "booths", json_integer(BOOTHS));
        json_array_append_new(list, slot);
    }
    return list;
}

static json_t *on_duty(struct world *w)
{
    json_t *list = json_array(), *e;
    json_t *all =
        tell(w, w->lives, "coordinator", ASK_expert_list, json_pack("{s:i}", "limit", 100));
    size_t i;
    json_array_foreach(json_object_get(all, "items"), i, e)
    {
        if (i % 4 == 0 && json_array_size(list) < ON_DUTY) /* of every field */
            json_array_append_new(
                list, json_pack("{s:O, s:s, s:i, s:i}", "expert_id", json_object_get(e, "id"),
                                "zone", i % 8 ? "B" : "A", "per_day", 8, "rest_after", 4));
    }
    return list;
}

static json_t *fairground(struct world *w, instant day)
{
    return json_pack("{s:{s:s, s:s, s:o, s:[{s:s, s:i, s:i}, {s:s, s:i, s:i}], s:o}}", "body",
                     "title", "가상 기업지원 박람회", "place", "가상 전시관 1홀", "slots",
                     slots(day), "zones", "zone", "A", "first", 1, "last", BOOTHS / 2, "zone", "B",
                     "first", BOOTHS / 2 + 1, "last", BOOTHS, "experts", on_duty(w));
}

/* A company that has told its difficulty before would like to talk about it at the expo. */
static bool comes(struct world *w, const struct life *l, instant day)
{
    const json_t *item = l->item;
    const json_t *number = json_object_get(item, "company_registration");
    const json_t *found = tell(w, l, "field", ASK_company_list, json_pack("{s:O}", "q", number));
    const json_t *company = json_array_get(json_object_get(found, "items"), 0);
    const json_t *contact = json_array_get(json_object_get(company, "contacts"), 0);
    if (!company)
        return false;
    json_t *kase = tell(w, l, "field", ASK_case_add,
                        json_pack("{s:{s:O, s:s, s:O, s:O, s:s}}", "body", "company_id",
                                  json_object_get(company, "id"), "channel", "expo", "title",
                                  json_object_get(item, "title"), "text",
                                  json_object_get(item, "text"), "triage", "deep"));
    json_t *args = json_pack(
        "{s:{s:O?, s:[{s:O, s:i}], s:s, s:i, s:[o], s:O, s:O, s:O, s:O}}", "body", "case_id",
        json_object_get(kase, "id"), "seats", "field", json_object_get(item, "field"), "min_level",
        1, "mode", "visit", "minutes", SLOT / 60, "windows",
        span(day + OPENS * HOUR, day + CLOSES * HOUR), "urgency", json_object_get(item, "urgency"),
        "topics", json_object_get(item, "topics"), "languages", json_object_get(item, "languages"),
        "contact_id", json_object_get(contact, "id"));
    return kase && tell(w, l, "field", ASK_request_add, args);
}

bool life_expo(struct world *w, const json_t *cases, int64_t today)
{
    instant day = expo_day(today);
    bool ok = tell(w, w->lives, "coordinator", ASK_event_add, fairground(w, day)) != NULL;
    for (size_t i = 0; ok && i < WAITING && i * EVERY < json_array_size(cases); i++)
        ok = comes(w, &w->lives[i * EVERY], day);
    return ok;
}
