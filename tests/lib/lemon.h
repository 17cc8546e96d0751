/* LEMON's network simplex as a referee: tests and the bench only, never in the program. */
#ifndef TESTS_LEMON_H
#define TESTS_LEMON_H

#include "core/mcf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* LEMON's own graph; the problem is not needed any more. */
struct lemon_graph *lemon_new(const struct mcf *p);
void lemon_free(struct lemon_graph *l);

/* The least cost; false: there is no flow. */
bool lemon_run(const struct lemon_graph *l, int64_t *ret_cost);

#ifdef __cplusplus
}
#endif

#endif
