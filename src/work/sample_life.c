#include "sample_life_in.h"
#include "templates.h"

#include "base/arena.h"
#include "base/buf.h"
#include "cli_db.h"
#include "core/rank.h"
#include "form/json.h"
#include "form/mail.h"
#include "form/panel_json.h"
#include "work/app.h"
#include "work/secret.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMES_AT = 9 * HOUR + HOUR / 2, /* of a case's day, local */
    ANSWERS_AFTER = 2 * HOUR,
    WINDOW_FROM = 3, /* days after the case */
    WINDOW_UNTIL = 12,
    ANALYZE_EVERY = 100, /* steps: nobody else does inside a transaction, and plans for empty tables
                            become slow with each case */
};

#define GROWING                                                                                    \
    "analyze jamund.requests, jamund.appointments, jamund.seats, jamund.holds, "                   \
    "jamund.reports, jamund.messages, jamund.links, jamund.reply_addresses"

static bool life_case(struct world *w, struct life *l);
static bool life_request(struct world *w, struct life *l, const char *kase, const json_t *company);
static bool life_offer(struct world *w, struct life *l);
static bool life_answer(struct world *w, struct life *l);
static bool life_report(struct world *w, struct life *l);
static bool life_withdraw(struct world *w, struct life *l);
static bool send_mails(struct world *w);

bool life_clock(struct sync *db, instant t)
{
    char text[CLOCK_TEXT];
    return sync_ask(db, ASK_clock_set, (const char *[]){clock_text(t, text)}, NULL) == OK;
}

/* ---- asking ---- */

static const char *keep(struct world *w, const json_t *doc, const char *member)
{
    const char *s = json_string_value(json_object_get(doc, member));
    return arena_strdup(w->arena, s ? s : "");
}

static const json_t *at_random(const json_t *list, const struct world *w, const struct life *l)
{
    return json_array_get(list, (size_t)(l - w->lives) % json_array_size(list));
}

json_t *tell(struct world *w, const struct life *l, const char *role, enum ask ask, json_t *args)
{
    json_t *of_role = json_object_get(w->users, role);
    const char *user = json_string_value(at_random(of_role, w, l));
    json_t *who = json_pack("{s:s, s:s, s:s, s:s}", "actor", user, "actor_kind", "user", "role",
                            role, "via", "api");
    char *who_text = json_dumps(who, JSON_COMPACT), *text = json_dumps(args, JSON_COMPACT);
    struct rows *rows = cli_ask(w->db, "sample", ask, (const char *[]){who_text, text});
    json_t *body = rows ? json_loads(rows_text(rows, 0, "body"), 0, NULL) : NULL;
    arena_hook(w->arena, json_hook, body);
    rows_free(rows);
    free(who_text);
    free(text);
    json_decref(who);
    json_decref(args);
    return body;
}

/* The ids of all users, by role: {"field": [id, …], …}; owned by the arena. */
static json_t *users_by_role(struct world *w)
{
    struct rows *rows = cli_ask(w->db, "sample", ASK_user_list, NULL);
    json_t *by_role = json_object();
    arena_hook(w->arena, json_hook, by_role);
    for (size_t i = 0; rows && i < rows_count(rows); i++) {
        const char *role = rows_text(rows, i, "role");
        if (!json_object_get(by_role, role))
            json_object_set_new(by_role, role, json_array());
        json_array_append_new(json_object_get(by_role, role),
                              json_string(rows_text(rows, i, "id")));
    }
    rows_free(rows);
    return by_role;
}

/* The items of a list that fits one page, filtered by args (stolen). */
static const json_t *items_of(struct world *w, struct life *l, enum ask ask, json_t *args)
{
    return json_object_get(tell(w, l, "field", ask, args), "items");
}

/* ---- the life of a case ---- */

bool life_run(struct sync *db, const struct conf *c, const json_t *cases, int64_t today)
{
    struct world w = {.db = db,
                      .app = {.conf = c},
                      .arena = arena_new(),
                      .now = clock_now(),
                      .count = json_array_size(cases)};
    char why[CONF_WHY] = "";
    bool ok = secret_key_read(conf_str(c, CONF_secret_key_file), w.app.key, why) == OK;
    if (!ok)
        fprintf(stderr, "jamund sample: %s\n", why);
    ok = ok && (w.app.texts = templates_load(c, w.arena));
    w.users = users_by_role(&w);
    w.lives = arena_array(w.arena, struct life, w.count);
    for (size_t i = 0; i < w.count; i++) {
        const json_t *item = json_array_get(cases, i);
        int64_t ago = json_integer_value(json_object_get(item, "days_ago"));
        w.lives[i] =
            (struct life){.item = item,
                          .at = (today - ago) * DAY - SEOUL + COMES_AT + (instant)i % 90 * 60,
                          .next = life_case};
    }
    for (size_t step = 1; ok; step++) {
        struct life *l = NULL;
        for (size_t i = 0; i < w.count; i++)
            if (w.lives[i].next && (!l || w.lives[i].at < l->at))
                l = &w.lives[i];
        if (!l || l->at > w.now)
            break; /* what is due later has not happened yet */
        ok = life_clock(db, l->at) && l->next(&w, l) && send_mails(&w) &&
             (step % ANALYZE_EVERY || sync_exec(db, GROWING) == OK);
    }
    ok = ok && life_clock(db, w.now) && life_expo(&w, cases, today) && send_mails(&w);
    arena_free(w.arena);
    return ok;
}

static bool life_case(struct world *w, struct life *l)
{
    const json_t *number = json_object_get(l->item, "company_registration");
    const json_t *company =
        json_array_get(items_of(w, l, ASK_company_list, json_pack("{s:O}", "q", number)), 0);
    json_t *args = json_pack(
        "{s:{s:O, s:O, s:O, s:O, s:s}}", "body", "company_id", json_object_get(company, "id"),
        "channel", json_object_get(l->item, "channel"), "title", json_object_get(l->item, "title"),
        "text", json_object_get(l->item, "text"), "triage", "deep");
    json_t *kase = company ? tell(w, l, "field", ASK_case_add, args) : NULL;
    return kase && life_request(w, l, keep(w, kase, "id"), company);
}

/* Weekdays 09:00 to 18:00, from a few days after the case on. */
static json_t *windows_of(struct world *w, const struct life *l)
{
    json_t *windows = json_array();
    int64_t day = (l->at + SEOUL) / DAY;
    char from[CLOCK_TEXT], until[CLOCK_TEXT];
    (void)w;
    for (int64_t d = day + WINDOW_FROM; d < day + WINDOW_UNTIL; d++) {
        if ((d + 3) % 7 >= 5) /* 1970-01-01 was a Thursday: Monday is 0 */
            continue;
        clock_text(d * DAY + 9 * HOUR - SEOUL, from);
        clock_text(d * DAY + 18 * HOUR - SEOUL, until);
        json_array_append_new(windows, json_pack("{s:s, s:s}", "from", from, "until", until));
    }
    return windows;
}

static const json_t *a_room(struct world *w, struct life *l)
{
    if (!w->rooms)
        w->rooms = items_of(w, l, ASK_place_list, json_object());
    return at_random(w->rooms, w, l);
}

static bool life_request(struct world *w, struct life *l, const char *kase, const json_t *company)
{
    const json_t *item = l->item;
    const json_t *contact = json_array_get(json_object_get(company, "contacts"), 0);
    json_t *body = json_pack(
        "{s:s, s:[{s:O, s:O}], s:O, s:O, s:o, s:O, s:O, s:O, s:O}", "case_id", kase, "seats",
        "field", json_object_get(item, "field"), "min_level", json_object_get(item, "min_level"),
        "mode", json_object_get(item, "mode"), "minutes", json_object_get(item, "minutes"),
        "windows", windows_of(w, l), "urgency", json_object_get(item, "urgency"), "topics",
        json_object_get(item, "topics"), "languages", json_object_get(item, "languages"),
        "contact_id", json_object_get(contact, "id"));
    const char *mode = json_string_value(json_object_get(item, "mode"));
    if (strcmp(mode, "center") == 0)
        json_object_set(body, "place_id", json_object_get(a_room(w, l), "id"));
    if (strcmp(mode, "online") == 0)
        json_object_set_new(body, "online_url", json_string("https://meet.example.kr/jamund"));
    json_t *request = tell(w, l, "field", ASK_request_add, json_pack("{s:o}", "body", body));
    l->request = request ? keep(w, request, "id") : NULL;
    l->at += HOUR / 2;
    l->next = json_is_null(json_object_get(item, "answer")) ? NULL : life_offer;
    return request != NULL;
}

/* The first expert in the ranking who has not declined; NULL when there is none. */
static const struct candidate *best(struct world *w, struct life *l, struct arena *a)
{
    struct rows *rows = cli_ask(w->db, "sample", ASK_request_panel, (const char *[]){l->request});
    json_t *doc = rows ? json_loads(rows_value(rows), 0, NULL) : NULL;
    struct panel *panel;
    const char *why;
    rows_free(rows);
    if (!doc)
        return NULL;
    arena_hook(a, json_hook, doc);
    if (panel_from_json(a, doc, &panel, &why) != OK) {
        fprintf(stderr, "jamund sample: %s\n", why);
        return NULL;
    }
    struct ranking *r = rank(a, panel);
    for (size_t i = 0; i < r->candidate_count; i++)
        if (!l->declined || strcmp(r->candidates[i].expert->id, l->declined) != 0)
            return &r->candidates[i];
    return NULL;
}

static bool life_offer(struct world *w, struct life *l)
{
    struct arena *a = arena_new();
    const struct candidate *who = best(w, l, a);
    l->next = life_withdraw; /* nobody could serve it */
    bool ok = true;
    if (who) {
        char start[CLOCK_TEXT];
        json_t *args =
            json_pack("{s:{s:s, s:s, s:s}}", "body", "request_id", l->request, "expert_id",
                      who->expert->id, "start", clock_text(who->slots.start[0], start));
        json_t *reply = tell(w, l, "coordinator", ASK_appointment_add, args);
        ok = reply != NULL;
        if (ok) {
            const json_t *seat = json_array_get(json_object_get(reply, "seats"), 0);
            l->appointment = keep(w, reply, "id");
            l->seat = keep(w, seat, "id");
            l->end =
                who->slots.start[0] + 60 * json_integer_value(json_object_get(l->item, "minutes"));
            if (!l->declined &&
                strcmp(json_string_value(json_object_get(l->item, "answer")), "decline") == 0)
                l->declined = arena_strdup(w->arena, who->expert->id);
            else
                l->declined = "";
            l->at += ANSWERS_AFTER;
            l->next = life_answer;
        }
    }
    arena_free(a);
    return ok;
}

static bool life_answer(struct world *w, struct life *l)
{
    bool declines = l->declined && *l->declined;
    json_t *args = json_pack("{s:s, s:{s:s}}", "id", l->seat, "body", "via", "phone");
    if (declines)
        json_object_set(json_object_get(args, "body"), "reason",
                        json_object_get(l->item, "decline_reason"));
    json_t *seat = tell(w, l, "coordinator", declines ? ASK_seat_decline : ASK_seat_accept, args);
    l->at = declines ? l->at + HOUR / 2 : l->end + HOUR;
    l->next = declines ? life_offer : life_report;
    return seat != NULL;
}

static bool life_report(struct world *w, struct life *l)
{
    json_t *args =
        json_pack("{s:s, s:O}", "id", l->appointment, "body", json_object_get(l->item, "report"));
    bool again = json_is_true(json_object_get(json_object_get(l->item, "report"), "follow_up"));
    json_t *done = tell(w, l, "coordinator", ASK_appointment_complete, args);
    l->at += 3 * DAY;
    l->next = again ? life_withdraw : NULL;
    return done != NULL;
}

/* A follow-up that the company did not want after all, or a request that nobody could serve. */
static bool life_withdraw(struct world *w, struct life *l)
{
    json_t *args = json_pack("{s:s, s:{s:s}}", "id", l->request, "body", "reason",
                             "기업이 더 이상 자문을 원하지 않음");
    l->next = NULL;
    return tell(w, l, "coordinator", ASK_request_withdraw, args) != NULL;
}

/* ---- its mails, rendered and taken as sent ---- */

static bool mark_sent(struct world *w, const char *id, const char *text)
{
    struct arena *a = arena_new();
    struct mail_envelope envelope;
    struct buf bytes;
    char hash[ID_HASH_LEN + 1];
    json_t *message = json_loads(text, 0, NULL);
    arena_hook(a, json_hook, message);
    secret_put(w->app.conf, w->app.key, a, message);
    buf_init(&bytes, MAIL_MAX_BYTES);
    bool ok = mail_render(a, w->app.texts, message, &bytes, &envelope) == OK;
    id_hash(bytes.data, bytes.len, hash);
    struct rows *rows =
        ok ? cli_ask(w->db, "sample", ASK_outbox_sent, (const char *[]){id, "sample", hash}) : NULL;
    ok = rows != NULL;
    rows_free(rows);
    buf_done(&bytes);
    arena_free(a);
    return ok;
}

static bool send_mails(struct world *w)
{
    char *fresh = secret_replies(w->app.conf, w->app.key, 100);
    struct rows *rows =
        cli_ask(w->db, "sample", ASK_outbox_take, (const char *[]){"sample", "100", "60", fresh});
    free(fresh);
    bool ok = rows != NULL;
    for (size_t i = 0; ok && i < rows_count(rows); i++)
        ok = mark_sent(w, rows_text(rows, i, "id"), rows_text(rows, i, "message"));
    rows_free(rows);
    return ok;
}
