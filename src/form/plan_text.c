#include "form/plan_json.h"

#include <inttypes.h>
#include <stdio.h>

static void write_head(struct buf *out, const struct plan_problem *p, const struct plan *plan);
static void write_meetings(struct buf *out, const struct plan_problem *p, const struct plan *plan);
static void write_unserved(struct buf *out, const struct plan_problem *p, const struct plan *plan);
static void write_frontier(struct buf *out, const struct plan *plan);

enum { NAME_MAX_BYTES = 256 };

static const char *slot_name(const struct plan_problem *p, int slot, char ret[NAME_MAX_BYTES])
{
    if (p->slots[slot].name)
        return p->slots[slot].name;
    snprintf(ret, NAME_MAX_BYTES, "#%d", slot);
    return ret;
}

void plan_text(struct buf *out, const struct plan_problem *p, const struct plan *plan)
{
    write_head(out, p, plan);
    write_meetings(out, p, plan);
    write_unserved(out, p, plan);
    write_frontier(out, plan);
}

static void write_head(struct buf *out, const struct plan_problem *p, const struct plan *plan)
{
    const struct plan_score *s = &plan->score;
    int64_t served = s->served[0] + s->served[1] + s->served[2];
    static const char *const levels[] = {"requests served", "appointments kept", "quality"};
    if (plan->end == PLAN_OPTIMAL)
        buf_printf(out, "optimal, proved (%s)\n", plan->method);
    else
        buf_printf(out, "gap %.4f %% of %s (%s)\n", 100 * plan->gap, levels[plan->gap_of],
                   plan->method);
    buf_printf(out,
               "served %" PRId64 " of %d (most urgent first: %" PRId64 ", %" PRId64 ", %" PRId64
               "), kept %d, moved %d\n",
               served, p->request_count, s->served[0], s->served[1], s->served[2], plan->kept,
               plan->moved);
    buf_printf(out,
               "value %" PRId64 " = quality %" PRId64 " - load %" PRId64
               " (lambda %d), bound %" PRId64 "\n",
               s->value, s->quality, s->load, p->chosen, plan->bound.value);
}

/* In the order of slots, then as the requests came. */
static void write_meetings(struct buf *out, const struct plan_problem *p, const struct plan *plan)
{
    char name[NAME_MAX_BYTES];
    buf_printf(out, "\n%-8s  %-8s  %6s  %-36s  %s\n", "slot", "zone", "points", "request",
               "experts");
    for (int s = 0; s < p->slot_count; s++)
        for (int i = 0; i < p->request_count; i++) {
            const struct plan_place *at = &plan->place[i];
            if (at->slot != s)
                continue;
            buf_printf(out, "%-8s  %-8s  %6d  %-36s  %s", slot_name(p, s, name),
                       at->zone == PLAN_NONE ? "-" : p->zones[at->zone].id, at->points,
                       p->requests[i].id, p->experts[at->experts[0]].id);
            if (p->requests[i].seats == 2)
                buf_printf(out, ", %s", p->experts[at->experts[1]].id);
            buf_char(out, '\n');
        }
}

static void write_unserved(struct buf *out, const struct plan_problem *p, const struct plan *plan)
{
    struct buf ko, en;
    buf_init(&ko, 4096);
    buf_init(&en, 4096);
    if (plan->reason_count)
        buf_str(out, "\nnot served\n");
    for (int i = 0; i < plan->reason_count; i++) {
        buf_reset(&ko);
        buf_reset(&en);
        plan_reason_text(p, &plan->reasons[i], &ko, &en);
        buf_printf(out, "%s\n    %s\n    %s\n", p->requests[plan->reasons[i].request].id, ko.data,
                   en.data);
    }
    buf_done(&ko);
    buf_done(&en);
}

static void write_frontier(struct buf *out, const struct plan *plan)
{
    buf_printf(out, "\n%6s  %10s  %8s  %5s\n", "lambda", "quality", "max load", "idle");
    for (int i = 0; i < plan->frontier_count; i++) {
        const struct plan_point *x = &plan->frontier[i];
        buf_printf(out, "%6d  %10" PRId64 "  %8d  %5d%s\n", x->lambda, x->quality, x->max_load,
                   x->idle, x->end == PLAN_OPTIMAL ? "" : "  (gap)");
    }
}

/* ---- why not ---- */

void plan_reason_text(const struct plan_problem *p, const struct plan_reason *r, struct buf *ko,
                      struct buf *en)
{
    char name[NAME_MAX_BYTES];
    if (r->why == PLAN_NO_CANDIDATE && r->funnel[0] == 0) {
        buf_str(ko, "배정에 참여하는 위원 가운데 맡을 수 있는 사람이 없습니다.");
        buf_str(en, "None of the plan's experts may serve it.");
    } else if (r->why == PLAN_NO_CANDIDATE) {
        buf_printf(ko,
                   "맡을 수 있는 위원이 없습니다: 후보 %d명, 그중 희망 시간에 비는 위원 %d명, "
                   "부스와 한도까지 맞는 위원 %d명.",
                   r->funnel[0], r->funnel[1], r->funnel[2]);
        buf_printf(en,
                   "Nobody can: %d candidates, %d of them free in its slots, %d with booths and "
                   "caps left.",
                   r->funnel[0], r->funnel[1], r->funnel[2]);
    } else if (r->count > 0) {
        buf_printf(ko, "요청 %d건이 같은 자리 %d개를 두고 경쟁합니다.", r->count, r->seats);
        buf_printf(en, "%d requests compete for %d meeting%s.", r->count, r->seats,
                   r->seats == 1 ? "" : "s");
    } else {
        buf_printf(ko, "후보는 있지만 (%d명) 다른 요청과 제한이 함께 자리를 채웠습니다.",
                   r->funnel[2]);
        buf_printf(en,
                   "There are candidates (%d), but other requests and limits together take "
                   "their places.",
                   r->funnel[2]);
    }
    if (r->slot != PLAN_NONE) {
        const char *slot = slot_name(p, r->slot, name);
        buf_printf(ko, " %s에 부스가 하나 더 있으면 %d건을 더 배정할 수 있습니다.", slot,
                   r->serves);
        buf_printf(en, " One more booth at %s serves %d more.", slot, r->serves);
    }
}
