/* Inside work/ only: lets the cases of the sample happen, each step at its own time. */
#ifndef WORK_SAMPLE_LIFE_H
#define WORK_SAMPLE_LIFE_H

#include "base/clock.h"
#include "base/conf.h"
#include "store/sync.h"

#include <jansson.h>
#include <stdbool.h>

bool life_clock(struct sync *db, instant t); /* the database's clock stands at t */

/* cases: sample_cases(). Says on stderr what went wrong. */
bool life_run(struct sync *db, const struct conf *c, const json_t *cases, int64_t today);

#endif
