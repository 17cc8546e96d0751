/* What the service answers about its own work: problems, the worklist, webhooks, deliveries, feeds,
 * calendars read. */
#include "shapes_out_in.h"

/* clang-format off */
#define RULES_AGAINST                                                                              \
    LIST_OF(OBJECT(MEMBERS({"rule", OF_KIND(CODE), REQUIRED}, {"hard", BOOLEAN, REQUIRED},         \
                           {"ko", SENTENCE, REQUIRED}, {"en", SENTENCE, REQUIRED})), 0, 20)
/* RFC 9457; the last members come with some codes only. */
SHAPE(problem, .name = "Problem", MEMBERS(
    {"type", LINE(100), REQUIRED},
    {"title", SENTENCE, REQUIRED},
    {"status", INTEGER(400, 599), REQUIRED},
    {"code", LINE(40), REQUIRED},
    {"detail", TEXT_OR_NONE(2000), OPTIONAL},
    {"errors", LIST_OF(OBJECT(MEMBERS(
        {"pointer", LINE_OR_NONE(4000), REQUIRED},
        {"ko", SENTENCE, REQUIRED},
        {"en", SENTENCE, REQUIRED})), 0, 100), OPTIONAL},
    {"current", LINE(40), OPTIONAL}, /* the ETag it has now */
    {"existing", NAMED, OPTIONAL},
    {"likely", LIST_OF(OBJECT(MEMBERS(
        {"id", ID, REQUIRED},
        {"name", NAME, REQUIRED},
        {"registration_number", OF_KIND(REGISTRATION), REQUIRED},
        {"district", OF_KIND(CODE), REQUIRED})), 0, 5), OPTIONAL},
    {"conflict", OBJECT(MEMBERS( /* what stands in the way of a slot */
        {"kind", ONE_OF("expert", "company", "place", "booth"), REQUIRED},
        {"id", ID, REQUIRED},
        {"appointment_id", ID, REQUIRED},
        {"from", WHEN, REQUIRED},
        {"until", WHEN, REQUIRED})), OPTIONAL},
    {"state", STATE, OPTIONAL}, /* what it is in */
    {"appointment_id", ID, OPTIONAL}, /* what the request has already */
    {"expert_id", ID, OPTIONAL},      /* against whom the rules stand, */
    {"seat", INTEGER(1, 3), OPTIONAL}, /* for which seat */
    {"rules", RULES_AGAINST, OPTIONAL}, /* what stands against an offer; soft ones give way to a reason */
    {"changed", LIST_OF(OBJECT(MEMBERS( /* why a plan does not fit any more */
        {"request_id", ID, REQUIRED},
        {"company", NAMED, REQUIRED},
        {"what", OF_KIND(CODE), REQUIRED},
        {"ko", SENTENCE, REQUIRED},
        {"en", SENTENCE, REQUIRED},
        {"appointment_id", ID, OPTIONAL},
        {"expert_id", ID, OPTIONAL},
        {"seat", INTEGER(1, 3), OPTIONAL},
        {"rules", RULES_AGAINST, OPTIONAL},
        {"funnel", LIST_OF(OBJECT(MEMBERS( /* of a walk-in: how many experts are left after each rule */
            {"rule", OF_KIND(CODE), REQUIRED},
            {"left", INTEGER(0, 100000), REQUIRED},
            {"ko", SENTENCE, REQUIRED},
            {"en", SENTENCE, REQUIRED})), 0, 40), OPTIONAL})), 1, 1000), OPTIONAL}));

/* since: what orders the items; due: when it is too late; person: whom it is about. The counts are
 * of all kinds. */
SHAPE(worklist, .name = "Worklist", MEMBERS(
    {"items", LIST_OF(OBJECT(MEMBERS(
        {"kind", OF_KIND(CODE), REQUIRED},
        {"since", WHEN, REQUIRED},
        {"due", WHEN, NULLABLE},
        {"ko", LINE(2000), REQUIRED},
        {"en", LINE(2000), REQUIRED},
        {"entity", ONE_OF("case", "request", "appointment", "seat", "message", "reply"), REQUIRED},
        {"id", ID, REQUIRED},
        {"case_id", ID, NULLABLE}, /* none: a reply of which nobody knows what it is about */
        {"request_id", ID, NULLABLE},
        {"appointment_id", ID, NULLABLE},
        {"company", NAMED, NULLABLE},
        {"owner", NAMED, NULLABLE},
        {"deputy", NAMED, NULLABLE},
        {"person_as", ONE_OF("expert", "company", "field", "coordinator"), NULLABLE},
        {"person", OBJECT(MEMBERS(
            {"id", ID, REQUIRED},
            {"name", NAME, OPTIONAL},
            {"email", LINE_OR_NONE(254), OPTIONAL},
            {"phone", LINE_OR_NONE(40), OPTIONAL})), NULLABLE})), 0, 100), REQUIRED},
    {"next_cursor", LINE(100), NULLABLE},
    {"counts", LIST_OF(OBJECT(MEMBERS(
        {"kind", OF_KIND(CODE), REQUIRED},
        {"ko", NAME, REQUIRED},
        {"en", NAME, REQUIRED},
        {"count", INTEGER(0, INT32_MAX), REQUIRED})), 1, 100), REQUIRED}));

/* What came in by mail. start, end: what is proposed; message_id: a mail of ours that came back. */
SHAPE(reply, .name = "Reply", MEMBERS(
    {"id", ID, REQUIRED},
    {"state", STATE, REQUIRED},
    {"kind", OF_KIND(CODE), REQUIRED},
    {"why", OBJECT(MEMBERS(
        {"code", OF_KIND(CODE), REQUIRED},
        {"ko", SENTENCE, REQUIRED},
        {"en", SENTENCE, REQUIRED})), NULLABLE},
    {"at", WHEN, REQUIRED},
    {"via", OF_KIND(CODE), REQUIRED},
    {"sender", LINE_OR_NONE(254), OPTIONAL | NULLABLE},
    {"attendee", LINE_OR_NONE(254), OPTIONAL | NULLABLE},
    {"comment", TEXT_OR_NONE(2000), OPTIONAL | NULLABLE},
    {"uid", LINE_OR_NONE(255), NULLABLE},
    {"partstat", LINE_OR_NONE(20), NULLABLE},
    {"start", WHEN, NULLABLE},
    {"end", WHEN, NULLABLE},
    {"appointment_id", ID, NULLABLE},
    {"seat_id", ID, NULLABLE},
    {"viewer", OF_KIND(CODE), NULLABLE},
    {"party", ID, NULLABLE},
    {"message_id", ID, NULLABLE},
    {"dismissed_at", WHEN, NULLABLE}));
PAGE_OF(replies, "ReplyPage", &reply_reply);

#define WEBHOOK                                                                                    \
    {"id", ID, REQUIRED},                                                                          \
    {"version", VERSION, REQUIRED},                                                                \
    {"created_at", WHEN, REQUIRED},                                                                \
    {"url", OF_KIND(LINK), REQUIRED},                                                              \
    {"label", LINE_OR_NONE(100), REQUIRED},                                                        \
    {"kinds", LIST_OF(LINE(40), 1, 50), REQUIRED},                                                 \
    {"active", BOOLEAN, REQUIRED},                                                                 \
    {"gone_at", WHEN, NULLABLE}, /* when it answered 410 */                                        \
    {"secret_number", INTEGER(1, INT32_MAX), REQUIRED},                                            \
    {"grace_until", WHEN, NULLABLE}, /* until then the secret before signs, too */                 \
    {"waiting", INTEGER(0, INT32_MAX), REQUIRED},                                                  \
    {"dead", INTEGER(0, INT32_MAX), REQUIRED}
SHAPE(webhook, .name = "Webhook", MEMBERS(WEBHOOK));
SHAPE(webhook_secret, .name = "WebhookSecret", MEMBERS(WEBHOOK,
    {"secret", LINE(100), REQUIRED})); /* told when it is made, never again */

SHAPE(calendar, .name = "Calendar", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"expert_id", ID, REQUIRED},
    {"label", LINE_OR_NONE(100), OPTIONAL},
    {"host", LINE_OR_NONE(300), OPTIONAL}, /* all that is ever shown of its address */
    {"created_at", WHEN, REQUIRED},
    {"state", ONE_OF("new", "fresh", "failing"), REQUIRED},
    {"stale", BOOLEAN, REQUIRED}, /* what counts is as it was at seen_at */
    {"since", WHEN, NULLABLE},    /* failing since */
    {"reason", LINE(100), NULLABLE},
    {"seen_at", WHEN, NULLABLE},
    {"next_at", WHEN, REQUIRED},
    {"warnings", LIST_OF(LINE(40), 0, 10), REQUIRED},
    {"spans", INTEGER(0, 10000), REQUIRED}));

SHAPE(delivery, .name = "Delivery", MEMBERS(
    {"id", ID, REQUIRED}, /* the header webhook-id */
    {"webhook_id", ID, REQUIRED},
    {"kind", LINE(40), REQUIRED},
    {"state", STATE, REQUIRED},
    {"subject", ID, REQUIRED}, /* the appointment or request */
    {"message_id", ID, NULLABLE},
    {"created_at", WHEN, REQUIRED},
    {"attempts", INTEGER(0, 1000), REQUIRED},
    {"due_at", WHEN, REQUIRED},
    {"delivered_at", WHEN, NULLABLE},
    {"body_sha256", LINE(64), NULLABLE},
    {"last_error", TEXT_OR_NONE(2000), NULLABLE}));

SHAPE(duty, .name = "Duty", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"expert", NAMED, REQUIRED},
    {"date", OF_KIND(DATE), REQUIRED}, /* on the office's clock */
    {"start", WHEN, REQUIRED},
    {"end", WHEN, REQUIRED},
    {"place_id", ID, NULLABLE},
    {"note", TEXT_OR_NONE(2000), REQUIRED},
    {"created_by", ID, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"removed_at", WHEN, NULLABLE},
    {"collisions", COLLISIONS, OPTIONAL})); /* after a change, of those whom it concerns */

SHAPE(visit, .name = "Visit", MEMBERS(
    {"id", ID, REQUIRED},
    {"version", VERSION, REQUIRED},
    {"company_id", ID, REQUIRED},
    {"start", WHEN, REQUIRED},
    {"minutes", INTEGER(15, 480), REQUIRED},
    {"note", TEXT_OR_NONE(2000), REQUIRED},
    {"leader_id", ID, REQUIRED},
    {"created_at", WHEN, REQUIRED},
    {"request_ids", LIST_OF(ID, 0, 1000), REQUIRED})); /* that accompany it */

#define HOLIDAYS_OUT LIST_OF(&reply_holiday, 0, 1000)
SHAPE(holiday, .name = "Holiday", MEMBERS(
    {"id", ID, REQUIRED},
    {"date", OF_KIND(DATE), REQUIRED},
    {"ko", LINE(100), REQUIRED},
    {"en", LINE(100), REQUIRED}));

SHAPE(holidays_added, .name = "HolidaysAdded", MEMBERS(
    {"dry_run", BOOLEAN, REQUIRED},
    {"added", HOLIDAYS_OUT, REQUIRED},
    {"changed", HOLIDAYS_OUT, REQUIRED}, /* named anew */
    {"unchanged", INTEGER(0, 1000), REQUIRED},
    /* the meetings that now stand outside their experts' hours */
    {"collisions", LIST_OF(OBJECT(MEMBERS(COLLISION, {"expert", NAMED, REQUIRED})), 0, 1000), REQUIRED}));

PAGE_OF(holidays, "HolidayPage", &reply_holiday);
PAGE_OF(duties, "DutyPage", &reply_duty);
PAGE_OF(visits, "VisitPage", &reply_visit);
PAGE_OF(calendars, "CalendarPage", &reply_calendar);
PAGE_OF(webhooks, "WebhookPage", &reply_webhook);
PAGE_OF(deliveries, "DeliveryPage", &reply_delivery);

SHAPE(feed, .name = "Feed", MEMBERS(
    {"id", ID, REQUIRED},
    {"scope", FEED_SCOPE, REQUIRED},
    {"label", LINE_OR_NONE(100), REQUIRED},
    {"expert_id", ID, NULLABLE},
    {"field", OF_KIND(CODE), NULLABLE},
    {"event_id", ID, NULLABLE},
    {"owner_id", ID, NULLABLE}, /* it is masked by this user's role; none: the expert's own */
    {"url", LINE(500), OPTIONAL}, /* told when it is made, never again; .ifb for .ics: free/busy */
    {"created_at", WHEN, REQUIRED},
    {"revoked_at", WHEN, NULLABLE},
    {"fetched_at", WHEN, NULLABLE}, /* written down every feed_seen_every */
    {"agent", LINE_OR_NONE(120), NULLABLE}));

SHAPE(app_password, .name = "AppPassword", MEMBERS(
    {"id", ID, REQUIRED},
    {"expert_id", ID, REQUIRED},
    {"label", LINE(100), REQUIRED},
    {"user", LINE(254), OPTIONAL}, /* these three are told when it is made, never again */
    {"password", LINE(100), OPTIONAL},
    {"url", LINE(500), OPTIONAL},
    {"created_at", WHEN, REQUIRED},
    {"last_used_at", WHEN, NULLABLE},
    {"revoked_at", WHEN, NULLABLE}));
PAGE_OF(app_passwords, "AppPasswordPage", &reply_app_password);
/* clang-format on */
