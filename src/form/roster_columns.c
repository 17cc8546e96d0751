/* The tables of columns. Limits are those of the API's shapes. */
#include "roster_in.h"

#define AT(p, k) .parent = (p), .key = (k)
#define MUST_HAVE true
#define MAY_HAVE false

/* clang-format off */
const struct column roster_expert_columns[] = {
    {{"name", "성명", MUST_HAVE, "법무-01 전문위원"}, AT(NULL, "name"), cell_text, .max = 100},
    {{"affiliation", "소속", MAY_HAVE, "예시 법무법인 가나"}, AT(NULL, "affiliation"), cell_text, .max = 200},
    {{"email", "이메일", MUST_HAVE, "legal-01@example.kr"}, AT(NULL, "email"), cell_email, .identity = true},
    {{"phone", "전화", MAY_HAVE, "010-0000-0001"}, AT(NULL, "phone"), cell_phone},
    {{"fields", "분야", MUST_HAVE, "세무:3;법무:2"}, AT(NULL, "fields"), cell_fields, 1, 3, .list = true},
    {{"topics", "주제", MAY_HAVE, "부가세;상속"}, AT(NULL, "topics"), cell_list, .max = 60, .list = true},
    {{"districts", "지역", MAY_HAVE, "수성구;중구"}, AT(NULL, "districts"), cell_list, .max = 32, .list = true},
    {{"modes", "방식", MUST_HAVE, "방문;센터;온라인;전화"}, AT(NULL, "modes"), cell_list, .max = 32, .list = true},
    {{"languages", "언어", MAY_HAVE, "ko;en"}, AT(NULL, "languages"), cell_languages, .list = true, .fallback = "ko"},
    {{"term_from", "위촉시작", MUST_HAVE, "2026-01-01"}, AT("term", "from"), cell_date},
    {{"term_until", "위촉종료", MUST_HAVE, "2027-12-31"}, AT("term", "until"), cell_date},
    {{"cap_per_day", "일한도", MUST_HAVE, "2"}, AT("caps", "per_day"), cell_number, 1, 24},
    {{"cap_per_week", "주한도", MUST_HAVE, "6"}, AT("caps", "per_week"), cell_number, 1, 100},
    {{"hours_per_year", "연간시간", MUST_HAVE, "60"}, AT("caps", "hours_per_year"), cell_number, 1, 3000},
    {{"buffer_before", "사전여유분", MAY_HAVE, "10"}, AT("buffers", "before"), cell_number, 0, 480},
    {{"buffer_after", "사후여유분", MAY_HAVE, "10"}, AT("buffers", "after"), cell_number, 0, 480},
    {{"notice_hours", "최소통보시간", MAY_HAVE, "24"}, AT(NULL, "notice_hours"), cell_number, 0, 720},
    {{"availability", "상담가능시간", MAY_HAVE, "월 09:00-12:00;화-금 09:00-18:00"}, AT(NULL, "availability"), cell_availability, .list = true},
    {{"zone", "시간대", MAY_HAVE, "Asia/Seoul"}, AT(NULL, "zone"), cell_zone, .fallback = "Asia/Seoul"},
    {{"conflict_companies", "이해충돌기업", MAY_HAVE, "123-45-67891"}, AT("conflicts", "companies"), cell_registrations, .list = true},
    {{"conflict_affiliations", "이해충돌소속", MAY_HAVE, "예시그룹 가나"}, AT("conflicts", "affiliations"), cell_list, .max = 200, .list = true},
    {.as = {.code = NULL}},
};

const struct column roster_company_columns[] = {
    {{"registration_number", "사업자등록번호", MUST_HAVE, "123-45-67891"}, AT(NULL, "registration_number"), cell_registration, .identity = true},
    {{"name", "기업명", MUST_HAVE, "예시정밀 001"}, AT(NULL, "name"), cell_text, .max = 200},
    {{"district", "지역", MUST_HAVE, "수성구"}, AT(NULL, "district"), cell_text, .max = 32},
    {{"address", "주소", MAY_HAVE, "대구광역시 수성구 예시로 1"}, AT(NULL, "address"), cell_text, .max = 300},
    {{"industry", "업종", MAY_HAVE, "정밀가공"}, AT(NULL, "industry"), cell_text, .max = 200},
    {{"affiliation", "계열", MAY_HAVE, "예시그룹 가나"}, AT(NULL, "affiliation"), cell_text, .max = 200},
    {{"contact_name", "담당자", MAY_HAVE, "예시 담당자 001"}, AT("contact", "name"), cell_text, .max = 100},
    {{"contact_email", "담당자이메일", MAY_HAVE, "contact-001@example.kr"}, AT("contact", "email"), cell_email},
    {{"contact_phone", "담당자전화", MAY_HAVE, "053-000-0001"}, AT("contact", "phone"), cell_phone},
    {{"consent", "동의", MAY_HAVE, "예"}, AT("contact", "consent"), cell_consent},
    {.as = {.code = NULL}},
};
/* clang-format on */

const struct roster_column *roster_column(enum roster_kind kind, size_t i)
{
    const struct column *col =
        kind == ROSTER_EXPERTS ? roster_expert_columns : roster_company_columns;
    while (i > 0 && col->as.code)
        i--, col++;
    return col->as.code ? &col->as : NULL;
}
