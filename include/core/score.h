/*
 * What an eligible expert is worth for the request: a few parts in whole points, each with a
 * sentence that says why; the score is exactly their sum. The weights are the panel's.
 *
 *   field_level  the level in the field, 1–3
 *   topics       topics in common, up to SCORE_TOPICS
 *   continuity   asked for by the company (all), or has served the case before (two thirds)
 *   fairness     what is left of the hours per year after the minutes served in this term
 *   place        serves the company's district, where the mode brings people together
 *   earliness    how soon the first slot is, after the first moment the request allows; the more
 *                urgent the request, the faster it falls
 */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H

#include "core/panel.h"

enum {
    SCORE_TOPICS = 3,
    SCORE_HOURS = 60, /* capacity of an expert without a cap of hours per year */
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
    bool named;  /* the request names the expert (preferred, previous); false: surely not */
    bool serves; /* the company's district; false: surely not */
    int topics;  /* in common, at most */
};

int score_own(const struct panel *p, const struct expert *e);
int score_rest_most(const struct panel *p, struct score_hint h);

int score_start(const struct panel *p, instant start); /* what the start gives to everybody */

#endif
