#include "core/slots.h"

#include "core/availability.h"
#include "core/day.h"

/* Starts as they are found; room is where finding ends. */
struct list {
    instant *start;
    size_t n, room;
    enum { ANY, WISHED, OTHERS } which; /* in the wished windows, or not */
    enum rule against; /* where none is listed: the rule that took the last start away */
};

static void find(const struct panel *p, const struct expert *e, struct list *list);
static struct spans free_time(struct arena *a, const struct panel *p, const struct expert *e);
static void walk(const struct panel *p, const struct expert *e, struct span piece,
                 struct list *list);
static instant first_in(const struct panel *p, const struct expert *e, instant from);
static instant next_after(const struct panel *p, const struct expert *e, instant t);
static instant on_grid(const struct zone *z, instant t, int align);
static enum rule against(const struct panel *p, const struct expert *e, instant start);

struct slots slots_find(const struct panel *p, const struct expert *e)
{
    struct slots s = {0};
    struct list list = {s.start, 0, SLOTS_LISTED, ANY, RULE_no_free_slot};
    if (p->request.wished.n && !p->request.fixed) {
        list.which = WISHED;
        find(p, e, &list);
        list.which = OTHERS;
    }
    if (list.n < list.room)
        find(p, e, &list);
    s.n = list.n;
    s.against = list.n > 0 ? RULE_none : list.against;
    return s;
}

size_t slots_all(const struct panel *p, const struct expert *e, instant *ret, size_t most)
{
    struct list list = {ret, 0, most, ANY, RULE_no_free_slot};
    find(p, e, &list);
    return list.n;
}

bool slot_bookable(const struct panel *p, const struct expert *e, instant start,
                   enum rule *ret_rule)
{
    enum rule rule = against(p, e, start);
    if (rule != RULE_none)
        *ret_rule = rule;
    return rule == RULE_none;
}

static void find(const struct panel *p, const struct expert *e, struct list *list)
{
    if (p->request.fixed) { /* on any minute: the meeting stands there already */
        enum rule rule = slot_free(p, e, p->request.fixed) ? eligible_start(p, e, p->request.fixed)
                                                           : RULE_no_free_slot;
        if (rule == RULE_none)
            list->start[list->n++] = p->request.fixed;
        list->against = rule;
        return;
    }
    struct arena *a = arena_new();
    struct spans pieces = free_time(a, p, e);
    for (size_t i = 0; i < pieces.n && list->n < list->room; i++)
        walk(p, e, pieces.at[i], list);
    arena_free(a);
}

/* Where the meeting itself may lie. */
static struct spans free_time(struct arena *a, const struct panel *p, const struct expert *e)
{
    const struct request *r = &p->request;
    if (r->open.n == 0)
        return (struct spans){0};
    struct span range = {r->open.at[0].from, r->open.at[r->open.n - 1].until};
    struct spans s = slots_unbooked(a, p, e, range);
    s = span_intersect(a, &s, &r->open);
    s = span_subtract(a, &s, &r->company_busy);
    return span_subtract(a, &s, &r->room_busy);
}

/* The buffers of the meeting are given to what is in its way. */
struct spans slots_unbooked(struct arena *a, const struct panel *p, const struct expert *e,
                            struct span range)
{
    struct spans there = availability(a, p, e, range), taken = {0};
    for (size_t i = 0; i < e->busy.n; i++)
        span_add(a, &taken,
                 (struct span){e->busy.at[i].from - (instant)e->after * 60,
                               e->busy.at[i].until + (instant)e->before * 60});
    return span_subtract(a, &there, &taken);
}

static bool listed(const struct panel *p, const struct list *list, instant t)
{
    struct span meeting = {t, t + (instant)p->request.minutes * 60};
    return list->which == ANY ||
           span_covers(&p->request.wished, meeting) == (list->which == WISHED);
}

/* Adds the starts within one free piece. Where none is listed, list->against becomes the latest
 * rule that any start has reached: the one that took the last start away. */
static void walk(const struct panel *p, const struct expert *e, struct span piece,
                 struct list *list)
{
    instant last = piece.until - (instant)p->request.minutes * 60;
    int32_t full_day = 0;
    bool have_full_day = false;
    for (instant t = first_in(p, e, piece.from); t <= last && list->n < list->room;
         t = next_after(p, e, t)) {
        int32_t day = day_of(zone_local(e->zone, t));
        if (have_full_day && day == full_day)
            continue; /* what a cap says of one start of a day, it says of all */
        enum rule rule = eligible_start(p, e, t);
        if (rule == RULE_none && listed(p, list, t))
            list->start[list->n++] = t;
        list->against = rule > list->against ? rule : list->against;
        have_full_day = rule >= RULE_cap_day;
        full_day = day;
    }
}

static instant first_in(const struct panel *p, const struct expert *e, instant from)
{
    instant over = ((from % SLOTS_CELL) + SLOTS_CELL) % SLOTS_CELL;
    return p->request.packed ? from + (over ? SLOTS_CELL - over : 0)
                             : on_grid(e->zone, from, p->align);
}

static instant next_after(const struct panel *p, const struct expert *e, instant t)
{
    return p->request.packed ? t + (instant)p->align * 60 : on_grid(e->zone, t + 1, p->align);
}

/* The first instant >= t at which the clock shows a multiple of align minutes. Hops over a change
 * of the clock go minute by minute. */
static instant on_grid(const struct zone *z, instant t, int align)
{
    int64_t step = (int64_t)align * 60;
    for (;;) {
        int64_t local = zone_local(z, t), over = ((local % step) + step) % step;
        if (over == 0)
            return t;
        if (zone_offset(z, t + step - over) == local - t)
            return t + step - over;
        t += 60 - over % 60;
    }
}

static enum rule against(const struct panel *p, const struct expert *e, instant start)
{
    enum rule rule = eligible(p, e);
    if (rule != RULE_none)
        return rule;
    return slot_free(p, e, start) ? eligible_start(p, e, start) : RULE_no_free_slot;
}

bool slot_free(const struct panel *p, const struct expert *e, instant start)
{
    const struct request *r = &p->request;
    struct span meeting = {start, start + (instant)r->minutes * 60};
    struct span padded = {meeting.from - (instant)e->before * 60,
                          meeting.until + (instant)e->after * 60};
    if (!span_covers(&r->open, meeting) || span_meets(&r->company_busy, meeting) ||
        span_meets(&r->room_busy, meeting) || span_meets(&e->busy, padded))
        return false;
    struct arena *a = arena_new();
    struct spans there = availability(a, p, e, meeting);
    bool whole = span_covers(&there, meeting);
    arena_free(a);
    return whole;
}
