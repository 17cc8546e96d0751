/* RRULE as a rule of hours (core/availability.h), or why it is none. */
#include "hours_in.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char bydays[] = "MOTUWETHFRSASU";

bool hours_number(const char *s, size_t len, int min, int max, int *ret)
{
    char text[12] = "", *end;
    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, s, len);
    long n = strtol(text, &end, 10);
    *ret = (int)n;
    return *end == '\0' && n >= min && n <= max;
}

/* "MO", "2TU,-1TU", "MO,WE" */
static const char *by_days(struct rule *r, const char *s, size_t len)
{
    for (size_t at = 0, n; at < len; at += n + 1) {
        int nth = 0, day = 0;
        n = strcspn(s + at, ",;");
        n = n < len - at ? n : len - at;
        while (day < 7 && (n < 2 || strncasecmp(bydays + 2 * (size_t)day, s + at + n - 2, 2) != 0))
            day++;
        if (day == 7 || (n > 2 && (!hours_number(s + at, n - 2, -5, 5, &nth) || nth == 0)))
            return "a weekday is wrong, or farther than the fifth of a month";
        r->days |= 1u << day;
        if (nth && r->nths[day] == NTH_MAX)
            return "has too many weekdays";
        if (nth)
            r->nth[day][r->nths[day]++] = nth;
    }
    return NULL;
}

/* UNTIL as the last day on the clock. */
static const char *until_of(struct hours *h, struct rule *r, const char *s, size_t len, int from)
{
    struct ics_time t;
    if (!ics_time_parse(s, len, &t))
        return "its UNTIL is no time";
    const struct zone *z = h->zone && t.is_utc ? ics_zone_named(h->zone) : NULL;
    int64_t local = z ? zone_local(z, t.local) : t.local;
    r->has_until = true;
    r->until = day_of(local);
    if (!t.is_date && local < (int64_t)r->until * DAY_SECONDS + from * 60)
        r->until--;
    return NULL;
}

static const char *rule_part(struct hours *h, struct rule *r, const char *key, size_t key_len,
                             const char *s, size_t len, int from, bool *monday)
{
#define IS(word) (key_len == sizeof(word) - 1 && strncasecmp(key, word, key_len) == 0)
#define SAYS(word) (len == sizeof(word) - 1 && strncasecmp(s, word, len) == 0)
    int n;
    if (IS("FREQ")) {
        r->monthly = SAYS("MONTHLY");
        return r->monthly || SAYS("WEEKLY") ? NULL : "only WEEKLY and MONTHLY rules are hours";
    }
    if (IS("INTERVAL"))
        return hours_number(s, len, 1, EVERY_MAX, &r->every) ? NULL : "its INTERVAL is not 1 to 52";
    if (IS("BYDAY"))
        return by_days(r, s, len);
    if (IS("UNTIL"))
        return until_of(h, r, s, len, from);
    if (IS("WKST")) {
        *monday = SAYS("MO");
        return NULL;
    }
    r->once = IS("COUNT") && hours_number(s, len, 1, 1, &n);
    return r->once ? NULL : "hours have only FREQ, INTERVAL, BYDAY, UNTIL and WKST";
#undef IS
#undef SAYS
}

static const char *rule_whole(const struct rule *r, bool monday)
{
    if (r->every > 1 && !monday)
        return "weeks are counted from Monday";
    if (r->monthly && (r->every > 1 || !r->days))
        return "a MONTHLY rule is of each month and has BYDAY";
    for (int day = 0; day < 7; day++)
        if (r->days >> day & 1 && r->monthly != (r->nths[day] > 0))
            return "weekdays are numbered in a MONTHLY rule, and only there";
    return NULL;
}

bool hours_rule(struct hours *h, const struct part *p, const struct window *w, struct rule *r)
{
    const struct ics_prop *q = ics_find(p->is, "RRULE");
    const char *why = NULL;
    bool monday = true;
    *r = (struct rule){.every = 1};
    if (!q) { /* a single day */
        r->has_until = true;
        r->until = w->day;
    }
    for (const char *s = q ? q->value : ""; *s && !why;) {
        size_t len = strcspn(s, ";"), key = strcspn(s, "=;");
        why = key == len ? "is no rule"
                         : rule_part(h, r, s, key, s + key + 1, len - key - 1, w->from, &monday);
        s += s[len] ? len + 1 : len;
    }
    if (!why)
        why = rule_whole(r, monday);
    if (!r->days)
        r->days = 1u << (day_weekday(w->day) - 1);
    if (!why && !(r->days >> (day_weekday(w->day) - 1) & 1))
        why = "DTSTART is on another weekday";
    return why ? hours_refuse(h, p, "RRULE", why) : true;
}
