/* The document of a plan. What one member says of another is judged in plan_json.c. */
#include "form/plan_json.h"
#include "form/shape_words.h"

#define ID LINE(200)
#define INDEX_OF(what) INTEGER(0, PLAN_##what##_MAX - 1)
#define SLOTS LIST_OF(INDEX_OF(SLOTS), 0, PLAN_SLOTS_MAX)
#define CAP INTEGER(0, PLAN_SLOTS_MAX)
#define BOOTHS INTEGER(0, PLAN_BOOTHS_MAX)
#define EPOCH INTEGER(0, INT64_C(253402300799)) /* the end of the year 9999 */

/* clang-format off */
static const struct shape slot = {.kind = SHAPE_OBJECT, MEMBERS(
    {"from", EPOCH, REQUIRED},
    {"until", EPOCH, REQUIRED},
    {"booths", BOOTHS, REQUIRED},
    {"name", ID, OPTIONAL | NULLABLE})};

static const struct shape zone = {.kind = SHAPE_OBJECT, MEMBERS(
    {"id", ID, REQUIRED},
    {"booths", LIST_OF(BOOTHS, 0, PLAN_SLOTS_MAX), REQUIRED})};

/* Of the meetings that begin in slots from .. until - 1; or of their slots. */
static const struct shape cap = {.kind = SHAPE_OBJECT, MEMBERS(
    {"from", INDEX_OF(SLOTS), REQUIRED},
    {"until", INTEGER(1, PLAN_SLOTS_MAX), REQUIRED},
    {"most", CAP, REQUIRED},
    {"slots", BOOLEAN, OPTIONAL})};

static const struct shape expert = {.kind = SHAPE_OBJECT, MEMBERS(
    {"id", ID, REQUIRED},
    {"free", SLOTS, REQUIRED},
    {"per_day", CAP, OPTIONAL | NULLABLE},
    {"most", CAP, OPTIONAL | NULLABLE},
    {"caps", LIST_OF(&cap, 0, PLAN_CAPS_MAX), OPTIONAL | NULLABLE},
    {"load", INTEGER(0, PLAN_LOAD_MAX), REQUIRED},
    {"share", INTEGER(1, PLAN_SHARE_MAX), REQUIRED},
    {"zone", ID, OPTIONAL | NULLABLE},
    {"rest_after", INTEGER(1, PLAN_SLOTS_MAX), OPTIONAL | NULLABLE},
    {"apart", INTEGER(0, PLAN_APART_MAX), OPTIONAL | NULLABLE})};

static const struct shape candidate = {.kind = SHAPE_OBJECT, MEMBERS(
    {"expert", INDEX_OF(EXPERTS), REQUIRED},
    {"points", INTEGER(0, PLAN_POINTS_MAX), REQUIRED},
    {"seat", INTEGER(1, PLAN_SEATS), OPTIONAL | NULLABLE})};

static const struct shape kept = {.kind = SHAPE_OBJECT, MEMBERS(
    {"experts", LIST_OF(INDEX_OF(EXPERTS), 1, PLAN_SEATS), REQUIRED},
    {"slot", INDEX_OF(SLOTS), REQUIRED},
    {"weight", INTEGER(0, PLAN_WEIGHT_MAX), REQUIRED},
    {"pinned", BOOLEAN, REQUIRED})};

static const struct shape request = {.kind = SHAPE_OBJECT, MEMBERS(
    {"id", ID, REQUIRED},
    {"company", ID, REQUIRED},
    {"class", INTEGER(0, PLAN_CLASSES - 1), REQUIRED},
    {"slots", SLOTS, REQUIRED},
    {"length", INTEGER(1, 2), REQUIRED},
    {"experts_needed", INTEGER(1, PLAN_SEATS), REQUIRED},
    {"candidates", LIST_OF(&candidate, 0, PLAN_SEATS * PLAN_EXPERTS_MAX), REQUIRED},
    {"slot_points", LIST_OF(INTEGER(0, PLAN_SLOT_POINTS_MAX), 0, PLAN_SLOTS_MAX), OPTIONAL | NULLABLE},
    {"kept", &kept, OPTIONAL | NULLABLE})};

/* Slots, zones and experts are meant by their place in their lists, from 0; class 0 is the most urgent. */
const struct shape plan_shape = {.kind = SHAPE_OBJECT, .name = "PlanDocument", MEMBERS(
    {"slots", LIST_OF(&slot, 1, PLAN_SLOTS_MAX), REQUIRED},
    {"days", LIST_OF(INTEGER(0, INT32_MAX), 0, PLAN_SLOTS_MAX), OPTIONAL | NULLABLE},
    {"zones", LIST_OF(&zone, 0, PLAN_ZONES_MAX), OPTIONAL | NULLABLE},
    {"experts", LIST_OF(&expert, 0, PLAN_EXPERTS_MAX), REQUIRED},
    {"requests", LIST_OF(&request, 0, PLAN_REQUESTS_MAX), REQUIRED},
    {"lambda", LIST_OF(INTEGER(0, PLAN_LAMBDA_MAX), 1, PLAN_LAMBDAS_MAX), REQUIRED},
    {"chosen", INTEGER(0, PLAN_LAMBDA_MAX), REQUIRED},
    {"seconds", INTEGER(1, PLAN_SECONDS_MAX), REQUIRED},
    {"seed_names", ID, OPTIONAL | NULLABLE})};
