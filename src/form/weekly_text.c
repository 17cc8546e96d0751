/* Hours that are not of every week, as sentences. */
#include "base/buf.h"
#include "page_in.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { SENTENCE_MAX = 1000 };

static const struct {
    int n;
    struct both label;
} nths[] = {
    {1, {"첫째", "1st"}},
    {2, {"둘째", "2nd"}},
    {3, {"셋째", "3rd"}},
    {4, {"넷째", "4th"}},
    {5, {"다섯째", "5th"}},
    {-1, {"마지막", "last"}},
    {-2, {"끝에서 둘째", "2nd last"}},
    {-3, {"끝에서 셋째", "3rd last"}},
    {-4, {"끝에서 넷째", "4th last"}},
    {-5, {"끝에서 다섯째", "5th last"}},
};

/* A sentence in both languages as it grows. */
struct words {
    struct buf ko, en;
};

static void say_weeks(struct words *w, int64_t every)
{
    if (every > 1) {
        buf_printf(&w->ko, "%d주마다 ", (int)every);
        buf_printf(&w->en, "every %d weeks, ", (int)every);
    }
}

static void say_nth(struct words *w, const json_t *list)
{
    const json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        for (size_t j = 0; j < COUNT(nths); j++)
            if (nths[j].n == json_integer_value(one)) {
                buf_printf(&w->ko, "%s%s", i ? "·" : "매월 ", nths[j].label.ko);
                buf_printf(&w->en, "%s%s", i ? " and " : "each month's ", nths[j].label.en);
            }
    }
    buf_str(&w->ko, i ? " " : "");
    buf_str(&w->en, i ? " " : "");
}

static void say_hours(struct words *w, const json_t *rule)
{
    const char *from = page_text(rule, "from"), *until = page_text(rule, "until");
    const char *weekday = page_text(rule, "weekday");
    for (size_t i = 0; i < PAGE_WEEKDAYS; i++)
        if (weekday && strcmp(page_weekdays[i].key, weekday) == 0) {
            buf_printf(&w->ko, "%s %s-%s", page_weekdays[i].label.ko, from, until);
            buf_printf(&w->en, "%s %s-%s", page_weekdays[i].label.en, from, until);
        }
}

static void say_days(struct words *w, const char *first, const char *last)
{
    if (first) {
        buf_printf(&w->ko, ", %s부터", first);
        buf_printf(&w->en, ", from %s", first);
    }
    if (last) {
        buf_printf(&w->ko, "%s %s까지", first ? "" : ",", last);
        buf_printf(&w->en, "%s until %s", first ? "" : ",", last);
    }
}

static json_t *sentence(const json_t *rule)
{
    struct words w;
    buf_init(&w.ko, SENTENCE_MAX);
    buf_init(&w.en, SENTENCE_MAX);
    say_weeks(&w, json_integer_value(json_object_get(rule, "every")));
    say_nth(&w, json_object_get(rule, "nth"));
    say_hours(&w, rule);
    say_days(&w, page_text(rule, "first_day"), page_text(rule, "last_day"));
    json_t *both = page_both((struct both){w.ko.data, w.en.data});
    buf_done(&w.ko);
    buf_done(&w.en);
    return both;
}

json_t *page_other_weeks(const json_t *rules)
{
    json_t *list = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(rules, i, one) json_array_append_new(list, sentence(one));
    return list;
}
