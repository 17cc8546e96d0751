/* form/brief: who may serve what, when and for how many points, as the worker of a plan is told. */
#include "form/brief.h"

#include "form/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HOUR = 3600, NOON = 1795402800 }; /* Monday 2026-11-23, 12:00 in Seoul */

/* ---- facts, written with ' for " ---- */

static json_t *parse(const char *text)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", text);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    json_error_t error;
    json_t *v = json_loads(copy, JSON_DECODE_ANY, &error);
    if (!v)
        fail_msg("%s at %d: %.40s", error.text, error.position, copy + error.position);
    return v;
}

static json_t *request(const char *id, const char *more)
{
    char text[2048];
    snprintf(
        text, sizeof text,
        "{'id':'%s','company_id':'c-%s','kept':null,'seats':[{'seat':1,'field':'tax','min_level':"
        "2,'held':false}],'mode':'visit','district':null,'minutes':60,'windows':[[%d,%d]],"
        "'deadline':null,'urgency':'normal','languages':['ko'],'topics':[],'excluded':[],"
        "'preferred':null,'previous':[],'last':[],'known':[],'wished':[],'trips':[],'company':"
        "null,'company_names':[],'fixed':null,'seated':[],'asked':[],'company_busy':[],"
        "'company_full':[],'room_busy':[],'desk':false,'visit':null}",
        id, id, NOON, NOON + 8 * HOUR);
    json_t *doc = parse(text), *changes = parse(more);
    json_object_update(doc, changes);
    json_decref(changes);
    return doc;
}

static json_t *expert(const char *id, const char *more)
{
    char text[2048];
    snprintf(
        text, sizeof text,
        "{'id':'%s','name':'%s','fields':[{'field':'tax','level':3,'minutes':0,'price':50}],"
        "'topics':[],'districts':[],'modes':['visit'],'languages':['ko'],'term':{'from':"
        "'2026-01-01','until':'2027-12-31'},'paused_from':null,'conflicts':{'companies':[],"
        "'names':[],'ended':[]},'caps':{'per_day':2,'per_week':9,'hours_per_year':100},'buffers':{'"
        "before':"
        "0,'after':0},'notice_minutes':0,'zone':'Asia/Seoul','availability':[{'weekday':1,'from':"
        "720,'until':960}],'dates':[],'absences':[],'duties':[],'busy':[],'appointments':[],"
        "'appointment_districts':[],'away':[],'answers':{'accepted':0,'declined':0,'expired':0,"
        "'no_shows':0},'years':[],'minutes_this_term':120,'duty':null,'zone_of_duty':null,"
        "'caps_of_plan':{'per_day':null,'most':null,'rest_after':null},'own_busy':[],"
        "'own_held':[]}",
        id, id);
    json_t *doc = parse(text), *changes = parse(more);
    json_object_update(doc, changes);
    json_decref(changes);
    return doc;
}

/* Four slots of an hour from noon on; experts is taken over. */
static json_t *facts(const char *more, json_t *experts)
{
    json_t *slots = json_array();
    for (int i = 0; i < 4; i++)
        json_array_append_new(slots, json_pack("{s:i, s:i, s:i, s:s, s:i}", "from", NOON + i * HOUR,
                                               "until", NOON + (i + 1) * HOUR, "booths", 3, "name",
                                               "12:00", "day", 20779));
    json_t *doc = json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:s, s:{}, s:[], s:o, s:o, s:b, s:i, s:i, s:i, s:o, s:[]}",
        "now", NOON - HOUR, "version", 7, "align_minutes", 30, "rest_minutes", 0,
        "rest_night_minutes", 0, "zone", "Asia/Seoul", "weights", "holidays", "request",
        request("r", "{}"), "experts", experts, "event", 0, "lambda", 20, "seconds", 30, "requests",
        3, "slots", slots, "zones");
    json_t *changes = parse(more);
    json_object_set_new(doc, "rest_minutes", json_integer(0));
    json_object_set_new(doc, "rest_night_minutes", json_integer(0));
    json_object_update(doc, changes);
    json_decref(changes);
    return doc;
}

/* ---- what comes of it ---- */

static char why_not[80]; /* of a walk-in that gets no seat: the last row */

static void keep_why(const struct brief *b)
{
    json_t *list = brief_why(b);
    const json_t *last = json_array_get(list, json_array_size(list) - 1);
    snprintf(why_not, sizeof why_not, "%s %lld", json_string_value(json_object_get(last, "rule")),
             (long long)json_integer_value(json_object_get(last, "left")));
    json_decref(list);
}

/* The document that the worker reads, of these facts and requests, which are taken over. */
static json_t *brief_of(json_t *from, json_t *requests, json_t **ret_best)
{
    struct arena *a = arena_new();
    struct brief *b;
    struct buf out;
    const char *why = "";
    if (brief_new(a, from, &b, &why) != OK || brief_add(b, requests, &why) != OK)
        fail_msg("%s", why);
    buf_init(&out, BRIEF_BYTES_MAX);
    assert_true(brief_print(b, &out));
    json_error_t error;
    json_t *doc = json_loads(out.data, 0, &error);
    if (!doc)
        fail_msg("%s at %d of %s", error.text, error.position, out.data);
    if (ret_best) {
        *ret_best = brief_best(b);
        keep_why(b);
    }
    buf_done(&out);
    arena_free(a);
    json_decref(from);
    json_decref(requests);
    return doc;
}

static json_t *of(json_t *one)
{
    return json_pack("[o]", one);
}

static void says(const json_t *doc, const char *list, size_t i, const char *member,
                 const char *want)
{
    json_t *v = json_object_get(json_array_get(json_object_get(doc, list), i), member);
    char *said = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(said, want);
    free(said);
}

static void told(const char *grid, const char *more, const char *of_expert, const char *member,
                 const char *want);

#define CAP(from, until, most) "{\"from\":" #from ",\"until\":" #until ",\"most\":" #most "}"
#define HOURS(from, until, most)                                                                   \
    "{\"from\":" #from ",\"until\":" #until ",\"most\":" #most ",\"slots\":true}"
#define CAPS(day, week, year) "[" CAP(0, 4, day) "," CAP(0, 4, week) "," HOURS(0, 4, year) "]"

/* What expert 0 with these facts is told to be. */
static void desk(const char *grid, const char *of_expert, const char *member, const char *want)
{
    json_t *doc = brief_of(facts(grid, of(expert("e", of_expert))), json_array(), NULL);
    says(doc, "experts", 0, member, want);
    json_decref(doc);
}

static void an_expert_is_free_where_hours_buffers_and_notice_allow(void **state)
{
    (void)state;
    desk("{}", "{}", "free", "[0,1,2,3]");
    desk("{}", "{'availability':[{'weekday':1,'from':780,'until':960}]}", "free", "[1,2,3]");
    desk("{}", "{'absences':[[1795402800,1795406400]]}", "free", "[1,2,3]");
    desk("{}", "{'busy':[[1795406400,1795408200]]}", "free", "[0,2,3]");
    desk("{}", "{'busy':[[1795406400,1795410000]],'buffers':{'before':30,'after':30}}", "free",
         "[3]");
    desk("{}", "{'notice_minutes':90}", "free", "[1,2,3]");
    desk("{'now':1795404600}", "{}", "free", "[1,2,3]");
    desk("{}", "{'term':{'from':'2026-11-24','until':'2027-12-31'}}", "free", "[]");
    static const char full[] = "{'appointments':[[1795366800,1795370400],[1795370400,1795374000]],"
                               "'appointment_districts':[null,null]}";
    desk("{}", full, "free", "[0,1,2,3]"); /* the cap of that day lets none begin */
    desk("{}", full, "caps", CAPS(0, 7, 100));
    told("{}", "{}", full, "candidates", "[{\"expert\":0,\"points\":375}]");
}

static void duty_stands_for_hours(void **state)
{
    (void)state;
    desk("{'event':true}", "{'availability':[],'notice_minutes':9000}", "free", "[0,1,2,3]");
    desk("{'event':true}", "{'availability':[],'duty':[[1795406400,1795413600]]}", "free", "[1,2]");
    desk("{'event':true}", "{'busy':[[1795406400,1795408200]],'buffers':{'before':60,'after':60}}",
         "free", "[0,2,3]");
    desk("{'event':true}", "{'absences':[[1795402800,1795406400]]}", "free", "[1,2,3]");
    desk("{'event':true}", "{'duties':[[1795402800,1795406400]]}", "free", "[1,2,3]");
    desk("{'event':true}", "{'zone_of_duty':'A 구역'}", "zone", "\"A 구역\"");
}

/* Slots of an hour at the given ones after NOON. */
static json_t *slots_at(size_t n, const int *hours)
{
    json_t *slots = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(slots,
                              json_pack("{s:i, s:i, s:i, s:s, s:i}", "from", NOON + hours[i] * HOUR,
                                        "until", NOON + (hours[i] + 1) * HOUR, "booths", 3, "name",
                                        "x", "day", 20779 + (hours[i] + 12) / 24));
    return slots;
}

static void told(const char *grid, const char *more, const char *of_expert, const char *member,
                 const char *want);

/* However little room the caps and the rest leave by now. */
static void what_stands_has_room(void **state)
{
    (void)state;
#define OWN(more)                                                                                  \
    "{'own_held':[[1795402800,1795406400],[1795406400,1795410000]],'appointments':[["              \
    "1795402800,1795406400],[1795406400,1795410000]],'appointment_districts':[null,null]," more    \
    "}"
    desk("{}", OWN("'caps':{'per_day':1,'per_week':1,'hours_per_year':0}"), "caps", CAPS(2, 2, 2));
    desk("{}", OWN("'caps':{'per_day':3,'per_week':9,'hours_per_year':50}"), "caps",
         CAPS(3, 9, 50));
    desk("{'event':true}", OWN("'caps_of_plan':{'per_day':1,'most':1,'rest_after':null}"), "most",
         "2");
    desk("{'event':true}", OWN("'caps_of_plan':{'per_day':1,'most':1,'rest_after':null}"),
         "per_day", "2");
    static const char kept[] =
        "{'kept':{'experts':['e2'],'start':1795406400,'weight':300,'pinned':false}}";
    told("{}", kept, OWN("'notice_minutes':0"), "kept",
         "{\"experts\":[1],\"slot\":1,\"weight\":300,\"pinned\":false}");
    told("{'rest_minutes':10}", kept, OWN("'notice_minutes':0"), "kept",
         "{\"experts\":[1],\"slot\":1,\"weight\":300,\"pinned\":true}");
}

/* Eight in the evening and nine, then one, two and three at night: as few as can be are closed, and
 * of what stands none. */
static void a_night_has_its_rest(void **state)
{
    (void)state;
    static const int hours[] = {8, 9, 13, 14, 15};
    static const struct {
        int minutes;
        const char *more, *want;
    } rows[] = {
        {0, "", "[0,1,2,3,4]"},
        {180, "", "[0,1,2,3,4]"},
        {240, "", "[0,1,3,4]"},
        {300, "", "[0,1,4]"},
        {360, "", "[2,3,4]"},
        {240, "'own_held':[[1795449600,1795453200]],", "[0,2,3,4]"},
        {360, "'own_held':[[1795435200,1795438800]],", "[0,1]"},
        {360, "'own_held':[[1795431600,1795435200]],", "[0,1]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "{%s'availability':[{'weekday':1,'from':0,'until':1440},{'weekday':2,'from':0,"
                 "'until':1440}]}",
                 rows[i].more);
        json_t *doc = facts("{}", of(expert("e", text)));
        json_object_set_new(doc, "slots", slots_at(sizeof hours / sizeof *hours, hours));
        json_object_set_new(doc, "rest_night_minutes", json_integer(rows[i].minutes));
        json_t *brief = brief_of(doc, json_array(), NULL);
        says(brief, "experts", 0, "free", rows[i].want);
        json_decref(brief);
    }
}

static void what_the_plan_may_move_is_free(void **state)
{
    (void)state;
    static const char held[] =
        "{'busy':[[1795406400,1795410000]],'appointments':[[1795406400,1795410000]],"
        "'appointment_districts':[null],'own_busy':[[1795406400,1795410000]],'own_held':[["
        "1795406400,"
        "1795410000]],'minutes_this_term':180,'years':[{'year':2026,'minutes':120}]}";
    desk("{}", held, "free", "[0,1,2,3]");
    desk("{}", held, "caps", CAPS(2, 9, 99));
    desk("{}", held, "load", "2"); /* hours of this term, without that one */
}

static void caps_are_what_is_left_of_them(void **state)
{
    (void)state;
    desk("{}", "{}", "caps", CAPS(2, 9, 100));
    desk("{}", "{}", "per_day", "null");
    desk("{}", "{'caps_of_plan':{'per_day':1,'most':3,'rest_after':2}}", "caps", CAPS(1, 9, 100));
    desk("{}", "{'caps_of_plan':{'per_day':1,'most':3,'rest_after':2}}", "most", "3");
    desk("{}", "{'appointments':[[1795366800,1795370400]],'appointment_districts':[null]}", "caps",
         CAPS(1, 8, 100));
    desk("{}", "{'years':[{'year':2025,'minutes':6000},{'year':2026,'minutes':5880}]}", "caps",
         CAPS(2, 9, 2));
    desk("{}", "{'caps':{'per_day':2,'per_week':9,'hours_per_year':3000}}", "caps",
         "[" CAP(0, 4, 2) "," CAP(0, 4, 9) "]"); /* more than a plan has slots: no cap */
    desk("{'event':true}", "{}", "caps", "[" HOURS(0, 4, 100) "]");
    desk("{'event':true}", "{'years':[{'year':2026,'minutes':5880}]}", "caps",
         "[" HOURS(0, 4, 2) "]");
    desk("{'event':true}", "{}", "per_day", "null");
    desk("{'event':true}", "{'caps_of_plan':{'per_day':5,'most':null,'rest_after':4}}",
         "rest_after", "4");
    desk("{}", "{}", "rest_after", "null");
    desk("{}", "{}", "share", "100");
}

/* The greatest share is as great as a plan has them, and all others in proportion. */
static void shares_are_scaled_alike(void **state)
{
    (void)state;
    json_t *from = facts("{}", json_pack("[o, o]",
                                         expert("e1", "{'caps':{'per_day':2,'per_week':9,"
                                                      "'hours_per_year':3000}}"),
                                         expert("e2", "{'caps':{'per_day':2,'per_week':9,"
                                                      "'hours_per_year':1500}}"))),
           *slots = json_array();
    for (int i = 0; i < 4; i++)
        json_array_append_new(slots, json_pack("{s:i, s:i, s:i, s:s, s:i}", "from", NOON + i * 900,
                                               "until", NOON + (i + 1) * 900, "booths", 3, "name",
                                               "12:00", "day", 20779));
    json_object_set_new(from, "slots", slots);
    json_t *doc = brief_of(from, json_array(), NULL);
    says(doc, "experts", 0, "share", "10000");
    says(doc, "experts", 1, "share", "5000");
    json_decref(doc);
}

/* Half an hour, then an hour and a half: what is left of hours is enough for either. */
static void slots_may_differ_in_length(void **state)
{
    (void)state;
    json_t *from = facts("{'event':true}", of(expert("e", "{'years':[{'year':2026,'minutes':5800}]"
                                                          "}"))),
           *slots = json_array();
    for (int i = 0; i < 2; i++)
        json_array_append_new(slots,
                              json_pack("{s:i, s:i, s:i, s:s, s:i}", "from", NOON + i * HOUR / 2,
                                        "until", NOON + (i ? 2 * HOUR : HOUR / 2), "booths", 3,
                                        "name", "x", "day", 20779));
    json_object_set_new(from, "slots", slots);
    json_t *doc = brief_of(from, json_array(), NULL);
    says(doc, "experts", 0, "caps", "[" HOURS(0, 2, 2) "]"); /* of 200 minutes */
    says(doc, "experts", 0, "share", "100");
    says(doc, "experts", 0, "load", "2");
    json_decref(doc);
}

/* What was held at the event counts for the duty's caps; and of breaks, what lies before. */
static void duty_counts_what_was_held(void **state)
{
    (void)state;
    static const char six[] = "{'caps_of_plan':{'per_day':6,'most':9,'rest_after':null},"
                              "'had':{'20778':3,'20779':4}}";
    static const char over[] = "{'caps_of_plan':{'per_day':1,'most':2,'rest_after':null},"
                               "'had':{'20779':4}}";
    desk("{'event':true}", six, "most", "2");
    desk("{'event':true}", six, "per_day", "6");
    desk("{'event':true}", six, "caps", "[" HOURS(0, 4, 100) "," CAP(0, 4, 2) "]");
    desk("{'event':true}", over, "most", "0");
    desk("{'event':true}", over, "caps", "[" HOURS(0, 4, 100) "," CAP(0, 4, 0) "]");
    desk("{'event':true}", "{'had':{'20779':4}}", "caps", "[" HOURS(0, 4, 100) "]");
#define HELD(rest, from, until)                                                                    \
    "{'caps_of_plan':{'per_day':null,'most':null,'rest_after':" #rest "},'busy':[[" #from          \
    "," #until "]],'appointments':[[" #from "," #until "]],'appointment_districts':[null]}"
#define ROW(from, until, most) "[" HOURS(0, 4, 100) "," HOURS(from, until, most) "]"
    desk("{'event':true}", HELD(2, 1795402800, 1795406400), "caps", ROW(1, 3, 1));
    desk("{'event':true}", HELD(2, 1795402800, 1795410000), "caps", ROW(2, 3, 0));
    desk("{'event':true}", HELD(4, 1795402800, 1795406400), "caps", "[" HOURS(0, 4, 100) "]");
}

static void between_meetings_lie_buffers_and_rest(void **state)
{
    (void)state;
    static const char buffers[] = "{'buffers':{'before':10,'after':5}}";
    desk("{}", "{}", "apart", "0");
    desk("{}", buffers, "apart", "900");
    desk("{}", buffers, "rest_after", "null"); /* a meeting of two slots needs none within it */
    desk("{'rest_minutes':30}", "{}", "apart", "1800");
    desk("{'rest_minutes':30}", buffers, "apart", "2700"); /* rest is beyond the buffers */
    desk("{'rest_minutes':30,'event':true}", buffers, "apart", "0");
}

static void desk_at(size_t n, const int *hours, const char *of_expert, const char *caps)
{
    json_t *doc = facts("{}", of(expert("e", of_expert)));
    json_object_set_new(doc, "slots", slots_at(n, hours));
    json_object_set_new(doc, "now", json_integer(NOON + (hours[0] - 1) * HOUR));
    json_t *told = brief_of(doc, json_array(), NULL);
    says(told, "experts", 0, "caps", caps);
    json_decref(told);
}

/* A grid that begins earlier today and ends as far ahead as a plan reaches. */
static void what_is_over_of_a_long_grid_is_not_looked_at(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        json_t *doc = facts("{}", of(expert("e", "{'availability':[],'dates':[{'day':'2026-11-23',"
                                                 "'from':0,'until':1440},{'day':'2027-12-28',"
                                                 "'from':0,'until':1440}]}")));
        int end = 400 * 24 + late;
        json_object_set_new(doc, "now", json_integer(NOON));
        json_object_set_new(doc, "slots",
                            json_pack("[{s:i,s:i,s:i,s:s,s:i},{s:i,s:i,s:i,s:s,s:i}]", "from",
                                      NOON - HOUR, "until", NOON, "booths", 3, "name", "x", "day",
                                      20780, "from", NOON + (end - 1) * HOUR, "until",
                                      NOON + end * HOUR, "booths", 3, "name", "y", "day", 21180));
        if (late) {
            struct arena *a = arena_new();
            struct brief *b;
            const char *why;
            assert_int_equal(brief_new(a, doc, &b, &why), ERR_INVALID);
            arena_free(a);
            json_decref(doc);
            continue;
        }
        json_t *told = brief_of(doc, json_array(), NULL);
        says(told, "experts", 0, "free", "[1]");
        json_decref(told);
    }
}

/* Days, weeks and years begin at midnight where the expert is. */
static void caps_are_those_of_the_experts_own_clock(void **state)
{
    (void)state;
    static const char none[] = "'caps':{'per_day':9,'per_week':2,'hours_per_year':3000}";
    static const int sunday[] = {6 * 24, 6 * 24 + 11, 6 * 24 + 12}; /* noon, 23:00, Monday 0:00 */
    char text[200];
    snprintf(text, sizeof text, "{%s}", none);
    desk_at(3, sunday, text,
            "[" CAP(0, 2, 9) "," CAP(2, 3, 9) "," CAP(0, 2, 2) "," CAP(2, 3, 2) "]");
    snprintf(text, sizeof text, "{%s,'zone':'Europe/London'}", none); /* nine hours behind */
    desk_at(3, sunday, text, "[" CAP(0, 3, 9) "," CAP(0, 3, 2) "]");
    snprintf(text, sizeof text,
             "{%s,'appointments':[[1795917600,1795921200]],'appointment_districts':[null]}", none);
    desk_at(3, sunday, text, /* on that Sunday */
            "[" CAP(0, 2, 8) "," CAP(2, 3, 9) "," CAP(0, 2, 1) "," CAP(2, 3, 2) "]");
}

/* The hours of each year are its own. Those of the week over New Year go to both, where they count.
 */
static void a_year_has_its_own_hours(void **state)
{
    (void)state;
    static const int eve[] = {38 * 24, 38 * 24 + 1, 39 * 24, 42 * 24}; /* Thursday to Monday */
    static const char caps[] = "{'caps':{'per_day':9,'per_week':3,'hours_per_year':100},"
                               "'years':[{'year':2026,'minutes':5940},{'year':2027,'minutes':0}]}";
    desk_at(4, eve, caps,
            "[" CAP(0, 2, 9) "," CAP(2, 3, 9) "," CAP(3, 4, 9) "," CAP(0, 2, 2) "," CAP(
                2, 3, 1) "," CAP(3, 4, 3) "," HOURS(0, 2, 1) "," HOURS(2, 4, 100) "]");
    desk_at(
        4, eve, "{'caps':{'per_day':9,'per_week':3,'hours_per_year':3000}}",
        "[" CAP(0, 2, 9) "," CAP(2, 3, 9) "," CAP(3, 4, 9) "," CAP(0, 3, 3) "," CAP(3, 4, 3) "]");
    /* in a plan of three years the hours of the one between may run out alone */
    static const int years[] = {38 * 24, 39 * 24, 60 * 24, 404 * 24};
    static const char middle[] = "{'caps':{'per_day':9,'per_week':3,'hours_per_year':3000},"
                                 "'years':[{'year':2027,'minutes':179940}]}";
    desk_at(4, years, middle,
            "[" CAP(0, 1, 9) "," CAP(1, 2, 9) "," CAP(2, 3, 9) "," CAP(3, 4, 9) "," CAP(
                0, 1, 2) "," CAP(1, 2, 1) "," CAP(2, 3, 3) "," CAP(3, 4, 3) "," HOURS(1, 3, 1) "]");
}

static void offered(json_t *experts, const char *asked, const char *want);

static json_t *asked(const char *grid, const char *more, const char *of_expert)
{
    return brief_of(facts(grid, json_pack("[o, o]", expert("e1", "{}"), expert("e2", of_expert))),
                    of(request("q", more)), NULL);
}

static void told(const char *grid, const char *more, const char *of_expert, const char *member,
                 const char *want)
{
    json_t *doc = asked(grid, more, of_expert);
    says(doc, "requests", 0, member, want);
    json_decref(doc);
}

static void a_request_has_the_slots_it_wants(void **state)
{
    (void)state;
    told("{}", "{}", "{}", "slots", "[0,1,2,3]");
    told("{}", "{'windows':[[1795406400,1795413600]]}", "{}", "slots", "[1,2]");
    told("{}", "{'deadline':1795410000}", "{}", "slots", "[0,1]");
    told("{}", "{'company_busy':[[1795404600,1795406400]]}", "{}", "slots", "[1,2,3]");
    told("{}", "{'company_full':[[1795330800,1795410000]]}", "{}", "slots", "[2,3]");
    told("{}", "{'visit':1795406400}", "{}", "slots", "[1]");
    told("{}", "{'visit':1795406460}", "{}", "slots", "[]");
    told("{}", "{'minutes':90}", "{}", "slots", "[0,1,2]");
    told("{}", "{'minutes':90}", "{}", "length", "2");
    told("{}", "{'minutes':30}", "{}", "length", "1");
    told("{}", "{'minutes':150}", "{}", "slots", "[]");
    told("{}", "{'urgency':'urgent'}", "{}", "class", "0");
}

/* Of a company's requests no more are in a plan than its cap leaves; what stands stays. */
static void a_company_has_what_its_cap_leaves(void **state)
{
    (void)state;
#define LEFT(n) "'company_id':'c','company_left':[[1767193200,1798729200," #n "]]"
#define STANDS "'kept':{'experts':['e1'],'start':1795406400,'weight':300,'pinned':false}"
    json_t *all = json_array();
    json_array_append_new(all, request("a", "{" LEFT(2) "," STANDS "}"));
    json_array_append_new(all, request("b", "{" LEFT(2) "}"));
    json_array_append_new(all, request("c", "{" LEFT(2) "}"));
    json_array_append_new(all, request("d", "{" LEFT(0) ",'company_id':'d'," STANDS "}"));
    json_array_append_new(all, request("e", "{'company_left':[]}"));
    json_t *doc = brief_of(facts("{}", of(expert("e1", "{}"))), all, NULL);
    static const char *const slots[] = {"[0,1,2,3]", "[0,1,2,3]", "[]", "[1]", "[0,1,2,3]"};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        says(doc, "requests", i, "slots", slots[i]);
    json_decref(doc);
    offered(of(expert("e", "{}")), "{" LEFT(0) "}", "company_cap 0");
    offered(of(expert("e", "{}")), "{" LEFT(1) "}", "03:00 e;04:00 e;05:00 e;06:00 e;");
    told("{}", "{'company_left':[[1767193200,1795410000,0],[1795410000,1798729200,1]]}", "{}",
         "slots", "[2,3]");
    told("{}", "{'company_left':[[1767193200,1795410000,1],[1795410000,1798729200,1]]}", "{}",
         "slots", "[0,1]"); /* in one of them alone */
}

static void candidates_are_those_whom_no_rule_is_against(void **state)
{
    (void)state;
    static const char both[] = "[{\"expert\":0,\"points\":375},{\"expert\":1,\"points\":375}]";
    static const char first[] = "[{\"expert\":0,\"points\":375}]";
    told("{}", "{}", "{}", "candidates", both);
    told("{}", "{}", "{'languages':['en']}", "candidates", first);
    told("{}", "{}", "{'modes':['phone']}", "candidates", first);
    told("{'event':true}", "{}", "{'modes':['phone']}", "candidates", both); /* is there */
    told("{'event':true}", "{}",
         "{'notice_minutes':9000,'caps':{'per_day':0,'per_week':0,'hours_per_year':100}}",
         "candidates", both); /* duty has its own caps */
    told("{}", "{'company':'1'}", "{'conflicts':{'companies':['1'],'names':[],'ended':[]}}",
         "candidates", first);
    told("{}", "{'company':'1'}",
         "{'conflicts':{'companies':[],'names':[],'ended':[{'key':'1','until':1795410001}]}}",
         "candidates", first);
    told("{}", "{'desk':true}", "{}", "candidates", "[]"); /* served as they come */
    told("{'event':true}", "{'desk':true}", "{}", "candidates", both);
    told("{}", "{'excluded':['e2']}", "{}", "candidates", first);
    told("{}", "{'windows':[[1795402800,1795406400]]}",
         "{'availability':[{'weekday':1,'from':780,'until':960}]}", "candidates", first);
    /* neither load nor what others need: the plan has its own prices for both */
    told("{}", "{}",
         "{'fields':[{'field':'tax','level':3,'minutes':0,'price':0}],'minutes_this_term':9000}",
         "candidates", both);
}

static void two_seats_have_candidates_each(void **state)
{
    (void)state;
    told("{}",
         "{'seats':[{'seat':1,'field':'tax','min_level':1,'held':false},{'seat':2,'field':'law',"
         "'min_level':1,'held':false}]}",
         "{'fields':[{'field':'law','level':3,'minutes':0,'price':0}]}", "candidates",
         "[{\"expert\":0,\"points\":375,\"seat\":1},{\"expert\":1,\"points\":375,\"seat\":2}]");
}

static void what_stands_is_told(void **state)
{
    (void)state;
    static const char kept[] =
        "{'kept':{'experts':['e2'],'start':1795406400,'weight':300,'pinned':false}}";
    told("{}", kept, "{}", "kept", "{\"experts\":[1],\"slot\":1,\"weight\":300,\"pinned\":false}");
    told("{}", "{'kept':{'experts':['gone'],'start':1795406400,'weight':300,'pinned':false}}", "{}",
         "kept", "null");
    told("{}", "{'kept':{'experts':['e2'],'start':1795406401,'weight':300,'pinned':false}}", "{}",
         "kept", "null");
    told("{}",
         "{'minutes':90,'kept':{'experts':['e2'],'start':1795413600,'weight':300,'pinned':false}}",
         "{}", "kept", "null"); /* it reaches out of the slots */
    told("{}",
         "{'minutes':90,'kept':{'experts':['e2'],'start':1795413600,'weight':300,'pinned':false}}",
         "{}", "slots", "[0,1,2]");
    /* in a slot that has begun, with an expert whom a rule is against by now */
    told("{'now':1795408200}", kept, "{'languages':['en']}", "slots", "[1]");
    told("{}", kept, "{'languages':['en'],'absences':[[1795410000,1795413600]]}", "slots",
         "[1,2]"); /* the third for another alone */
    told("{}", kept, "{}", "slots", "[0,1,2,3]");
    json_t *doc = asked("{'now':1795408200}", kept, "{'languages':['en']}");
    says(doc, "experts", 1, "free", "[1,2,3]");
    says(doc, "experts", 0, "free", "[2,3]");
    json_decref(doc);
}

static void who_cannot_be_read_is_left_out(void **state)
{
    (void)state;
    static const char *const ill[] = {
        "{'zone':'Nowhere/At_all'}",
        "{'zone':'Nowhere/At_all','own_held':[[1795406400,1795410000]]}"};
    for (int stands = 0; stands < 2; stands++) {
        struct arena *a = arena_new();
        struct brief *b;
        const char *why = "";
        json_t *from =
            facts("{}", json_pack("[o, o]", expert("e1", ill[stands]), expert("e2", "{}")));
        assert_int_equal(brief_new(a, from, &b, &why), stands ? ERR_INVALID : OK);
        json_decref(from);
        if (stands) {
            assert_string_equal(why, "/experts/0/zone: is no time zone");
        } else {
            char *said = json_dumps(brief_experts(b), JSON_COMPACT);
            assert_string_equal(said, "[\"e2\"]");
            free(said);
            said = json_dumps(brief_unread(b), JSON_COMPACT);
            assert_string_equal(said, "[{\"expert\":\"e1\",\"why\":\"/zone: is no time zone\"}]");
            free(said);
        }
        arena_free(a);
    }
}

static void who_serves_nobody_knows_why(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct brief *b;
    const char *why;
    json_t *from = facts("{}", json_pack("[o, o]", expert("e1", "{'languages':['en']}"),
                                         expert("e2", "{'fields':[]}")));
    json_t *requests =
        json_pack("[o, o]", request("q", "{}"), request("p", "{'languages':['en']}"));
    json_array_append_new(requests, request("r", "{'minutes':300}"));
    assert_int_equal(brief_new(a, from, &b, &why), OK);
    assert_int_equal(brief_add(b, requests, &why), OK);
    char *said = json_dumps(brief_funnel(b, 0), JSON_COMPACT);
    assert_non_null(strstr(said, "\"rule\":\"all\",\"left\":2"));
    assert_non_null(strstr(said, "\"rule\":\"not_in_field\",\"left\":1"));
    assert_non_null(strstr(said, "\"rule\":\"language\",\"left\":0"));
    assert_null(brief_funnel(b, 1));
    assert_null(brief_funnel(b, 3));
    free(said);
    said = json_dumps(brief_funnel(b, 2), JSON_COMPACT); /* longer than two slots */
    assert_non_null(strstr(said, "\"rule\":\"no_slot\",\"left\":0"));
    assert_null(strstr(said, "no_free_slot"));
    free(said);
    json_decref(from);
    json_decref(requests);
    arena_free(a);
}

static void best(const char *grid, const char *of_expert, size_t n, const char *first)
{
    json_t *found;
    json_t *from = facts(grid, json_pack("[o, o]", expert("e1", "{}"), expert("e2", of_expert)));
    json_object_set_new(from, "requests", json_integer(1));
    json_t *doc = brief_of(from, of(request("q", "{}")), &found);
    assert_int_equal(json_array_size(found), n);
    const json_t *x = json_array_get(found, 0);
    char said[100];
    snprintf(said, sizeof said, "%s %s",
             json_string_value(json_array_get(json_object_get(x, "expert_ids"), 0)),
             json_string_value(json_object_get(x, "start")));
    assert_string_equal(said, first);
    json_decref(doc);
    json_decref(found);
}

static void a_walk_in_gets_the_nearest_good_seat(void **state)
{
    (void)state;
    best("{}", "{}", 4, "e1 2026-11-23T03:00:00Z");
    best("{}", "{'topics':['x']}", 4, "e1 2026-11-23T03:00:00Z");
    best("{'event':true}", "{'fields':[{'field':'tax','level':2,'minutes':0,'price':0}]}", 4,
         "e1 2026-11-23T03:00:00Z");
    best("{'event':true,'slots':[{'from':1795402800,'until':1795406400,'booths':0,'name':'1','day':"
         "1},"
         "{'from':1795406400,'until':1795410000,'booths':1,'name':'2','day':1}]}",
         "{}", 1, "e1 2026-11-23T04:00:00Z");
    best("{'event':true,'zones':[{'id':'A','booths':[0,0,1,1]}]}", "{'zone_of_duty':'A'}", 4,
         "e1 2026-11-23T03:00:00Z");
}

/* The starts, each with who comes, that one walk-in is offered. */
static void offered_on(const char *grid, json_t *experts, const char *asked, const char *want)
{
    json_t *found, *x, *id, *from = facts(grid, experts);
    json_t *doc = brief_of(from, of(request("q", asked)), &found);
    char said[400] = "";
    size_t i, k;
    json_array_foreach(found, i, x)
    {
        strncat(said, json_string_value(json_object_get(x, "start")) + strlen("2026-11-23T"), 5);
        json_array_foreach(json_object_get(x, "expert_ids"), k, id)
        {
            strcat(said, " ");
            strcat(said, json_string_value(id));
        }
        strcat(said, ";");
    }
    assert_string_equal(*said ? said : why_not, want);
    json_decref(doc);
    json_decref(found);
}

static void offered(json_t *experts, const char *asked, const char *want)
{
    offered_on("{'event':true,'requests':1}", experts, asked, want);
}

/* The fourth slot is taken, or the first; two in a row, then a break. */
static void a_walk_in_leaves_breaks(void **state)
{
    (void)state;
    static const char last[] =
        "{'caps_of_plan':{'per_day':null,'most':null,'rest_after':2},'busy':[[1795413600,"
        "1795417200]],'appointments':[[1795413600,1795417200]],'appointment_districts':[null]}";
    static const char first[] =
        "{'caps_of_plan':{'per_day':null,'most':null,'rest_after':2},'busy':[[1795402800,"
        "1795406400]],'appointments':[[1795402800,1795406400]],'appointment_districts':[null]}";
    offered(of(expert("e", last)), "{'minutes':60}", "03:00 e;04:00 e;05:00 e;");
    offered(of(expert("e", last)), "{'minutes':90}", "03:00 e;");
    offered(of(expert("e", first)), "{'minutes':90}", "05:00 e;");
}

/* What stands is counted once, and as a meeting, however many slots it takes. */
static void a_walk_in_uses_what_caps_leave(void **state)
{
    (void)state;
    static const char two_slots[] =
        "{'caps_of_plan':{'per_day':2,'most':2,'rest_after':null},'busy':[[1795402800,"
        "1795410000]],'appointments':[[1795402800,1795410000]],'appointment_districts':[null]}";
    static const char full[] =
        "{'caps_of_plan':{'per_day':1,'most':null,'rest_after':null},'busy':[[1795402800,"
        "1795410000]],'appointments':[[1795402800,1795410000]],'appointment_districts':[null]}";
    static const char one[] =
        "{'caps':{'per_day':2,'per_week':2,'hours_per_year':4},'years':[{'year':2026,'minutes':120"
        "}],'busy':[[1795402800,1795406400]],'appointments':[[1795402800,1795406400]],"
        "'appointment_districts':[null]}";
    offered(of(expert("e", two_slots)), "{}", "05:00 e;06:00 e;");
    offered(of(expert("e", full)), "{}", "plan_cap 0");
    offered(of(expert("e", one)), "{}", "04:00 e;05:00 e;06:00 e;");
    offered_on("{'requests':1}", of(expert("e", one)), "{}", "04:00 e;05:00 e;06:00 e;");
    static const char hour[] = "{'caps':{'per_day':2,'per_week':2,'hours_per_year':4},"
                               "'years':[{'year':2026,'minutes':180}]}";
    offered(of(expert("e", hour)), "{}", "03:00 e;04:00 e;05:00 e;06:00 e;");
    offered(of(expert("e", hour)), "{'minutes':90}", "no_free_slot 0"); /* two slots of that year */
}

static void a_walk_in_of_two_seats_gets_a_team(void **state)
{
    (void)state;
    static const char seats[] =
        "{'windows':[[1795402800,1795406400]],'seats':[{'seat':1,'field':'tax','min_level':1,"
        "'held':false},{'seat':2,'field':'law','min_level':1,'held':false}]}";
    static const char both[] = "{'zone_of_duty':'A','fields':[{'field':'tax','level':3,'minutes':0,"
                               "'price':0},{'field':'law','level':3,'minutes':0,'price':0}]}";
    offered(json_pack("[o, o]", expert("e1", both), expert("e2", "{'zone_of_duty':'A'}")), seats,
            "03:00 e2 e1;"); /* the best for the first seat alone knows law */
    offered(json_pack("[o, o]", expert("e1", both), expert("e2", "{'zone_of_duty':'B'}")), seats,
            "team 0"); /* one booth has one zone */
    offered(json_pack("[o, o]", expert("e1", both), expert("e2", "{}")), seats, "team 0");
    offered(of(expert("e", "{}")), seats, "not_in_field 0"); /* of the second seat */
    offered(of(expert("e", "{}")), "{'windows':[[1795402800,1795402860]]}", "no_slot 0");
    offered_on("{'event':true,'requests':1,'zones':[{'id':'A','booths':[0,0,0,0]}]}",
               of(expert("e", "{'zone_of_duty':'A'}")), "{}", "booth 0");
    offered(of(expert("e", "{'caps_of_plan':{'per_day':null,'most':null,'rest_after':1}}")),
            "{'minutes':90}", "plan_break 0");
}

static void facts_that_are_wrong_are_named(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct brief *b;
    const char *why = NULL;
    json_t *from = facts("{}", of(expert("e", "{'zone':'Mars'}")));
    assert_int_equal(brief_new(a, from, &b, &why), ERR_INVALID);
    assert_string_equal(why, "/experts/0/zone: is no time zone");
    json_decref(from);
    from = facts("{'slots':[]}", json_array());
    assert_int_equal(brief_new(a, from, &b, &why), ERR_INVALID);
    json_decref(from);
    from = facts("{}", json_array());
    json_t *bad = of(request("q", "{'mode':7}"));
    assert_int_equal(brief_new(a, from, &b, &why), OK);
    assert_int_equal(brief_add(b, bad, &why), ERR_INVALID);
    assert_string_equal(why, "/mode: must be a text of 1 to 1000 bytes");
    json_decref(from);
    json_decref(bad);
    arena_free(a);
}

#define test(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(an_expert_is_free_where_hours_buffers_and_notice_allow),
        test(duty_stands_for_hours),
        test(what_stands_has_room),
        test(a_night_has_its_rest),
        test(what_the_plan_may_move_is_free),
        test(caps_are_what_is_left_of_them),
        test(shares_are_scaled_alike),
        test(slots_may_differ_in_length),
        test(duty_counts_what_was_held),
        test(between_meetings_lie_buffers_and_rest),
        test(what_is_over_of_a_long_grid_is_not_looked_at),
        test(caps_are_those_of_the_experts_own_clock),
        test(a_year_has_its_own_hours),
        test(a_request_has_the_slots_it_wants),
        test(a_company_has_what_its_cap_leaves),
        test(candidates_are_those_whom_no_rule_is_against),
        test(two_seats_have_candidates_each),
        test(what_stands_is_told),
        test(who_cannot_be_read_is_left_out),
        test(who_serves_nobody_knows_why),
        test(a_walk_in_gets_the_nearest_good_seat),
        test(a_walk_in_leaves_breaks),
        test(a_walk_in_uses_what_caps_leave),
        test(a_walk_in_of_two_seats_gets_a_team),
        test(facts_that_are_wrong_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
