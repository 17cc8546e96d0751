#include "core/availability.h"
#include "form/panel_json.h"

static void print_words(struct buf *out, const char *name, const struct words *w)
{
    buf_str(out, name);
    for (size_t i = 0; i < w->n; i++)
        buf_printf(out, " %s", w->at[i]);
    buf_char(out, '\n');
}

static void print_spans(struct buf *out, const char *name, const struct spans *s)
{
    buf_str(out, name);
    for (size_t i = 0; i < s->n; i++)
        buf_printf(out, " %lld-%lld", (long long)s->at[i].from, (long long)s->at[i].until);
    buf_char(out, '\n');
}

static void print_weekly(struct buf *out, const struct weekly *w)
{
    buf_printf(out, "weekly %d %d-%d every %d nth %x days %d-%d\n", w->weekday, w->from, w->until,
               w->every, w->nth, (int)w->first, (int)w->last);
}

static void print_hours(struct buf *out, const struct expert *e)
{
    for (size_t i = 0; i < e->weekly_count; i++)
        print_weekly(out, &e->weekly[i]);
    for (size_t i = 0; i < e->dated_count; i++)
        buf_printf(out, "dated %d %d-%d\n", (int)e->dated[i].day, e->dated[i].from,
                   e->dated[i].until);
}

static void print_held(struct buf *out, const struct expert *e)
{
    for (size_t i = 0; i < e->held_count; i++)
        buf_printf(out, "held %lld-%lld on %d in %s\n", (long long)e->held[i].span.from,
                   (long long)e->held[i].span.until, (int)e->held[i].day,
                   e->held[i].district ? e->held[i].district : "-");
    for (size_t i = 0; i < e->year_count; i++)
        buf_printf(out, "year %d %d\n", e->years[i].year, e->years[i].minutes);
}

void panel_expert_print(struct buf *out, const struct expert *e)
{
    buf_printf(out, "expert %s %s\nzone %s\n", e->id, e->name, e->zone->name);
    for (size_t i = 0; i < e->skill_count; i++)
        buf_printf(out, "field %s %d minutes %d price %d\n", e->skills[i].field, e->skills[i].level,
                   e->skills[i].minutes, e->skills[i].price);
    print_words(out, "topics", &e->topics);
    print_words(out, "districts", &e->districts);
    print_words(out, "modes", &e->modes);
    print_words(out, "languages", &e->languages);
    print_words(out, "conflict_companies", &e->conflict_companies);
    print_words(out, "conflict_names", &e->conflict_names);
    for (size_t i = 0; i < e->ended_count; i++)
        buf_printf(out, "ended %s %lld\n", e->ended[i].key, (long long)e->ended[i].until);
    buf_printf(out, "term %d-%d paused %lld\n", (int)e->term_from, (int)e->term_until,
               (long long)e->paused_from);
    buf_printf(out, "caps %d %d %d buffers %d %d notice %d\n", e->per_day, e->per_week,
               e->hours_per_year, e->before, e->after, e->notice);
    print_hours(out, e);
    print_spans(out, "absences", &e->absences);
    print_spans(out, "duties", &e->duties);
    print_spans(out, "busy", &e->busy);
    print_held(out, e);
    print_spans(out, "away", &e->away);
    buf_printf(out, "minutes %d answers %d %d %d %d\n", e->minutes_this_term, e->answers.accepted,
               e->answers.declined, e->answers.expired, e->answers.no_shows);
}
