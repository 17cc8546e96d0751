#include "core/panel.h"

#include "core/availability.h"
#include "core/day.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static int by_day(const void *x, const void *y)
{
    int32_t p = *(const int32_t *)x, q = *(const int32_t *)y;
    return (p > q) - (p < q);
}

static int by_date(const void *x, const void *y)
{
    return by_day(&((const struct dated *)x)->day, &((const struct dated *)y)->day);
}

void request_seal(struct arena *a, struct request *q, instant now)
{
    struct span all = {now, q->deadline};
    struct spans allowed = {&all, all.from < all.until, 1};
    q->open = span_intersect(a, &q->windows, &allowed);
}

void panel_seal(struct arena *a, struct panel *p)
{
    request_seal(a, &p->request, p->now);
    if (p->holiday_count)
        qsort(p->holidays, p->holiday_count, sizeof *p->holidays, by_day);
    for (size_t i = 0; i < p->expert_count; i++) {
        struct expert *e = &p->experts[i];
        for (size_t j = 0; j < e->held_count; j++)
            e->held[j].day = day_of(zone_local(e->zone, e->held[j].span.from));
        if (e->dated_count)
            qsort(e->dated, e->dated_count, sizeof *e->dated, by_date);
    }
}

const char *panel_twice(struct arena *a, const struct panel *p)
{
    const char **id = arena_array(a, const char *, p->expert_count);
    for (size_t i = 0; i < p->expert_count; i++)
        id[i] = p->experts[i].id;
    if (p->expert_count)
        qsort(id, p->expert_count, sizeof *id, by_text);
    for (size_t i = 1; i < p->expert_count; i++)
        if (strcmp(id[i - 1], id[i]) == 0)
            return id[i];
    return NULL;
}

struct panel panel_seat(const struct panel *p, size_t i)
{
    struct panel seen = *p;
    assert(i < p->request.seat_count);
    seen.request.field = p->request.seats[i].field;
    seen.request.min_level = p->request.seats[i].min_level;
    return seen;
}

void panel_leave_out(struct arena *a, struct panel *p, const struct words *ids)
{
    struct words *out = &p->request.excluded;
    const char **at = arena_array(a, const char *, out->n + ids->n);
    if (out->n)
        memcpy(at, out->at, out->n * sizeof *at);
    if (ids->n)
        memcpy(at + out->n, ids->at, ids->n * sizeof *at);
    *out = (struct words){at, out->n + ids->n};
}

bool panel_is_holiday(const struct panel *p, int32_t day)
{
    return p->holiday_count &&
           bsearch(&day, p->holidays, p->holiday_count, sizeof day, by_day) != NULL;
}

int panel_level(const struct expert *e, const char *field)
{
    for (size_t i = 0; i < e->skill_count; i++)
        if (strcmp(e->skills[i].field, field) == 0)
            return e->skills[i].level;
    return 0;
}
