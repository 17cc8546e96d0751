#include "core/share.h"

#include "core/day.h"

#include <string.h>

int panel_hours(const struct expert *e)
{
    return e->hours_per_year == CAP_NONE ? PANEL_HOURS : e->hours_per_year;
}

/* Until this morning; whole days, all absences taken together. */
int panel_days(const struct expert *e, instant now)
{
    int32_t today = day_of(zone_local(e->zone, now));
    instant morning = zone_utc_first(e->zone, (int64_t)today * DAY_SECONDS), away = 0;
    if (today < e->term_from || today > e->term_until)
        return 0;
    for (size_t i = 0; i < e->away.n && e->away.at[i].from < morning; i++) {
        struct span x = e->away.at[i];
        away += (x.until < morning ? x.until : morning) - x.from;
    }
    int32_t days = today - e->term_from - (int32_t)(away / DAY_SECONDS);
    return days > 0 ? days : 0;
}

/* What a field's experts in office have served, and what they could have. */
struct pool {
    const char *field;
    int64_t minutes, capacity;
};

struct pools {
    struct pool at[PANEL_FIELDS_MAX];
    size_t n;
};

static struct pool *pool_of(struct pools *s, const char *field)
{
    size_t i = 0;
    while (i < s->n && strcmp(s->at[i].field, field) != 0)
        i++;
    if (i == s->n && s->n < PANEL_FIELDS_MAX)
        s->at[s->n++] = (struct pool){.field = field};
    return i < PANEL_FIELDS_MAX ? &s->at[i] : NULL;
}

static void pools_fill(const struct panel *p, const int64_t *capacity, struct pools *pools)
{
    for (size_t i = 0; i < p->expert_count; i++) {
        const struct expert *e = &p->experts[i];
        for (size_t j = 0; j < e->skill_count && capacity[i] > 0; j++) {
            struct pool *pool = pool_of(pools, e->skills[j].field);
            if (pool) {
                pool->minutes += e->skills[j].minutes;
                pool->capacity += capacity[i];
            }
        }
    }
}

/* An expert's capacity is a part of each of their pools': no share exceeds a pool's minutes. */
void panel_shares(struct arena *a, struct panel *p)
{
    struct pools *pools = arena_new_of(a, struct pools);
    int64_t *capacity = arena_array(a, int64_t, p->expert_count);
    for (size_t i = 0; i < p->expert_count; i++)
        capacity[i] = (int64_t)panel_hours(&p->experts[i]) * panel_days(&p->experts[i], p->now);
    pools_fill(p, capacity, pools);
    for (size_t i = 0; i < p->expert_count; i++) {
        struct expert *e = &p->experts[i];
        e->share = 0;
        for (size_t j = 0; j < e->skill_count && capacity[i] > 0; j++) {
            const struct pool *pool = pool_of(pools, e->skills[j].field);
            __int128 due = pool ? (__int128)capacity[i] * pool->minutes / pool->capacity : 0;
            e->share += (int64_t)due;
        }
    }
}
