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

#include "core/expert.h"
#include "core/request.h"
#include "core/weights.h"

struct known_codes { /* that there are, whether an expert has them or not */
    struct words fields, districts;
};

struct panel {
    instant now;
    int64_t version; /* of the data, passed through */
    int align;       /* minutes between starts on the expert's clock; divides the day */
    int rest, night; /* minutes: see the rule `rest` in core/eligible.h */
    int32_t *holidays;
    size_t holiday_count;
    const struct zone *zone;         /* the office's */
    const struct weights *weights;   /* NULL: those of core/score.def */
    const struct known_codes *codes; /* NULL: not told; a board keeps none */
    unsigned waived;                 /* what if these rules (bits by enum rule) were not asked? */
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
int panel_minutes(const struct expert *e, int year); /* 0 where nothing is known of it */
int panel_minutes_this_year(const struct panel *p, const struct expert *e); /* on their clock */
const struct skill *panel_skill(const struct expert *e, const char *field); /* NULL: has none */
int panel_level(const struct expert *e, const char *field);                 /* 0: the same */

#endif
