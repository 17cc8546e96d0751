#include "form/panel_json.h"

#include "base/log.h"
#include "core/funnel.h"
#include "form/mode_name.h"

#include <string.h>

static json_t *expert_json(const struct expert *e);
static json_t *candidate_json(struct arena *a, const struct panel *p, const struct candidate *c,
                              size_t rank);
static json_t *parts_json(struct arena *a, const struct panel *p, const struct candidate *c);
static json_t *slots_json(const struct candidate *c);
static json_t *ineligible_json(const struct ineligible *x);
static json_t *funnel_json(struct arena *a, const struct panel *p, const struct funnel *f);
static json_t *behind_json(const struct ranking *r, size_t mine);
static json_t *made(json_t *v);

json_t *ranking_json(struct arena *a, const struct panel *p, int seat, const struct ranking *r)
{
    json_t *candidates = made(json_array()), *ineligible = made(json_array());
    for (size_t i = 0; i < r->candidate_count; i++)
        json_array_append_new(candidates, candidate_json(a, p, &r->candidates[i], i + 1));
    for (size_t i = 0; i < r->ineligible_count; i++)
        json_array_append_new(ineligible, ineligible_json(&r->ineligible[i]));
    json_t *all = made(json_pack("{s:I, s:i, s:o, s:o}", "as_of", (json_int_t)p->version, "seat",
                                 seat, "candidates", candidates, "ineligible", ineligible));
    if (r->candidate_count == 0)
        json_object_set_new(all, "funnel", funnel_json(a, p, funnel_find(a, p, r)));
    return all;
}

json_t *standing_json(struct arena *a, const struct panel *p, int seat, const struct ranking *r,
                      const char *id)
{
    json_t *o = made(json_pack("{s:I, s:i, s:I}", "as_of", (json_int_t)p->version, "seat", seat,
                               "of", (json_int_t)r->candidate_count));
    for (size_t i = 0; i < r->ineligible_count; i++)
        if (strcmp(r->ineligible[i].expert->id, id) == 0) {
            json_object_update_new(o, ineligible_json(&r->ineligible[i]));
            return o;
        }
    for (size_t i = 0; i < r->candidate_count; i++) {
        const struct candidate *c = &r->candidates[i];
        if (strcmp(c->expert->id, id) != 0)
            continue;
        int missing = r->candidates[0].score.total - c->score.total;
        json_object_update_new(
            o, made(json_pack("{s:o, s:n, s:I, s:i, s:o, s:o, s:o}", "expert",
                              expert_json(c->expert), "reason", "rank", (json_int_t)i + 1, "score",
                              c->score.total, "parts", parts_json(a, p, c), "slots", slots_json(c),
                              "behind", behind_json(r, i))));
        json_object_set_new(
            o, "ko",
            made(json_string(i == 0 ? "첫 번째 후보입니다"
                                    : arena_printf(a, "첫 번째 후보보다 %d점 적습니다", missing))));
        json_object_set_new(
            o, "en",
            made(json_string(i == 0 ? "The first candidate"
                                    : arena_printf(a, "%d point%s less than the first candidate",
                                                   missing, missing == 1 ? "" : "s"))));
        return o;
    }
    json_decref(o);
    return NULL;
}

/* What is missing to one candidate, part by part: what counts less here is negative. */
static json_t *distance_json(const struct ranking *r, size_t mine, size_t other)
{
    const struct score *x = &r->candidates[mine].score, *y = &r->candidates[other].score;
    json_t *parts = made(json_array());
    for (int i = 0; i < PART_COUNT; i++)
        json_array_append_new(
            parts, made(json_pack("{s:s, s:i}", "part", part_row((enum part_code)i)->code,
                                  "missing", y->points[i] - x->points[i])));
    return made(json_pack("{s:o, s:I, s:i, s:i, s:o}", "expert",
                          expert_json(r->candidates[other].expert), "rank", (json_int_t)other + 1,
                          "score", y->total, "missing", y->total - x->total, "parts", parts));
}

static json_t *behind_json(const struct ranking *r, size_t mine)
{
    json_t *list = made(json_array());
    if (mine > 1)
        json_array_append_new(list, distance_json(r, mine, mine - 1));
    if (mine > 0)
        json_array_append_new(list, distance_json(r, mine, 0));
    return list;
}

static json_t *windows_json(const struct panel *p, const struct spans *windows)
{
    char from[ZONE_TEXT], until[ZONE_TEXT];
    json_t *list = made(json_array());
    for (size_t i = 0; i < windows->n; i++)
        json_array_append_new(
            list,
            made(json_pack("{s:s, s:s}", "from", zone_text(p->zone, windows->at[i].from, from),
                           "until", zone_text(p->zone, windows->at[i].until, until))));
    return list;
}

/* Modes are codes to core; people read words. */
static const char *said_ko(struct arena *a, const struct suggestion *s)
{
    struct suggestion x = *s;
    if (x.change == CHANGE_mode)
        x.value = mode_name_ko(x.value);
    return change_ko(a, &x);
}

/* counted: what its number is of */
static json_t *suggestion_json(struct arena *a, const struct panel *p, const struct suggestion *s,
                               const char *counted)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char *value = s->change == CHANGE_weekday ? days[s->value[0] - '1'] : s->value;
    json_t *o = made(json_pack("{s:s, s:s?, s:I, s:s, s:s}", "change", change_code(s->change),
                               "value", *value ? value : NULL, counted, (json_int_t)s->candidates,
                               "ko", said_ko(a, s), "en", change_en(a, s)));
    if (s->windows)
        json_object_set_new(o, "windows", windows_json(p, s->windows));
    return o;
}

static json_t *funnel_json(struct arena *a, const struct panel *p, const struct funnel *f)
{
    json_t *steps = made(json_array()), *list = made(json_array());
    for (size_t i = 0; i < f->step_count; i++) {
        const struct rule_row *row = rule_row(f->steps[i].rule);
        json_array_append_new(
            steps, made(json_pack("{s:s, s:I, s:s, s:s}", "rule", row->code, "left",
                                  (json_int_t)f->steps[i].left, "ko", row->ko, "en", row->en)));
    }
    for (size_t i = 0; i < f->n; i++)
        json_array_append_new(list, suggestion_json(a, p, &f->at[i], "candidates"));
    return made(json_pack("{s:I, s:o, s:o}", "experts", (json_int_t)f->all, "steps", steps,
                          "suggestions", list));
}

json_t *no_team_json(struct arena *a, const struct board *b, const struct panel *p, int empty)
{
    json_t *list = made(json_array());
    const struct funnel *f = empty ? NULL : funnel_team(a, b, p);
    for (size_t i = 0; f && i < f->n; i++)
        json_array_append_new(list, suggestion_json(a, p, &f->at[i], "starts"));
    if (empty)
        return made(
            json_pack("{s:s, s:i, s:s, s:s, s:o}", "rule", "empty_seat", "seat", empty, "ko",
                      arena_printf(a, "%d번 자리를 맡을 수 있는 자문위원이 없습니다", empty), "en",
                      arena_printf(a, "Nobody can take seat %d", empty), "suggestions", list));
    return made(json_pack("{s:s, s:n, s:s, s:s, s:o}", "rule", "no_common_start", "seat", "ko",
                          "모든 자리를 서로 다른 자문위원이 함께 맡을 수 있는 때가 없습니다", "en",
                          "There is no start at which different experts can fill all seats",
                          "suggestions", list));
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
