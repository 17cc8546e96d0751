#include "core/panel.h"

#include "core/availability.h"
#include "core/day.h"
#include "core/share.h"

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

void panel_seal(struct arena *a, struct panel *p)
{
    panel_seal_request(a, p);
    panel_seal_holidays(p);
    for (size_t i = 0; i < p->expert_count; i++)
        panel_seal_expert(&p->experts[i]);
    panel_shares(a, p);
}

void panel_seal_holidays(struct panel *p)
{
    if (p->holiday_count)
        qsort(p->holidays, p->holiday_count, sizeof *p->holidays, by_day);
}

void panel_seal_request(struct arena *a, struct panel *p)
{
    struct span all = {p->now + 1, p->request.deadline}; /* the booking refuses a start now */
    struct spans allowed = {&all, all.from < all.until, 1};
    p->request.open = span_intersect(a, &p->request.windows, &allowed);
}

void panel_seal_expert(struct expert *e)
{
    for (size_t i = 0; i < e->held_count; i++)
        e->held[i].day = day_of(zone_local(e->zone, e->held[i].span.from));
    if (e->dated_count)
        qsort(e->dated, e->dated_count, sizeof *e->dated, by_date);
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

int panel_minutes(const struct expert *e, int year)
{
    for (size_t i = 0; i < e->year_count; i++)
        if (e->years[i].year == year)
            return e->years[i].minutes;
    return 0;
}

int panel_minutes_this_year(const struct panel *p, const struct expert *e)
{
    return panel_minutes(e, day_year(day_of(zone_local(e->zone, p->now))));
}

const struct skill *panel_skill(const struct expert *e, const char *field)
{
    for (size_t i = 0; i < e->skill_count; i++)
        if (e->skills[i].field == field || strcmp(e->skills[i].field, field) == 0)
            return &e->skills[i];
    return NULL;
}

int panel_level(const struct expert *e, const char *field)
{
    const struct skill *skill = panel_skill(e, field);
    return skill ? skill->level : 0;
}
