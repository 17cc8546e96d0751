/* Inside form/sample: the dice, and the facts that experts, companies and cases share. */
#ifndef FORM_SAMPLE_IN_H
#define FORM_SAMPLE_IN_H

#include "form/roster.h"
#include "form/sample.h"

#include <stdbool.h>
#include <stdint.h>

enum { SAMPLE_FIELDS = 10, SAMPLE_DISTRICTS = 9, SAMPLE_TOPICS = 6, SAMPLE_TEXTS = 8 };

struct sample_field {
    const char *code, *ko;
    int experts;       /* whose first field it is; the sum is SAMPLE_EXPERTS */
    int near;          /* index of the field that some of them know too */
    const char *house; /* what they work at */
    const char *topics[SAMPLE_TOPICS];
};
extern const struct sample_field sample_fields[SAMPLE_FIELDS];

struct sample_district {
    const char *code, *ko;
};
extern const struct sample_district sample_districts[SAMPLE_DISTRICTS];

/* A difficulty as a company tells it, and what the expert's report says of it. */
struct sample_text {
    const char *topic; /* one of its field's */
    const char *title, *text, *summary;
};
extern const struct sample_text sample_texts[SAMPLE_FIELDS][SAMPLE_TEXTS];

struct sample_company {
    char registration[ROSTER_REGISTRATION];
    int district, trade;
    bool consent;
};
struct sample_company sample_company(uint64_t seed, int i);
const char *sample_trade(int trade); /* what such a company makes, in Korean */

/* splitmix64 (Steele, Lea, Flood 2014). Each thing has dice of its own, so that a change to one
 * thing does not change all that come after it. At most one roll in an expression: C leaves the
 * order of evaluation to the compiler. */
struct dice {
    uint64_t state;
};

static inline uint64_t dice_next(struct dice *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* what: 'e', 'c' …: which kind of thing; i: which one. */
static inline struct dice dice_of(uint64_t seed, char what, int i)
{
    struct dice d = {seed ^ (uint64_t)(unsigned char)what << 56 ^ (uint64_t)i << 32};
    d.state = dice_next(&d);
    return d;
}

static inline int roll(struct dice *d, int sides) /* 0 … sides - 1 */
{
    return (int)((dice_next(d) >> 33) % (uint64_t)sides);
}

static inline bool chance(struct dice *d, int percent)
{
    return roll(d, 100) < percent;
}

#endif
