#include "form/holidays.h"

#include "holidays_assets.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "core/day.h"
#include "form/clean.h"
#include "form/shapes.h"

#include <string.h>

const char *const holidays_kr = web_holidays_kr_ics;

enum { DAYS_MAX = 31, NAME_BYTES = 1000 }; /* of one event */

static void wrong(struct shape_errors *errors, size_t event, const char *property, const char *ko,
                  const char *en)
{
    shape_errors_add(errors, arena_printf(errors->arena, "/events/%zu/%s", event, property), ko,
                     en);
}

static bool day_of_text(const json_t *instant_, int32_t *ret)
{
    char day[11] = "";
    const char *text = json_string_value(instant_);
    if (text && strlen(text) >= 10)
        memcpy(day, text, 10);
    return day_parse(day, ret);
}

/* The name before " / ", or behind it; the whole where there is none. */
static json_t *name_of(const char *summary, bool english)
{
    struct buf name;
    buf_init(&name, NAME_BYTES);
    clean_line(&name, summary);
    buf_char(&name, '\0');
    const char *text = name.full ? "" : name.data, *slash = strstr(text, " / ");
    json_t *s = !slash    ? json_string(text)
                : english ? json_string(slash + 3)
                          : json_stringn(text, (size_t)(slash - text));
    buf_done(&name);
    return s;
}

/* Joins the names; false: they are too long together. */
static bool add_names(json_t *was, const json_t *named)
{
    static const char *const names[] = {"ko", "en"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *both = json_sprintf("%s · %s", json_string_value(json_object_get(was, names[i])),
                                    json_string_value(json_object_get(named, names[i])));
        if (utf8_count(json_string_value(both), json_string_length(both)) > HOLIDAY_NAME_MAX) {
            json_decref(both);
            return false;
        }
        json_object_set_new(was, names[i], both);
    }
    return true;
}

/* days: {date: {"ko", "en"}}; of more than HOLIDAYS_MAX one is enough to be told. false: the day's
 * names are too long together. */
static bool add_day(json_t *days, int32_t day, const char *summary)
{
    int y, m, d;
    char date[16];
    day_civil(day, &y, &m, &d);
    snprintf(date, sizeof date, "%04d-%02d-%02d", y, m, d);
    json_t *was = json_object_get(days, date);
    if (!was && json_object_size(days) > HOLIDAYS_MAX)
        return true;
    json_t *now =
        json_pack("{s:o, s:o}", "ko", name_of(summary, false), "en", name_of(summary, true));
    if (!was)
        json_object_set(days, date, now);
    bool good = !was || add_names(was, now);
    json_decref(now);
    return good;
}

static void add_days(json_t *days, int32_t first, int32_t end, const char *summary, size_t event,
                     struct shape_errors *errors)
{
    for (int32_t day = first; day < end; day++)
        if (!add_day(days, day, summary)) {
            wrong(errors, event, "SUMMARY", "같은 날의 이름을 이으면 100자를 넘습니다",
                  "the names of this day are longer than 100 characters together");
            return;
        }
}

static void take_event(json_t *days, const json_t *event, size_t i, struct shape_errors *errors)
{
    int32_t first, end;
    const char *summary = json_string_value(json_object_get(event, "summary"));
    const char *status = json_string_value(json_object_get(event, "status"));
    if (status && strcmp(status, "CANCELLED") == 0)
        return;
    if (json_is_true(json_object_get(event, "rule")))
        wrong(errors, i, "RRULE", "반복 일정은 날짜마다 적어 주세요",
              "each day has to be an event of its own");
    else if (!json_is_true(json_object_get(event, "all_day")) ||
             !day_of_text(json_object_get(event, "start"), &first))
        wrong(errors, i, "DTSTART", "종일 일정이 아닙니다", "must be a date without a time");
    else if (!day_of_text(json_object_get(event, "end"), &end) || end <= first ||
             end > first + DAYS_MAX)
        wrong(errors, i, "DTEND", "시작일 다음 날부터 31일 안이어야 합니다",
              "must be 1 to 31 days after the start");
    else if (!summary || !*summary)
        wrong(errors, i, "SUMMARY", "이름이 없습니다", "has no name");
    else
        add_days(days, first, end, summary, i, errors);
}

json_t *holidays_take(const json_t *object, struct shape_errors *errors)
{
    json_t *days = json_object(), *list = json_array(), *event, *named;
    const char *date;
    size_t i;
    json_array_foreach(json_object_get(object, "events"), i, event)
        take_event(days, event, i, errors);
    json_object_foreach(days, date, named)
    {
        json_object_set_new(named, "date", json_string(date));
        json_array_append(list, named);
    }
    json_decref(days);
    json_t *body = json_pack("{s:o}", "holidays", list);
    if (errors->n == 0 && shape_check(&shape_holidays, body, errors))
        return body;
    json_decref(body);
    return NULL;
}
