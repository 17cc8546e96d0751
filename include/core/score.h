/*
 * What an eligible expert is worth for the request: a few parts in whole points, each with a
 * sentence that says why; the score is exactly their sum. The weights stand in core/score.def.
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

enum part_code {
#define PART(code, most) PART_##code,
#include "core/score.def"
#undef PART
    PART_COUNT
};

enum {
    SCORE_TOPICS = 3,
    SCORE_HOURS = 60, /* capacity of an expert without a cap of hours per year */
};

struct part {
    int points;
    const char *ko, *en; /* the arena's */
};

struct score {
    int total;
    struct part parts[PART_COUNT];
};

const char *score_code(enum part_code c);
int score_most(enum part_code c);

/* `first` is the expert's first slot. */
struct score score(struct arena *a, const struct panel *p, const struct expert *e, instant first);

/* The points of that part alone: the request and the start decide them, not the expert. */
int score_earliness(const struct panel *p, instant first);

#endif
