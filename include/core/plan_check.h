/*
 * The slow, obvious judge of a plan: looks at the problem and where everybody went, at nothing that
 * a solver made, each rule by itself. plan_check() gives NULL, or a sentence that names the first
 * rule broken (arena's). plan_judge() counts again what the plan is worth.
 */
#ifndef CORE_PLAN_CHECK_H
#define CORE_PLAN_CHECK_H

#include "core/plan.h"

const char *plan_check(struct arena *a, const struct plan_problem *p,
                       const struct plan_place *place);
struct plan_score plan_judge(struct arena *a, const struct plan_problem *p,
                             const struct plan_place *place, int lambda);

#endif
