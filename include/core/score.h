/*
 * What an eligible expert is worth for the request: a few parts in whole points, each with a
 * sentence that says why; the score is exactly their sum. The weights are the panel's.
 *
 *   field_level  the level in the field, 1–3
 *   topics       topics in common, up to SCORE_TOPICS
 *   continuity   asked for by the company, or served the case last and it is not solved (all), has
 *                served it before (two thirds), or the company in another case (one third)
 *   fairness     the minutes of this term against the expert's share of them (panel_shares), half a
 *                month's capacity added to both: half the points at the share, none at twice the
 *                share; with none served the more, the greater the share (half without a share, and
 *                all is never reached)
 *   place        where people come together: serves the company's district (half), and how short
 *                the way is from another meeting of that day, up to SCORE_WAY minutes (half); none
 *                where there is no time for that way
 *   earliness    how soon the start is, after the first moment the request allows; the more urgent
 *                the request, the faster it falls
 *   preference   the meeting lies in the times that the company likes best
 *   response     offers accepted (all), declined (half), unanswered (none) in this term; a
 *                no-show is three unanswered ones; nobody known yet has three quarters
 *   scarcity     what is left of SCORE_PRICE points after the expert's price in the last plan
 */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H

#include "core/panel.h"

enum {
    SCORE_TOPICS = 3,
    SCORE_WAY = 60,    /* minutes; a way as long as this counts nothing */
    SCORE_PRICE = 200, /* points; a price as high as this takes all */
};

struct score {
    int total;
    int points[PART_COUNT];
};

struct said {
    const char *ko, *en; /* the arena's */
};

/* Points alone, no text and no memory: cheap enough for everybody. */
struct score score(const struct panel *p, const struct expert *e, instant start);

/* Why a part has its points: for those that are shown. */
struct said score_say(struct arena *a, const struct panel *p, const struct expert *e, instant start,
                      enum part_code c);

/*
 * For ranking without looking at everybody. No score is above score_own() + score_rest_most():
 * the first is exact and depends on the expert, the field and the weights alone; the second is the
 * same for all of whom the same is known.
 */
struct score_hint {
    bool named;  /* the request names the expert (preferred, last, previous, known); false: not */
    bool serves; /* the company's district; false: surely not */
    int topics;  /* in common, at most */
};

int score_own(const struct panel *p, const struct expert *e);
int score_rest_most(const struct panel *p, struct score_hint h);

/* At another start a score is score_base() of it + score_trip() + score_start(). */
int score_base(const struct score *s);
int score_trip(const struct panel *p, const struct expert *e, instant start);
int score_start(const struct panel *p, instant start); /* the same for everybody */

#endif
