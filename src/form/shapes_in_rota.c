/* What clients send of desk duty, of visits, of holidays, of calendars read and of feeds; the forms
 * of an expert's own page. */
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
/* version: what the page showed. A line of hours: 09:00-12:00, 13:00-18:00; none: not that day. */
SHAPE(hours, .name = "HoursForm", MEMBERS(
    {"change", ONE_OF("week", "date", "date_off", "absence", "absence_off", "calendar", "calendar_off", "pause", "resume", "app_password",
        "app_password_off", "feed", "feed_off", "invitations"), REQUIRED},
    {"version", INTEGER(1, INT32_MAX), REQUIRED},
    {"mon", LINE(200), OPTIONAL},
    {"tue", LINE(200), OPTIONAL},
    {"wed", LINE(200), OPTIONAL},
    {"thu", LINE(200), OPTIONAL},
    {"fri", LINE(200), OPTIONAL},
    {"sat", LINE(200), OPTIONAL},
    {"sun", LINE(200), OPTIONAL},
    {"day", OF_KIND(DATE), OPTIONAL},
    {"hours", LINE(200), OPTIONAL},
    {"from_day", OF_KIND(DATE), OPTIONAL},
    {"from_time", OF_KIND(TIME), OPTIONAL},
    {"until_day", OF_KIND(DATE), OPTIONAL},
    {"until_time", OF_KIND(TIME), OPTIONAL},
    {"absence_id", OF_KIND(UUID), OPTIONAL},
    {"url", LINE(2000), OPTIONAL}, {"calendar_id", OF_KIND(UUID), OPTIONAL},
    {"label", LINE(100), OPTIONAL},
    {"password_id", OF_KIND(UUID), OPTIONAL},
    {"feed_id", OF_KIND(UUID), OPTIONAL},
    {"alarm_minutes", INTEGER(0, 40320), OPTIONAL}, /* none: no alarm */
    {"language", ONE_OF("ko", "en"), OPTIONAL},
    {"reason", REASON, OPTIONAL}),
    RULES({RULE_NEEDS, "day", "change", "date"},
          {RULE_NEEDS, "day", "change", "date_off"},
          {RULE_NEEDS, "from_day", "change", "absence"},
          {RULE_NEEDS, "absence_id", "change", "absence_off"},
          {RULE_NEEDS, "calendar_id", "change", "calendar_off"},
          {RULE_NEEDS, "label", "change", "app_password"},
          {RULE_NEEDS, "password_id", "change", "app_password_off"},
          {RULE_NEEDS, "label", "change", "feed"},
          {RULE_NEEDS, "feed_id", "change", "feed_off"},
          {RULE_NEEDS, "language", "change", "invitations"}));
/* clang-format on */
