/* LEMON's network simplex as a referee: tests and the bench only, never in the program. */
#ifndef TESTS_LEMON_H
#define TESTS_LEMON_H

#include "core/mcf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The least cost; false: there is no flow. ret_seconds: the solver's own time, its graph given. */
bool lemon_solve(const struct mcf *p, int64_t *ret_cost, double *ret_seconds);

#ifdef __cplusplus
}
#endif

#endif
