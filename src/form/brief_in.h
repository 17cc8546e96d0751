/* Inside form/brief*.c only: the brief while it is made. */
#ifndef FORM_BRIEF_IN_H
#define FORM_BRIEF_IN_H

#include "core/day.h"
#include "core/panel.h"
#include "core/plan_problem.h"
#include "form/brief.h"

struct grid_slot {
    struct span span;
    int booths, day;
    const char *name; /* as its people say it, "10:30" */
    int64_t price;    /* of a walk-in: what the last plan says of one booth more */
};

/* What an expert gives to the plan; beside the panel's expert of the same index. */
struct desk {
    bool *free;   /* by slot */
    bool *taken;  /* by slot: has something there already that the plan does not move */
    int *begun;   /* by slot: so many of these meetings have it as their first */
    bool *stands; /* by slot: has a meeting of the plan's own there now */
    int *stood;   /* by slot: so many of these have it as their first */
    bool *stuck;  /* by slot: one of these begins there that another is too near to */
    const char *zone;
    int per_day, most, rest; /* for what the plan places; BRIEF_NO_LIMIT where there is none */
    int apart;               /* seconds between two meetings */
    int day_of_plan, most_of_plan; /* the same with what is taken */
    int64_t load, share;           /* in slots */
    struct plan_cap *caps;         /* the last row_count: breaks beside what is taken */
    size_t cap_count, row_count;
};

struct hopeful {
    size_t expert;
    int seat, points;
};

/* A request as the plan sees it; memory of a scratch arena. */
struct looked {
    struct request request;
    const char *company;
    int length;
    size_t slots[BRIEF_SLOTS_MAX], slot_count; /* rising */
    struct hopeful *hopefuls;
    size_t hopeful_count;
    bool capped; /* the company's cap took slots away */
    const json_t *kept;
    size_t kept_slot, kept_experts[BRIEF_SEATS_MAX], kept_count; /* 0: not kept */
};

struct brief {
    struct arena *a;
    struct panel *panel;
    bool event;
    int lambda, seconds;
    size_t expected, slot_count, count;
    struct grid_slot *slots;
    int64_t longest, mean; /* minutes of a slot */
    struct desk *desks;
    json_t *admitted; /* by company and year, where these have a cap: how many requests */
    json_t *zones, *request_ids, *expert_ids, *funnels, *unread; /* the arena's */
    struct buf requests;                                         /* their documents, with commas */
    struct looked *last; /* of the last request: for a walk-in */
};

/* The next slot is back to back, on the same day. */
static inline bool brief_follows(const struct brief *b, size_t slot)
{
    const struct grid_slot *x = &b->slots[slot];
    return slot + 1 < b->slot_count && x->span.until == x[1].span.from && x->day == x[1].day;
}

static inline int32_t brief_day_of(const struct brief *b, const struct expert *e, size_t slot)
{
    return day_of(zone_local(e->zone, b->slots[slot].span.from));
}

/* brief_caps.c: what is left of the caps of the expert's days, with the plan's own, weeks and
 * years, of the latter in slots; at an event, of the year alone. */
void brief_caps(const struct brief *b, const struct expert *e, struct desk *d);
/* brief_duty.c, of an event. What meetings there that the plan does not move leave of the duty's
 * caps; had: how many, by day. And of slots in a row. */
void brief_duty_caps(const struct brief *b, struct desk *d, json_t *had);
void brief_breaks(const struct brief *b, struct desk *d);
/* brief_stand.c: marks where a meeting is: each of its slots, and the first. */
void brief_mark(const struct brief *b, struct span meeting, bool *slots, int *first);
/* Caps leave room for what stands, and what stands too near to another is not moved. */
void brief_stand(const struct brief *b, const struct expert *e, struct desk *d);
/* The rest of the night: of two slots on different days that are nearer than that, one is closed:
 * as few as can be, of what stands none if possible. */
void brief_nights(const struct brief *b, const struct expert *e, struct desk *d);

/* brief_look.c: false: why says what is wrong with the document. */
bool brief_look(struct brief *b, struct arena *a, const json_t *doc, struct looked *ret,
                const char **ret_why);
/* How many experts are left for a seat (from 0) after each rule: a new reference. And one more row
 * of such a list. */
json_t *brief_rules(const struct brief *b, const struct looked *l, size_t seat);
void brief_row(json_t *list, const char *rule, size_t left, const char *ko, const char *en);

#endif
