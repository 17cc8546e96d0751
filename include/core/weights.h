/*
 * The weights of the parts of a score: the most points that each can give. The parts stand in
 * core/score.def; an office may want other weights than those, and a call may ask "what if".
 */
#ifndef CORE_WEIGHTS_H
#define CORE_WEIGHTS_H

enum part_code {
#define PART(kind, code, most, ko, en) PART_##code,
#include "core/score.def"
#undef PART
    PART_COUNT
};

/* What decides a part: the expert for the field; expert and request; these and the start; request
 * and start, whoever comes. */
enum part_kind { PART_OWN, PART_PAIR, PART_TRIP, PART_START };

enum {
    WEIGHT_MOST = 1000,      /* of one part; 0 leaves it out */
    WEIGHTS_SUM_MOST = 2000, /* of a score */
};

struct weights {
    int most[PART_COUNT];
};

extern const struct weights weights_default; /* those of core/score.def */

struct part_row {
    enum part_kind kind;
    const char *code, *ko, *en; /* what it rewards */
};

const struct part_row *part_row(enum part_code c);
int part_find(const char *code); /* PART_COUNT: there is none such */
int weights_sum(const struct weights *w);

#endif
