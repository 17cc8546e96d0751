#include "core/panel.h"

#include "core/day.h"

#include <stdlib.h>
#include <string.h>

static int by_day(const void *x, const void *y)
{
    int32_t p = *(const int32_t *)x, q = *(const int32_t *)y;
    return (p > q) - (p < q);
}

void panel_seal(struct arena *a, struct panel *p)
{
    struct span all = {p->now, p->request.deadline};
    struct spans allowed = {&all, all.from < all.until, 1};
    p->request.open = span_intersect(a, &p->request.windows, &allowed);
    if (p->holiday_count)
        qsort(p->holidays, p->holiday_count, sizeof *p->holidays, by_day);
    for (size_t i = 0; i < p->expert_count; i++)
        for (size_t j = 0; j < p->experts[i].held_count; j++) {
            struct held *h = &p->experts[i].held[j];
            h->day = day_of(zone_local(p->experts[i].zone, h->span.from));
        }
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

bool words_have(const struct words *w, const char *word)
{
    for (size_t i = 0; word && i < w->n; i++)
        if (strcmp(w->at[i], word) == 0)
            return true;
    return false;
}

int words_common(const struct words *x, const struct words *y)
{
    int common = 0;
    for (size_t i = 0; i < x->n; i++)
        common += words_have(y, x->at[i]);
    return common;
}
