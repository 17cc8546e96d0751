/* An expert as the matching sees them, and the maximums that whoever fills a panel keeps within. */
#ifndef CORE_EXPERT_H
#define CORE_EXPERT_H

#include "core/request.h"
#include "core/zone.h"

#include <limits.h>

enum {
    PANEL_EXPERTS_MAX = 200000,
    PANEL_WORDS_MAX = 512,   /* entries of one list of codes, topics or ids */
    PANEL_SPANS_MAX = 10000, /* entries of one list of spans, as given */
    PANEL_WEEKLY_MAX = 100,  /* weekly rules of an expert */
    PANEL_HOLIDAYS_MAX = 1000,
    PANEL_YEARS_MAX = 100, /* years in which an expert has appointments */
    PANEL_DAYS_MAX = 400,
    PANEL_MEETING_MAX = 1440,            /* minutes of a meeting, of a buffer */
    PANEL_MINUTES_MAX = 10 * 366 * 1440, /* served in a term */
    PANEL_FIELDS_MAX = 1000,
    PANEL_ANSWERS_MAX = 1000000,
    PANEL_PRICE_MAX = 1000000,
    PANEL_HOURS = 60, /* capacity of an expert without a cap of hours per year */
    CAP_NONE = INT_MAX,
};

struct skill {
    const char *field;
    int level;   /* 1 … 3 */
    int minutes; /* served and booked in it in this term */
    int price;   /* points: how much others miss the expert (the last plan) */
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
    const char *district; /* where it takes place; NULL: nowhere, or not known */
    int32_t day;          /* the expert's local day at its start: set by panel_seal */
};

struct ended {       /* a conflict of interest with an end */
    const char *key; /* a registration number, or a name as in conflict_names */
    instant until;   /* of the cooling-off after it */
};

struct answers { /* to the offers of this term */
    int accepted, declined, expired, no_shows;
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
    size_t weekly_count, dated_count, held_count, ended_count;
    struct spans absences, duties;
    struct spans busy; /* holds its buffers already */
    struct held *held;
    struct year_load *years; /* each year once, in any order */
    size_t year_count;
    int minutes_this_term; /* since the term of office began */
    struct spans away;     /* of this term: no work was due in them */
    struct answers answers;
    int64_t share; /* minutes of this term that fall to the expert: set by panel_shares */
};

#endif
