#include "form/sample.h"

#include "form/csv.h"
#include "sample_in.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CELL = 256, EXPERT_CELLS = 21, COMPANY_CELLS = 10 };
#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

typedef char cell[CELL];

static void head_write(struct buf *csv, enum roster_kind kind);
static void expert_fill(cell *cells, uint64_t seed, int64_t today, int i, int field, int number);
static void company_fill(cell *cells, uint64_t seed, int i);
static void cells_write(struct buf *csv, const cell *cells, size_t count);

/* clang-format off */
const struct sample_field sample_fields[SAMPLE_FIELDS] = {
    {"legal", "법무", 18, 1, "법무법인", {"계약", "채권회수", "하도급", "분쟁조정", "개인정보", "국제거래"}},
    {"labor", "노무", 16, 0, "노무법인", {"근로계약", "임금", "산업재해", "취업규칙", "외국인고용", "인사평가"}},
    {"tax", "세무", 17, 5, "세무법인", {"부가세", "법인세", "상속·증여", "세액공제", "세무조사", "원천징수"}},
    {"rnd", "연구개발", 12, 8, "연구개발지원단", {"과제기획", "연구소설립", "연구비정산", "기술이전", "시제품", "공동연구"}},
    {"patent", "특허", 11, 8, "특허법인", {"출원", "침해대응", "상표", "해외출원", "직무발명", "디자인"}},
    {"accounting", "회계", 10, 2, "회계법인", {"결산", "원가", "외부감사", "자금계획", "기업가치평가", "내부통제"}},
    {"customs", "관세", 7, 0, "관세법인", {"원산지", "수입통관", "관세환급", "품목분류", "자유무역협정", "수출신고"}},
    {"management", "경영", 12, 9, "경영연구원", {"사업전략", "정책자금", "가업승계", "조직", "창업", "사업전환"}},
    {"technology", "기술", 9, 3, "기술연구소", {"공정개선", "스마트공장", "품질", "설비", "인증", "에너지"}},
    {"marketing", "마케팅", 7, 7, "브랜드연구소", {"온라인판매", "수출마케팅", "브랜드", "전시회", "공공조달", "고객조사"}},
};

const struct sample_district sample_districts[SAMPLE_DISTRICTS] = {
    {"jung", "중구"}, {"dong", "동구"}, {"seo", "서구"}, {"nam", "남구"}, {"buk", "북구"},
    {"suseong", "수성구"}, {"dalseo", "달서구"}, {"dalseong", "달성군"}, {"gunwi", "군위군"},
};

static const struct {
    const char *name, *makes;
} trades[] = {
    {"예시정밀", "정밀가공"}, {"예시섬유", "기능성 섬유"}, {"예시기계", "산업용 기계"}, {"예시식품", "식품 가공"},
    {"예시소재", "복합소재"}, {"예시로보틱스", "로봇 부품"}, {"예시메디칼", "의료기기"}, {"예시소프트", "소프트웨어"},
    {"예시금속", "금속 열처리"}, {"예시광학", "안경·광학"}, {"예시모터스", "자동차 부품"}, {"예시물류", "물류"},
};

static const char *const syllables[] = {"가나", "다라", "마바", "사아", "자차", "카타", "파하"};
static const char *const modes[] = {
    "방문;센터;온라인;전화", "방문;센터;온라인;전화", "방문;센터;온라인;전화", "방문;센터", "센터;온라인;전화", "방문;온라인", "온라인;전화",
};
static const char *const hours[] = {
    "월-금 09:00-18:00", "월-금 09:00-12:00;월-금 13:00-18:00", "월-금 13:00-18:00",
    "월 09:00-12:00;수 13:00-18:00;금 09:00-18:00", "화 10:00-17:00;목 10:00-17:00",
    "월-목 10:00-17:00", "월-금 14:00-21:00;토 09:00-13:00", "화-금 09:00-18:00",
};
/* clang-format on */

void sample_experts(uint64_t seed, int64_t today, struct buf *csv)
{
    int i = 0;
    head_write(csv, ROSTER_EXPERTS);
    for (int field = 0; field < SAMPLE_FIELDS; field++)
        for (int number = 1; number <= sample_fields[field].experts; number++, i++) {
            cell cells[EXPERT_CELLS] = {{0}};
            expert_fill(cells, seed, today, i, field, number);
            cells_write(csv, cells, EXPERT_CELLS);
        }
    assert(i == SAMPLE_EXPERTS);
}

void sample_companies(uint64_t seed, struct buf *csv)
{
    head_write(csv, ROSTER_COMPANIES);
    for (int i = 0; i < SAMPLE_COMPANIES; i++) {
        cell cells[COMPANY_CELLS] = {{0}};
        company_fill(cells, seed, i);
        cells_write(csv, cells, COMPANY_CELLS);
    }
}

/* --- writing ------------------------------------------------------------------------------ */

static void head_write(struct buf *csv, enum roster_kind kind)
{
    const char *names[EXPERT_CELLS];
    const struct roster_column *col;
    size_t n = 0;
    for (; (col = roster_column(kind, n)); n++)
        names[n] = col->ko;
    assert(n == (kind == ROSTER_EXPERTS ? EXPERT_CELLS : COMPANY_CELLS));
    csv_row(csv, names, n);
}

static void cells_write(struct buf *csv, const cell *cells, size_t count)
{
    const char *fields[EXPERT_CELLS];
    for (size_t i = 0; i < count; i++)
        fields[i] = cells[i];
    csv_row(csv, fields, count);
}

static void put(cell c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(cell c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    size_t used = strlen(c);
    int n = vsnprintf(c + used, CELL - used, fmt, ap);
    assert(n >= 0 && (size_t)n < CELL - used);
    va_end(ap);
}

static void replace(cell c, const char *text)
{
    c[0] = '\0';
    put(c, "%s", text);
}

/* Civil date of a day number (after Howard Hinnant's days_from_civil), good for 1970 and later. */
static void put_date(cell c, int64_t day)
{
    int64_t z = day + 719468, era = z / 146097, doe = z % 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);
    put(c, "%04d-%02d-%02d", (int)year, (int)month, (int)(doy - (153 * mp + 2) / 5 + 1));
}

/* --- experts ------------------------------------------------------------------------------ */

/* Columns in the order of the table in roster_columns.c, which a test holds to be so. */
enum {
    NAME,
    AFFILIATION,
    EMAIL,
    PHONE,
    FIELDS,
    TOPICS,
    DISTRICTS,
    MODES,
    LANGUAGES,
    FROM,
    UNTIL,
    PER_DAY,
    PER_WEEK,
    PER_YEAR,
    BEFORE,
    AFTER,
    NOTICE,
    HOURS,
    ZONE,
    NOT_COMPANIES,
    NOT_HOUSES
};

static void person_fill(cell *cells, int i, int field, int number)
{
    const struct sample_field *f = &sample_fields[field];
    put(cells[NAME], "%s-%02d 전문위원", f->ko, number);
    put(cells[EMAIL], "%s-%02d@example.kr", f->code, number);
    put(cells[AFFILIATION], "예시 %s %s", f->house, syllables[number % COUNT(syllables)]);
    put(cells[PHONE], i % 4 == 3 ? "053-000-%04d" : "010-0000-%04d", i + 1);
}

/* The first of each field knows it best, so that no field is without an expert of level 3. */
static void knowledge_fill(cell *cells, struct dice *d, int field, int number)
{
    const struct sample_field *f = &sample_fields[field], *near = &sample_fields[f->near];
    int level = number == 1 ? 3 : 1 + (chance(d, 80) ? 1 + roll(d, 2) : 0);
    put(cells[FIELDS], "%s:%d", f->ko, level);
    bool both = chance(d, 25);
    if (both)
        put(cells[FIELDS], ";%s:%d", near->ko, 1 + roll(d, 2));
    int first = roll(d, SAMPLE_TOPICS), count = 2 + roll(d, 3);
    for (int t = 0; t < count; t++)
        put(cells[TOPICS], "%s%s", t ? ";" : "", f->topics[(first + t) % SAMPLE_TOPICS]);
    if (both)
        put(cells[TOPICS], ";%s", near->topics[roll(d, SAMPLE_TOPICS)]);
}

static void reach_fill(cell *cells, struct dice *d)
{
    static const struct {
        const char *code;
        int percent;
    } languages[] = {{"en", 25}, {"zh", 9}, {"ja", 9}, {"vi", 8}};
    int first = roll(d, SAMPLE_DISTRICTS);
    int count = chance(d, 45) ? SAMPLE_DISTRICTS : 3 + roll(d, 5);
    for (int n = 0; n < count; n++)
        put(cells[DISTRICTS], "%s%s", n ? ";" : "",
            sample_districts[(first + n) % SAMPLE_DISTRICTS].ko);
    put(cells[MODES], "%s", modes[roll(d, COUNT(modes))]);
    put(cells[LANGUAGES], "ko");
    for (int l = 0; l < COUNT(languages); l++)
        if (chance(d, languages[l].percent))
            put(cells[LANGUAGES], ";%s", languages[l].code);
}

/* Two years each. Of every forty, two have ended and one has not begun. */
static void term_fill(cell *cells, struct dice *d, int64_t today, int i)
{
    enum { YEARS = 2 * 365, YEAR = 365 };
    int64_t from = today - YEAR - 10 - roll(d, 300);
    if (i % 40 == 17 || i % 40 == 31)
        from = today - YEARS - 10 - roll(d, 200);
    if (i % 40 == 25)
        from = today + 10 + roll(d, 60);
    put_date(cells[FROM], from);
    put_date(cells[UNTIL], from + YEARS);
}

static void rules_fill(cell *cells, struct dice *d)
{
    static const int years[] = {40, 60, 60, 80, 120}, buffers[] = {0, 10, 10, 15, 30},
                     notices[] = {24, 24, 48, 12, 72};
    int per_day = 1 + roll(d, 3);
    put(cells[PER_DAY], "%d", per_day);
    put(cells[PER_WEEK], "%d", per_day * (2 + roll(d, 3)));
    put(cells[PER_YEAR], "%d", years[roll(d, COUNT(years))]);
    put(cells[BEFORE], "%d", buffers[roll(d, COUNT(buffers))]);
    put(cells[AFTER], "%d", buffers[roll(d, COUNT(buffers))]);
    put(cells[NOTICE], "%d", notices[roll(d, COUNT(notices))]);
    put(cells[HOURS], "%s", hours[roll(d, COUNT(hours))]);
    put(cells[ZONE], "Asia/Seoul");
}

static void expert_fill(cell *cells, uint64_t seed, int64_t today, int i, int field, int number)
{
    struct dice d = dice_of(seed, 'e', i);
    person_fill(cells, i, field, number);
    knowledge_fill(cells, &d, field, number);
    reach_fill(cells, &d);
    term_fill(cells, &d, today, i);
    rules_fill(cells, &d);
    if (i % 60 == 37) { /* lives abroad, where clocks change: evenings there, mornings here */
        replace(cells[MODES], "온라인");
        replace(cells[HOURS], "월-금 16:00-21:00");
        replace(cells[ZONE], "America/Los_Angeles");
    }
    if (chance(&d, 10))
        put(cells[NOT_COMPANIES], "%s",
            sample_company(seed, roll(&d, SAMPLE_COMPANIES)).registration);
    if (chance(&d, 5))
        put(cells[NOT_HOUSES], "예시그룹 %s", syllables[roll(&d, COUNT(syllables))]);
}

/* --- companies ---------------------------------------------------------------------------- */

struct sample_company sample_company(uint64_t seed, int i)
{
    struct dice d = dice_of(seed, 'c', i);
    struct sample_company c = {.consent = i % 25 != 24};
    c.district = roll(&d, SAMPLE_DISTRICTS);
    c.trade = roll(&d, COUNT(trades));
    for (int last = 0; last < 10; last++) {
        char number[32];
        snprintf(number, sizeof number, "00000%04d%d", i + 1, last);
        if (roster_registration(number, c.registration))
            break;
    }
    return c;
}

const char *sample_trade(int trade)
{
    return trades[trade].makes;
}

static void company_fill(cell *cells, uint64_t seed, int i)
{
    enum { NUMBER, NAME_, DISTRICT, ADDRESS, TRADE, GROUP, CONTACT, MAIL, PHONE_, CONSENT };
    struct sample_company c = sample_company(seed, i);
    struct dice d = dice_of(seed, 'a', i);
    const char *district = sample_districts[c.district].ko;
    put(cells[NUMBER], "%s", c.registration);
    put(cells[NAME_], "%s %03d", trades[c.trade].name, i + 1);
    put(cells[DISTRICT], "%s", district);
    put(cells[ADDRESS], "대구광역시 %s 예시로%d길", district, 1 + roll(&d, 99));
    put(cells[ADDRESS], " %d", 1 + roll(&d, 200));
    put(cells[TRADE], "%s", trades[c.trade].makes);
    if (chance(&d, 6))
        put(cells[GROUP], "예시그룹 %s", syllables[roll(&d, COUNT(syllables))]);
    put(cells[CONTACT], "예시 담당자 %03d", i + 1);
    put(cells[MAIL], "contact-%03d@example.kr", i + 1);
    put(cells[PHONE_], i % 3 ? "010-0000-%04d" : "053-000-%04d", 1001 + i);
    put(cells[CONSENT], "%s", c.consent ? "예" : "아니오");
}
