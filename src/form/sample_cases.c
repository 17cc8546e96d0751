#include "sample_in.h"

#include <assert.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static void cases_add(json_t *cases, uint64_t seed, int64_t today, bool past);
static int days_ago(struct dice *d, int64_t today, int least, int most);
static json_t *case_make(uint64_t seed, int i, int ago, bool past);

json_t *sample_cases(uint64_t seed, int64_t today)
{
    json_t *cases = json_array();
    cases_add(cases, seed, today, true);
    cases_add(cases, seed, today, false);
    return cases;
}

/* How many fall on each day is rolled first, so that they come out oldest first. */
static void cases_add(json_t *cases, uint64_t seed, int64_t today, bool past)
{
    enum { LEAST_PAST = 7, MOST_OPEN = 6, STEPS = SAMPLE_DAYS + 1 };
    int count[STEPS] = {0};
    struct dice d = dice_of(seed, 'd', past);
    for (int n = past ? SAMPLE_PAST : SAMPLE_OPEN; n > 0; n--)
        count[days_ago(&d, today, past ? LEAST_PAST : 0, past ? SAMPLE_DAYS : MOST_OPEN)]++;
    int i = (int)json_array_size(cases);
    for (int ago = SAMPLE_DAYS; ago >= 0; ago--)
        for (; count[ago] > 0; count[ago]--)
            json_array_append_new(cases, case_make(seed, i++, ago, past));
}

/* A weekday (1970-01-01 was a Thursday): the Friday before where the dice fall on a weekend or, if
 * that is too long ago, the Monday after. */
static int days_ago(struct dice *d, int64_t today, int least, int most)
{
    int ago = least + roll(d, most - least + 1);
    int weekday = (int)((today - ago + 3) % 7); /* Monday 0 */
    int back = weekday > 4 ? weekday - 4 : 0;
    return ago + back <= most ? ago + back : ago - (7 - weekday);
}

/* --- one case ----------------------------------------------------------------------------- */

/* As often as there are experts of the field. */
static int field_roll(struct dice *d)
{
    int n = roll(d, SAMPLE_EXPERTS), field = 0;
    while (n >= sample_fields[field].experts)
        n -= sample_fields[field++].experts;
    return field;
}

static const char *pick(struct dice *d, const char *const *from, int count)
{
    return from[roll(d, count)];
}
#define PICK(d, from) pick((d), (from), COUNT(from))

static json_t *report_make(struct dice *d, const struct sample_text *t, int minutes)
{
    static const char *const outcomes[] = {"solved",   "solved",        "solved",
                                           "solved",   "partly_solved", "partly_solved",
                                           "referred", "unsolved"};
    const char *outcome = PICK(d, outcomes);
    int spent = minutes + 30 * roll(d, 3);
    bool follow_up = *outcome == 'p' && chance(d, 30);
    return json_pack("{s:s, s:s, s:i, s:b}", "outcome", outcome, "summary", t->summary, "minutes",
                     spent, "follow_up", follow_up);
}

static void answer_set(json_t *item, struct dice *d, bool past)
{
    static const char *const reasons[] = {"해당 시간에 다른 일정이 있습니다.", "출장 중입니다.",
                                          "더 알맞은 위원에게 맡기는 것이 좋겠습니다."};
    bool declined = past && chance(d, 12);
    json_object_set_new(item, "answer",
                        past ? json_string(declined ? "decline" : "accept") : json_null());
    json_object_set_new(item, "decline_reason",
                        declined ? json_string(PICK(d, reasons)) : json_null());
}

static struct sample_company company_roll(uint64_t seed, struct dice *d)
{
    int i = roll(d, SAMPLE_COMPANIES);
    struct sample_company c = sample_company(seed, i);
    return c.consent ? c : sample_company(seed, i - 1);
}

static json_t *case_make(uint64_t seed, int i, int ago, bool past)
{
    static const char *const channels[] = {"visit", "visit", "web",  "web",
                                           "phone", "chat",  "expo", "meeting"};
    static const char *const modes[] = {"visit", "visit", "center", "center", "online", "phone"};
    static const char *const urgencies[] = {"normal", "normal", "normal", "high", "urgent"};
    static const int lengths[] = {60, 60, 60, 30, 90, 120}, levels[] = {1, 1, 2, 2, 2, 3};
    struct dice d = dice_of(seed, 'k', i);
    /* One statement, one roll: C does not say in which order arguments are evaluated. */
    struct sample_company c = company_roll(seed, &d);
    int field = field_roll(&d);
    const struct sample_text *t = &sample_texts[field][roll(&d, SAMPLE_TEXTS)];
    int minutes = lengths[roll(&d, COUNT(lengths))];
    int level = levels[roll(&d, COUNT(levels))];
    const char *channel = PICK(&d, channels);
    const char *mode = PICK(&d, modes);
    const char *urgency = PICK(&d, urgencies);
    int staff = 3 + roll(&d, 90);
    json_t *item =
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:i, s:s, s:[s], s:[]}", "days_ago",
                  ago, "company_registration", c.registration, "district",
                  sample_districts[c.district].code, "channel", channel, "title", t->title, "field",
                  sample_fields[field].code, "min_level", level, "mode", mode, "minutes", minutes,
                  "urgency", urgency, "topics", t->topic, "languages");
    assert(item);
    json_object_set_new(
        item, "text",
        json_sprintf("직원 %d명의 %s 기업입니다. %s", staff, sample_trade(c.trade), t->text));
    if (chance(&d, 3))
        json_array_append_new(json_object_get(item, "languages"), json_string("en"));
    answer_set(item, &d, past);
    json_object_set_new(item, "report", past ? report_make(&d, t, minutes) : json_null());
    return item;
}
