/*
 * A plan's way in and out, as JSON: what `jamund plan` reads, and the worker of the service.
 *
 * In: one document (plan_shape.c): slots, zones, experts, requests by their indexes; faults are
 * told by JSON pointer, all that there are, up to SHAPE_ERRORS_MAX. Everything lives in the arena.
 *
 * Out: one object for each line, {"progress": …}, {"plan": …} or {"error": …}; new references.
 */
#ifndef FORM_PLAN_JSON_H
#define FORM_PLAN_JSON_H

#include "base/buf.h"
#include "core/plan.h"
#include "form/shape.h"

enum { PLAN_BYTES_MAX = 256 << 20 };
enum { PLAN_SHARE_MAX = 10000, PLAN_SECONDS_MAX = 3600 };

struct plan_paper { /* the document, read */
    struct plan_problem problem;
    int seconds;
};

enum err plan_from_json(struct arena *a, const char *bytes, size_t len, struct plan_paper *ret,
                        struct shape_errors *ret_errors) MUST;

json_t *plan_progress_json(const char *stage, double done, const struct plan_score *bound,
                           const struct plan_score *best);
json_t *plan_json(const struct plan_problem *p, const struct plan *plan);
json_t *plan_error_json(const struct shape_errors *e); /* the first one */

/* Why somebody is not served, a sentence or two in each language. */
void plan_reason_text(const struct plan_problem *p, const struct plan_reason *r, struct buf *ko,
                      struct buf *en);

/* For people: where everybody goes, who is not served and why, what lambda would change. */
void plan_text(struct buf *out, const struct plan_problem *p, const struct plan *plan);

extern const struct shape plan_shape;

#endif
