/* One request: which slots it may have, who may serve it, and what that is worth. */
#include "brief_in.h"
#include "core/eligible.h"
#include "core/score.h"
#include "form/panel_json.h"

#include <stdio.h>
#include <string.h>

/* Parts of a score that a plan judges itself: the load, who is needed elsewhere, the slot. */
static bool left_out(int part)
{
    return part == PART_fairness || part == PART_scarcity ||
           part_row((enum part_code)part)->kind == PART_START;
}

static size_t slot_at(const struct brief *b, instant start)
{
    for (size_t i = 0; i < b->slot_count; i++)
        if (b->slots[i].span.from == start)
            return i;
    return b->slot_count;
}

static size_t expert_of(const struct brief *b, const char *id)
{
    for (size_t i = 0; id && i < b->panel->expert_count; i++)
        if (strcmp(b->panel->experts[i].id, id) == 0)
            return i;
    return b->panel->expert_count;
}

/* How many slots from the i-th on the meeting takes: 1, 2, or 0 where it does not fit. */
static int slots_taken(const struct brief *b, size_t i, instant minutes)
{
    instant until = b->slots[i].span.from + minutes * 60;
    if (until <= b->slots[i].span.until)
        return 1;
    bool next = i + 1 < b->slot_count && b->slots[i + 1].span.from == b->slots[i].span.until;
    return next && until <= b->slots[i + 1].span.until ? 2 : 0;
}

static bool slot_suits(const struct request *q, instant from)
{
    struct span meeting = {from, from + (instant)q->minutes * 60};
    return span_covers(&q->open, meeting) && !span_meets(&q->company_busy, meeting) &&
           !span_meets(&q->company_full, (struct span){from, from + 1}) &&
           (q->visit == 0 || q->visit == from);
}

/* A plan's meetings have one length in slots: the shorter one that fits anywhere. */
static void look_slots(const struct brief *b, struct looked *l)
{
    l->length = 2;
    for (size_t i = 0; i < b->slot_count; i++)
        if (slots_taken(b, i, l->request.minutes) == 1)
            l->length = 1;
    for (size_t i = 0; i < b->slot_count; i++)
        if (slots_taken(b, i, l->request.minutes) == l->length &&
            slot_suits(&l->request, b->slots[i].span.from))
            l->slots[l->slot_count++] = i;
}

static bool could_come_at(const struct brief *b, const struct looked *l, const struct panel *seen,
                          size_t expert, size_t slot)
{
    const bool *free = b->desks[expert].free;
    return free[slot] && (l->length == 1 || free[slot + 1]) &&
           eligible_start(seen, &seen->experts[expert], b->slots[slot].span.from) == RULE_none;
}

/* In at least one of its slots. A plan knows no rule of one expert, one request and one time: what
 * such a rule takes away at some slots only, the booking refuses. */
static bool could_come(const struct brief *b, const struct looked *l, const struct panel *seen,
                       size_t expert)
{
    for (size_t i = 0; i < l->slot_count; i++)
        if (could_come_at(b, l, seen, expert, l->slots[i]))
            return true;
    return false;
}

static int points_of(const struct panel *p, const struct expert *e, instant first)
{
    struct score s = score(p, e, first);
    int points = 0;
    for (int i = 0; i < PART_COUNT; i++)
        points += left_out(i) ? 0 : s.points[i];
    return points > 0 ? points : 0;
}

static bool is_kept(const struct looked *l, size_t expert)
{
    for (size_t i = 0; i < l->kept_count; i++)
        if (l->kept_experts[i] == expert)
            return true;
    return false;
}

/* The first rule against the expert. A cooling-off is the same on all days of a plan but one, and
 * none of its slots is worth a plan that cannot be booked. */
static enum rule rule_against(const struct panel *seen, const struct expert *e, instant first)
{
    enum rule r = eligible(seen, e);
    bool cooling = r == RULE_none && eligible_against(RULE_cooling_off, seen, e, first);
    return cooling ? RULE_cooling_off : r;
}

static instant first_of(const struct brief *b, const struct looked *l)
{
    return l->slot_count ? b->slots[l->slots[0]].span.from : b->panel->now;
}

/* What keeps the request out, whoever may serve it: code, Korean, English; NULL: nothing. */
static const char *const *outside(const struct looked *l)
{
    static const char *const many[] = {"seats", "위원이 셋 이상인 요청은 배정안에 넣지 않습니다",
                                       "A plan takes requests for one or two experts"};
    static const char *const desk[] = {"desk", "찾아온 상담은 오는 대로 받습니다",
                                       "Walk-ins are served as they come"};
    static const char *const none[] = {
        "no_slot", "배정안에 맞는 시간대가 없습니다: 길이, 희망 시간, 기업의 다른 일정",
        "No slot of the plan suits its length, windows and the company"};
    static const char *const cap[] = {
        "company_cap", "이 기업의 한 해 상담 한도에 이르렀습니다",
        "The company's consultations of the year are used up, with its other requests"};
    if (l->request.seat_count > BRIEF_SEATS_MAX)
        return many;
    if (l->request.desk)
        return desk;
    if (l->slot_count == 0)
        return l->capped ? cap : none;
    return NULL;
}

/* Who stays is a candidate whatever the rules say, and a candidate is one at all slots: so a slot
 * goes where they would be free, but a rule is against them. */
static void look_moves(const struct brief *b, const struct panel *p, struct looked *l)
{
    for (size_t k = 0; k < l->kept_count; k++) {
        struct panel seen = panel_seat(p, k);
        const bool *free = b->desks[l->kept_experts[k]].free;
        const struct expert *e = &p->experts[l->kept_experts[k]];
        bool against = rule_against(&seen, e, first_of(b, l)) != RULE_none;
        size_t n = 0;
        for (size_t i = 0; i < l->slot_count; i++) {
            size_t s = l->slots[i];
            bool there = free[s] && (l->length == 1 || free[s + 1]);
            bool may = !against && could_come_at(b, l, &seen, l->kept_experts[k], s);
            if (s == l->kept_slot || !there || may)
                l->slots[n++] = s;
        }
        l->slot_count = n;
    }
}

static void look_experts(struct brief *b, struct arena *a, struct looked *l)
{
    struct panel p = *b->panel;
    instant first = first_of(b, l);
    p.request = l->request;
    if (b->event) /* its duty is not that of the desk */
        p.waived |= 1u << RULE_on_duty | 1u << RULE_off_duty;
    if (outside(l))
        return;
    look_moves(b, &p, l);
    l->hopefuls = arena_array(a, struct hopeful, p.expert_count * BRIEF_SEATS_MAX);
    for (size_t s = 0; s < l->request.seat_count; s++) {
        struct panel seen = panel_seat(&p, s);
        for (size_t i = 0; i < p.expert_count; i++) {
            const struct expert *e = &p.experts[i];
            bool stays = is_kept(l, i) && l->kept_experts[s] == i;
            if (stays || (rule_against(&seen, e, first) == RULE_none && could_come(b, l, &seen, i)))
                l->hopefuls[l->hopeful_count++] =
                    (struct hopeful){i, (int)s + 1, points_of(&seen, e, first)};
        }
    }
}

/* Where it stands now; its own slot and experts are free for it, whatever else is said. */
static void look_kept(struct brief *b, const json_t *kept, struct looked *l)
{
    const json_t *experts = json_object_get(kept, "experts");
    size_t n = json_array_size(experts);
    size_t slot = slot_at(b, json_integer_value(json_object_get(kept, "start")));
    if (!kept || json_is_null(kept) || n == 0 || n > BRIEF_SEATS_MAX ||
        slot + (size_t)l->length > b->slot_count)
        return;
    for (size_t i = 0; i < n; i++) {
        l->kept_experts[i] = expert_of(b, json_string_value(json_array_get(experts, i)));
        if (l->kept_experts[i] == b->panel->expert_count)
            return;
    }
    l->kept = kept;
    l->kept_slot = slot;
    l->kept_count = n;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < l->length && slot + (size_t)k < b->slot_count; k++)
            b->desks[l->kept_experts[i]].free[slot + (size_t)k] = true;
    size_t at = 0;
    while (at < l->slot_count && l->slots[at] < slot)
        at++;
    if (at < l->slot_count && l->slots[at] == slot)
        return;
    memmove(&l->slots[at + 1], &l->slots[at], (l->slot_count - at) * sizeof *l->slots);
    l->slots[at] = slot;
    l->slot_count++;
}

/* ---- the company's cap ---- */

/* Requests come as they matter, what stands first: each takes one of what its year leaves, of which
 * the others have no slot then. What stands may stay where it is in any case. */
static bool admit(struct brief *b, const struct looked *l, struct span year, int64_t most)
{
    char key[96];
    snprintf(key, sizeof key, "%s/%lld", l->company, (long long)year.from);
    int64_t n = json_integer_value(json_object_get(b->admitted, key));
    if (n >= most)
        return false;
    json_object_set_new(b->admitted, key, json_integer(n + 1));
    return true;
}

static bool in_year(const struct brief *b, struct span year, size_t slot)
{
    return year.from <= b->slots[slot].span.from && b->slots[slot].span.from < year.until;
}

static void drop_year(const struct brief *b, struct looked *l, struct span year)
{
    size_t n = 0;
    for (size_t i = 0; i < l->slot_count; i++)
        if (!in_year(b, year, l->slots[i]) || (l->kept && l->slots[i] == l->kept_slot))
            l->slots[n++] = l->slots[i];
    l->capped |= n < l->slot_count;
    l->slot_count = n;
}

static bool wants_year(const struct brief *b, const struct looked *l, struct span year)
{
    if (l->kept)
        return in_year(b, year, l->kept_slot);
    for (size_t i = 0; i < l->slot_count; i++)
        if (in_year(b, year, l->slots[i]))
            return true;
    return false;
}

/* It counts in one year alone: that where it stands, else the first that has room. */
static void look_company(struct brief *b, const json_t *years, struct looked *l)
{
    size_t i;
    json_t *y;
    bool in = false;
    json_array_foreach(years, i, y)
    {
        struct span year = {json_integer_value(json_array_get(y, 0)),
                            json_integer_value(json_array_get(y, 1))};
        if (!in && wants_year(b, l, year) &&
            admit(b, l, year, json_integer_value(json_array_get(y, 2))))
            in = true;
        else
            drop_year(b, l, year);
    }
}

void brief_row(json_t *list, const char *rule, size_t left, const char *ko, const char *en)
{
    json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:s}", "rule", rule, "left",
                                          (json_int_t)left, "ko", ko, "en", en));
}

static size_t hopefuls_of(const struct looked *l, size_t seat)
{
    size_t n = 0;
    for (size_t i = 0; i < l->hopeful_count; i++)
        n += l->hopefuls[i].seat == (int)seat + 1;
    return n;
}

/* Everybody, then who is left after each rule that takes somebody away. */
json_t *brief_rules(const struct brief *b, const struct looked *l, size_t seat)
{
    struct panel p = *b->panel;
    size_t against[RULE_COUNT] = {0}, left = p.expert_count;
    json_t *list = json_array();
    const char *const *out = outside(l);
    p.request = l->request;
    struct panel seen = panel_seat(&p, seat);
    for (size_t i = 0; i < p.expert_count; i++) {
        enum rule r = rule_against(&seen, &p.experts[i], first_of(b, l));
        against[r == RULE_none ? RULE_no_free_slot : r]++;
    }
    against[RULE_no_free_slot] -= out ? 0 : hopefuls_of(l, seat);
    brief_row(list, "all", left, "배정에 참여하는 자문위원", "Experts of the plan");
    if (out) {
        brief_row(list, out[0], 0, out[1], out[2]);
        return list;
    }
    for (int r = RULE_none + 1; r < RULE_COUNT; r++) {
        left -= against[r];
        if (against[r] > 0)
            brief_row(list, rule_row((enum rule)r)->code, left, rule_row((enum rule)r)->ko,
                      rule_row((enum rule)r)->en);
    }
    return list;
}

/* Of the first seat that nobody can take; null where there is none. */
static json_t *unfilled(const struct brief *b, const struct looked *l)
{
    for (size_t s = 0; s < l->request.seat_count; s++)
        if (hopefuls_of(l, s) == 0)
            return brief_rules(b, l, s);
    return json_null();
}

bool brief_look(struct brief *b, struct arena *a, const json_t *doc, struct looked *ret,
                const char **ret_why)
{
    struct panel p = *b->panel;
    *ret = (struct looked){.company = json_string_value(json_object_get(doc, "company_id"))};
    if (request_from_json(a, doc, &p, ret_why) != OK)
        return false;
    ret->request = p.request;
    if (!ret->company) {
        *ret_why = "/company_id: is missing";
        return false;
    }
    if (b->event) { /* they meet there, whatever was asked for, and who is on duty is there */
        ret->request.mode = "center";
        ret->request.desk = false;
    }
    look_slots(b, ret);
    look_kept(b, json_object_get(doc, "kept"), ret);
    look_company(b, json_object_get(doc, "company_left"), ret);
    look_experts(b, a, ret);
    json_array_append_new(b->funnels, unfilled(b, ret));
    return true;
}
