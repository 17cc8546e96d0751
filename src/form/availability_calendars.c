/* An expert's own page, what is about calendars: those that are read, the program that is
 * connected, addresses to subscribe to, and how invitations come. Beside it what the page's parts
 * share. */
#include "availability_in.h"

#include "base/buf.h"
#include "page_in.h"

#include <stdio.h>
#include <string.h>

/* What a field of a form shows: what was typed where the form was refused, else what is stored. */
json_t *page_field(const json_t *facts, const char *change, const char *name, const char *stored)
{
    const json_t *form = json_object_get(facts, "form");
    const char *sent = page_text(form, "change"), *wrong = page_text(facts, "wrong");
    bool refused = sent && strcmp(sent, change) == 0;
    const char *value = refused ? page_text(form, name) : stored;
    return json_pack("{s:s, s:b}", "value", value ? value : "", "wrong",
                     refused && wrong && strcmp(wrong, name) == 0);
}

json_t *page_fields(const json_t *facts, const char *change, const char *const *names)
{
    json_t *fields = json_object();
    for (; *names; names++)
        json_object_set_new(fields, *names, page_field(facts, change, *names, NULL));
    return fields;
}

/* A wall clock's seconds as a moment, or as the day alone. */
json_t *page_wall(int64_t wall, bool day)
{
    char ko[MOMENT_BYTES], en[MOMENT_BYTES];
    page_moment(wall, 0, ko, en);
    if (day) {
        *strrchr(ko, ' ') = '\0';
        *strrchr(en, ',') = '\0';
    }
    return page_both((struct both){ko, en});
}

int64_t page_number(const json_t *of, const char *name)
{
    return json_integer_value(json_object_get(of, name));
}

const char *page_line(const json_t *of, const char *path)
{
    const char *found = page_text(of, path);
    return found ? found : "";
}

/* What became of a calendar that is read: the reason in words where it is one that an expert can
 * mend. */
static struct both calendar_words(const json_t *one)
{
    static const struct {
        const char *reason;
        struct both text;
    } words[] = {
        {"http-401", {"주소가 막혀 있습니다.", "The address is closed to us."}},
        {"http-403", {"주소가 막혀 있습니다.", "The address is closed to us."}},
        {"http-404", {"그 주소에 캘린더가 없습니다.", "There is no calendar at this address."}},
        {"http-410", {"그 주소에 캘린더가 없습니다.", "There is no calendar at this address."}},
        {"no-such-host", {"없는 주소입니다.", "There is no such address."}},
        {"not-public", {"쓸 수 없는 주소입니다.", "This address cannot be used."}},
        {"address-lost",
         {"저장된 주소를 열 수 없습니다. 지우고 다시 추가해 주세요.",
          "Its address can no longer be opened. Please remove it and add it again."}},
        {"not-a-calendar", {"캘린더가 아닙니다.", "This is no calendar."}},
        {"", {"지금은 읽을 수 없습니다.", "It cannot be read just now."}},
    };
    const char *state = page_line(one, "state"), *reason = page_line(one, "reason");
    size_t i = 0;
    if (strcmp(state, "fresh") == 0)
        return (struct both){"바쁜 시간을 피합니다.", "Its time is kept free of requests."};
    if (strcmp(state, "new") == 0)
        return (struct both){"곧 읽습니다.", "It will be read soon."};
    while (*words[i].reason && strcmp(words[i].reason, reason) != 0)
        i++;
    return words[i].text;
}

static bool is_warned(const json_t *one, const char *word)
{
    const json_t *warnings = json_object_get(one, "warnings");
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        const char *said = json_string_value(json_array_get(warnings, i));
        if (said && strcmp(said, word) == 0)
            return true;
    }
    return false;
}

/* What is to be known of the time that counts, by the warnings of reader/busy.h; empty: nothing. */
static struct both calendar_note(const json_t *one)
{
    static const struct both old = {"전에 읽은 바쁜 시간은 그대로 피합니다.",
                                    "What was read before still counts."};
    static const struct both cut = {"다 읽지 못한 반복 일정이 있습니다.",
                                    "Some recurring events could not be read in full."};
    static const struct both zone = {
        "시간대를 알 수 없는 일정은 이 캘린더의 시간대로 읽었습니다.",
        "Events of an unknown time zone were read in the calendar's own."};
    static const struct {
        const char *warning;
        const struct both *text;
    } notes[] = {
        {"unknown-zone", &zone}, {"bad-rule", &cut}, {"cut-rule", &cut}, {"this-and-future", &cut}};
    if (json_is_true(json_object_get(one, "stale")))
        return old;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (is_warned(one, notes[i].warning))
            return *notes[i].text;
    return (struct both){"", ""};
}

static json_t *calendars_json(const json_t *facts)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(facts, "calendars"), i, one)
    {
        const char *label = page_line(one, "label");
        bool seen = json_is_integer(json_object_get(one, "seen"));
        struct both note = calendar_note(one);
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:b, s:o, s:b, s:o}", "id", page_line(one, "id"),
                            "name", *label ? label : page_line(one, "host"), "state",
                            page_both(calendar_words(one)), "noted", *note.ko != '\0', "note",
                            page_both(note), "seen", seen, "at",
                            page_wall(page_number(one, "seen"), false)));
    }
    return list;
}

/* Passwords of calendar programs: for which, and when each was there last. */
static json_t *passwords_json(const json_t *facts)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(facts, "app_passwords"), i, one)
    {
        bool used = json_is_integer(json_object_get(one, "used"));
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o}", "id", page_line(one, "id"),
                                              "label", page_line(one, "label"), "used", used, "day",
                                              page_wall(page_number(one, "used"), true)));
    }
    return list;
}

/* Who calls itself so, in the words of those who use it; NULL: as it calls itself. */
static const char *program(const char *agent)
{
    static const struct {
        const char *part, *name;
    } programs[] = {
        {"Google-Calendar-Importer", "Google Calendar"},
        {"Outlook", "Outlook"},
        {"dataaccessd", "Apple Calendar"},
        {"CalendarAgent", "Apple Calendar"},
        {"Microsoft", "Outlook"},
        {"Thunderbird", "Thunderbird"},
        {"ICSx5", "ICSx⁵"},
        {"Nextcloud", "Nextcloud"},
    };
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (strstr(agent, programs[i].part))
            return programs[i].name;
    return NULL;
}

static json_t *feeds_json(const json_t *facts)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(facts, "feeds"), i, one)
    {
        const char *agent = page_line(one, "agent"), *name = program(agent);
        bool used = json_is_integer(json_object_get(one, "seen"));
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:o, s:b, s:o, s:s}", "id",
                                        page_line(one, "id"), "label", page_line(one, "label"),
                                        "made", page_wall(page_number(one, "made"), true), "used",
                                        used, "at", page_wall(page_number(one, "seen"), false),
                                        "agent", name ? name : agent));
    }
    return list;
}

static json_t *alarm_json(int64_t minutes, bool chosen)
{
    char value[24], ko[40], en[40];
    int64_t days = minutes / 1440, hours = minutes / 60;
    bool whole_days = minutes % 1440 == 0, whole_hours = minutes % 60 == 0;
    long long n = whole_days ? days : whole_hours ? hours : minutes;
    snprintf(value, sizeof value, "%lld", (long long)minutes);
    snprintf(ko, sizeof ko, "%lld%s 전", n, whole_days ? "일" : whole_hours ? "시간" : "분");
    snprintf(en, sizeof en, "%lld %s%s before", n,
             whole_days    ? "day"
             : whole_hours ? "hour"
                           : "minute",
             n == 1 ? "" : "s");
    bool at_once = minutes == 0;
    return json_pack("{s:s, s:s, s:s, s:b}", "value", value, "ko", at_once ? "시작할 때" : ko, "en",
                     at_once ? "at the start" : en, "chosen", chosen);
}

/* Those to choose from, and what is set where it is none of them. */
static json_t *alarms_json(const json_t *settings)
{
    static const int64_t usual[] = {0, 10, 30, 60, 120, 1440, 2880};
    enum { USUAL = sizeof usual / sizeof *usual };
    const json_t *set = json_object_get(settings, "alarm_minutes");
    bool some = json_is_integer(set), listed = !some;
    int64_t now = json_integer_value(set);
    json_t *list = json_pack("[{s:s, s:s, s:s, s:b}]", "value", "", "ko", "알림 없음", "en",
                             "no alarm", "chosen", !some);
    for (size_t i = 0; i < USUAL; i++) {
        if (!listed && now < usual[i]) {
            json_array_append_new(list, alarm_json(now, true));
            listed = true;
        }
        bool chosen = some && now == usual[i];
        json_array_append_new(list, alarm_json(usual[i], chosen));
        listed |= chosen;
    }
    if (!listed)
        json_array_append_new(list, alarm_json(now, true));
    return list;
}

static json_t *invitations_json(const json_t *facts)
{
    const json_t *settings = json_object_get(facts, "invitations");
    bool english = strcmp(page_line(settings, "language"), "en") == 0;
    return json_pack("{s:o, s:b}", "alarms", alarms_json(settings), "english", english);
}

void page_calendars(json_t *context, const json_t *facts)
{
    static const char *const password[] = {"label", NULL};
    static const char *const calendar[] = {"url", "label", NULL};
    static const char *const feed[] = {"label", NULL};
    json_t *mine = json_pack(
        "{s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:o}", "own",
        calendars_json(facts), "own_form", page_fields(facts, "calendar", calendar), "dav_url",
        page_line(facts, "dav_url"), "email", page_line(facts, "email"), "password",
        page_line(facts, "password"), "app_passwords", passwords_json(facts), "password_form",
        page_fields(facts, "app_password", password), "feed_url", page_line(facts, "feed_url"),
        "feed_open", page_line(facts, "feed_open"), "feeds", feeds_json(facts), "feed_form",
        page_fields(facts, "feed", feed), "invitations", invitations_json(facts));
    json_object_update(context, mine);
    json_decref(mine);
}
