/* What clients send. Limits are those of the tables in migrations/. */
#include "core/weights.h"
#include "form/shape_words.h"
#include "form/shapes.h"

#define NAME LINE(100)
#define REASON TEXT(2000)
#define MODE ONE_OF("visit", "center", "online", "phone")
#define TRIAGE ONE_OF("on_the_spot", "review", "policy", "deep")
#define CHANNEL ONE_OF("visit", "web", "phone", "chat", "expo", "meeting")
#define WEEKDAY ONE_OF("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#define VIA ONE_OF("phone", "mail")
#define POLICY ONE_OF("auto", "ask")
#define WEEKLY                                                                                     \
    SET_OF(OBJECT(MEMBERS({"weekday", WEEKDAY, REQUIRED}, BREADTH, HOURS),                         \
                  RULES({RULE_BEFORE, "from", "until", NULL},                                      \
                        {RULE_UNTIL, "first_day", "last_day", NULL})),                             \
           0, 70)
#define WINDOWS                                                                                    \
    SET_OF(OBJECT(MEMBERS({"from", OF_KIND(INSTANT), REQUIRED},                                    \
                          {"until", OF_KIND(INSTANT), REQUIRED}),                                  \
                  RULES({RULE_BEFORE, "from", "until", NULL})),                                    \
           1, 20)
#define SHAPE(as, ...) const struct shape shape_##as = {.kind = SHAPE_OBJECT, __VA_ARGS__}

/* clang-format off */
SHAPE(expert, .name = "ExpertBody", MEMBERS(
    {"email", OF_KIND(EMAIL), REQUIRED},
    {"name", NAME, REQUIRED},
    {"affiliation", LINE_OR_NONE(200), OPTIONAL},
    {"phone", OF_KIND(PHONE), OPTIONAL},
    {"fields", SET_OF(OBJECT(MEMBERS(
        {"field", OF_KIND(CODE), REQUIRED},
        {"level", INTEGER(1, 3), REQUIRED})), 1, 20), REQUIRED},
    {"topics", SET_OF(LINE(60), 0, 50), OPTIONAL},
    {"districts", SET_OF(OF_KIND(CODE), 0, 50), OPTIONAL},
    {"modes", SET_OF(MODE, 1, 4), REQUIRED},
    {"languages", SET_OF(OF_KIND(LANGUAGE), 1, 20), OPTIONAL},
    {"term", OBJECT(MEMBERS(
        {"from", OF_KIND(DATE), REQUIRED},
        {"until", OF_KIND(DATE), REQUIRED}), /* the last day */
        RULES({RULE_UNTIL, "from", "until", NULL})), REQUIRED},
    {"caps", OBJECT(MEMBERS(
        {"per_day", INTEGER(1, 24), REQUIRED},
        {"per_week", INTEGER(1, 100), REQUIRED},
        {"hours_per_year", INTEGER(1, 3000), REQUIRED})), REQUIRED},
    {"buffers", OBJECT(MEMBERS(
        {"before", INTEGER(0, 480), REQUIRED},
        {"after", INTEGER(0, 480), REQUIRED})), OPTIONAL},
    {"notice_hours", INTEGER(0, 720), OPTIONAL},
    {"availability", WEEKLY, OPTIONAL},
    {"zone", OF_KIND(ZONE), OPTIONAL},
    {"conflicts", OBJECT(MEMBERS(
        {"companies", SET_OF(OF_KIND(REGISTRATION), 0, 100), OPTIONAL},
        {"affiliations", SET_OF(LINE(200), 0, 100), OPTIONAL},
        /* all anew; what the lists lose and this does not name has ended today */
        {"ended", SET_OF(OBJECT(MEMBERS(CONFLICT_ENDED)), 0, 200), OPTIONAL})), OPTIONAL}));

/* On a date its windows replace the weekly ones; none: closed that day. */
SHAPE(availability, .name = "AvailabilityBody", MEMBERS(
    {"weekly", WEEKLY, REQUIRED},
    {"dates", SET_OF(OBJECT(MEMBERS(
        {"date", OF_KIND(DATE), REQUIRED},
        {"windows", SET_OF(OBJECT(MEMBERS(HOURS), RULES({RULE_BEFORE, "from", "until", NULL})), 0, 10), REQUIRED})),
        0, 400), REQUIRED}));

/* What mails with an invitation are like; alarm_minutes: before the start, null for no alarm. */
SHAPE(invitations, .name = "InvitationsBody", MEMBERS(
    {"alarm_minutes", INTEGER(0, 40320), REQUIRED | NULLABLE},
    {"language", ONE_OF("ko", "en"), REQUIRED}));

SHAPE(absence, .name = "AbsenceBody", MEMBERS(
    {"from", OF_KIND(INSTANT), REQUIRED},
    {"until", OF_KIND(INSTANT), REQUIRED},
    {"reason", REASON, OPTIONAL}),
    RULES({RULE_BEFORE, "from", "until", NULL}));

SHAPE(pause, .name = "PauseBody", MEMBERS(
    {"from", OF_KIND(INSTANT), OPTIONAL}, /* else now */
    {"reason", REASON, OPTIONAL}));

/* dry_run: only what would become of each meeting. seat_ids: these collisions alone. */
SHAPE(hand_over, .name = "HandOverBody", MEMBERS(
    {"reason", REASON, REQUIRED},
    {"dry_run", BOOLEAN, OPTIONAL},
    {"seat_ids", SET_OF(OF_KIND(UUID), 1, 200), OPTIONAL}));

SHAPE(contact, .name = "ContactBody", MEMBERS(
    {"name", NAME, REQUIRED},
    {"email", OF_KIND(EMAIL), OPTIONAL},
    {"phone", OF_KIND(PHONE), OPTIONAL},
    {"consent", BOOLEAN, REQUIRED})); /* without it nothing is sent to them */

SHAPE(company, .name = "CompanyBody", MEMBERS(
    {"registration_number", OF_KIND(REGISTRATION), REQUIRED},
    {"name", LINE(200), REQUIRED},
    {"district", OF_KIND(CODE), REQUIRED},
    {"address", LINE_OR_NONE(300), OPTIONAL},
    {"industry", LINE_OR_NONE(200), OPTIONAL},
    {"affiliation", LINE_OR_NONE(200), OPTIONAL},
    {"contacts", SET_OF(&shape_contact, 0, 20), OPTIONAL},
    {"distinct", BOOLEAN, OPTIONAL})); /* it is not the likely duplicate that was pointed out */

SHAPE(place, .name = "PlaceBody", MEMBERS(
    {"ko", NAME, REQUIRED},
    {"en", NAME, REQUIRED},
    {"turnaround", INTEGER(0, 240), OPTIONAL})); /* minutes after a meeting */

SHAPE(case, .name = "CaseBody", MEMBERS(
    {"company_id", OF_KIND(UUID), REQUIRED},
    {"channel", CHANNEL, REQUIRED},
    {"title", LINE(200), REQUIRED},
    {"text", TEXT_OR_NONE(10000), OPTIONAL},
    {"triage", TRIAGE, OPTIONAL | NULLABLE}));

SHAPE(triage, .name = "TriageBody", MEMBERS(
    {"triage", TRIAGE, REQUIRED},
    {"reason", REASON, OPTIONAL}));

SHAPE(close, .name = "CloseBody", MEMBERS(
    {"answer", TEXT(10000), OPTIONAL},
    {"reason", REASON, OPTIONAL}));

SHAPE(reopen, .name = "ReopenBody", MEMBERS(
    {"reason", REASON, REQUIRED}));

SHAPE(request, .name = "RequestBody", MEMBERS(
    {"case_id", OF_KIND(UUID), REQUIRED},
    {"seats", LIST_OF(OBJECT(MEMBERS(
        {"field", OF_KIND(CODE), REQUIRED},
        {"min_level", INTEGER(1, 3), REQUIRED})), 1, 3), REQUIRED}, /* in the order of the seats */
    {"mode", MODE, REQUIRED},
    {"place_id", OF_KIND(UUID), OPTIONAL | NULLABLE},
    {"online_url", OF_KIND(URL), OPTIONAL | NULLABLE},
    {"minutes", INTEGER(15, 480), REQUIRED},
    {"desk", BOOLEAN, OPTIONAL}, /* a walk-in, for who has desk duty */
    {"visit_id", OF_KIND(UUID), OPTIONAL | NULLABLE}, /* joins this visit, at its time */
    {"windows", WINDOWS, OPTIONAL | NULLABLE}, /* needed but for a visit */
    {"preferred_windows", WINDOWS, OPTIONAL | NULLABLE}, /* within them: what the company likes best */
    {"deadline", OF_KIND(INSTANT), OPTIONAL | NULLABLE},
    {"urgency", ONE_OF("normal", "high", "urgent"), OPTIONAL},
    {"languages", SET_OF(OF_KIND(LANGUAGE), 0, 20), OPTIONAL},
    {"topics", SET_OF(LINE(60), 0, 20), OPTIONAL},
    {"excluded_expert_ids", SET_OF(OF_KIND(UUID), 0, 119), OPTIONAL},
    {"preferred_expert_id", OF_KIND(UUID), OPTIONAL | NULLABLE},
    {"contact_id", OF_KIND(UUID), OPTIONAL | NULLABLE},
    {"owner_id", OF_KIND(UUID), OPTIONAL | NULLABLE},
    {"deputy_id", OF_KIND(UUID), OPTIONAL | NULLABLE},
    {"policy", POLICY, OPTIONAL}), /* who looks for the experts: the service (auto) or the owner */
    RULES({RULE_NEEDS, "place_id", "mode", "center"},
          {RULE_ONLY, "place_id", "mode", "center"},
          {RULE_ONLY, "online_url", "mode", "online"}));

/* Looking again: the next session, other times, the ladder. */
SHAPE(request_reopen, .name = "RequestReopenBody", MEMBERS(
    {"reason", REASON, REQUIRED},
    {"windows", WINDOWS, OPTIONAL | NULLABLE},
    {"preferred_windows", WINDOWS, OPTIONAL | NULLABLE},
    {"deadline", OF_KIND(INSTANT), OPTIONAL | NULLABLE},
    {"minutes", INTEGER(15, 480), OPTIONAL},
    {"policy", POLICY, OPTIONAL},
    {"preferred_expert_id", OF_KIND(UUID), OPTIONAL | NULLABLE}));

/* All weights anew; a part that is not there has its standard weight. */
static const struct shape_member weight_each[] = {
#define PART(kind, code, most, ko, en) {#code, INTEGER(0, WEIGHT_MOST), OPTIONAL},
#include "core/score.def"
#undef PART
    {0}};
SHAPE(weights, .name = "WeightsBody", MEMBERS(
    {"weights", SHAPE_OF(.kind = SHAPE_OBJECT, .members = weight_each), REQUIRED}));

/* All ways anew, each pair of districts once; from may be to. */
SHAPE(travel, .name = "TravelBody", MEMBERS(
    {"ways", SET_OF(OBJECT(MEMBERS(
        {"from", OF_KIND(CODE), REQUIRED},
        {"to", OF_KIND(CODE), REQUIRED},
        {"minutes", INTEGER(0, 600), REQUIRED})), 0, 2000), REQUIRED}));

SHAPE(withdraw, .name = "WithdrawBody", MEMBERS(
    {"reason", REASON, REQUIRED}));

/* expert_ids: one for each seat, in their order; expert_id where there is one seat. */
SHAPE(appointment, .name = "AppointmentBody", MEMBERS(
    {"request_id", OF_KIND(UUID), REQUIRED},
    {"expert_id", OF_KIND(UUID), OPTIONAL},
    {"expert_ids", LIST_OF(OF_KIND(UUID), 1, 3), OPTIONAL},
    {"start", OF_KIND(INSTANT), REQUIRED},
    {"override_reason", REASON, OPTIONAL | NULLABLE}));

SHAPE(move, .name = "MoveBody", MEMBERS(
    {"start", OF_KIND(INSTANT), OPTIONAL},
    {"minutes", INTEGER(15, 480), OPTIONAL},
    {"place_id", OF_KIND(UUID), OPTIONAL},
    {"online_url", OF_KIND(URL), OPTIONAL},
    {"reason", REASON, REQUIRED},
    {"override_reason", REASON, OPTIONAL | NULLABLE}));

/* reason: why whoever has the seat is replaced; none for a vacant seat. */
SHAPE(reassign, .name = "ReassignBody", MEMBERS(
    {"seat", INTEGER(1, 3), OPTIONAL},
    {"expert_id", OF_KIND(UUID), REQUIRED},
    {"reason", REASON, OPTIONAL | NULLABLE},
    {"override_reason", REASON, OPTIONAL | NULLABLE}));

SHAPE(accept, .name = "AcceptBody", MEMBERS(
    {"via", VIA, REQUIRED},
    {"note", REASON, OPTIONAL}));

SHAPE(decline, .name = "DeclineBody", MEMBERS(
    {"via", VIA, REQUIRED},
    {"reason", REASON, REQUIRED}));

SHAPE(counter, .name = "CounterBody", MEMBERS(
    {"via", VIA, REQUIRED},
    {"proposals", SET_OF(OF_KIND(INSTANT), 1, 3), REQUIRED},
    {"note", REASON, OPTIONAL}));

SHAPE(take, .name = "TakeBody", MEMBERS(
    {"start", OF_KIND(INSTANT), REQUIRED},
    {"override_reason", REASON, OPTIONAL | NULLABLE}));

/* again: the offer stands as it was and the expert is asked again; else the next one is. */
SHAPE(refuse, .name = "RefuseBody", MEMBERS(
    {"reason", REASON, REQUIRED},
    {"again", BOOLEAN, OPTIONAL}));

SHAPE(drop_out, .name = "DropOutBody", MEMBERS(
    {"via", VIA, REQUIRED},
    {"reason", REASON, REQUIRED}));

SHAPE(cancel, .name = "CancelBody", MEMBERS(
    {"reason", REASON, REQUIRED}));

SHAPE(keep, .name = "KeepBody", MEMBERS(
    {"reason", REASON, REQUIRED}));

SHAPE(report, .name = "ReportBody", MEMBERS(
    {"outcome", ONE_OF("solved", "partly_solved", "unsolved", "referred"), REQUIRED},
    {"summary", TEXT(10000), REQUIRED},
    {"minutes", INTEGER(0, 1440), REQUIRED},
    {"follow_up", BOOLEAN, REQUIRED}));

/* A consultation already held: its length is that of the report. */
SHAPE(session, .name = "SessionBody", MEMBERS(
    {"expert_ids", SET_OF(OF_KIND(UUID), 1, 3), REQUIRED}, /* one for each seat of the request */
    {"start", OF_KIND(INSTANT), REQUIRED},
    {"report", &shape_report, REQUIRED}));

SHAPE(no_show, .name = "NoShowBody", MEMBERS(
    {"by", ONE_OF("company", "expert"), REQUIRED},
    {"seat", INTEGER(1, 3), OPTIONAL},
    {"reason", REASON, REQUIRED}));

SHAPE(correct, .name = "CorrectBody", MEMBERS(
    {"state", ONE_OF("completed", "no_show"), REQUIRED},
    {"report", &shape_report, OPTIONAL | NULLABLE},
    {"by", ONE_OF("company", "expert"), OPTIONAL},
    {"seat", INTEGER(1, 3), OPTIONAL},
    {"reason", REASON, REQUIRED}),
    RULES({RULE_NEEDS, "report", "state", "completed"},
          {RULE_NEEDS, "by", "state", "no_show"}));

#define KINDS SET_OF(LINE(40), 1, 50) /* 'message.offer', 'appointment.*' */

SHAPE(webhook, .name = "WebhookBody", MEMBERS(
    {"url", OF_KIND(LINK), REQUIRED},
    {"kinds", KINDS, REQUIRED},
    {"label", LINE_OR_NONE(100), OPTIONAL},
    {"active", BOOLEAN, OPTIONAL}));

/* What is not there stays as it is. */
SHAPE(webhook_change, .name = "WebhookChangeBody", MEMBERS(
    {"url", OF_KIND(LINK), OPTIONAL},
    {"kinds", KINDS, OPTIONAL},
    {"label", LINE_OR_NONE(100), OPTIONAL},
    {"active", BOOLEAN, OPTIONAL}));

/* How long the secret before the new one signs, too. */
SHAPE(rotate, .name = "RotateBody", MEMBERS(
    {"grace_hours", INTEGER(0, 168), OPTIONAL}));

SHAPE(nothing, .name = "NothingBody", MEMBERS({0}));

/* revision: what the page showed; an answer to anything older is not taken. */
SHAPE(answer, .name = "AnswerForm", MEMBERS(
    {"answer", ONE_OF("accept", "decline", "counter", "drop_out"), REQUIRED},
    {"revision", INTEGER(1, 1000000), REQUIRED},
    {"reason", REASON, OPTIONAL},
    {"proposal_1", LINE(19), OPTIONAL}, /* wall clock of the meeting's zone, 2026-03-02T10:00 */
    {"proposal_2", LINE(19), OPTIONAL},
    {"proposal_3", LINE(19), OPTIONAL}));

SHAPE(company_answer, .name = "CompanyAnswerForm", MEMBERS(
    {"answer", ONE_OF("other_time", "cancel"), REQUIRED},
    {"revision", INTEGER(1, 1000000), REQUIRED},
    {"reason", REASON, OPTIONAL},
    {"proposal_1", LINE(19), OPTIONAL},
    {"proposal_2", LINE(19), OPTIONAL},
    {"proposal_3", LINE(19), OPTIONAL}));

SHAPE(rating, .name = "RatingForm", MEMBERS(
    {"stars", INTEGER(1, 5), OPTIONAL}, /* the page says kindly that it is needed */
    {"comment", TEXT(2000), OPTIONAL}));

SHAPE(page_query, MEMBERS(PAGING));
SHAPE(expert_query, MEMBERS(PAGING,
    {"field", OF_KIND(CODE), OPTIONAL},
    {"q", LINE(100), OPTIONAL}));
SHAPE(company_query, MEMBERS(PAGING,
    {"q", LINE(100), OPTIONAL}));
SHAPE(case_query, MEMBERS(PAGING,
    {"state", OF_KIND(CODE), OPTIONAL},
    {"company_id", OF_KIND(UUID), OPTIONAL}));
SHAPE(request_query, MEMBERS(PAGING,
    {"state", OF_KIND(CODE), OPTIONAL},
    {"owner_id", OF_KIND(UUID), OPTIONAL}));
/* weights: what if, "fairness:0,place:200"; nothing of it stays */
SHAPE(candidates_query, MEMBERS(
    {"seat", INTEGER(1, 3), OPTIONAL},
    {"weights", LINE(400), OPTIONAL}));
SHAPE(candidate_query, MEMBERS(
    {"seat", INTEGER(1, 3), OPTIONAL},
    {"weights", LINE(400), OPTIONAL}));
#define SLOTS_PAGING                                                                               \
    {"alignment", ONE_OF("grid", "packed"), OPTIONAL},                                             \
    {"zone", OF_KIND(ZONE), OPTIONAL},                                                             \
    {"limit", INTEGER(1, 1000), OPTIONAL},                                                         \
    {"cursor", OF_KIND(INSTANT), OPTIONAL}
SHAPE(request_slots_query, MEMBERS(SLOTS_PAGING));
/* fields: "tax:2,legal"; windows: "from/until,from/until"; languages: "ko,en" (form/slots_json.h). */
SHAPE(slots_query, MEMBERS(SLOTS_PAGING,
    {"fields", LINE(100), REQUIRED},
    {"mode", MODE, REQUIRED},
    {"minutes", INTEGER(15, 480), REQUIRED},
    {"windows", LINE(2000), REQUIRED},
    {"district", OF_KIND(CODE), OPTIONAL},
    {"languages", LINE(100), OPTIONAL}));
SHAPE(appointment_query, MEMBERS(PAGING,
    {"state", OF_KIND(CODE), OPTIONAL},
    {"expert_id", OF_KIND(UUID), OPTIONAL}));
SHAPE(changes_query, MEMBERS(
    {"since", INTEGER(0, 9007199254740991), OPTIONAL},
    {"entity", ONE_OF("appointment", "case", "company", "event", "expert", "feed", "holiday", "message", "office", "place", "plan", "reply", "request", "token", "user", "visit", "webhook"), OPTIONAL}));
SHAPE(seat_query, MEMBERS(
    {"seat", INTEGER(1, 3), OPTIONAL}));
SHAPE(delivery_query, MEMBERS(PAGING,
    {"state", OF_KIND(CODE), OPTIONAL},
    {"webhook_id", OF_KIND(UUID), OPTIONAL}));
SHAPE(message_query, MEMBERS(PAGING,
    {"state", OF_KIND(CODE), OPTIONAL},
    {"appointment_id", OF_KIND(UUID), OPTIONAL}));
/* all: not only what waits for the caller. */
SHAPE(worklist_query, MEMBERS(
    {"all", BOOLEAN, OPTIONAL},
    {"kind", OF_KIND(CODE), OPTIONAL},
    {"limit", INTEGER(1, 100), OPTIONAL},
    {"cursor", LINE(100), OPTIONAL}));
/* clang-format on */

const struct shape *const shapes_in[] = {
#define SHAPE_IN(name) &shape_##name,
#include "form/shapes_in.def"
#undef SHAPE_IN
    NULL};
