/* Inside flow/ only: who the tokens speak for. One ask checks all that came in meanwhile, and no
 * call gets an answer from before it came: so what it is told is never stale. With it comes where
 * the change log was, and the database's clock. Two asks are under way at most, so that there is
 * something to do while the database thinks. */
#ifndef FLOW_BADGE_IN_H
#define FLOW_BADGE_IN_H

#include "call_in.h"

enum { BADGES_MAX = 128, BADGES_ASKS = 2 }; /* tokens in one ask: more wait */

struct badges;

struct badges *badges_new(struct event_base *base, struct store *s);
void badges_free(struct badges *b); /* its calls have ended; accepts NULL */

/* Returns STEP_WAIT; the call goes on with actor and role, both NULL where the token is not good,
 * or ends with the store's error. hash lives as long as the call. */
enum step badges_ask(struct badges *b, struct call *c, const char *hash);

#endif
