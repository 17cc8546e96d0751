/* form/panel_json: a good panel is read and ranked; every fault is named by its JSON pointer. */
#include "form/panel_json.h"

#include "core/availability.h"
#include "core/day.h"
#include "core/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Monday 2026-11-23, 00:00 in Seoul; written with ' for ". */
static const char document[] =
    "{'now':1795359600,'version':123,'align_minutes':30,'rest_minutes':15,'rest_night_minutes':600,"
    "'weights':{},'zone':'Asia/"
    "Seoul','holidays':['2026-11-23','2026-12-25'],"
    "'request':{'id':'r1','seats':[{'seat':1,'field':'tax','min_level':2,'held':false}],'mode':'"
    "visit','district':'suseong',"
    "'minutes':60,'windows':[[1795359600,1795964400]],'deadline':1796000000,'urgency':'high',"
    "'languages':['ko'],'topics':['부가세'],'excluded':['e9'],'preferred':'e1','previous':['e1'],"
    "'last':['e5'],'known':['e6'],'wished':[[1795400000,1795403600]],"
    "'trips':[{'from':'jung','minutes':15}],"
    "'company':'123-45-67891','company_names':['가나정밀'],"
    "'desk':false,'visit':1795400000,'fixed':1795400000,'seated':['e7'],'asked':['e8'],"
    "'company_busy':[[1795360000,1795361000]],'room_busy':[[1795360000,1795361000]],"
    "'company_full':[[1798729200,1830265200]]},"
    "'experts':[{'id':'e1','name':'세무-01 "
    "전문위원','fields':[{'field':'tax','level':3,'minutes':170,'price':20}],"
    "'topics':['부가세','원천세'],'districts':['suseong'],'modes':['visit'],'languages':['ko'],"
    "'term':{'from':'2026-01-01','until':'2027-12-31'},'paused_from':1795359601,"
    "'conflicts':{'companies':['124-81-00998'],'names':['가나그룹'],'ended':[{'key':'다라','until':"
    "1796000001}]},"
    "'caps':{'per_day':2,'per_week':6,'hours_per_year':60},'buffers':{'before':10,'after':10},"
    "'notice_minutes':1440,'zone':'Asia/Seoul',"
    "'availability':[{'weekday':2,'from':540,'until':660},{'weekday':4,'from':1380,'until':1440}],"
    "'dates':[{'day':'2026-12-25','from':0,'until':0},{'day':'2026-12-24','from':600,'until':720}],"
    "'absences':[[1795360000,1795361000]],'duties':[[1795360000,1795361000]],'busy':[[1795478400,"
    "1795479000]],"
    "'appointments':[[1795446000,1795449600]],'appointment_districts':['jung'],"
    "'away':[[1794000000,1794100000]],"
    "'answers':{'accepted':6,'declined':1,'expired':1,'no_shows':0},"
    "'years':[{'year':2026,'minutes':90}],'minutes_this_"
    "term':180}]}";

static json_t *parse(const char *text)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", text);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    json_error_t error;
    json_t *v = json_loads(copy, JSON_DECODE_ANY, &error);
    if (!v)
        fail_msg("%s at %d", error.text, error.position);
    return v;
}

/* Puts the value where the pointer says; takes the value over. */
static void put(json_t *doc, const char *pointer, json_t *value)
{
    char path[128], *rest = path, *key, *next;
    snprintf(path, sizeof path, "%s", pointer + 1);
    json_t *at = doc;
    key = strsep(&rest, "/");
    for (next = strsep(&rest, "/"); next; key = next, next = strsep(&rest, "/"))
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key)) : json_object_get(at, key);
    if (json_is_array(at))
        json_array_set_new(at, (size_t)atoi(key), value);
    else
        json_object_set_new(at, key, value);
}

static json_t *good(void)
{
    json_t *doc = parse(document);
    put(doc, "/request/fixed", json_null());
    put(doc, "/request/visit", json_null());
    return doc;
}

static struct panel *read_good(struct arena *a, json_t *doc)
{
    struct panel *p = NULL;
    const char *why = NULL;
    if (panel_from_json(a, doc, &p, &why) != OK)
        fail_msg("%s", why);
    json_decref(doc);
    return p;
}

static void a_good_panel_is_read_whole(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct panel *p = read_good(a, parse(document));
    assert_int_equal(p->now, 1795359600);
    assert_int_equal(p->version, 123);
    assert_int_equal(p->holiday_count, 2);
    assert_int_equal(p->rest * 1000 + p->night, 15600);
    const struct request *r = &p->request;
    assert_int_equal(r->min_level, 2);
    assert_int_equal(r->urgency, URGENCY_HIGH);
    assert_int_equal(r->deadline, 1796000000);
    assert_string_equal(r->preferred, "e1");
    assert_string_equal(r->seats[0].field, "tax");
    assert_int_equal(r->seat_count * 100 + r->seats[0].no * 10 + r->seats[0].held, 110);
    assert_int_equal(r->fixed, 1795400000);
    assert_int_equal(r->visit, 1795400000);
    assert_string_equal(r->seated.at[0], "e7");
    assert_string_equal(r->asked.at[0], "e8");
    assert_int_equal(r->company_busy.n + r->room_busy.n + r->windows.n, 3);
    const struct expert *e = &p->experts[0];
    assert_string_equal(e->name, "세무-01 전문위원");
    assert_int_equal(e->skills[0].level, 3);
    assert_int_equal(e->topics.n, 2);
    assert_string_equal(r->company, "123-45-67891");
    assert_string_equal(r->company_names.at[0], "가나정밀");
    assert_string_equal(e->conflict_companies.at[0], "124-81-00998");
    assert_string_equal(e->conflict_names.at[0], "가나그룹");
    assert_int_equal(e->paused_from, 1795359601);
    assert_string_equal(e->ended[0].key, "다라");
    assert_int_equal(e->ended_count * 10000000000 + (size_t)e->ended[0].until, 11796000001);
    assert_int_equal(e->per_day * 10000 + e->per_week * 100 + e->hours_per_year, 20660);
    assert_int_equal(e->before + e->after + e->notice, 1460);
    assert_string_equal(e->zone->name, "Asia/Seoul");
    assert_int_equal(e->weekly[1].until, 1440);
    assert_int_equal(e->dated_count, 2);
    assert_int_equal(e->dated[1].day - e->dated[0].day, 1); /* sealed: in order */
    assert_int_equal(e->dated[0].until, 720);
    assert_int_equal(e->absences.n + e->busy.n + e->held_count + e->duties.n, 4);
    assert_int_equal(panel_minutes(e, 2026) + e->minutes_this_term, 270);
    assert_string_equal(p->zone->name, "Asia/Seoul");
    assert_memory_equal(p->weights, &weights_default, sizeof weights_default);
    assert_string_equal(r->last.at[0], "e5");
    assert_string_equal(r->known.at[0], "e6");
    assert_int_equal(r->wished.at[0].from, 1795400000);
    assert_string_equal(r->trips[0].from, "jung");
    assert_int_equal(r->trips[0].minutes, 15);
    assert_int_equal(e->skills[0].minutes + e->skills[0].price, 190);
    assert_string_equal(e->held[0].district, "jung");
    assert_int_equal(e->away.at[0].until, 1794100000);
    assert_int_equal(e->answers.accepted * 1000 + e->answers.declined * 100 +
                         e->answers.expired * 10 + e->answers.no_shows,
                     6110);
    assert_int_equal(e->share, 170);
    arena_free(a);
}

static void the_ranking_is_written_as_agreed(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *doc = good(),
           *twin = json_deep_copy(json_array_get(json_object_get(doc, "experts"), 0));
    json_object_set_new(twin, "id", json_string("e0"));
    json_object_set_new(twin, "paused_from", json_integer(1795359600));
    json_array_append_new(json_object_get(doc, "experts"), twin);
    struct panel *p = read_good(a, doc);
    json_t *got = ranking_json(a, p, 1, rank(a, p));
    json_t *want = parse(
        "{'as_of':123,'seat':1,'candidates':[{'expert':{'id':'e1','name':'세무-01 "
        "전문위원'},'rank':1,"
        "'score':1107,'parts':["
        "{'part':'field_level','points':300,'ko':'요청 분야 등급 3','en':'Level 3 in the field "
        "asked for'},"
        "{'part':'topics','points':50,'ko':'겹치는 주제 1개','en':'1 topic in common'},"
        "{'part':'continuity','points':300,'ko':'요청에서 지정한 자문위원','en':'The expert the "
        "request prefers'},"
        "{'part':'fairness','points':121,'ko':'이번 임기 상담 3시간 0분, 몫은 2시간 50분',"
        "'en':'3 h 0 min in this term, the share is 2 h 50 min'},"
        "{'part':'place','points':87,'ko':'기업이 있는 지역에서 활동, 그날 다른 일정에서 이동 "
        "15분','en':'Serves the company\\u0027s district, 15 min from another meeting of the day'},"
        "{'part':'earliness','points':80,'ko':'희망 기간이 시작되고 1일 9시간 뒤 가능','en':'First "
        "slot after 1 d 9 h'},"
        "{'part':'preference','points':0,'ko':'기업이 더 바라는 시간은 아님','en':'Not a time that "
        "the company likes best'},"
        "{'part':'response','points':79,'ko':'이번 임기 수락 6, 거절 1, 무응답 1, 불참 0',"
        "'en':'In this term 6 accepted, 1 declined, 1 unanswered, 0 missed'},"
        "{'part':'scarcity','points':90,'ko':'지난 배정안에서 다른 요청에 20점만큼 더 필요',"
        "'en':'In the last plan others miss them by 20 points'}],"
        "'slots':['2026-11-24T09:30:00+09:00','2026-11-24T10:00:00+09:00',"
        "'2026-11-26T23:00:00+09:00'],'load':{'minutes_this_year':90,"
        "'minutes_this_term':180,'appointments_in_window':1},'asked':false}],"
        "'ineligible':[{'expert':{'id':'e0','name':'세무-01 전문위원'},'reason':'paused',"
        "'ko':'활동을 쉬는 중입니다','en':'Paused'}]}");
    if (!json_equal(got, want))
        fail_msg("%s", json_dumps(got, JSON_INDENT(1)));
    json_decref(got);
    json_decref(want);
    arena_free(a);
}

static void null_is_none_where_that_makes_sense(void **state)
{
    (void)state;
    static const char *const may[] = {"/holidays",
                                      "/request/windows",
                                      "/request/deadline",
                                      "/request/fixed",
                                      "/request/visit",
                                      "/experts/0/duties",
                                      "/request/seated",
                                      "/request/asked",
                                      "/request/district",
                                      "/request/preferred",
                                      "/request/previous",
                                      "/request/company_full",
                                      "/experts",
                                      "/experts/0/fields",
                                      "/experts/0/conflicts/names",
                                      "/experts/0/years",
                                      "/experts/0/paused_from",
                                      "/experts/0/away",
                                      "/experts/0/appointment_districts/0",
                                      "/request/last",
                                      "/request/known",
                                      "/request/wished",
                                      "/request/trips",
                                      "/request/company",
                                      "/request/company_names",
                                      "/experts/0/conflicts/ended",
                                      "/experts/0/busy",
                                      "/experts/0/caps/per_day",
                                      "/experts/0/caps/per_week",
                                      "/experts/0/topics",
                                      "/experts/0/caps/hours_per_year"};
    for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
        struct arena *a = arena_new();
        json_t *doc = good();
        put(doc, may[i], json_null());
        struct panel *p = read_good(a, doc);
        json_decref(ranking_json(a, p, 1, rank(a, p)));
        arena_free(a);
    }
}

static void a_weekly_rule_may_have_a_breadth(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *doc = good();
    put(doc, "/experts/0/availability/0/every", json_integer(2));
    put(doc, "/experts/0/availability/0/first", json_string("2026-11-24"));
    put(doc, "/experts/0/availability/0/last", json_string("2026-12-24"));
    put(doc, "/experts/0/availability/1/nth", parse("[2,-1]"));
    const struct weekly *w = read_good(a, doc)->experts[0].weekly;
    assert_int_equal(w[0].every, 2);
    assert_int_equal(w[0].first, day_from(2026, 11, 24));
    assert_int_equal(w[0].last, day_from(2026, 12, 24));
    assert_int_equal(w[1].every * 100 + w[1].first + w[1].last, 100);
    assert_int_equal(w[1].nth, 1u << 1 | 1u << 5);
    arena_free(a);
}

static void unknown_members_are_passed_over(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *doc = good();
    put(doc, "/later", json_true());
    put(doc, "/experts/0/later", json_integer(1));
    read_good(a, doc);
    arena_free(a);
}

/* As whoever keeps the experts reads them; the ranking tells that all is there and sealed. */
static void the_parts_are_read_as_the_whole(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    json_t *doc = good(), *list = json_object_get(doc, "experts");
    struct panel p;
    struct expert experts[8];
    const char *why;
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(panel_expert_from_json(a, json_array_get(list, i), &experts[i], &why), OK);
    json_object_del(doc, "experts");
    assert_int_equal(panel_request_from_json(a, doc, &p, &why), OK);
    p.experts = experts;
    p.expert_count = n;
    panel_shares(a, &p);
    struct panel *whole = read_good(a, good());
    json_t *want = ranking_json(a, whole, 1, rank(a, whole)),
           *got = ranking_json(a, &p, 1, rank(a, &p));
    assert_true(json_equal(want, got));
    json_decref(want);
    json_decref(got);
    json_object_del(doc, "request");
    assert_int_equal(panel_request_from_json(a, doc, &p, &why), OK);
    assert_null(p.request.id);
    put(doc, "/request", json_object());
    assert_int_equal(panel_request_from_json(a, doc, &p, &why), ERR_INVALID);
    assert_int_equal(panel_expert_from_json(a, doc, experts, &why), ERR_INVALID);
    json_decref(doc);
    arena_free(a);
}

static void refused(json_t *doc, const char *want)
{
    struct arena *a = arena_new();
    struct panel *p = NULL;
    const char *why = "nothing";
    enum err err = panel_from_json(a, doc, &p, &why);
    if (err != ERR_INVALID || strncmp(why, want, strlen(want)) != 0)
        fail_msg("'%s' is not '%s'", why, want);
    assert_null(p);
    arena_free(a);
    json_decref(doc);
}

static const struct {
    const char *pointer, *value, *why;
} bad[] = {
    {"/now", "-1", "/now: must be an integer from 0"},
    {"/now", "1.5", "/now: must be an integer"},
    {"/align_minutes", "0", "/align_minutes: must be an integer from 1"},
    {"/align_minutes", "50", "/align_minutes: must divide the day"},
    {"/holidays/1", "'2026-02-30'", "/holidays/1: must be a date"},
    {"/request", "[]", "/request: must be an object"},
    {"/request/seats", "[]", "/request/seats: must have an element"},
    {"/request/seats/0/seat", "4", "/request/seats/0/seat: must be an integer from 1 to 3"},
    {"/request/seats/0/min_level", "4",
     "/request/seats/0/min_level: must be an integer from 1 to 3"},
    {"/request/minutes", "1441", "/request/minutes: must be an integer from 1 to 1440"},
    {"/request/seats/0/field", "''", "/request/seats/0/field: must be a text"},
    {"/request/urgency", "'asap'", "/request/urgency: is none of the known words"},
    {"/request/windows", "{}", "/request/windows: must be a list"},
    {"/request/windows/0", "[1]", "/request/windows/0: must be [from, until]"},
    {"/request/windows/0", "[5,5]", "/request/windows/0: must end after it begins"},
    {"/request/windows/0", "[5,'x']", "/request/windows/0/1: must be an integer"},
    {"/request/windows/0", "[1795359600,1829919601]", "/request/windows: may reach 400 days"},
    {"/request/topics/0", "7", "/request/topics/0: must be a text"},
    {"/experts/0", "null", "/experts/0/id: is missing"},
    {"/experts/0/fields/0/level", "0", "/experts/0/fields/0/level: must be an integer"},
    {"/experts/0/term/until", "'31.12.2026'", "/experts/0/term/until: must be a date"},
    {"/experts/0/paused_from", "-1", "/experts/0/paused_from: must be an integer"},
    {"/experts/0/conflicts", "[]", "/experts/0/conflicts: must be an object"},
    {"/experts/0/conflicts/companies/0", "7", "/experts/0/conflicts/companies/0: must be a text"},
    {"/experts/0/years/0/minutes", "-1", "/experts/0/years/0/minutes: must be an integer"},
    {"/experts/0/caps/per_day", "-1", "/experts/0/caps/per_day: must be an integer from 0"},
    {"/experts/0/buffers/after", "2000", "/experts/0/buffers/after: must be an integer"},
    {"/experts/0/zone", "'Asia/Atlantis'", "/experts/0/zone: is no time zone"},
    {"/experts/0/zone", "'../../etc/passwd'", "/experts/0/zone: is no time zone"},
    {"/experts/0/availability/0/weekday", "0", "/experts/0/availability/0/weekday: must be"},
    {"/experts/0/availability/0/until", "540", "/experts/0/availability/0/until: must be after"},
    {"/experts/0/availability/0/every", "2", "/experts/0/availability/0/first: is needed"},
    {"/experts/0/availability/0/every", "53", "/experts/0/availability/0/every: must be"},
    {"/experts/0/availability/0/nth", "[0]", "/experts/0/availability/0/nth: must not be 0"},
    {"/experts/0/availability/0/nth", "[6]", "/experts/0/availability/0/nth: must be"},
    {"/experts/0/availability/0/nth", "2", "/experts/0/availability/0/nth: must be a list"},
    {"/experts/0/availability/0/last", "5", "/experts/0/availability/0/last: must be a date"},
    {"/experts/0/dates/0/day", "'2026-02-30'", "/experts/0/dates/0/day: must be a date"},
    {"/experts/0/dates/1/until", "600", "/experts/0/dates/1/until: must be after"},
    {"/experts/0/dates/1/from", "1440", "/experts/0/dates/1/from: must be"},
    {"/zone", "'Asia/Atlantis'", "/zone: is no time zone"},
    {"/weights/fairness", "1001", "/weights/fairness: must be an integer from 0 to 1000"},
    {"/weights", "[]", "/weights: must be an object"},
    {"/request/trips/0/minutes", "-1", "/request/trips/0/minutes: must be an integer"},
    {"/experts/0/fields/0/price", "-1", "/experts/0/fields/0/price: must be an integer"},
    {"/experts/0/answers/expired", "-1", "/experts/0/answers/expired: must be an integer"},
    {"/experts/0/appointment_districts", "[]",
     "/experts/0/appointment_districts: must be as many as appointments"},
    {"/experts/0/appointment_districts/0", "''",
     "/experts/0/appointment_districts/0: must be a text"},
    {"/experts/0/minutes_this_term", "-5", "/experts/0/minutes_this_term: must be an integer"},
};

static void bad_values_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *doc = good();
        put(doc, bad[i].pointer, parse(bad[i].value));
        refused(doc, bad[i].why);
    }
    refused(json_array(), "/now: is missing");
}

static void lists_have_a_maximum_and_ids_differ(void **state)
{
    (void)state;
    static const struct {
        const char *pointer;
        int n;
    } rows[] = {{"/request/topics", PANEL_WORDS_MAX + 1},
                {"/request/seats", SEATS_MAX + 1},
                {"/experts/0/busy", PANEL_SPANS_MAX + 1},
                {"/experts", PANEL_EXPERTS_MAX + 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *doc = good(), *list = json_array();
        char want[80];
        for (int j = 0; j < rows[i].n; j++)
            json_array_append_new(list, json_null());
        put(doc, rows[i].pointer, list);
        snprintf(want, sizeof want, "%s: may have %d elements at most", rows[i].pointer,
                 rows[i].n - 1);
        refused(doc, want);
    }
    json_t *doc = good(), *experts = json_object_get(doc, "experts");
    json_array_append_new(experts, json_deep_copy(json_array_get(experts, 0)));
    refused(doc, "/experts: id e1 is there twice");
}

/* Walks the good document; visits every member with its pointer. */
typedef void visit_fn(const char *pointer);

static void each_member(const json_t *at, const char *pointer, visit_fn *visit)
{
    char deeper[128];
    const char *key;
    json_t *v;
    size_t i;
    json_object_foreach((json_t *)(uintptr_t)at, key, v)
    {
        snprintf(deeper, sizeof deeper, "%s/%s", pointer, key);
        visit(deeper);
        each_member(v, deeper, visit);
    }
    json_array_foreach(at, i, v)
    {
        snprintf(deeper, sizeof deeper, "%s/%zu", pointer, i);
        each_member(v, deeper, visit);
    }
}

static int visited;

static void without_it(const char *pointer)
{
    char want[160];
    json_t *doc = good();
    char parent[128];
    snprintf(parent, sizeof parent, "%s", pointer);
    char *key = strrchr(parent, '/') + 1;
    json_t *at = doc;
    key[-1] = '\0';
    char *rest = parent, *step;
    for (strsep(&rest, "/"); (step = strsep(&rest, "/"));)
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(step)) : json_object_get(at, step);
    assert_int_equal(json_object_del(at, key), 0);
    snprintf(want, sizeof want, "%s: is missing", pointer);
    refused(doc, want);
    visited++;
}

static void of_another_type(const char *pointer)
{
    char want[160];
    json_t *doc = good();
    put(doc, pointer, json_real(1.5));
    snprintf(want, sizeof want, "%s: ", pointer);
    refused(doc, want);
    visited++;
}

static void every_member_must_be_there(void **state)
{
    (void)state;
    json_t *doc = good();
    visited = 0;
    each_member(doc, "", without_it);
    assert_true(visited > 50);
    json_decref(doc);
}

static void every_member_must_have_its_type(void **state)
{
    (void)state;
    json_t *doc = good();
    visited = 0;
    each_member(doc, "", of_another_type);
    assert_true(visited > 50);
    json_decref(doc);
}

static int forget(void **state)
{
    (void)state;
    zone_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_panel_is_read_whole),
        cmocka_unit_test(the_ranking_is_written_as_agreed),
        cmocka_unit_test(null_is_none_where_that_makes_sense),
        cmocka_unit_test(a_weekly_rule_may_have_a_breadth),
        cmocka_unit_test(unknown_members_are_passed_over),
        cmocka_unit_test(the_parts_are_read_as_the_whole),
        cmocka_unit_test(bad_values_are_named),
        cmocka_unit_test(lists_have_a_maximum_and_ids_differ),
        cmocka_unit_test(every_member_must_be_there),
        cmocka_unit_test(every_member_must_have_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
