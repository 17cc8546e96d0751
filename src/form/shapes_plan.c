/* Events and plans: what clients send and what the service answers. */
#include "shapes_out_in.h"

#define BODY(as, ...) const struct shape shape_##as = {.kind = SHAPE_OBJECT, __VA_ARGS__}
#define REASON TEXT(2000)
#define SPAN                                                                                       \
    {"from", OF_KIND(INSTANT), REQUIRED},                                                          \
    {                                                                                              \
        "until", OF_KIND(INSTANT), REQUIRED                                                        \
    }
#define SPANS(most)                                                                                \
    SET_OF(OBJECT(MEMBERS(SPAN), RULES({RULE_BEFORE, "from", "until", NULL})), 1, most)
#define COUNT INTEGER(0, INT32_MAX)
#define BIG INTEGER(INT64_MIN, INT64_MAX)
#define LAMBDA INTEGER(0, 1000)
#define SERVED LIST_OF(COUNT, 0, 3) /* by urgency, the most urgent first */
#define REACHED OBJECT(MEMBERS({"served", SERVED, NULLABLE}, {"value", BIG, NULLABLE}))

/* clang-format off */
/* In a slot the booths 1 … booths are open; a zone is a range of booths. */
BODY(event, .name = "EventBody", MEMBERS(
    {"title", LINE(200), REQUIRED},
    {"place", LINE(300), REQUIRED},
    {"zone", OF_KIND(ZONE), OPTIONAL},
    {"owner_id", OF_KIND(UUID), OPTIONAL | NULLABLE},
    {"slots", SET_OF(OBJECT(MEMBERS(SPAN,
        {"booths", INTEGER(1, 500), REQUIRED}),
        RULES({RULE_BEFORE, "from", "until", NULL})), 1, 512), REQUIRED},
    {"zones", SET_OF(OBJECT(MEMBERS(
        {"zone", LINE(20), REQUIRED},
        {"first", INTEGER(1, 500), REQUIRED},
        {"last", INTEGER(1, 500), REQUIRED})), 0, 50), OPTIONAL},
    {"experts", SET_OF(OBJECT(MEMBERS( /* on duty; without windows: in all slots */
        {"expert_id", OF_KIND(UUID), REQUIRED},
        {"windows", SPANS(20), OPTIONAL | NULLABLE},
        {"zone", LINE(20), OPTIONAL | NULLABLE},
        {"per_day", INTEGER(1, 100), OPTIONAL | NULLABLE},
        {"most", INTEGER(1, 500), OPTIONAL | NULLABLE},
        {"rest_after", INTEGER(1, 100), OPTIONAL | NULLABLE})), 0, 500), REQUIRED}));

#define CAPS                                                                                       \
    OBJECT(MEMBERS({"per_day", INTEGER(1, 100), OPTIONAL}, {"most", INTEGER(1, 500), OPTIONAL},    \
                   {"rest_after", INTEGER(1, 100), OPTIONAL}))
/* How firmly what stands stays where it is: of what the company knows, of what is confirmed, of offers. */
#define KEEP                                                                                       \
    OBJECT(MEMBERS({"told", INTEGER(0, 1000), OPTIONAL}, {"confirmed", INTEGER(0, 1000), OPTIONAL}, \
                   {"offered", INTEGER(0, 1000), OPTIONAL}))
#define REQUESTS SET_OF(OF_KIND(UUID), 0, 2000)

/* An event; or windows cut into slots. Without request_ids: the backlog. */
BODY(plan, .name = "PlanBody", MEMBERS(
    {"event_id", OF_KIND(UUID), OPTIONAL | NULLABLE},
    {"windows", SPANS(50), OPTIONAL | NULLABLE},
    {"slot_minutes", INTEGER(15, 480), OPTIONAL},
    {"gap_minutes", INTEGER(0, 240), OPTIONAL},
    {"booths", INTEGER(1, 10000), OPTIONAL}, /* meetings at once; at an event its booths count */
    {"request_ids", REQUESTS, OPTIONAL | NULLABLE},
    {"expert_ids", SET_OF(OF_KIND(UUID), 1, 500), OPTIONAL | NULLABLE},
    {"caps", CAPS, OPTIONAL},
    {"keep", KEEP, OPTIONAL},
    {"lambda", LAMBDA, OPTIONAL},
    {"seconds", INTEGER(1, 3600), OPTIONAL}));

BODY(replan, .name = "ReplanBody", MEMBERS(
    {"reason", REASON, REQUIRED},
    {"dropped_expert_ids", SET_OF(OF_KIND(UUID), 0, 500), OPTIONAL},
    {"request_ids", REQUESTS, OPTIONAL}, /* that are new */
    {"lost_booths", SET_OF(OBJECT(MEMBERS(
        {"number", INTEGER(1, 500), REQUIRED},
        {"from", OF_KIND(INSTANT), OPTIONAL})), 0, 500), OPTIONAL},
    {"keep", KEEP, OPTIONAL},
    {"lambda", LAMBDA, OPTIONAL},
    {"seconds", INTEGER(1, 3600), OPTIONAL}));

BODY(walk_in, .name = "WalkInBody", MEMBERS(
    {"request_id", OF_KIND(UUID), REQUIRED}));

BODY(plan_query, MEMBERS(PAGING,
    {"state", OF_KIND(CODE), OPTIONAL},
    {"event_id", OF_KIND(UUID), OPTIONAL}));
BODY(plan_item_query, MEMBERS(
    {"limit", INTEGER(1, 100), OPTIONAL},
    {"cursor", INTEGER(0, INT64_MAX), OPTIONAL}, /* its numbers begin with 0 */
    {"state", ONE_OF("assigned", "unserved"), OPTIONAL}));

SHAPE(event, .name = "Event", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"created_by", ID, REQUIRED},
    {"title", LINE(200), REQUIRED},
    {"place", LINE(300), REQUIRED},
    {"zone", OF_KIND(ZONE), REQUIRED},
    {"owner_id", ID, REQUIRED},
    {"slots", LIST_OF(OBJECT(MEMBERS(
        {"from", WHEN, REQUIRED},
        {"until", WHEN, REQUIRED},
        {"booths", INTEGER(1, 500), REQUIRED})), 0, 512), REQUIRED},
    {"zones", LIST_OF(OBJECT(MEMBERS(
        {"zone", LINE(20), REQUIRED},
        {"first", INTEGER(1, 500), REQUIRED},
        {"last", INTEGER(1, 500), REQUIRED})), 0, 500), REQUIRED},
    {"lost_booths", LIST_OF(OBJECT(MEMBERS(
        {"number", INTEGER(1, 500), REQUIRED},
        {"from", WHEN, REQUIRED})), 0, 500), REQUIRED},
    {"experts", LIST_OF(OBJECT(MEMBERS(
        {"expert", NAMED, REQUIRED},
        {"windows", LIST_OF(OBJECT(MEMBERS(
            {"from", WHEN, REQUIRED},
            {"until", WHEN, REQUIRED})), 0, 20), NULLABLE},
        {"zone", LINE(20), NULLABLE},
        {"per_day", INTEGER(1, 100), NULLABLE},
        {"most", INTEGER(1, 500), NULLABLE},
        {"rest_after", INTEGER(1, 100), NULLABLE},
        {"dropped_at", WHEN, NULLABLE})), 0, 500), REQUIRED}));

/* slots: price: what one more booth there would be worth, in points. outcome, once it is computed: end
 * says whether value is proved best (bound); the frontier: what other weights of the load would give. */
SHAPE(plan, .name = "Plan", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"created_by", ID, REQUIRED},
    {"state", STATE, REQUIRED},
    {"event_id", ID, NULLABLE},
    {"base_id", ID, NULLABLE}, /* what it is a re-plan of */
    {"zone", OF_KIND(ZONE), REQUIRED},
    {"lambda", LAMBDA, REQUIRED},
    {"seconds", INTEGER(1, 3600), REQUIRED},
    {"as_of", INTEGER(0, INT64_MAX), NULLABLE}, /* the version of the change log that it is made from */
    {"requests", COUNT, REQUIRED},
    {"left_out", COUNT, REQUIRED}, /* requests of the backlog beyond the most that a plan takes */
    {"assigned", COUNT, REQUIRED},
    {"unserved", COUNT, REQUIRED},
    {"reason", TEXT_OR_NONE(1000), NULLABLE}, /* why it failed */
    {"progress", OBJECT(MEMBERS(
        {"stage", LINE_OR_NONE(100), NULLABLE},
        {"percent", INTEGER(0, 100), NULLABLE},
        {"bound", REACHED, REQUIRED}, /* no plan can be better */
        {"best", REACHED, REQUIRED})), NULLABLE},
    {"slots", LIST_OF(OBJECT(MEMBERS(
        {"from", WHEN, REQUIRED},
        {"until", WHEN, REQUIRED},
        {"booths", INTEGER(0, 10000), REQUIRED},
        {"price", BIG, NULLABLE})), 1, 512), REQUIRED},
    {"outcome", OBJECT(MEMBERS(
        {"end", ONE_OF("optimal", "gap"), REQUIRED},
        {"method", LINE_OR_NONE(200), NULLABLE},
        {"bound", BIG, NULLABLE},
        {"value", BIG, NULLABLE},
        {"gap_ppm", BIG, REQUIRED},
        {"gap_of", ONE_OF("served", "kept", "quality"), NULLABLE}, /* what is not proved */
        {"served", SERVED, NULLABLE},
        {"served_bound", SERVED, NULLABLE},
        {"kept", COUNT, NULLABLE},
        {"moved", COUNT, NULLABLE},
        {"quality", BIG, NULLABLE},
        {"load_cost", BIG, NULLABLE},
        {"frontier", LIST_OF(OBJECT(MEMBERS(
            {"lambda", LAMBDA, REQUIRED},
            {"quality", BIG, NULLABLE},
            {"max_load", COUNT, NULLABLE},
            {"idle", COUNT, NULLABLE},
            {"end", ONE_OF("optimal", "gap"), NULLABLE})), 0, 20), REQUIRED})), NULLABLE},
    {"computed_at", WHEN, NULLABLE},
    {"applied_at", WHEN, NULLABLE},
    {"applied_by", ID, NULLABLE}));

SHAPE(plan_item, .name = "PlanItem", MEMBERS(
    {"n", COUNT, REQUIRED},
    {"state", ONE_OF("assigned", "unserved"), REQUIRED},
    {"request_id", ID, REQUIRED},
    {"appointment_id", ID, NULLABLE}, /* once it is applied */
    {"company", NAMED, REQUIRED},
    {"title", LINE(200), REQUIRED},
    {"urgency", ONE_OF("normal", "high", "urgent"), REQUIRED},
    {"from", WHEN, NULLABLE},
    {"until", WHEN, NULLABLE},
    {"zone", LINE(20), NULLABLE},
    {"booth", INTEGER(1, 500), NULLABLE},
    {"points", INTEGER(-100000, 100000), NULLABLE},
    {"experts", LIST_OF(NAMED, 0, 3), OPTIONAL}, /* of a draft, the planners' alone */
    {"was", OBJECT(MEMBERS( /* where its appointment stood when the plan was computed */
        {"appointment_id", ID, REQUIRED},
        {"from", WHEN, REQUIRED})), NULLABLE},
    {"why", ONE_OF("no_candidate", "competition", "price"), NULLABLE},
    {"ko", SENTENCE, OPTIONAL},
    {"en", SENTENCE, OPTIONAL},
    {"funnel", LIST_OF(OBJECT(MEMBERS( /* how many experts are left after each rule */
        {"rule", OF_KIND(CODE), REQUIRED},
        {"left", COUNT, REQUIRED},
        {"ko", SENTENCE, REQUIRED},
        {"en", SENTENCE, REQUIRED})), 0, 40), OPTIONAL},
    {"choices", OBJECT(MEMBERS( /* experts who may serve it; with one of its slots free; pairs of both */
        {"candidates", COUNT, OPTIONAL},
        {"free", COUNT, OPTIONAL},
        {"possible", COUNT, OPTIONAL})), OPTIONAL},
    {"witness", OBJECT(MEMBERS( /* these compete for so few seats */
        {"request_ids", LIST_OF(ID, 0, 2000), REQUIRED},
        {"seats", COUNT, OPTIONAL})), OPTIONAL},
    {"cure", OBJECT(MEMBERS( /* so many more booths at that time serve so many more */
        {"from", WHEN, REQUIRED},
        {"booths", COUNT, OPTIONAL},
        {"serves", COUNT, OPTIONAL})), OPTIONAL}));

PAGE_OF(events, "EventPage", &reply_event);
PAGE_OF(plans, "PlanPage", &reply_plan);
PAGE_OF(plan_items, "PlanItemPage", &reply_plan_item);
/* clang-format on */
