/* What clients send of desk duty, of visits, of holidays, of calendars read and of feeds. */
#include "form/holidays.h"
#include "form/shape_words.h"
#include "form/shapes.h"

#define REASON TEXT(2000)
#define SHAPE(as, ...) const struct shape shape_##as = {.kind = SHAPE_OBJECT, __VA_ARGS__}

/* clang-format off */
/* On the office's clock. */
SHAPE(duty, .name = "DutyBody", MEMBERS(
    {"expert_id", OF_KIND(UUID), REQUIRED},
    {"date", OF_KIND(DATE), REQUIRED},
    HOURS,
    {"place_id", OF_KIND(UUID), OPTIONAL | NULLABLE},
    {"note", TEXT_OR_NONE(2000), OPTIONAL}),
    RULES({RULE_BEFORE, "from", "until", NULL}));

/* To another expert, or against one of their duties. */
SHAPE(duty_swap, .name = "DutySwapBody", MEMBERS(
    {"expert_id", OF_KIND(UUID), OPTIONAL},
    {"duty_id", OF_KIND(UUID), OPTIONAL},
    {"reason", REASON, REQUIRED}));

SHAPE(visit, .name = "VisitBody", MEMBERS(
    {"company_id", OF_KIND(UUID), REQUIRED},
    {"start", OF_KIND(INSTANT), REQUIRED},
    {"minutes", INTEGER(15, 480), REQUIRED},
    {"leader_id", OF_KIND(UUID), OPTIONAL}, /* else who calls */
    {"note", TEXT_OR_NONE(2000), OPTIONAL}));

SHAPE(visit_move, .name = "VisitMoveBody", MEMBERS(
    {"start", OF_KIND(INSTANT), REQUIRED},
    {"reason", REASON, REQUIRED}));

/* coordinator, team: the caller's own. What a feed shows is what its owner's role may see. */
SHAPE(feed, .name = "FeedBody", MEMBERS(
    {"scope", FEED_SCOPE, REQUIRED},
    {"label", LINE(100), REQUIRED}, /* tells it from others of the same: "phone" */
    {"expert_id", OF_KIND(UUID), OPTIONAL},
    {"field", OF_KIND(CODE), OPTIONAL},
    {"event_id", OF_KIND(UUID), OPTIONAL}),
    RULES({RULE_NEEDS, "expert_id", "scope", "expert"},
          {RULE_ONLY, "expert_id", "scope", "expert"},
          {RULE_NEEDS, "field", "scope", "field"},
          {RULE_ONLY, "field", "scope", "field"},
          {RULE_NEEDS, "event_id", "scope", "event"},
          {RULE_ONLY, "event_id", "scope", "event"}));

SHAPE(feed_query, MEMBERS(PAGING,
    {"expert_id", OF_KIND(UUID), OPTIONAL}));

/* dry_run: only what would become of the list, and of meetings. */
SHAPE(holidays, .name = "HolidaysBody", MEMBERS(
    {"holidays", SET_OF(OBJECT(MEMBERS(
        {"date", OF_KIND(DATE), REQUIRED},
        {"ko", LINE(HOLIDAY_NAME_MAX), REQUIRED},
        {"en", LINE(HOLIDAY_NAME_MAX), REQUIRED})), 1, HOLIDAYS_MAX), REQUIRED},
    {"dry_run", BOOLEAN, OPTIONAL}));

SHAPE(holiday_query, MEMBERS(
    {"from", OF_KIND(DATE), OPTIONAL}, /* else today */
    {"until", OF_KIND(DATE), OPTIONAL}), /* the last day; else 400 days on */
    RULES({RULE_UNTIL, "from", "until", NULL}));
SHAPE(dry_query, MEMBERS(
    {"dry_run", BOOLEAN, OPTIONAL}));
SHAPE(duty_query, MEMBERS(
    {"from", OF_KIND(DATE), OPTIONAL},
    {"until", OF_KIND(DATE), OPTIONAL}, /* the last day */
    {"expert_id", OF_KIND(UUID), OPTIONAL}),
    RULES({RULE_UNTIL, "from", "until", NULL}));
SHAPE(visit_query, MEMBERS(PAGING,
    {"company_id", OF_KIND(UUID), OPTIONAL}));

/* label: which program it is for. */
SHAPE(app_password, .name = "AppPasswordBody", MEMBERS(
    {"label", LINE(100), REQUIRED}));

SHAPE(calendar, .name = "CalendarBody", MEMBERS(
    {"url", OF_KIND(LINK), REQUIRED}, /* kept as a secret */
    {"label", LINE_OR_NONE(100), OPTIONAL}));
/* clang-format on */
