#include "form/plan_json.h"

static json_t *served_json(const struct plan_score *s)
{
    json_t *list = json_array();
    for (int c = 0; c < PLAN_CLASSES; c++)
        json_array_append_new(list, json_integer(s->served[c]));
    return list;
}

static json_t *score_json(const struct plan_score *s)
{
    return json_pack("{s:o, s:I, s:I}", "served", served_json(s), "kept", (json_int_t)s->kept,
                     "value", (json_int_t)s->value);
}

json_t *plan_progress_json(const char *stage, double done, const struct plan_score *bound,
                           const struct plan_score *best)
{
    return json_pack("{s:{s:s, s:f, s:o, s:o}}", "progress", "stage", stage, "done", done, "bound",
                     score_json(bound), "best", score_json(best));
}

json_t *plan_error_json(const struct shape_errors *e)
{
    return json_pack("{s:{s:s, s:s, s:s}}", "error", "pointer", e->list[0].pointer, "detail",
                     e->list[0].en, "ko", e->list[0].ko);
}

/* ---- the plan ---- */

static json_t *assigned_json(const struct plan_problem *p, const struct plan *plan)
{
    json_t *list = json_array();
    for (int i = 0; i < p->request_count; i++) {
        const struct plan_place *at = &plan->place[i];
        if (at->slot == PLAN_NONE)
            continue;
        json_t *experts = json_array();
        for (int k = 0; k < p->requests[i].seats; k++)
            json_array_append_new(experts, json_integer(at->experts[k]));
        const char *zone = at->zone == PLAN_NONE ? NULL : p->zones[at->zone].id;
        json_array_append_new(list, json_pack("{s:i, s:o, s:i, s:s?, s:i}", "request", i, "experts",
                                              experts, "slot", at->slot, "zone", zone, "points",
                                              at->points));
    }
    return list;
}

static json_t *frontier_json(const struct plan *plan)
{
    json_t *list = json_array();
    for (int i = 0; i < plan->frontier_count; i++) {
        const struct plan_point *x = &plan->frontier[i];
        json_array_append_new(list, json_pack("{s:i, s:I, s:i, s:i, s:s}", "lambda", x->lambda,
                                              "quality", (json_int_t)x->quality, "max_load",
                                              x->max_load, "idle", x->idle, "end",
                                              x->end == PLAN_OPTIMAL ? "optimal" : "gap"));
    }
    return list;
}

static json_t *numbers_json(const int64_t *at, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_integer(at[i]));
    return list;
}

static json_t *reason_json(const struct plan_problem *p, const struct plan_reason *r)
{
    static const char *const whys[] = {[PLAN_NO_CANDIDATE] = "no_candidate",
                                       [PLAN_COMPETITION] = "competition",
                                       [PLAN_PRICE] = "price"};
    struct buf ko, en;
    buf_init(&ko, 4096);
    buf_init(&en, 4096);
    plan_reason_text(p, r, &ko, &en);
    json_t *o =
        json_pack("{s:i, s:s, s:{s:s, s:s}, s:{s:i, s:i, s:i}}", "request", r->request, "why",
                  whys[r->why], "text", "ko", ko.data, "en", en.data, "funnel", "candidates",
                  r->funnel[0], "free", r->funnel[1], "possible", r->funnel[2]);
    json_t *witness = json_null(), *cure = json_null();
    if (r->count > 0) {
        json_t *requests = json_array();
        for (int i = 0; i < r->count; i++)
            json_array_append_new(requests, json_integer(r->requests[i]));
        witness = json_pack("{s:o, s:i}", "requests", requests, "seats", r->seats);
    }
    if (r->slot != PLAN_NONE)
        cure = json_pack("{s:i, s:i, s:i}", "slot", r->slot, "booths", 1, "serves", r->serves);
    json_object_set_new(o, "witness", witness);
    json_object_set_new(o, "cure", cure);
    buf_done(&ko);
    buf_done(&en);
    return o;
}

static json_t *unserved_json(const struct plan_problem *p, const struct plan *plan)
{
    json_t *list = json_array();
    for (int i = 0; i < plan->reason_count; i++)
        json_array_append_new(list, reason_json(p, &plan->reasons[i]));
    return list;
}

json_t *plan_json(const struct plan_problem *p, const struct plan *plan)
{
    static const char *const levels[] = {"served", "kept", "quality"};
    bool optimal = plan->end == PLAN_OPTIMAL;
    json_t *o = json_pack(
        "{s:s, s:I, s:I, s:f, s:s?, s:s, s:i, s:i, s:I, s:I}", "end", optimal ? "optimal" : "gap",
        "value", (json_int_t)plan->score.value, "bound", (json_int_t)plan->bound.value, "gap",
        plan->gap, "gap_of", optimal ? NULL : levels[plan->gap_of], "method", plan->method, "kept",
        plan->kept, "moved", plan->moved, "quality", (json_int_t)plan->score.quality, "load_cost",
        (json_int_t)plan->score.load);
    json_object_set_new(o, "served", served_json(&plan->score));
    json_object_set_new(o, "served_bound", served_json(&plan->bound));
    json_object_set_new(o, "kept_weight", json_integer(plan->score.kept));
    json_object_set_new(o, "kept_bound", json_integer(plan->bound.kept));
    json_object_set_new(o, "assigned", assigned_json(p, plan));
    json_object_set_new(o, "unserved", unserved_json(p, plan));
    json_object_set_new(o, "frontier", frontier_json(plan));
    json_object_set_new(o, "prices",
                        json_pack("{s:o, s:o}", "slots",
                                  numbers_json(plan->slot_price, p->slot_count), "experts",
                                  numbers_json(plan->expert_price, p->expert_count)));
    return json_pack("{s:o}", "plan", o);
}
