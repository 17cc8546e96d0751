/*
 * Why nobody is left, and what would help. The funnel counts the experts that are left after each
 * rule, in the order of core/rule.def. Suggestions are the changes of core/change.def, one at a
 * time, that would leave somebody: each was made on a copy of the panel and everybody asked again,
 * so its number is that of the candidates that rank() would find. Hard facts (field, conflict,
 * pause, term) are never up for change.
 *
 * Bounded: after FUNNEL_LOOKS experts looked at for free time, no further change is tried; the
 * numbers told are always whole.
 */
#ifndef CORE_FUNNEL_H
#define CORE_FUNNEL_H

#include "core/board.h"

enum { FUNNEL_LOOKS = 5000, FUNNEL_SUGGESTIONS = 32, FUNNEL_MODES = 8, FUNNEL_MINUTES = 30 };
enum { FUNNEL_STARTS = 10 };

enum change_code {
#define CHANGE(code, ko, en) CHANGE_##code,
#define WAIVE(code, ko, en) CHANGE_##code,
#include "core/change.def"
#undef CHANGE
#undef WAIVE
    CHANGE_COUNT
};

struct suggestion {
    enum change_code change;
    const char *value;     /* a mode, "4" for Thursday, minutes, a level; "" where there is none */
    struct spans *windows; /* what the request's windows would be; NULL: they stay */
    size_t candidates;     /* with that change, at least one; of funnel_team(): starts */
};

struct funnel {
    size_t all; /* experts there are */
    struct {
        enum rule rule;
        size_t left; /* after it */
    } steps[RULE_COUNT];
    size_t step_count;
    struct suggestion at[FUNNEL_SUGGESTIONS];
    size_t n;
};

const char *change_code(enum change_code c);
/* "If it may be on a Thursday, too" */
const char *change_ko(struct arena *a, const struct suggestion *s);
const char *change_en(struct arena *a, const struct suggestion *s);

/* p is sealed and seen from one seat; r is its ranking. */
struct funnel *funnel_find(struct arena *a, const struct panel *p, const struct ranking *r);
/* p is the board's, whole, and no start fills all its vacant seats though each has candidates:
 * which changes would give such starts, and how many, FUNNEL_STARTS at most. Without steps: it is
 * no rule of any one expert. */
struct funnel *funnel_team(struct arena *a, const struct board *b, const struct panel *p);

#endif
