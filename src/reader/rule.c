#include "reader/rule.h"

#include "core/day.h"

#include <ctype.h>
#include <libical/ical.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

/* The value of one part, "COUNT=": empty for none. */
static const char *part(const char *rule, const char *name, size_t *ret_len)
{
    for (const char *s = rule; *s;) {
        size_t len = strcspn(s, ";"), n = strlen(name);
        if (len > n && strncmp(s, name, n) == 0) {
            *ret_len = len - n;
            return s + n;
        }
        s += len + (s[len] == ';');
    }
    *ret_len = 0;
    return "";
}

static bool part_is(const char *rule, const char *name, const char *value)
{
    size_t len;
    const char *s = part(rule, name, &len);
    return len == strlen(value) && strncmp(s, value, len) == 0;
}

/* UNTIL is ours: libical would look for time zones in files to read it. */
static char *without_until(struct arena *a, const char *rule)
{
    char *out = arena_alloc(a, strlen(rule) + 1), *to = out;
    for (const char *s = rule; *s;) {
        size_t len = strcspn(s, ";");
        if (len > 0 && strncmp(s, "UNTIL=", strlen("UNTIL=")) != 0) {
            if (to > out)
                *to++ = ';';
            memcpy(to, s, len);
            to += len;
        }
        s += len + (s[len] == ';');
    }
    return out;
}

static bool is_taken(const char *rule, struct ics_rule *r)
{
    size_t until, count, rscale, skip;
    const char *text = part(rule, "UNTIL=", &until);
    part(rule, "COUNT=", &count);
    part(rule, "RSCALE=", &rscale);
    part(rule, "SKIP=", &skip);
    r->has_until = until > 0;
    r->counted = count > 0;
    return !part_is(rule, "FREQ=", "SECONDLY") && !part_is(rule, "FREQ=", "MINUTELY") &&
           rscale + skip == 0 && !(until && count) &&
           (!until || ics_time_parse(text, until, &r->until));
}

bool ics_rule_parse(struct arena *a, const char *text, struct ics_rule *ret)
{
    *ret = (struct ics_rule){0};
    if (strlen(text) > RULE_TEXT_MAX)
        return false;
    char *rule = arena_strdup(a, text);
    for (char *p = rule; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    if (!is_taken(rule, ret))
        return false;
    ret->by = arena_new_of(a, struct icalrecurrencetype);
    *ret->by = icalrecurrencetype_from_string(without_until(a, rule));
    ret->by->until = icaltime_null_time();
    return ret->by->freq != ICAL_NO_RECURRENCE;
}

static struct icaltimetype time_of(int64_t local, bool is_date)
{
    struct icaltimetype t = icaltime_null_time();
    int32_t day = day_of(local);
    int s = (int)(local - (int64_t)day * DAY_SECONDS);
    day_civil(day, &t.year, &t.month, &t.day);
    t.hour = s / 3600, t.minute = s / 60 % 60, t.second = s % 60;
    t.is_date = is_date;
    return t;
}

static int64_t local_of(struct icaltimetype t)
{
    return (int64_t)day_from(t.year, t.month, t.day) * DAY_SECONDS +
           (t.is_date ? 0 : t.hour * 3600 + t.minute * 60 + t.second);
}

/* libical counts weeks wrong where they begin on other days than Monday or Sunday. Where nothing
 * but weekdays matters, all of it is done so many days earlier, where such weeks begin on Monday.
 */
static int shift_weeks(struct icalrecurrencetype *by)
{
    int days = (by->week_start + 5) % 7; /* Sunday is 1, Monday 2 */
    bool weekdays_alone = by->by_month[0] == ICAL_RECURRENCE_ARRAY_MAX &&
                          by->by_set_pos[0] == ICAL_RECURRENCE_ARRAY_MAX &&
                          by->by_month_day[0] == ICAL_RECURRENCE_ARRAY_MAX &&
                          by->by_year_day[0] == ICAL_RECURRENCE_ARRAY_MAX;
    if (by->freq != ICAL_WEEKLY_RECURRENCE || by->week_start == ICAL_SUNDAY_WEEKDAY || days == 0 ||
        !weekdays_alone)
        return 0;
    by->week_start = ICAL_MONDAY_WEEKDAY;
    for (int i = 0; i < ICAL_BY_DAY_SIZE && by->by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
        by->by_day[i] = (short)((by->by_day[i] - 1 + 7 - days) % 7 + 1);
    return days;
}

static void keep(struct arena *a, struct ics_locals *l, size_t *room, int64_t at)
{
    if (l->n == *room) {
        size_t more = *room ? *room * 2 : FIRST_ROOM;
        int64_t *grown = arena_array(a, int64_t, more);
        if (l->n)
            memcpy(grown, l->at, l->n * sizeof *grown);
        l->at = grown;
        *room = more;
    }
    l->at[l->n++] = at;
}

struct ics_locals ics_rule_expand(struct arena *a, const struct ics_rule *r, int64_t start,
                                  bool is_date, int64_t from, int64_t until)
{
    struct ics_locals out = {0};
    size_t room = 0, seen = 0;
    struct icalrecurrencetype by = *r->by;
    int64_t shift = (int64_t)shift_weeks(&by) * DAY_SECONDS;
    struct icalrecur_iterator_impl *it =
        icalrecur_iterator_new(by, time_of(start - shift, is_date));
    if (!it)
        return out;
    for (; !out.cut; seen++) {
        struct icaltimetype t = icalrecur_iterator_next(it);
        int64_t at = icaltime_is_null_time(t) ? until : local_of(t) + shift;
        if (at >= until)
            break;
        out.cut = seen >= RULE_INSTANCES_MAX;
        if (at >= from)
            keep(a, &out, &room, at);
    }
    icalrecur_iterator_free(it);
    return out;
}
