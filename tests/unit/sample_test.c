/* form/sample: the made-up data is what it says, and always the same. */
#include "form/sample.h"

#include "base/arena.h"
#include "base/id.h"
#include "form/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TODAY = 20780 /* 2026-11-23, a Monday */ };

static const char *const fields[] = {"법무", "노무", "세무", "연구개발", "특허",
                                     "회계", "관세", "경영", "기술",     "마케팅"};
static const char *const codes[] = {"legal",      "labor",      "tax",     "rnd",
                                    "patent",     "accounting", "customs", "management",
                                    "technology", "marketing"};
static const char *const districts[][2] = {
    {"중구", "jung"},     {"동구", "dong"},       {"서구", "seo"},
    {"남구", "nam"},      {"북구", "buk"},        {"수성구", "suseong"},
    {"달서구", "dalseo"}, {"달성군", "dalseong"}, {"군위군", "gunwi"}};
static const char *const modes[][2] = {
    {"방문", "visit"}, {"센터", "center"}, {"온라인", "online"}, {"전화", "phone"}};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct arena *arena;
static json_t *experts, *companies, *cases;

static json_t *rows_of(enum roster_kind kind, const struct buf *csv)
{
    json_t *rows, *errors;
    assert_false(csv->full);
    assert_int_equal(roster_read(arena, kind, csv->data, csv->len, &rows, &errors), OK);
    assert_int_equal(json_array_size(errors), 0);
    return rows;
}

static void make(uint64_t seed, int64_t today)
{
    struct buf csv;
    buf_init(&csv, SAMPLE_CSV_BYTES);
    sample_experts(seed, today, &csv);
    experts = rows_of(ROSTER_EXPERTS, &csv);
    buf_reset(&csv);
    sample_companies(seed, &csv);
    companies = rows_of(ROSTER_COMPANIES, &csv);
    buf_done(&csv);
    json_decref(cases);
    cases = sample_cases(seed, today);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    make(1, TODAY);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(cases);
    cases = NULL;
    arena_free(arena);
    return 0;
}

static const json_t *row(const json_t *rows, size_t i)
{
    return json_object_get(json_array_get(rows, i), "row");
}

static const char *text(const json_t *j, const char *key)
{
    return json_string_value(json_object_get(j, key));
}

static bool holds(const json_t *list, const char *s)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), s) == 0)
            return true;
    return false;
}

static int level_in(const json_t *expert, const char *field)
{
    const json_t *known = json_object_get(expert, "fields");
    for (size_t i = 0; i < json_array_size(known); i++)
        if (strcmp(text(json_array_get(known, i), "field"), field) == 0)
            return (int)json_integer_value(json_object_get(json_array_get(known, i), "level"));
    return 0;
}

/* Golden: whoever changes the sample on purpose changes these. */
static void a_seed_gives_the_same_bytes_everywhere(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        const char *experts, *companies, *cases;
    } golden[] = {
        {1, "5d48d9ab1c2ecf6aa6135eab276bb71be8992cfe36d99f9f8ca8ec6709048f1d",
         "1a413abcb9d48b02ddada7518a384a13b3822aa96ff0960c8b3d3b49b75aa50e",
         "4101bfb92b847e539fc2668ac97aa2386fb2d4b4955af0799aab0de7564cc53a"},
        {119, "65171e787c7875d17ec9290fde6a7b0b08f2bffd798380c18f94ad83db15f6e0",
         "ad377001eea583d259a9c1d81eb6773b467b6ca0a17e80f69f32de416ae44ae8",
         "2ad5cfd7e684b4f8d2dd078721a09f1053c21a855b86f51fc2ff5ca515d06de7"},
    };
    for (size_t i = 0; i < COUNT(golden); i++) {
        char hash[ID_HASH_LEN + 1];
        struct buf csv;
        buf_init(&csv, SAMPLE_CSV_BYTES);
        sample_experts(golden[i].seed, TODAY, &csv);
        id_hash(csv.data, csv.len, hash);
        assert_string_equal(hash, golden[i].experts);
        buf_reset(&csv);
        sample_companies(golden[i].seed, &csv);
        id_hash(csv.data, csv.len, hash);
        assert_string_equal(hash, golden[i].companies);
        buf_done(&csv);
        json_t *made = sample_cases(golden[i].seed, TODAY);
        char *dump = json_dumps(made, JSON_SORT_KEYS | JSON_COMPACT);
        id_hash(dump, strlen(dump), hash);
        assert_string_equal(hash, golden[i].cases);
        free(dump);
        json_decref(made);
    }
}

static void every_field_district_mode_and_language_has_experts(void **state)
{
    (void)state;
    static const char *const languages[] = {"ko", "en", "zh", "ja", "vi"};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int best[10] = {0}, two_fields = 0;
        int in[9] = {0}, by[4] = {0}, speaks[5] = {0};
        make(seed, TODAY);
        assert_int_equal(json_array_size(experts), SAMPLE_EXPERTS);
        for (size_t i = 0; i < SAMPLE_EXPERTS; i++) {
            const json_t *e = row(experts, i);
            two_fields += json_array_size(json_object_get(e, "fields")) == 2;
            for (size_t f = 0; f < 10; f++)
                best[f] = level_in(e, fields[f]) > best[f] ? level_in(e, fields[f]) : best[f];
            for (size_t d = 0; d < 9; d++)
                in[d] += holds(json_object_get(e, "districts"), districts[d][0]);
            for (size_t m = 0; m < 4; m++)
                by[m] += holds(json_object_get(e, "modes"), modes[m][0]);
            for (size_t l = 0; l < 5; l++)
                speaks[l] += holds(json_object_get(e, "languages"), languages[l]);
        }
        assert_in_range(two_fields, 10, 60);
        for (size_t f = 0; f < 10; f++)
            assert_int_equal(best[f], 3);
        for (size_t d = 0; d < 9; d++)
            assert_in_range(in[d], 30, 100);
        for (size_t m = 0; m < 4; m++)
            assert_in_range(by[m], 30, 118);
        for (size_t l = 0; l < 5; l++)
            assert_true(speaks[l] >= 2);
    }
}

static void most_terms_run_today_and_ran_a_year_ago(void **state)
{
    (void)state;
    int running = 0, ended = 0, not_begun = 0;
    for (size_t i = 0; i < SAMPLE_EXPERTS; i++) {
        const json_t *term = json_object_get(row(experts, i), "term");
        if (strcmp(text(term, "from"), "2026-11-23") > 0)
            not_begun++;
        else if (strcmp(text(term, "until"), "2026-11-23") < 0)
            ended++;
        else
            running += strcmp(text(term, "from"), "2025-11-23") < 0;
    }
    assert_int_equal(ended, 6);
    assert_int_equal(not_begun, 3);
    assert_int_equal(running, SAMPLE_EXPERTS - ended - not_begun);
}

static void companies_are_of_every_district_and_unreal(void **state)
{
    (void)state;
    int in[9] = {0}, consents = 0;
    assert_int_equal(json_array_size(companies), SAMPLE_COMPANIES);
    for (size_t i = 0; i < SAMPLE_COMPANIES; i++) {
        const json_t *c = row(companies, i);
        for (size_t d = 0; d < 9; d++)
            in[d] += strcmp(text(c, "district"), districts[d][0]) == 0;
        assert_int_equal(strncmp(text(c, "registration_number"), "000-00-", 7), 0);
        const json_t *contact = json_array_get(json_object_get(c, "contacts"), 0);
        assert_non_null(strstr(text(contact, "email"), "@example.kr"));
        consents += json_is_true(json_object_get(contact, "consent"));
    }
    assert_int_equal(consents, SAMPLE_COMPANIES - 12);
    for (size_t d = 0; d < 9; d++)
        assert_in_range(in[d], 15, 60);
}

static const json_t *company_named(const char *registration)
{
    for (size_t i = 0; i < SAMPLE_COMPANIES; i++)
        if (strcmp(text(row(companies, i), "registration_number"), registration) == 0)
            return row(companies, i);
    return NULL;
}

static const char *ko(const char *const (*pairs)[2], size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(pairs[i][1], code) == 0)
            return pairs[i][0];
    return "";
}

static bool serves(const json_t *e, const json_t *k, const char *field)
{
    const json_t *languages = json_object_get(k, "languages");
    const char *mode = text(k, "mode"), *until = text(json_object_get(e, "term"), "until");
    const char *from = text(json_object_get(e, "term"), "from");
    bool place = strcmp(mode, "visit") != 0 ||
                 holds(json_object_get(e, "districts"), ko(districts, 9, text(k, "district")));
    bool language = json_array_size(languages) == 0 || holds(json_object_get(e, "languages"), "en");
    return level_in(e, field) >= json_integer_value(json_object_get(k, "min_level")) && place &&
           language && holds(json_object_get(e, "modes"), ko(modes, 4, mode)) &&
           strcmp(from, "2025-11-23") < 0 && strcmp(until, "2026-12-31") > 0;
}

static void nearly_every_case_has_several_experts(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        int lonely = 0, hopeless = 0;
        make(seed, TODAY);
        for (size_t i = 0; i < json_array_size(cases); i++) {
            const json_t *k = json_array_get(cases, i);
            int can = 0;
            for (size_t f = 0; f < 10; f++)
                for (size_t e = 0; strcmp(codes[f], text(k, "field")) == 0 && e < SAMPLE_EXPERTS;
                     e++)
                    can += serves(row(experts, e), k, fields[f]);
            lonely += can < 2;
            hopeless += can == 0;
        }
        assert_in_range(lonely, 0, 40);
        assert_in_range(hopeless, 0, 12);
    }
}

static void cases_are_a_year_of_weekdays_and_a_queue(void **state)
{
    (void)state;
    for (int64_t today = TODAY; today < TODAY + 7; today++) {
        int before = SAMPLE_DAYS, declined = 0, fields_seen[10] = {0};
        make(7, today);
        assert_int_equal(json_array_size(cases), SAMPLE_PAST + SAMPLE_OPEN);
        for (size_t i = 0; i < SAMPLE_PAST + SAMPLE_OPEN; i++) {
            const json_t *k = json_array_get(cases, i);
            int ago = (int)json_integer_value(json_object_get(k, "days_ago"));
            bool past = i < SAMPLE_PAST;
            assert_in_range(ago, past ? 7 : 0, past ? before : (i == SAMPLE_PAST ? 6 : before));
            before = ago;
            assert_in_range((today - ago + 3) % 7, 0, 4);
            assert_int_equal(json_is_null(json_object_get(k, "report")), !past);
            assert_int_equal(json_is_null(json_object_get(k, "answer")), !past);
            declined += past && strcmp(text(k, "answer"), "decline") == 0;
            for (size_t f = 0; f < 10; f++)
                fields_seen[f] += strcmp(codes[f], text(k, "field")) == 0;
            const json_t *c = company_named(text(k, "company_registration"));
            assert_non_null(c);
            assert_string_equal(text(c, "district"), ko(districts, 9, text(k, "district")));
            const json_t *contact = json_array_get(json_object_get(c, "contacts"), 0);
            assert_true(json_is_true(json_object_get(contact, "consent")));
        }
        assert_in_range(declined, 40, 110);
        for (size_t f = 0; f < 10; f++)
            assert_in_range(fields_seen[f], 15, 150);
    }
}

/* Otherwise the topic would never match an expert's. */
static void the_topics_of_cases_are_known_to_experts_of_the_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *k = json_array_get(cases, i);
        const char *topic = json_string_value(json_array_get(json_object_get(k, "topics"), 0));
        bool known = false;
        for (size_t f = 0; f < 10; f++)
            for (size_t e = 0; strcmp(codes[f], text(k, "field")) == 0 && e < SAMPLE_EXPERTS; e++)
                known = known || (level_in(row(experts, e), fields[f]) > 0 &&
                                  holds(json_object_get(row(experts, e), "topics"), topic));
        assert_true(known);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_seed_gives_the_same_bytes_everywhere),
        T(every_field_district_mode_and_language_has_experts),
        T(most_terms_run_today_and_ran_a_year_ago),
        T(companies_are_of_every_district_and_unreal),
        T(nearly_every_case_has_several_experts),
        T(cases_are_a_year_of_weekdays_and_a_queue),
        T(the_topics_of_cases_are_known_to_experts_of_the_field),
    };
    id_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
