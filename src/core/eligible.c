#include "core/eligible.h"

#include "core/availability.h"
#include "core/day.h"

#include <assert.h>
#include <string.h>

static const struct rule_row rows[RULE_COUNT] = {
#define RULE(kind, code, ko, en) [RULE_##code] = {#code, ko, en},
#include "core/rule.def"
#undef RULE
};

/* A predicate for each row: true where the rule stands against the expert, or against the start. */

static bool against_not_in_field(const struct panel *p, const struct expert *e)
{
    return panel_level(e, p->request.field) == 0;
}

static bool against_level(const struct panel *p, const struct expert *e)
{
    return panel_level(e, p->request.field) < p->request.min_level;
}

static bool against_term_over(const struct panel *p, const struct expert *e)
{
    return p->request.open.n > 0 && !span_meets(&p->request.open, availability_term(e));
}

static bool against_paused(const struct panel *p, const struct expert *e)
{
    return p->now >= e->paused_from;
}

static bool against_conflict_company(const struct panel *p, const struct expert *e)
{
    return words_have(&e->conflict_companies, p->request.company);
}

static bool against_conflict_affiliation(const struct panel *p, const struct expert *e)
{
    return words_common(&p->request.company_names, &e->conflict_names) > 0;
}

static bool against_excluded(const struct panel *p, const struct expert *e)
{
    return words_have(&p->request.excluded, e->id);
}

static bool against_seated(const struct panel *p, const struct expert *e)
{
    return words_have(&p->request.seated, e->id);
}

static bool against_mode(const struct panel *p, const struct expert *e)
{
    return !words_have(&e->modes, p->request.mode);
}

/* Only a visit goes to a district; a request without one asks for none. */
static bool against_district(const struct panel *p, const struct expert *e)
{
    return strcmp(p->request.mode, "visit") == 0 && p->request.district &&
           !words_have(&e->districts, p->request.district);
}

/* Every language asked for, as the booking asks it too. */
static bool against_language(const struct panel *p, const struct expert *e)
{
    return words_common(&p->request.languages, &e->languages) < (int)p->request.languages.n;
}

static bool against_notice(const struct panel *p, const struct expert *e, instant start)
{
    return start < p->now + (instant)e->notice * 60;
}

static bool against_visit(const struct panel *p, const struct expert *e, instant start)
{
    (void)e;
    return p->request.visit && start != p->request.visit;
}

static struct span meeting_at(const struct panel *p, instant start)
{
    return (struct span){start, start + (instant)p->request.minutes * 60};
}

static bool against_on_duty(const struct panel *p, const struct expert *e, instant start)
{
    return !p->request.desk && span_meets(&e->duties, meeting_at(p, start));
}

static bool against_off_duty(const struct panel *p, const struct expert *e, instant start)
{
    return p->request.desk && !span_covers(&e->duties, meeting_at(p, start));
}

bool eligible_ended(const struct request *r, const struct ended *x)
{
    return (r->company && strcmp(r->company, x->key) == 0) || words_have(&r->company_names, x->key);
}

static bool against_cooling_off(const struct panel *p, const struct expert *e, instant start)
{
    for (size_t i = 0; i < e->ended_count; i++)
        if (start < e->ended[i].until && eligible_ended(&p->request, &e->ended[i]))
            return true;
    return false;
}

static int32_t local_day(const struct expert *e, instant t)
{
    return day_of(zone_local(e->zone, t));
}

/* What an override put nearer than the buffers is no rest, either. */
static bool against_rest(const struct panel *p, const struct expert *e, instant start)
{
    instant end = start + (instant)p->request.minutes * 60;
    instant rest = p->rest ? (instant)(p->rest + e->before + e->after) * 60 : 0;
    instant night = (instant)p->night * 60;
    for (size_t i = 0; (rest || night) && i < e->held_count; i++) {
        const struct held *h = &e->held[i];
        instant gap = h->span.from >= end ? h->span.from - end : start - h->span.until;
        if (rest && gap < rest)
            return true;
        if (night && gap < night && h->day != local_day(e, start))
            return true;
    }
    return false;
}

/* Before the caps of the expert: its year ends on the office's clock, within an expert's day. */
static bool against_company_cap(const struct panel *p, const struct expert *e, instant start)
{
    (void)e;
    return span_meets(&p->request.company_full, (struct span){start, start + 1});
}

static bool against_cap_day(const struct panel *p, const struct expert *e, instant start)
{
    (void)p;
    int32_t day = local_day(e, start);
    int count = 0;
    for (size_t i = 0; i < e->held_count; i++)
        count += e->held[i].day == day;
    return count >= e->per_day;
}

static bool against_cap_week(const struct panel *p, const struct expert *e, instant start)
{
    (void)p;
    int32_t week = day_week(local_day(e, start));
    int count = 0;
    for (size_t i = 0; i < e->held_count; i++)
        count += day_week(e->held[i].day) == week;
    return count >= e->per_week;
}

static bool against_cap_year(const struct panel *p, const struct expert *e, instant start)
{
    if (e->hours_per_year == CAP_NONE)
        return false;
    int64_t given = panel_minutes(e, day_year(local_day(e, start)));
    return given + p->request.minutes > (int64_t)e->hours_per_year * 60;
}

/* The predicates again, as tables in the order of core/rule.def. */
#define RULE(kind, code, ko, en) kind(code)
#define FREE(code)

#define FIXED(code) {RULE_##code, against_##code},
#define TIMED(code)
static const struct {
    enum rule rule;
    bool (*against)(const struct panel *p, const struct expert *e);
} fixed[] = {
#include "core/rule.def"
};
#undef FIXED
#undef TIMED

#define FIXED(code)
#define TIMED(code) [RULE_##code] = against_##code,
static bool (*const timed[RULE_COUNT])(const struct panel *p, const struct expert *e,
                                       instant start) = {
#include "core/rule.def"
};

const struct rule_row *rule_row(enum rule r)
{
    assert(r > RULE_none && r < RULE_COUNT);
    return &rows[r];
}

static bool asked(const struct panel *p, enum rule r)
{
    return !(p->waived >> r & 1u);
}

enum rule eligible(const struct panel *p, const struct expert *e)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (asked(p, fixed[i].rule) && fixed[i].against(p, e))
            return fixed[i].rule;
    return RULE_none;
}

bool eligible_against(enum rule r, const struct panel *p, const struct expert *e, instant start)
{
    return timed[r](p, e, start);
}

enum rule eligible_start(const struct panel *p, const struct expert *e, instant start)
{
    for (enum rule r = RULE_no_free_slot + 1; r < RULE_COUNT; r++)
        if (asked(p, r) && timed[r](p, e, start))
            return r;
    return RULE_none;
}
