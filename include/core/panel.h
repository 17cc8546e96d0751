/*
 * The panel as the matching sees it: one request and the experts, at one moment. Plain facts, all
 * in one arena; whoever fills it calls panel_seal() once, and nothing changes afterwards. Codes
 * (field, district, mode, language) are data: compared as strings, never listed here.
 *
 * Whoever fills it from outside keeps within the maximums below and PANEL_DAYS_MAX (the last window
 * ends at most so many days after `now`): that is what bounds all loops in core.
 */
#ifndef CORE_PANEL_H
#define CORE_PANEL_H

#include "core/request.h"
#include "core/weights.h"
#include "core/zone.h"

#include <limits.h>

enum {
    PANEL_EXPERTS_MAX = 20000,
    PANEL_WORDS_MAX = 512,   /* entries of one list of codes, topics or ids */
    PANEL_SPANS_MAX = 10000, /* entries of one list of spans, as given */
    PANEL_WEEKLY_MAX = 100,  /* weekly rules of an expert */
    PANEL_HOLIDAYS_MAX = 1000,
    PANEL_YEARS_MAX = 100, /* years in which an expert has appointments */
    PANEL_DAYS_MAX = 400,
    PANEL_MEETING_MAX = 1440, /* minutes of a meeting, of a buffer */
    CAP_NONE = INT_MAX,
};

struct skill {
    const char *field;
    int level; /* 1 … 3 */
};

/* Hours that come again: minutes of the local day, until may be 1440. Zeros after them are every
 * week for ever; core/availability.h says which days the others choose. */
struct weekly {
    int weekday, from, until;
    int every;           /* n-th week, counted from the one of `first` */
    unsigned nth;        /* of the weekdays of a month: WEEKLY_NTH(2) | WEEKLY_NTH(-1) */
    int32_t first, last; /* days, both within; last 0: for ever */
};

#define WEEKLY_NTH(n) (1u << ((n) > 0 ? (n)-1 : 4 - (n))) /* 1 … 5, or -1 … -5 from the end */

struct held { /* one appointment of an expert, without buffers */
    struct span span;
    int32_t day; /* the expert's local day at its start: set by panel_seal */
};

struct ended {       /* a conflict of interest with an end */
    const char *key; /* a registration number, or a name as in conflict_names */
    instant until;   /* of the cooling-off after it */
};

struct year_load { /* minutes given or promised in a year of the expert's clock */
    int year, minutes;
};

/* Facts of the expert alone, the same for every request and at every moment: what depends on
 * these (a conflict of interest, a pause, the hours of this year) core works out. */
struct expert {
    const char *id, *name;
    struct skill *skills;
    size_t skill_count;
    struct words topics, districts, modes, languages;
    int32_t term_from, term_until;   /* local days, both within the term */
    instant paused_from;             /* until further notice; INSTANT_NEVER: not paused */
    struct words conflict_companies; /* their registration numbers */
    struct words conflict_names;     /* own affiliation and others, as in request.company_names */
    struct ended *ended;             /* conflicts that have an end */
    int per_day, per_week, hours_per_year; /* CAP_NONE where there is none */
    int before, after, notice;             /* minutes */
    const struct zone *zone;
    struct weekly *weekly;
    struct dated *dated; /* core/availability.h; sorted by panel_seal */
    size_t weekly_count, dated_count, held_count, year_count, ended_count;
    struct spans absences, duties;
    struct spans busy; /* holds its buffers already */
    struct held *held;
    struct year_load *years; /* each year once, in any order */
    int minutes_this_term;   /* since the term of office began */
};

struct panel {
    instant now;
    int64_t version; /* of the data, passed through */
    int align;       /* minutes between starts on the expert's clock; divides the day */
    int rest, night; /* minutes: see the rule `rest` in core/eligible.h */
    int32_t *holidays;
    size_t holiday_count;
    const struct weights *weights; /* NULL: those of core/score.def */
    struct request request;
    struct expert *experts;
    size_t expert_count;
};

/* Sorts the holidays, fills what is derived; and its parts, for who keeps experts longer. */
void panel_seal(struct arena *a, struct panel *p);
void panel_seal_expert(struct expert *e);
void panel_seal_holidays(struct panel *p);
void panel_seal_request(struct arena *a, struct panel *p);

const char *panel_twice(struct arena *a, const struct panel *p); /* an id two experts have; NULL */

/* The panel as one seat of the request sees it: field and min_level are that seat's. */
struct panel panel_seat(const struct panel *p, size_t i);
void panel_leave_out(struct arena *a, struct panel *p, const struct words *ids); /* excludes them */

bool panel_is_holiday(const struct panel *p, int32_t day);
int panel_level(const struct expert *e, const char *field); /* 0: not in the field */
int panel_minutes(const struct expert *e, int year);        /* 0 where nothing is known of it */
int panel_minutes_this_year(const struct panel *p, const struct expert *e); /* on their clock */

#endif
