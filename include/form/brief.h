/*
 * The brief: what the worker is given to compute a plan from, and what a walk-in is looked up in.
 * Made of the facts that migrations/api/plan_compute.sql gathers: first slots and experts, then the
 * requests in pieces. Who may serve a request, and for how many points, is asked of core/eligible.h
 * and core/score.h, so a plan and a ranking say the same; but for the parts that a plan judges
 * itself (fairness: its load cost; scarcity: its prices) or by the slot (slot_points).
 *
 * An expert is free in a slot: on duty at an event, when the duty, the term and the time they have
 * leave it whole; else within their hours, buffers and notice, on days whose caps leave something.
 * What is left of the caps of their days, weeks and years, on their own clock, the plan keeps; New
 * Year may cut a week in two. Time taken by what the plan itself may move counts as free. Between
 * two meetings of an expert lie the buffers of both and the office's rest, by the slots' times
 * (`apart`); a meeting takes its slots whole. Of two slots of different days that are nearer than
 * the office's rest of the night, one is not free. At an event, what stands there besides counts
 * for the duty's caps. Caps leave room for what stands and may be moved; of it, two meetings that
 * are too near to each other are not moved. Of a company's requests no more have slots than the
 * office's cap leaves for the year, what stands first.
 *
 * Everything is bounded by the limits below; the first fault in the facts is told with its place.
 * An expert whose facts cannot be read is left out, unless a meeting of theirs may be moved.
 */
#ifndef FORM_BRIEF_H
#define FORM_BRIEF_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

enum {
    BRIEF_SLOTS_MAX = 512,
    BRIEF_EXPERTS_MAX = 500,
    BRIEF_REQUESTS_MAX = 2000,
    BRIEF_SEATS_MAX = 2, /* of one request; those with more are given no candidates */
    BRIEF_NO_LIMIT = 10000,
    BRIEF_CHOICES = 8,
};
#define BRIEF_BYTES_MAX ((size_t)64 << 20)

struct brief;

/* Both: ERR_INVALID and *ret_why "/experts/3/zone: is no time zone". The facts may go afterwards.
 */
enum err brief_new(struct arena *a, const json_t *facts, struct brief **ret,
                   const char **ret_why) MUST;
enum err brief_add(struct brief *b, const json_t *requests, const char **ret_why) MUST;

/* The document, one line of JSON; false: it is longer than BRIEF_BYTES_MAX. */
bool brief_print(const struct brief *b, struct buf *out);

size_t brief_expected(const struct brief *b); /* requests that the plan was asked for */
int brief_seconds(const struct brief *b);
int64_t brief_version(const struct brief *b);        /* of the change log */
const json_t *brief_requests(const struct brief *b); /* ids as the brief counts them; borrowed */
const json_t *brief_experts(const struct brief *b);
/* [{"expert", "why"}…]: whose facts could not be read, and whom the plan goes without; borrowed. */
const json_t *brief_unread(const struct brief *b);

/* Of a request that nobody can serve, how many experts each rule leaves: [{"rule", "left", "ko",
 * "en"}…]; borrowed; NULL for the others. */
const json_t *brief_funnel(const struct brief *b, size_t request);

/* The best seats there are for the one request that was added, at most BRIEF_CHOICES, each at
 * another slot, the best first: [{"expert_ids", "start", "zone", "points"}…], a new reference.
 * Worth: points, less what waiting, the load of the experts and the price of the slot cost; of
 * equal ones the earlier slot, then the smaller id. */
json_t *brief_best(const struct brief *b);

/* Where there is none: as brief_funnel, of the first seat that nobody can take now, with what the
 * plan itself leaves no room for at the end; a new reference. */
json_t *brief_why(const struct brief *b);

#endif
