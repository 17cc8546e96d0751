/*
 * Weights from outside: an object {"fairness": 0, …} or a query's "fairness:0,place:200". What is
 * not named stays as it is. A part that does not exist, one named twice, a weight above
 * WEIGHT_MOST or a sum above WEIGHTS_SUM_MOST is told by its pointer.
 */
#ifndef FORM_WEIGHTS_JSON_H
#define FORM_WEIGHTS_JSON_H

#include "core/weights.h"
#include "form/shape.h"

/* In `from`, which a shape has checked already, or which is the database's. */
void weights_take(struct weights *w, const json_t *from);

/* false: errors say why, at `pointer`. */
bool weights_parse(struct weights *w, const char *text, const char *pointer,
                   struct shape_errors *errors) MUST;
bool weights_fit(const struct weights *w, const char *pointer, struct shape_errors *errors) MUST;

json_t *weights_json(const struct weights *w); /* a new reference */

#endif
