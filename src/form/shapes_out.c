/*
 * What the service answers, member for member what the functions of migrations/api build. Personal
 * facts (e-mail, phone, case text) are optional: the database leaves out what the reader may not
 * see.
 */
#include "core/weights.h"
#include "shapes_out_in.h"

#define WEEKLY                                                                                     \
    LIST_OF(OBJECT(MEMBERS(                                                                        \
                {"weekday", ONE_OF("mon", "tue", "wed", "thu", "fri", "sat", "sun"), REQUIRED},    \
                BREADTH, HOURS)),                                                                  \
            0, 100)
/* clang-format off */
SHAPE(expert, .name = "Expert", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"email", OF_KIND(EMAIL), OPTIONAL},
    {"phone", LINE_OR_NONE(40), OPTIONAL},
    {"email_bounced_at", WHEN, OPTIONAL | NULLABLE}, /* mail to it comes back */
    {"name", NAME, REQUIRED},
    {"affiliation", LINE_OR_NONE(200), REQUIRED},
    {"fields", LIST_OF(OBJECT(MEMBERS(
        {"field", OF_KIND(CODE), REQUIRED},
        {"level", INTEGER(1, 3), REQUIRED})), 0, 20), REQUIRED},
    {"topics", LIST_OF(LINE(100), 0, 50), REQUIRED},
    {"districts", LIST_OF(OF_KIND(CODE), 0, 50), REQUIRED},
    {"modes", LIST_OF(MODE, 1, 4), REQUIRED},
    {"languages", LIST_OF(OF_KIND(LANGUAGE), 1, 20), REQUIRED},
    {"term", OBJECT(MEMBERS(
        {"from", OF_KIND(DATE), REQUIRED},
        {"until", OF_KIND(DATE), REQUIRED})), REQUIRED},
    {"caps", OBJECT(MEMBERS(
        {"per_day", INTEGER(1, 24), REQUIRED},
        {"per_week", INTEGER(1, 100), REQUIRED},
        {"hours_per_year", INTEGER(1, 3000), REQUIRED})), REQUIRED},
    {"buffers", OBJECT(MEMBERS(
        {"before", INTEGER(0, 480), REQUIRED},
        {"after", INTEGER(0, 480), REQUIRED})), REQUIRED},
    {"notice_hours", INTEGER(0, 720), REQUIRED},
    {"availability", WEEKLY, REQUIRED},
    {"zone", OF_KIND(ZONE), REQUIRED},
    {"conflicts", OBJECT(MEMBERS(
        {"companies", LIST_OF(OF_KIND(REGISTRATION), 0, 100), REQUIRED},
        {"affiliations", LIST_OF(LINE(200), 0, 100), REQUIRED},
        {"ended", LIST_OF(OBJECT(MEMBERS(CONFLICT_ENDED)), 0, 10000), REQUIRED})), REQUIRED}));

SHAPE(availability, .name = "Availability", MEMBERS(
    {"expert_id", ID, REQUIRED},
    {"version", VERSION, REQUIRED}, /* the expert's */
    {"zone", OF_KIND(ZONE), REQUIRED},
    {"paused", BOOLEAN, REQUIRED}, /* now, or from a later time on */
    {"weekly", WEEKLY, REQUIRED},
    {"dates", LIST_OF(OBJECT(MEMBERS(
        {"date", OF_KIND(DATE), REQUIRED},
        {"windows", LIST_OF(OBJECT(MEMBERS(HOURS)), 0, 10), REQUIRED})), 0, 1000), REQUIRED},
    {"collisions", COLLISIONS, OPTIONAL})); /* after a change */

SHAPE(invitations, .name = "Invitations", MEMBERS(
    {"expert_id", ID, REQUIRED},
    {"version", VERSION, REQUIRED}, /* the expert's */
    {"alarm_minutes", INTEGER(0, 40320), NULLABLE},
    {"language", ONE_OF("ko", "en"), REQUIRED}));

SHAPE(absence, .name = "Absence", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"expert_id", ID, REQUIRED},
    {"from", WHEN, REQUIRED},
    {"until", WHEN, NULLABLE}, /* none: a pause */
    {"reason", TEXT_OR_NONE(2000), OPTIONAL},
    {"created_at", WHEN, REQUIRED},
    {"cancelled_at", WHEN, NULLABLE},
    {"collisions", COLLISIONS, OPTIONAL})); /* of a new one */

SHAPE(hand_over, .name = "HandOver", MEMBERS(
    {"dry_run", BOOLEAN, REQUIRED},
    {"seats", LIST_OF(OBJECT(MEMBERS(COLLISION,
        /* the meeting goes on and another expert is looked for; or it ends, and for another meeting */
        {"outcome", ONE_OF("refilled", "ended"), REQUIRED})), 0, 1000), REQUIRED}));

SHAPE(contact, .name = "Contact", MEMBERS(
    {"id", ID, REQUIRED},
    {"name", NAME, OPTIONAL},
    {"email", LINE_OR_NONE(254), OPTIONAL},
    {"phone", LINE_OR_NONE(40), OPTIONAL},
    {"email_bounced_at", WHEN, OPTIONAL | NULLABLE},
    {"consent", BOOLEAN, REQUIRED}));

SHAPE(company, .name = "Company", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"registration_number", OF_KIND(REGISTRATION), REQUIRED},
    {"name", NAME, REQUIRED},
    {"district", OF_KIND(CODE), REQUIRED},
    {"address", LINE_OR_NONE(300), REQUIRED},
    {"industry", LINE_OR_NONE(200), REQUIRED},
    {"affiliation", LINE_OR_NONE(200), REQUIRED},
    {"contacts", LIST_OF(&reply_contact, 0, 1000), REQUIRED}));

SHAPE(place, .name = "Place", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"ko", NAME, REQUIRED},
    {"en", NAME, REQUIRED},
    {"turnaround", INTEGER(0, 240), REQUIRED}));

SHAPE(case, .name = "Case", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"created_by", ID, REQUIRED},
    {"state", STATE, REQUIRED},
    {"company_id", ID, REQUIRED},
    {"channel", ONE_OF("visit", "web", "phone", "chat", "expo", "meeting"), REQUIRED},
    {"title", LINE(200), REQUIRED},
    {"text", TEXT_OR_NONE(10000), OPTIONAL},
    {"triage", ONE_OF("on_the_spot", "review", "policy", "deep"), NULLABLE},
    {"answer", TEXT_OR_NONE(10000), NULLABLE},
    {"request_ids", LIST_OF(ID, 0, 1000), REQUIRED}));

SHAPE(request, .name = "Request", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"created_by", ID, REQUIRED},
    {"state", STATE, REQUIRED},
    {"case_id", ID, REQUIRED},
    {"seats", LIST_OF(OBJECT(MEMBERS(
        {"field", OF_KIND(CODE), REQUIRED},
        {"min_level", INTEGER(1, 3), REQUIRED})), 1, 3), REQUIRED},
    {"mode", MODE, REQUIRED},
    {"place_id", ID, NULLABLE},
    {"online_url", OF_KIND(URL), NULLABLE},
    {"minutes", INTEGER(15, 480), REQUIRED},
    {"desk", BOOLEAN, REQUIRED},
    {"visit_id", ID, NULLABLE},
    {"windows", LIST_OF(OBJECT(MEMBERS(
        {"from", WHEN, REQUIRED},
        {"until", WHEN, REQUIRED})), 1, 20), REQUIRED},
    {"preferred_windows", LIST_OF(OBJECT(MEMBERS(
        {"from", WHEN, REQUIRED},
        {"until", WHEN, REQUIRED})), 0, 20), REQUIRED},
    {"deadline", WHEN, NULLABLE},
    {"urgency", ONE_OF("normal", "high", "urgent"), REQUIRED},
    {"languages", LIST_OF(OF_KIND(LANGUAGE), 0, 20), REQUIRED},
    {"topics", LIST_OF(LINE(100), 0, 20), REQUIRED},
    {"excluded_expert_ids", LIST_OF(ID, 0, 119), REQUIRED},
    {"preferred_expert_id", ID, NULLABLE},
    {"contact_id", ID, NULLABLE},
    {"owner_id", ID, REQUIRED},
    {"deputy_id", ID, NULLABLE},
    {"policy", ONE_OF("auto", "ask"), REQUIRED},
    {"ladder_at", WHEN, NULLABLE}, /* when the running service looks for the next expert */
    {"ladder_offers", INTEGER(0, 1000), REQUIRED},
    {"appointment_ids", LIST_OF(ID, 0, 1000), REQUIRED}));

#define PART_SAID                                                                                  \
    {"part", OF_KIND(CODE), REQUIRED}, {"points", POINTS, REQUIRED}, {"ko", SENTENCE, REQUIRED},   \
    {                                                                                              \
        "en", SENTENCE, REQUIRED                                                                   \
    }
#define POINTS INTEGER(-100000, 100000)
#define RANK INTEGER(1, 100000)
#define COUNTED INTEGER(0, 100000)
#define SPANS LIST_OF(OBJECT(MEMBERS({"from", WHEN, REQUIRED}, {"until", WHEN, REQUIRED})), 0, 1000)
/* Why nobody is left: how many are after each rule; and what would help, each recomputed. */
#define FUNNEL                                                                                     \
    OBJECT(MEMBERS(                                                                                \
        {"experts", COUNTED, REQUIRED},                                                            \
        {"steps", LIST_OF(OBJECT(MEMBERS({"rule", OF_KIND(CODE), REQUIRED},                        \
                                         {"left", COUNTED, REQUIRED}, {"ko", SENTENCE, REQUIRED},  \
                                         {"en", SENTENCE, REQUIRED})), 0, 40), REQUIRED},          \
        {"suggestions", LIST_OF(OBJECT(MEMBERS(                                                    \
            {"change", OF_KIND(CODE), REQUIRED}, {"value", LINE(100), NULLABLE},                   \
            {"candidates", COUNTED, REQUIRED}, {"ko", SENTENCE, REQUIRED},                         \
            {"en", SENTENCE, REQUIRED},                                                            \
            {"windows", SPANS, OPTIONAL})), 0, 40), REQUIRED}))

SHAPE(candidates, .name = "Candidates", MEMBERS(
    {"as_of", INTEGER(0, INT64_MAX), REQUIRED},
    {"seat", INTEGER(1, 3), REQUIRED}, /* for which the lists are */
    {"candidates", LIST_OF(OBJECT(MEMBERS(
        {"expert", NAMED, REQUIRED},
        {"rank", RANK, REQUIRED},
        {"score", POINTS, REQUIRED},
        {"parts", LIST_OF(OBJECT(MEMBERS(PART_SAID)), 0, 30), REQUIRED},
        {"slots", LIST_OF(WHEN, 1, 5), REQUIRED}, /* those that the company likes best come first */
        {"load", OBJECT(MEMBERS(
            {"minutes_this_year", INTEGER(0, INT32_MAX), REQUIRED},
            {"minutes_this_term", INTEGER(0, INT32_MAX), REQUIRED},
            {"appointments_in_window", INTEGER(0, INT32_MAX), REQUIRED})), REQUIRED},
        {"asked", BOOLEAN, REQUIRED})), /* since the request was opened, and did not come */
        0, 10000), REQUIRED},
    {"ineligible", LIST_OF(OBJECT(MEMBERS(
        {"expert", NAMED, REQUIRED},
        {"reason", OF_KIND(CODE), REQUIRED},
        {"ko", SENTENCE, REQUIRED},
        {"en", SENTENCE, REQUIRED})), 0, 10000), REQUIRED},
    {"funnel", FUNNEL, OPTIONAL}, /* where there is no candidate */
    {"teams", LIST_OF(OBJECT(MEMBERS( /* for several seats: who could take all vacant ones at once */
        {"start", WHEN, REQUIRED},
        {"score", POINTS, REQUIRED},
        {"experts", LIST_OF(OBJECT(MEMBERS(
            {"seat", INTEGER(1, 3), REQUIRED},
            {"expert", NAMED, REQUIRED},
            {"score", POINTS, REQUIRED})), 1, 3), REQUIRED})), 0, 10), OPTIONAL},
    {"no_team", OBJECT(MEMBERS( /* where there is none: why, and what would give one */
        {"rule", ONE_OF("empty_seat", "no_common_start"), REQUIRED},
        {"seat", INTEGER(1, 3), NULLABLE}, /* that nobody can take; its own funnel says why */
        {"ko", SENTENCE, REQUIRED},
        {"en", SENTENCE, REQUIRED},
        {"suggestions", LIST_OF(OBJECT(MEMBERS(
            {"change", OF_KIND(CODE), REQUIRED},
            {"value", LINE(100), NULLABLE},
            {"starts", INTEGER(1, 10), REQUIRED}, /* with a team; 10 and more */
            {"ko", SENTENCE, REQUIRED},
            {"en", SENTENCE, REQUIRED},
            {"windows", SPANS, OPTIONAL})), 0, 40), REQUIRED})), OPTIONAL}));

/* Where one expert stands: the first rule against them; or the rank, and what is missing. */
SHAPE(standing, .name = "Standing", MEMBERS(
    {"as_of", INTEGER(0, INT64_MAX), REQUIRED},
    {"seat", INTEGER(1, 3), REQUIRED},
    {"expert", NAMED, REQUIRED},
    {"of", COUNTED, REQUIRED}, /* candidates there are */
    {"reason", OF_KIND(CODE), NULLABLE},
    {"ko", SENTENCE, REQUIRED},
    {"en", SENTENCE, REQUIRED},
    {"rank", RANK, OPTIONAL},
    {"score", POINTS, OPTIONAL},
    {"parts", LIST_OF(OBJECT(MEMBERS(PART_SAID)), 0, 30), OPTIONAL},
    {"slots", LIST_OF(WHEN, 1, 5), OPTIONAL},
    {"behind", LIST_OF(OBJECT(MEMBERS( /* the next one above, and the first */
        {"expert", NAMED, REQUIRED},
        {"rank", RANK, REQUIRED},
        {"score", POINTS, REQUIRED},
        {"missing", COUNTED, REQUIRED}, /* the sum of its parts */
        {"parts", LIST_OF(OBJECT(MEMBERS(
            {"part", OF_KIND(CODE), REQUIRED},
            {"missing", POINTS, REQUIRED})), 1, 30), REQUIRED})), 0, 2), OPTIONAL}));

/* The most points of each part. */
static const struct shape_member weight_each[] = {
#define PART(kind, code, most, ko, en) {#code, INTEGER(0, WEIGHT_MOST), REQUIRED},
#include "core/score.def"
#undef PART
    {0}};
SHAPE(weights, .name = "Weights", MEMBERS(
    {"version", VERSION, REQUIRED},
    {"weights", SHAPE_OF(.kind = SHAPE_OBJECT, .members = weight_each), REQUIRED}));

/* Every start as of that version, the earliest first; who could take each vacant seat (at most 50 are
 * named, for readers who may see who) and how many there are. */
SHAPE(slots, .name = "Slots", MEMBERS(
    {"as_of", INTEGER(0, INT64_MAX), REQUIRED},
    {"at", WHEN, REQUIRED},
    {"minutes", INTEGER(1, 1440), REQUIRED},
    {"alignment", ONE_OF("grid", "packed"), REQUIRED},
    {"zone", OF_KIND(ZONE), REQUIRED},
    {"slots", LIST_OF(OBJECT(MEMBERS(
        {"start", WHEN, REQUIRED},
        {"seats", LIST_OF(OBJECT(MEMBERS(
            {"seat", INTEGER(1, 3), REQUIRED},
            {"count", INTEGER(1, 100000), REQUIRED},
            {"experts", LIST_OF(ID, 1, 50), OPTIONAL})), 1, 3), REQUIRED})), 0, 1000), REQUIRED},
    {"experts", LIST_OF(NAMED, 0, 10000), REQUIRED}, /* those who stand in the slots */
    {"next_cursor", WHEN, NULLABLE}));

SHAPE(travel, .name = "Travel", MEMBERS(
    {"version", VERSION, REQUIRED},
    {"ways", LIST_OF(OBJECT(MEMBERS(
        {"from", OF_KIND(CODE), REQUIRED},
        {"to", OF_KIND(CODE), REQUIRED},
        {"minutes", INTEGER(0, 600), REQUIRED})), 0, 2000), REQUIRED}));

SHAPE(report, .name = "Report", MEMBERS(
    {"outcome", ONE_OF("solved", "partly_solved", "unsolved", "referred"), REQUIRED},
    {"summary", TEXT(10000), OPTIONAL},
    {"minutes", INTEGER(0, 1440), REQUIRED},
    {"follow_up", BOOLEAN, REQUIRED},
    {"filed_at", WHEN, REQUIRED}));

SHAPE(seat, .name = "Seat", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"appointment_id", ID, REQUIRED},
    {"seat", INTEGER(1, 3), REQUIRED},
    {"state", STATE, REQUIRED},
    {"expert", OBJECT(MEMBERS(
        {"id", ID, REQUIRED},
        {"name", NAME, REQUIRED},
        {"affiliation", LINE_OR_NONE(200), REQUIRED})), REQUIRED},
    {"respond_by", WHEN, REQUIRED},
    {"answered_at", WHEN, NULLABLE},
    {"answered_via", OF_KIND(CODE), NULLABLE},
    {"late", BOOLEAN, REQUIRED}, /* dropped out within the office's notice */
    {"no_show", BOOLEAN, REQUIRED},
    {"proposals", LIST_OF(WHEN, 0, 3), REQUIRED},
    {"reason", TEXT_OR_NONE(2000), OPTIONAL | NULLABLE},
    {"override_reason", TEXT_OR_NONE(2000), OPTIONAL | NULLABLE},
    {"overridden", LIST_OF(OF_KIND(CODE), 0, 20), REQUIRED}));

SHAPE(appointment, .name = "Appointment", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"state", STATE, REQUIRED},
    {"request_id", ID, REQUIRED},
    {"company_id", ID, REQUIRED},
    {"uid", LINE(255), REQUIRED},
    {"revision", INTEGER(1, INT32_MAX), REQUIRED},
    {"sequence", INTEGER(0, INT32_MAX), REQUIRED},
    {"start", WHEN, REQUIRED},
    {"end", WHEN, REQUIRED},
    {"zone", OF_KIND(ZONE), REQUIRED},
    {"mode", ONE_OF("visit", "center", "online", "phone", "event"), REQUIRED}, /* event: in a booth */
    {"place", BILINGUAL, NULLABLE},
    {"late", BOOLEAN, REQUIRED}, /* cancelled within the office's notice */
    {"no_show_by", ONE_OF("company", "expert"), NULLABLE},
    {"seats", LIST_OF(&reply_seat, 1, 200), REQUIRED},
    {"report", &reply_report, OPTIONAL | NULLABLE},
    {"wish", OBJECT(MEMBERS( /* another time that the company asked for; nobody has answered yet */
        {"at", WHEN, REQUIRED},
        {"proposals", LIST_OF(WHEN, 0, 3), REQUIRED},
        {"note", TEXT_OR_NONE(2000), OPTIONAL | NULLABLE})), OPTIONAL | NULLABLE},
    {"rating", OBJECT(MEMBERS( /* what the company thought */
        {"stars", INTEGER(1, 5), REQUIRED},
        {"rated_at", WHEN, REQUIRED},
        {"comment", TEXT_OR_NONE(2000), OPTIONAL | NULLABLE})), OPTIONAL | NULLABLE}));

SHAPE(link, .name = "Link", MEMBERS(
    {"id", ID, REQUIRED},
    {"expert_id", ID, REQUIRED},
    {"url", LINE(500), REQUIRED},
    {"created_at", WHEN, REQUIRED}));

SHAPE(message, .name = "Message", MEMBERS(
    {"id", ID, REQUIRED},
    {"kind", OF_KIND(CODE), REQUIRED},
    {"state", STATE, REQUIRED},
    {"viewer", OF_KIND(CODE), REQUIRED},
    {"party", ID, REQUIRED},
    {"to", OBJECT(MEMBERS(
        {"name", LINE_OR_NONE(200), REQUIRED},
        {"email", LINE_OR_NONE(254), REQUIRED})), REQUIRED},
    {"appointment_id", ID, NULLABLE}, /* none: it is about a request */
    {"revision", INTEGER(1, INT32_MAX), NULLABLE},
    {"attempts", INTEGER(0, 1000), REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"due_at", WHEN, OPTIONAL | NULLABLE},
    {"sent_at", WHEN, NULLABLE},
    {"last_error", TEXT_OR_NONE(2000), NULLABLE},
    {"bytes_sha256", LINE(64), NULLABLE}));

PAGE_OF(experts, "ExpertPage", &reply_expert);
PAGE_OF(absences, "AbsencePage", &reply_absence);
PAGE_OF(collisions, "CollisionPage", OBJECT(MEMBERS(COLLISION)));
PAGE_OF(companies, "CompanyPage", &reply_company);
PAGE_OF(feeds, "FeedPage", &reply_feed);
PAGE_OF(places, "PlacePage", &reply_place);
PAGE_OF(cases, "CasePage", &reply_case);
PAGE_OF(requests, "RequestPage", &reply_request);
PAGE_OF(appointments, "AppointmentPage", &reply_appointment);
PAGE_OF(messages, "MessagePage", &reply_message);
PAGE_OF(codes, "CodePage", OBJECT(MEMBERS(
    {"code", OF_KIND(CODE), REQUIRED},
    {"ko", NAME, REQUIRED},
    {"en", NAME, REQUIRED})));
/* clang-format on */

const struct shape *const shapes_out[] = {
#define SHAPE_OUT(name) &reply_##name,
#include "form/shapes_out.def"
#undef SHAPE_OUT
    NULL};
