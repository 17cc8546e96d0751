#include "core/day.h"
#include "form/shape_text.h"
#include "form/slots_json.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *query, const char *name)
{
    return json_string_value(json_object_get(query, name));
}

bool slots_page_read(const json_t *query, const struct zone *office, struct slots_page *ret,
                     struct shape_errors *errors)
{
    const char *zone = text_of(query, "zone"), *alignment = text_of(query, "alignment");
    const char *cursor = text_of(query, "cursor");
    const json_t *limit = json_object_get(query, "limit");
    int64_t after = 0;
    if (cursor && !shape_text_instant(cursor, &after))
        shape_errors_add(errors, "/cursor", "다음 쪽의 위치가 아닙니다",
                         "is no place to go on from");
    *ret = (struct slots_page){
        .packed = alignment && strcmp(alignment, "packed") == 0,
        .zone = zone ? zone_find(zone) : office,
        .limit = limit ? (size_t)json_integer_value(limit) : SLOTS_PAGE,
        .after = after / 1000000,
    };
    if (zone && !ret->zone)
        shape_errors_add(errors, "/zone", "없는 시간대입니다", "there is no such time zone");
    return errors->n == 0;
}

/* The next of what stands between commas, cut off in place; NULL: there is no more. */
static char *next(char **rest)
{
    char *one = *rest;
    if (!one)
        return NULL;
    char *comma = strchr(one, ',');
    *rest = comma ? comma + 1 : NULL;
    if (comma)
        *comma = '\0';
    return one;
}

static void read_seat(char *text, struct wanted *w, struct shape_errors *errors)
{
    char *level = strchr(text, ':');
    if (level)
        *level++ = '\0';
    w->field = text;
    w->min_level = level ? *level - '0' : 1;
    size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (!*text || text[letters] || (level && (strspn(level, "123") != 1 || level[1])))
        shape_errors_add(errors, "/fields", "분야나 분야:등급(1~3)을 쉼표로 나누어 적습니다",
                         "a field, or field:level (1 to 3), separated by commas");
}

static void read_seats(struct arena *a, const char *text, struct request *r,
                       struct shape_errors *errors)
{
    char *rest = arena_strdup(a, text), *one;
    while ((one = next(&rest))) {
        if (r->seat_count == SEATS_MAX) {
            shape_errors_add(errors, "/fields", "분야는 세 개까지입니다", "three fields at most");
            return;
        }
        struct wanted *w = &r->seats[r->seat_count++];
        w->no = (int)r->seat_count;
        read_seat(one, w, errors);
    }
    r->field = r->seats[0].field;
    r->min_level = r->seats[0].min_level;
}

static bool read_window(char *text, instant now, struct span *ret, struct shape_errors *errors)
{
    char *until = strchr(text, '/');
    int64_t from_us, until_us;
    if (until)
        *until++ = '\0';
    if (!until || !shape_text_instant(text, &from_us) || !shape_text_instant(until, &until_us) ||
        from_us >= until_us) {
        shape_errors_add(errors, "/windows", "시작/끝 시각을 쉼표로 나누어 적습니다 (+는 %2B로)",
                         "from/until (RFC 3339, a + as %2B), separated by commas");
        return false;
    }
    *ret = (struct span){from_us / 1000000, until_us / 1000000};
    if (ret->until <= now + SLOTS_DAYS * DAY_SECONDS)
        return true;
    shape_errors_add(errors, "/windows", "8주 안에서 찾을 수 있습니다",
                     "may reach 8 weeks ahead at most");
    return false;
}

static void read_windows(struct arena *a, const char *text, instant now, struct request *r,
                         struct shape_errors *errors)
{
    struct span at[SLOTS_WINDOWS_MAX];
    size_t n = 0;
    char *rest = arena_strdup(a, text), *one;
    while ((one = next(&rest))) {
        if (n == SLOTS_WINDOWS_MAX) {
            shape_errors_add(errors, "/windows", "희망 시간은 20개까지입니다",
                             "20 windows at most");
            return;
        }
        if (!read_window(one, now, &at[n++], errors))
            return;
    }
    r->windows = span_list(a, at, n);
}

static struct words words_of(struct arena *a, const char *text)
{
    struct words w = {0};
    if (!text)
        return w;
    w.at = arena_array(a, const char *, strlen(text) + 1);
    char *rest = arena_strdup(a, text);
    while ((w.at[w.n] = next(&rest)))
        w.n++;
    return w;
}

static void check_languages(const struct words *languages, struct shape_errors *errors)
{
    const struct shape_text *language = shape_text(SHAPE_LANGUAGE);
    for (size_t i = 0; i < languages->n; i++)
        if (!language->valid(languages->at[i])) {
            shape_errors_add(errors, "/languages", "언어 코드를 쉼표로 나누어 적습니다. 예: ko,en",
                             "language codes, separated by commas, as ko,en");
            return;
        }
}

bool slots_request_known(const struct request *r, const struct known_codes *c,
                         struct shape_errors *errors)
{
    for (size_t i = 0; c && i < r->seat_count; i++)
        if (!words_have(&c->fields, r->seats[i].field))
            shape_errors_add(errors, "/fields", "없는 분야입니다", "there is no such field");
    if (c && r->district && !words_have(&c->districts, r->district))
        shape_errors_add(errors, "/district", "없는 지역입니다", "there is no such district");
    return errors->n == 0;
}

bool slots_request_read(struct arena *a, const json_t *query, instant now, struct request *ret,
                        struct shape_errors *errors)
{
    *ret = (struct request){
        .id = "",
        .mode = text_of(query, "mode"),
        .district = text_of(query, "district"),
        .minutes = (int)json_integer_value(json_object_get(query, "minutes")),
        .deadline = INSTANT_NEVER,
        .languages = words_of(a, text_of(query, "languages")),
    };
    check_languages(&ret->languages, errors);
    read_seats(a, text_of(query, "fields"), ret, errors);
    read_windows(a, text_of(query, "windows"), now, ret, errors);
    return errors->n == 0;
}
