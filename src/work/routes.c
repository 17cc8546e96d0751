#include "work/routes.h"

#include "form/openapi.h"
#include "form/shapes.h"

#include <assert.h>
#include <string.h>

/* clang-format off */
#define PLAIN(x) .ask = ASK_##x, .steps = plain_steps
#define STEPS(x) .steps = x
#define GETS(p, text, may, q, out, ...) \
    {.method = HTTP_GET, .path = p, .summary = text, .who = MAY_##may, .query = q, .reply = out, .status = 200, __VA_ARGS__}
#define ADDS(p, text, may, in, out, how) \
    {.method = HTTP_POST, .path = p, .summary = text, .who = MAY_##may, .flags = ROUTE_KEY, .body = in, .reply = out, .status = 201, how}
#define CHANGES(m, p, text, may, in, out, how) \
    {.method = m, .path = p, .summary = text, .who = MAY_##may, .flags = ROUTE_KEY | ROUTE_MATCH, .body = in, .reply = out, .status = 200, how}
#define FILE_OF(m, p, text, may, mime, ...) \
    {.method = m, .path = p, .summary = text, .who = MAY_##may, .media = mime, .status = 200, __VA_ARGS__}

const struct route routes[] = {
    GETS("/v1/fields", "The fields of consultation", SEE_PANEL, NULL, &reply_codes, PLAIN(field_list)),
    GETS("/v1/experts", "Experts by page", SEE_PANEL, &shape_expert_query, &reply_experts, .flags = ROUTE_PERSONAL, PLAIN(expert_list)),
    ADDS("/v1/experts", "Add an expert", KEEP_ROSTER, &shape_expert, &reply_expert, PLAIN(expert_add)),
    GETS("/v1/experts/{id}", "One expert", SEE_PANEL, NULL, &reply_expert, .flags = ROUTE_PERSONAL, PLAIN(expert_get)),
    CHANGES(HTTP_PUT, "/v1/experts/{id}", "The whole expert anew", KEEP_ROSTER, &shape_expert, &reply_expert, PLAIN(expert_put)),
    GETS("/v1/experts/{id}/availability", "Weekly hours and those of single dates", SEE_PANEL, NULL, &reply_availability, PLAIN(availability_get)),
    CHANGES(HTTP_PUT, "/v1/experts/{id}/availability", "All hours anew; tells what stands outside them", KEEP_HOURS, &shape_availability, &reply_availability, PLAIN(availability_put)),
    FILE_OF(HTTP_GET, "/v1/experts/{id}/availability.ics", "The same hours as VAVAILABILITY (RFC 7953)", SEE_PANEL, "text/calendar", STEPS(availability_ics)),
    {.method = HTTP_PUT, .path = "/v1/experts/{id}/availability.ics", .summary = "All hours anew, from a VAVAILABILITY",
     .who = MAY_KEEP_HOURS, .flags = ROUTE_KEY | ROUTE_MATCH | ROUTE_CALENDAR, .reply = &reply_availability, .status = 200, STEPS(availability_take)},
    GETS("/v1/experts/{id}/invitations", "The language and the alarm of invitations", SEE_PANEL, NULL, &reply_invitations, PLAIN(invitations_get)),
    CHANGES(HTTP_PUT, "/v1/experts/{id}/invitations", "The language and the alarm of invitations anew", KEEP_HOURS, &shape_invitations, &reply_invitations, PLAIN(invitations_put)),
    GETS("/v1/experts/{id}/absences", "Absences that are not over", SEE_PANEL, NULL, &reply_absences, .flags = ROUTE_PERSONAL, PLAIN(absence_list)),
    ADDS("/v1/experts/{id}/absences", "An absence; tells which meetings are in it", KEEP_HOURS, &shape_absence, &reply_absence, PLAIN(absence_add)),
    CHANGES(HTTP_DELETE, "/v1/experts/{id}/absences/{absence_id}", "An absence ends now, or is taken back", KEEP_HOURS, NULL, &reply_absence, PLAIN(absence_end)),
    GETS("/v1/experts/{id}/calendars", "Calendars that are read for an expert, and how that goes", KEEP_HOURS, NULL, &reply_calendars, .flags = ROUTE_PERSONAL, PLAIN(calendar_list)),
    ADDS("/v1/experts/{id}/calendars", "A calendar whose busy time counts; its address is never shown again", KEEP_HOURS, &shape_calendar, &reply_calendar, STEPS(calendar_add)),
    CHANGES(HTTP_DELETE, "/v1/experts/{id}/calendars/{calendar_id}", "It is not read any more, and what was read is forgotten", KEEP_HOURS, NULL, &reply_calendar, PLAIN(calendar_remove)),
    CHANGES(HTTP_POST, "/v1/experts/{id}/pause", "No consultations until further notice", KEEP_HOURS, &shape_pause, &reply_absence, PLAIN(expert_pause)),
    CHANGES(HTTP_POST, "/v1/experts/{id}/resume", "The pause is over", KEEP_HOURS, &shape_nothing, &reply_availability, PLAIN(expert_resume)),
    GETS("/v1/experts/{id}/collisions", "Coming meetings outside the hours or in an absence", KEEP_HOURS, NULL, &reply_collisions, PLAIN(collision_list)),
    {.method = HTTP_POST, .path = "/v1/experts/{id}/hand-over", .summary = "Vacate the seats that collide; the ladder refills them",
     .who = MAY_KEEP_HOURS, .flags = ROUTE_KEY, .body = &shape_hand_over, .reply = &reply_hand_over, .status = 200, PLAIN(hand_over)},
    ADDS("/v1/experts/{id}/link", "A new link to the expert's own page; the old one ends", KEEP_HOURS, &shape_nothing, &reply_link, STEPS(expert_link)),
    ADDS("/v1/experts/{id}/feed", "A new secret feed; the old one ends", KEEP_ROSTER, &shape_nothing, &reply_feed, STEPS(feed_rotate)),
    {.method = HTTP_DELETE, .path = "/v1/experts/{id}/feed", .summary = "Revoke the feed: its URL answers 410",
     .who = MAY_KEEP_ROSTER, .flags = ROUTE_KEY, .reply = &reply_feed, .status = 200, PLAIN(feed_revoke)},
    GETS("/v1/experts/{id}/app-passwords", "The passwords of an expert's calendar programs: labels and last use", KEEP_HOURS, NULL, &reply_app_passwords, PLAIN(app_password_list)),
    ADDS("/v1/experts/{id}/app-passwords", "A password for a calendar program (CalDAV); told once", KEEP_HOURS, &shape_app_password, &reply_app_password, STEPS(app_password_add)),
    {.method = HTTP_DELETE, .path = "/v1/experts/{id}/app-passwords/{password_id}", .summary = "Revoke it: the program is asked for another",
     .who = MAY_KEEP_HOURS, .flags = ROUTE_KEY, .reply = &reply_app_password, .status = 200, PLAIN(app_password_revoke)},
    GETS("/v1/feeds", "Your calendar feeds by page; all of them for who keeps the roster", KEEP_FEEDS, &shape_feed_query, &reply_feeds, PLAIN(feed_list)),
    ADDS("/v1/feeds", "A new secret feed of a scope, with a label", KEEP_FEEDS, &shape_feed, &reply_feed, STEPS(feed_add)),
    GETS("/v1/feeds/{id}", "One feed: when it was fetched last, and by what", KEEP_FEEDS, NULL, &reply_feed, PLAIN(feed_get)),
    ADDS("/v1/feeds/{id}/rotate", "The same feed by a new secret; the old one answers 410", KEEP_FEEDS, &shape_nothing, &reply_feed, STEPS(feed_renew)),
    {.method = HTTP_DELETE, .path = "/v1/feeds/{id}", .summary = "Revoke a feed: its URL answers 410",
     .who = MAY_KEEP_FEEDS, .flags = ROUTE_KEY, .reply = &reply_feed, .status = 200, PLAIN(feed_end)},
    GETS("/v1/duties", "The rota of desk duty, by time", SEE_PANEL, &shape_duty_query, &reply_duties, PLAIN(duty_list)),
    ADDS("/v1/duties", "An expert has desk duty; tells what stands in its way", KEEP_HOURS, &shape_duty, &reply_duty, PLAIN(duty_add)),
    GETS("/v1/duties/{id}", "One desk duty", SEE_PANEL, NULL, &reply_duty, PLAIN(duty_get)),
    CHANGES(HTTP_POST, "/v1/duties/{id}/swap", "It changes hands, or two of them do", KEEP_HOURS, &shape_duty_swap, &reply_duty, PLAIN(duty_swap)),
    CHANGES(HTTP_DELETE, "/v1/duties/{id}", "Nobody has it any more; tells which walk-ins are left", KEEP_HOURS, NULL, &reply_duty, PLAIN(duty_remove)),
    GETS("/v1/holidays", "Holidays, by day", SEE_PANEL, &shape_holiday_query, &reply_holidays, PLAIN(holiday_list)),
    {.method = HTTP_POST, .path = "/v1/holidays", .summary = "Add holidays or name them anew; tells which meetings stand on them",
     .who = MAY_KEEP_HOURS, .flags = ROUTE_KEY, .body = &shape_holidays, .reply = &reply_holidays_added, .status = 200, PLAIN(holiday_add)},
    {.method = HTTP_POST, .path = "/v1/holidays/import", .summary = "The same from an iCalendar file",
     .who = MAY_KEEP_HOURS, .flags = ROUTE_KEY | ROUTE_CALENDAR, .query = &shape_dry_query, .reply = &reply_holidays_added, .status = 200, STEPS(holidays_import)},
    {.method = HTTP_DELETE, .path = "/v1/holidays/{id}", .summary = "It is a working day after all",
     .who = MAY_KEEP_HOURS, .flags = ROUTE_KEY, .reply = &reply_holiday, .status = 200, PLAIN(holiday_remove)},
    GETS("/v1/places", "The rooms of the centre", SEE_PANEL, &shape_page_query, &reply_places, PLAIN(place_list)),
    ADDS("/v1/places", "Add a room", KEEP_ROSTER, &shape_place, &reply_place, PLAIN(place_add)),

    GETS("/v1/companies", "Companies by page", TAKE_IN, &shape_company_query, &reply_companies, .flags = ROUTE_PERSONAL, PLAIN(company_list)),
    ADDS("/v1/companies", "Add a company; likely duplicates are pointed out", TAKE_IN, &shape_company, &reply_company, PLAIN(company_add)),
    GETS("/v1/companies/{id}", "One company with its contacts", TAKE_IN, NULL, &reply_company, .flags = ROUTE_PERSONAL, PLAIN(company_get)),
    ADDS("/v1/companies/{id}/contacts", "A contact of a company", TAKE_IN, &shape_contact, &reply_contact, PLAIN(contact_add)),

    GETS("/v1/cases", "Cases by page", TAKE_IN, &shape_case_query, &reply_cases, .flags = ROUTE_PERSONAL, PLAIN(case_list)),
    ADDS("/v1/cases", "Enter a case", TAKE_IN, &shape_case, &reply_case, PLAIN(case_add)),
    GETS("/v1/cases/{id}", "One case", TAKE_IN, NULL, &reply_case, .flags = ROUTE_PERSONAL, PLAIN(case_get)),
    CHANGES(HTTP_POST, "/v1/cases/{id}/triage", "Decide how a case will be settled", TAKE_IN, &shape_triage, &reply_case, PLAIN(case_triage)),
    CHANGES(HTTP_POST, "/v1/cases/{id}/close", "The case is settled", TAKE_IN, &shape_close, &reply_case, PLAIN(case_close)),
    CHANGES(HTTP_POST, "/v1/cases/{id}/reopen", "The difficulty came back", TAKE_IN, &shape_reopen, &reply_case, PLAIN(case_reopen)),

    GETS("/v1/visits", "Visits of the field team by page", TAKE_IN, &shape_visit_query, &reply_visits, PLAIN(visit_list)),
    ADDS("/v1/visits", "A visit to a company", TAKE_IN, &shape_visit, &reply_visit, PLAIN(visit_add)),
    GETS("/v1/visits/{id}", "One visit, and which requests accompany it", TAKE_IN, NULL, &reply_visit, PLAIN(visit_get)),
    CHANGES(HTTP_POST, "/v1/visits/{id}/move", "Another time; requests and meetings that accompany it go along", ASSIGN, &shape_visit_move, &reply_visit, PLAIN(visit_move)),

    GETS("/v1/requests", "Requests by page", TAKE_IN, &shape_request_query, &reply_requests, PLAIN(request_list)),
    ADDS("/v1/requests", "Ask for a consultation", TAKE_IN, &shape_request, &reply_request, PLAIN(request_add)),
    GETS("/v1/requests/{id}", "One request", TAKE_IN, NULL, &reply_request, PLAIN(request_get)),
    CHANGES(HTTP_POST, "/v1/requests/{id}/withdraw", "Nobody needs it any more", TAKE_IN, &shape_withdraw, &reply_request, PLAIN(request_withdraw)),
    CHANGES(HTTP_POST, "/v1/requests/{id}/reopen", "Look again, perhaps with other times", ASSIGN, &shape_request_reopen, &reply_request, PLAIN(request_reopen)),
    ADDS("/v1/requests/{id}/sessions", "Enter a consultation already held; nobody is told", ASSIGN, &shape_session, &reply_appointment, PLAIN(session_add)),
    GETS("/v1/slots", "Every start at which experts of these fields could serve", SEE_PANEL, &shape_slots_query, &reply_slots, STEPS(slots_list)),
    GETS("/v1/requests/{id}/slots", "Every start at which a request could be served, and by whom", TAKE_IN, &shape_request_slots_query, &reply_slots, STEPS(request_slots)),
    GETS("/v1/requests/{id}/candidates", "The experts ranked for a request, and why not", ASSIGN, &shape_candidates_query, &reply_candidates, STEPS(request_candidates)),
    GETS("/v1/requests/{id}/candidates/{expert_id}", "Where one expert stands for a request: why not, or what is missing", ASSIGN, &shape_candidate_query, &reply_standing, STEPS(request_standing)),

    GETS("/v1/weights", "The weights of the ranking", ASSIGN, NULL, &reply_weights, STEPS(weights_show)),
    CHANGES(HTTP_PUT, "/v1/weights", "All weights anew; a part that is not named has its standard one", WEIGH, &shape_weights, &reply_weights, STEPS(weights_set)),
    GETS("/v1/travel", "Minutes on the road between districts", SEE_PANEL, NULL, &reply_travel, PLAIN(travel_get)),
    CHANGES(HTTP_PUT, "/v1/travel", "All ways between districts anew", KEEP_ROSTER, &shape_travel, &reply_travel, PLAIN(travel_put)),

    GETS("/v1/appointments", "Appointments by page", TAKE_IN, &shape_appointment_query, &reply_appointments, .flags = ROUTE_PERSONAL, PLAIN(appointment_list)),
    ADDS("/v1/appointments", "Offer a seat at a start; the time is held", ASSIGN, &shape_appointment, &reply_appointment, PLAIN(appointment_add)),
    GETS("/v1/appointments/{id}", "One appointment", TAKE_IN, NULL, &reply_appointment, .flags = ROUTE_PERSONAL, PLAIN(appointment_get)),
    CHANGES(HTTP_POST, "/v1/appointments/{id}/move", "Another time or place; who had accepted is asked again", ASSIGN, &shape_move, &reply_appointment, PLAIN(appointment_move)),
    CHANGES(HTTP_POST, "/v1/appointments/{id}/reassign", "Another expert for one seat, at the same time", ASSIGN, &shape_reassign, &reply_appointment, PLAIN(seat_fill)),
    CHANGES(HTTP_POST, "/v1/appointments/{id}/cancel", "End an appointment; who was told is told", ASSIGN, &shape_cancel, &reply_appointment, PLAIN(appointment_cancel)),
    CHANGES(HTTP_POST, "/v1/appointments/{id}/keep-time", "The time that the company asked to leave stays", ASSIGN, &shape_keep, &reply_appointment, PLAIN(appointment_keep)),
    CHANGES(HTTP_POST, "/v1/appointments/{id}/complete", "File the report", ASSIGN, &shape_report, &reply_appointment, PLAIN(appointment_complete)),
    CHANGES(HTTP_POST, "/v1/appointments/{id}/no-show", "The company or an expert did not come", ASSIGN, &shape_no_show, &reply_appointment, PLAIN(appointment_no_show)),
    CHANGES(HTTP_POST, "/v1/appointments/{id}/correct", "What was reported was wrong", ASSIGN, &shape_correct, &reply_appointment, PLAIN(appointment_correct)),
    CHANGES(HTTP_POST, "/v1/appointments/{id}/undo", "Take the last change back, while nobody was told", ASSIGN, &shape_nothing, &reply_appointment, PLAIN(appointment_undo)),
    FILE_OF(HTTP_GET, "/v1/appointments/{id}/certificate", "What an expert did for a request, to print", ASSIGN, "text/html",
            .query = &shape_seat_query, .flags = ROUTE_PERSONAL, STEPS(certificate_show)),
    GETS("/v1/seats/{id}", "One seat", TAKE_IN, NULL, &reply_seat, .flags = ROUTE_PERSONAL, PLAIN(seat_get)),
    CHANGES(HTTP_POST, "/v1/seats/{id}/accept", "Record that the expert accepted", ASSIGN, &shape_accept, &reply_seat, PLAIN(seat_accept)),
    CHANGES(HTTP_POST, "/v1/seats/{id}/decline", "Record that the expert declined", ASSIGN, &shape_decline, &reply_seat, PLAIN(seat_decline)),
    CHANGES(HTTP_POST, "/v1/seats/{id}/counter", "Record other times that the expert proposes", ASSIGN, &shape_counter, &reply_seat, PLAIN(seat_counter)),
    CHANGES(HTTP_POST, "/v1/seats/{id}/take", "Take a proposed time; the meeting moves there", ASSIGN, &shape_take, &reply_seat, PLAIN(seat_take)),
    CHANGES(HTTP_POST, "/v1/seats/{id}/refuse", "Refuse the proposed times", ASSIGN, &shape_refuse, &reply_seat, PLAIN(seat_refuse)),
    CHANGES(HTTP_POST, "/v1/seats/{id}/drop-out", "Record that an expert who accepted cannot come", ASSIGN, &shape_drop_out, &reply_seat, PLAIN(seat_drop_out)),

    GETS("/v1/events", "Events by page", TAKE_IN, &shape_page_query, &reply_events, PLAIN(event_list)),
    ADDS("/v1/events", "Add an event: slots, booths, experts on duty", PLAN, &shape_event, &reply_event, PLAIN(event_add)),
    GETS("/v1/events/{id}", "One event", TAKE_IN, NULL, &reply_event, PLAIN(event_get)),
    CHANGES(HTTP_PUT, "/v1/events/{id}", "The whole event anew; what is booked stays", PLAN, &shape_event, &reply_event, PLAIN(event_put)),
    GETS("/v1/plans", "Plans by page", TAKE_IN, &shape_plan_query, &reply_plans, PLAIN(plan_list)),
    ADDS("/v1/plans", "Ask for a plan of an event, a day or the backlog", PLAN, &shape_plan, &reply_plan, PLAIN(plan_add)),
    GETS("/v1/plans/{id}", "One plan: state, progress, outcome", TAKE_IN, NULL, &reply_plan, PLAIN(plan_get)),
    GETS("/v1/plans/{id}/items", "Who serves which request where, and why one is not served", TAKE_IN, &shape_plan_item_query, &reply_plan_items, PLAIN(plan_items)),
    {.method = HTTP_POST, .path = "/v1/plans/{id}/apply", .summary = "Book all of it at once, or learn what has changed",
     .who = MAY_PLAN, .flags = ROUTE_KEY | ROUTE_MATCH | ROUTE_LONG, .body = &shape_nothing, .reply = &reply_plan, .status = 200, PLAIN(plan_apply)},
    {.method = HTTP_POST, .path = "/v1/plans/{id}/replan", .summary = "A new plan after a drop-out, a lost booth, new requests",
     .who = MAY_PLAN, .flags = ROUTE_KEY | ROUTE_MATCH, .body = &shape_replan, .reply = &reply_plan, .status = 201, PLAIN(plan_replan)},
    CHANGES(HTTP_POST, "/v1/plans/{id}/discard", "Nobody wants this plan", PLAN, &shape_nothing, &reply_plan, PLAIN(plan_discard)),
    ADDS("/v1/plans/{id}/walk-in", "The best seat there is now, for a request that comes", PLAN, &shape_walk_in, &reply_appointment, STEPS(plan_walk_in)),

    GETS("/v1/worklist", "What waits for you as owner or deputy, oldest first", ASSIGN, &shape_worklist_query, &reply_worklist, .flags = ROUTE_PERSONAL, PLAIN(worklist)),
    GETS("/v1/messages", "The outbox by page", ASSIGN, &shape_message_query, &reply_messages, .flags = ROUTE_PERSONAL, PLAIN(message_list)),
    {.method = HTTP_POST, .path = "/v1/messages/{id}/replay", .summary = "Send a dead message again",
     .who = MAY_ASSIGN, .flags = ROUTE_KEY, .body = &shape_nothing, .reply = &reply_message, .status = 200, PLAIN(message_replay)},

    GETS("/v1/replies", "What came in by mail, by page: what waits for a look, or another state", ASSIGN, &shape_message_query, &reply_replies, .flags = ROUTE_PERSONAL, PLAIN(reply_list)),
    {.method = HTTP_POST, .path = "/v1/replies/{id}/dismiss", .summary = "Somebody has looked at a reply that waited",
     .who = MAY_ASSIGN, .flags = ROUTE_KEY, .body = &shape_nothing, .reply = &reply_reply, .status = 200, PLAIN(reply_dismiss)},

    FILE_OF(HTTP_GET, "/v1/changes", "Changes as server-sent events; Last-Event-ID or since goes on", FOLLOW, "text/event-stream", .query = &shape_changes_query, STEPS(changes_follow)),

    GETS("/v1/webhooks", "Webhooks by page", KEEP_HOOKS, &shape_page_query, &reply_webhooks, PLAIN(webhook_list)),
    ADDS("/v1/webhooks", "Register a webhook; its secret is told once", KEEP_HOOKS, &shape_webhook, &reply_webhook_secret, STEPS(webhook_add)),
    GETS("/v1/webhooks/{id}", "One webhook", KEEP_HOOKS, NULL, &reply_webhook, PLAIN(webhook_get)),
    CHANGES(HTTP_PATCH, "/v1/webhooks/{id}", "Change a webhook, switch it off or on", KEEP_HOOKS, &shape_webhook_change, &reply_webhook, STEPS(webhook_change)),
    {.method = HTTP_DELETE, .path = "/v1/webhooks/{id}", .summary = "End a webhook; what waits for it is dead",
     .who = MAY_KEEP_HOOKS, .flags = ROUTE_KEY, .reply = &reply_webhook, .status = 200, PLAIN(webhook_delete)},
    {.method = HTTP_POST, .path = "/v1/webhooks/{id}/rotate", .summary = "A new secret; the old one signs, too, for a while",
     .who = MAY_KEEP_HOOKS, .flags = ROUTE_KEY, .body = &shape_rotate, .reply = &reply_webhook_secret, .status = 200, STEPS(webhook_rotate)},
    GETS("/v1/webhook-deliveries", "Deliveries to webhooks by page", KEEP_HOOKS, &shape_delivery_query, &reply_deliveries, PLAIN(delivery_list)),
    {.method = HTTP_POST, .path = "/v1/webhook-deliveries/{id}/replay", .summary = "Send a dead delivery again",
     .who = MAY_KEEP_HOOKS, .flags = ROUTE_KEY, .body = &shape_nothing, .reply = &reply_delivery, .status = 200, PLAIN(delivery_replay)},

    FILE_OF(HTTP_GET, "/feeds/{token}.ics", "A calendar to subscribe to", SECRET, "text/calendar", .flags = ROUTE_PERSONAL, STEPS(feed_serve)),
    FILE_OF(HTTP_GET, "/feeds/{token}.ifb", "When it is busy, and nothing else", SECRET, "text/calendar", .flags = ROUTE_PERSONAL, STEPS(feed_busy)),
    FILE_OF(HTTP_GET, "/r/{token}", "An expert's page of one offer", SECRET, "text/html", .flags = ROUTE_PERSONAL, STEPS(link_show)),
    {.method = HTTP_POST, .path = "/r/{token}", .summary = "The answer from its form", .who = MAY_SECRET,
     .flags = ROUTE_FORM | ROUTE_PERSONAL, .body = &shape_answer, .media = "text/html", .status = 200, STEPS(link_take)},
    FILE_OF(HTTP_GET, "/r/{token}/company", "A company's page of its appointment", SECRET, "text/html", .flags = ROUTE_PERSONAL, STEPS(link_show)),
    {.method = HTTP_POST, .path = "/r/{token}/company", .summary = "Another time is asked for, or it is cancelled", .who = MAY_SECRET,
     .flags = ROUTE_FORM | ROUTE_PERSONAL, .body = &shape_company_answer, .media = "text/html", .status = 200, STEPS(link_take)},
    FILE_OF(HTTP_GET, "/r/{token}/rating", "Asks a company what it thought", SECRET, "text/html", .flags = ROUTE_PERSONAL, STEPS(link_show)),
    {.method = HTTP_POST, .path = "/r/{token}/rating", .summary = "What it thought", .who = MAY_SECRET,
     .flags = ROUTE_FORM | ROUTE_PERSONAL, .body = &shape_rating, .media = "text/html", .status = 200, STEPS(link_take)},
    {.method = HTTP_POST, .path = "/r/{token}/hours", .summary = "On to the expert's own page", .who = MAY_SECRET,
     .flags = ROUTE_FORM, .body = &shape_nothing, .media = "text/html", .status = 303, STEPS(link_leave)},
    FILE_OF(HTTP_GET, "/r/{token}/availability", "An expert's own page: hours, absences, pause", SECRET, "text/html", .flags = ROUTE_PERSONAL, STEPS(hours_show)),
    {.method = HTTP_POST, .path = "/r/{token}/availability", .summary = "A change from its forms", .who = MAY_SECRET,
     .flags = ROUTE_FORM | ROUTE_PERSONAL, .body = &shape_hours, .media = "text/html", .status = 200, STEPS(hours_take)},
    FILE_OF(HTTP_GET, "/assets/page.css", "The pages' style", PUBLIC, "text/css", STEPS(style_serve)),
    FILE_OF(HTTP_GET, "/assets/certificate.css", "The certificate's style", PUBLIC, "text/css", STEPS(style_serve)),
    FILE_OF(HTTP_GET, "/openapi.json", "This document", PUBLIC, "application/json", STEPS(openapi_serve)),
};
const size_t route_count = sizeof routes / sizeof *routes;

const struct route admin_routes[] = {
    FILE_OF(HTTP_GET, "/livez", "The loop turns", PUBLIC, "text/plain", STEPS(admin_live)),
    FILE_OF(HTTP_GET, "/readyz", "PostgreSQL answers", PUBLIC, "text/plain", STEPS(admin_ready)),
    FILE_OF(HTTP_GET, "/metrics", "Counters for Prometheus", PUBLIC, "text/plain", STEPS(admin_metrics)),
    FILE_OF(HTTP_GET, "/panel", "The panel in memory: its version and a digest", PUBLIC, "text/plain", STEPS(admin_panel)),
};
const size_t admin_route_count = sizeof admin_routes / sizeof *admin_routes;
/* clang-format on */

enum { ROUTES_MAX = 192 };

static unsigned openapi_flags(const struct route *r)
{
    /* one thing has a version, and a feed has; a page of a list has none */
    bool thing = r->steps == plain_steps && r->method == HTTP_GET && strchr(r->path, '{');
    bool etag = thing || r->steps == feed_serve || r->steps == availability_ics ||
                r->steps == feed_busy || r->steps == weights_show || r->ask == ASK_travel_get;
    return (r->flags & ROUTE_KEY ? OPENAPI_KEY : 0u) |
           (r->flags & ROUTE_MATCH ? OPENAPI_MATCH : 0u) |
           (r->flags & ROUTE_FORM ? OPENAPI_FORM : 0u) |
           (r->flags & ROUTE_CALENDAR ? OPENAPI_CALENDAR : 0u) | (etag ? OPENAPI_ETAG : 0u);
}

json_t *routes_openapi(void)
{
    struct openapi_route rows[ROUTES_MAX];
    assert(route_count <= ROUTES_MAX);
    for (size_t i = 0; i < route_count; i++) {
        const struct route *r = &routes[i];
        const struct may_row *may = may_row(r->who);
        rows[i] = (struct openapi_route){.method = http_method_name(r->method),
                                         .path = r->path,
                                         .summary = r->summary,
                                         .who = may->roles ? may->name : NULL,
                                         .query = r->query,
                                         .body = r->body,
                                         .reply = r->reply,
                                         .media = r->media,
                                         .status = r->status,
                                         .flags = openapi_flags(r)};
    }
    return openapi_document(rows, route_count);
}
