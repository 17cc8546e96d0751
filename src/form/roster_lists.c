/* The readers of cells with several items, parted by semicolons. */
#include "roster_in.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static char *item_next(char **rest);
static json_t *items_end(struct roster *r, json_t *items, bool good);
static json_t *each(struct roster *r, const struct column *col, char *text, cell_fn *read);
static cell_fn language_read, field_read;
static bool windows_read(struct roster *r, char *text, json_t *into);

json_t *cell_list(struct roster *r, const struct column *col, char *text)
{
    return each(r, col, text, cell_text);
}

json_t *cell_registrations(struct roster *r, const struct column *col, char *text)
{
    return each(r, col, text, cell_registration);
}

json_t *cell_languages(struct roster *r, const struct column *col, char *text)
{
    return each(r, col, text, language_read);
}

json_t *cell_fields(struct roster *r, const struct column *col, char *text)
{
    json_t *fields = each(r, col, text, field_read);
    for (size_t i = 0; fields && i < json_array_size(fields); i++)
        for (size_t j = 0; j < i; j++) {
            json_t *name = json_object_get(json_array_get(fields, i), "field");
            if (!json_equal(name, json_object_get(json_array_get(fields, j), "field")))
                continue;
            roster_fault(r, "같은 분야가 두 번 있습니다", "the field is there twice",
                         json_string_value(name));
            return items_end(r, fields, false);
        }
    return fields;
}

json_t *cell_availability(struct roster *r, const struct column *col, char *text)
{
    (void)col;
    json_t *windows = json_array();
    bool good = true;
    for (char *item; (item = item_next(&text));)
        good = windows_read(r, item, windows) && good;
    return items_end(r, windows, good);
}

/* --- items -------------------------------------------------------------------------------- */

/* The next item that is not empty, trimmed; NULL: no more. */
static char *item_next(char **rest)
{
    for (char *item; (item = strsep(rest, ";"));) {
        item += strspn(item, " ");
        size_t n = strlen(item);
        while (n > 0 && item[n - 1] == ' ')
            item[--n] = '\0';
        if (n > 0)
            return item;
    }
    return NULL;
}

static json_t *items_end(struct roster *r, json_t *items, bool good)
{
    if (good && json_array_size(items) > 0 && json_array_size(items) <= ROSTER_MAX_ITEMS)
        return items;
    if (good)
        roster_fault(r, "항목은 1개에서 50개까지입니다", "there must be 1 to 50 items", NULL);
    json_decref(items);
    return NULL;
}

/* All items, each once; every faulty one is told. */
static json_t *each(struct roster *r, const struct column *col, char *text, cell_fn *read)
{
    json_t *items = json_array();
    bool good = true;
    for (char *item; (item = item_next(&text));) {
        json_t *value = read(r, col, item);
        bool known = false;
        for (size_t i = 0; value && i < json_array_size(items); i++)
            known = known || json_equal(json_array_get(items, i), value);
        if (!value)
            good = false;
        else if (known || json_array_size(items) > ROSTER_MAX_ITEMS)
            json_decref(value);
        else
            json_array_append_new(items, value);
    }
    return items_end(r, items, good);
}

static json_t *language_read(struct roster *r, const struct column *col, char *text)
{
    (void)col;
    static const struct {
        const char *code, *ko;
    } names[] = {{"ko", "한국어"},   {"en", "영어"},     {"zh", "중국어"},       {"ja", "일본어"},
                 {"vi", "베트남어"}, {"th", "태국어"},   {"id", "인도네시아어"}, {"ru", "러시아어"},
                 {"de", "독일어"},   {"fr", "프랑스어"}, {"es", "스페인어"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].ko, text) == 0 || strcasecmp(names[i].code, text) == 0)
            return json_string(names[i].code);
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    if ((n == 2 || n == 3) && text[n] == '\0')
        return json_string(text);
    return roster_fault(r, "언어 코드여야 합니다(예: ko)", "must be a language code, as ko", text);
}

/* 세무:3 */
static json_t *field_read(struct roster *r, const struct column *col, char *text)
{
    char *colon = strrchr(text, ':');
    const char *level = colon ? colon + 1 + strspn(colon + 1, " ") : "";
    if (!colon || colon == text || *level < '0' + col->min || *level > '0' + col->max ||
        level[1] != '\0')
        return roster_fault(r, "분야와 수준 1–3을 적습니다(예: 세무:3)",
                            "must be a field and its level 1-3, as tax:3", text);
    size_t n = (size_t)(colon - text);
    while (n > 0 && text[n - 1] == ' ')
        n--;
    return json_pack("{s:s%, s:i}", "field", text, n, "level", *level - '0');
}

/* --- availability ------------------------------------------------------------------------- */

static const struct {
    const char *code, *en, *ko;
} weekdays[7] = {
    {"mon", "monday", "월"},   {"tue", "tuesday", "화"}, {"wed", "wednesday", "수"},
    {"thu", "thursday", "목"}, {"fri", "friday", "금"},  {"sat", "saturday", "토"},
    {"sun", "sunday", "일"},
};

/* A weekday at *s, which moves on behind it: 월, 월요일, mon, Monday; -1: there is none. */
static int weekday_read(const char **s)
{
    for (int d = 0; d < 7; d++) {
        const char *const names[] = {weekdays[d].ko, weekdays[d].en, weekdays[d].code};
        for (size_t i = 0; i < 3; i++) {
            size_t n = strlen(names[i]);
            if (strncasecmp(*s, names[i], n) != 0)
                continue;
            *s += n;
            if (i == 0 && strncmp(*s, "요일", strlen("요일")) == 0)
                *s += strlen("요일");
            return d;
        }
    }
    return -1;
}

static void spaces_skip(const char **s)
{
    *s += strspn(*s, " ");
}

static bool to_skip(const char **s)
{
    spaces_skip(s);
    if (**s != '-' && **s != '~')
        return false;
    ++*s;
    spaces_skip(s);
    return true;
}

/* Minutes of the day, 9:00 to 24:00; -1: not a time. */
static int time_read(const char **s)
{
    int hour, minute, n = 0;
    if (!isdigit((unsigned char)**s) || sscanf(*s, "%2d:%2d%n", &hour, &minute, &n) != 2 ||
        !isdigit((unsigned char)(*s)[n - 2]) || minute > 59 || hour * 60 + minute > 24 * 60)
        return -1;
    *s += n;
    return hour * 60 + minute;
}

/* 월 09:00-12:00, 화-금 09:00-18:00: one window for each day. */
static bool windows_read(struct roster *r, char *text, json_t *into)
{
    const char *s = text;
    int first = weekday_read(&s), last = first, from = -1, until = -1;
    if (first >= 0 && to_skip(&s))
        last = weekday_read(&s);
    spaces_skip(&s);
    if (last >= 0 && (from = time_read(&s)) >= 0 && to_skip(&s))
        until = time_read(&s);
    if (until < 0 || *s != '\0' || first > last) {
        roster_fault(r, "요일과 시각을 적습니다(예: 월 09:00-12:00;화-금 09:00-18:00)",
                     "must be weekdays and times, as mon 09:00-12:00;tue-fri 09:00-18:00", text);
        return false;
    }
    if (from >= until) {
        roster_fault(r, "끝이 시작보다 늦어야 합니다", "must end after it begins", text);
        return false;
    }
    for (int d = first; d <= last; d++) {
        json_t *w = json_pack("{s:s, s:o, s:o}", "weekday", weekdays[d].code, "from",
                              json_sprintf("%02d:%02d", from / 60, from % 60), "until",
                              json_sprintf("%02d:%02d", until / 60, until % 60));
        json_array_append_new(into, w);
    }
    return true;
}
