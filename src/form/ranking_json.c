#include "form/panel_json.h"

#include "base/log.h"

static json_t *expert_json(const struct expert *e);
static json_t *candidate_json(struct arena *a, const struct panel *p, const struct candidate *c,
                              size_t rank);
static json_t *parts_json(struct arena *a, const struct panel *p, const struct candidate *c);
static json_t *slots_json(const struct candidate *c);
static json_t *ineligible_json(const struct ineligible *x);
static json_t *made(json_t *v);

json_t *ranking_json(struct arena *a, const struct panel *p, int seat, const struct ranking *r)
{
    json_t *candidates = made(json_array()), *ineligible = made(json_array());
    for (size_t i = 0; i < r->candidate_count; i++)
        json_array_append_new(candidates, candidate_json(a, p, &r->candidates[i], i + 1));
    for (size_t i = 0; i < r->ineligible_count; i++)
        json_array_append_new(ineligible, ineligible_json(&r->ineligible[i]));
    return made(json_pack("{s:I, s:i, s:o, s:o}", "as_of", (json_int_t)p->version, "seat", seat,
                          "candidates", candidates, "ineligible", ineligible));
}

json_t *teams_json(const struct teams *t)
{
    char text[ZONE_TEXT];
    json_t *list = made(json_array());
    for (size_t i = 0; i < t->n; i++) {
        const struct team *x = &t->at[i];
        json_t *members = made(json_array());
        for (size_t j = 0; j < x->n; j++)
            json_array_append_new(
                members,
                made(json_pack("{s:i, s:o, s:i}", "seat", x->members[j].seat, "expert",
                               expert_json(x->members[j].expert), "score", x->members[j].score)));
        zone_text(x->members[0].expert->zone, x->start, text);
        json_array_append_new(list, made(json_pack("{s:s, s:i, s:o}", "start", text, "score",
                                                   x->total, "experts", members)));
    }
    return list;
}

static json_t *expert_json(const struct expert *e)
{
    return made(json_pack("{s:s, s:s}", "id", e->id, "name", e->name));
}

static json_t *candidate_json(struct arena *a, const struct panel *p, const struct candidate *c,
                              size_t rank)
{
    const struct expert *e = c->expert;
    json_t *load = made(json_pack(
        "{s:i, s:i, s:i}", "minutes_this_year", panel_minutes_this_year(p, e), "minutes_this_term",
        e->minutes_this_term, "appointments_in_window", c->appointments_in_window));
    return made(json_pack("{s:o, s:I, s:i, s:o, s:o, s:o, s:b}", "expert", expert_json(e), "rank",
                          (json_int_t)rank, "score", c->score.total, "parts", parts_json(a, p, c),
                          "slots", slots_json(c), "load", load, "asked",
                          words_have(&p->request.asked, e->id)));
}

static json_t *parts_json(struct arena *a, const struct panel *p, const struct candidate *c)
{
    json_t *list = made(json_array());
    for (int i = 0; i < PART_COUNT; i++) {
        enum part_code part = (enum part_code)i;
        struct said said = score_say(a, p, c->expert, c->slots.start[0], part);
        json_array_append_new(
            list, made(json_pack("{s:s, s:i, s:s, s:s}", "part", part_row(part)->code, "points",
                                 c->score.points[i], "ko", said.ko, "en", said.en)));
    }
    return list;
}

static json_t *slots_json(const struct candidate *c)
{
    char text[ZONE_TEXT];
    json_t *list = made(json_array());
    for (size_t i = 0; i < c->slots.n; i++)
        json_array_append_new(
            list, made(json_string(zone_text(c->expert->zone, c->slots.start[i], text))));
    return list;
}

static json_t *ineligible_json(const struct ineligible *x)
{
    const struct rule_row *row = rule_row(x->rule);
    return made(json_pack("{s:o, s:s, s:s, s:s}", "expert", expert_json(x->expert), "reason",
                          row->code, "ko", row->ko, "en", row->en));
}

/* All texts are valid UTF-8 already, so nothing but memory can be wanting. */
static json_t *made(json_t *v)
{
    if (!v)
        fatal("out of memory");
    return v;
}
