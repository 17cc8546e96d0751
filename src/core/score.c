#include "core/score.h"

#include "core/day.h"
#include "core/share.h"

#include <string.h>

/* The share num/den (0 … 1) of the part's most points, and the sentences for it. */
struct share {
    int64_t num, den;
    const char *ko, *en;
};

/* All a share may look at. Sentences are written where there is an arena to hold them. */
struct view {
    const struct panel *p;
    const struct expert *e;
    instant start;
    struct arena *a;
};

#define TEXT(v, ...) ((v)->a ? arena_printf((v)->a, __VA_ARGS__) : NULL)

static struct share share_field_level(const struct view *v)
{
    int level = panel_level(v->e, v->p->request.field);
    return (struct share){level, 3, TEXT(v, "요청 분야 등급 %d", level),
                          TEXT(v, "Level %d in the field asked for", level)};
}

static struct share share_topics(const struct view *v)
{
    int common = words_common(&v->p->request.topics, &v->e->topics);
    int counted = common < SCORE_TOPICS ? common : SCORE_TOPICS;
    return (struct share){counted, SCORE_TOPICS, TEXT(v, "겹치는 주제 %d개", common),
                          TEXT(v, "%d topic%s in common", common, common == 1 ? "" : "s")};
}

static struct share share_continuity(const struct view *v)
{
    const struct request *r = &v->p->request;
    const char *id = v->e->id;
    if (r->preferred && strcmp(r->preferred, id) == 0)
        return (struct share){3, 3, "요청에서 지정한 자문위원", "The expert the request prefers"};
    if (words_have(&r->last, id))
        return (struct share){3, 3, "지난번에 상담했고 아직 해결되지 않음",
                              "Served this case last, and it is not solved"};
    if (words_have(&r->previous, id))
        return (struct share){2, 3, "이 애로를 상담한 적이 있음", "Has served this case before"};
    if (words_have(&r->known, id))
        return (struct share){1, 3, "이 기업을 상담한 적이 있음", "Has served the company before"};
    return (struct share){0, 3, "이 기업을 처음 맡음", "New to this company"};
}

/* Half of the points when the minutes served are the expert's share, none at twice of it. Half a
 * month's capacity is added to both: so the first meetings of a term weigh little. */
static struct share share_fairness(const struct view *v)
{
    const struct expert *e = v->e;
    int64_t some = (int64_t)panel_hours(e) * 60 / 24, due = e->share + some;
    int64_t left = 2 * due - e->minutes_this_term - some;
    int d = e->minutes_this_term;
    long long h = e->share / 60, m = e->share % 60;
    return (struct share){
        left > 0 ? left : 0, due > 0 ? 2 * due : 1,
        TEXT(v, "이번 임기 상담 %d시간 %d분, 몫은 %lld시간 %lld분", d / 60, d % 60, h, m),
        TEXT(v, "%d h %d min in this term, the share is %lld h %lld min", d / 60, d % 60, h, m)};
}

/* People come together, and it is known where. */
static bool meets(const struct request *r)
{
    return r->district && (strcmp(r->mode, "visit") == 0 || strcmp(r->mode, "center") == 0);
}

static int minutes_from(const struct request *r, const char *district)
{
    for (size_t i = 0; district && i < r->trip_count; i++)
        if (strcmp(r->trips[i].from, district) == 0)
            return r->trips[i].minutes;
    return INT_MAX;
}

/* The shortest way from (or to) another meeting of the expert's day; INT_MAX: none is known.
 * *ret_hurried: the time between is shorter than the way. */
static int way(const struct view *v, bool *ret_hurried)
{
    const struct request *r = &v->p->request;
    int shortest = INT_MAX;
    *ret_hurried = false;
    if (r->trip_count == 0 || v->e->held_count == 0)
        return shortest;
    int32_t day = day_of(zone_local(v->e->zone, v->start));
    for (size_t i = 0; i < v->e->held_count; i++) {
        const struct held *h = &v->e->held[i];
        int m = h->day == day ? minutes_from(r, h->district) : INT_MAX;
        if (m == INT_MAX)
            continue;
        instant gap = h->span.from >= v->start ? h->span.from - v->start - (instant)r->minutes * 60
                                               : v->start - h->span.until;
        *ret_hurried |= gap < (instant)m * 60;
        shortest = m < shortest ? m : shortest;
    }
    return shortest;
}

/* One half for who serves the district, one for a short way from that day's other meetings. */
static struct share share_place(const struct view *v)
{
    const struct request *r = &v->p->request;
    bool hurried, serves;
    if (!meets(r))
        return (struct share){0, 1, "장소와 무관한 상담", "The place does not matter"};
    serves = words_have(&v->e->districts, r->district);
    int m = way(v, &hurried), near = m < SCORE_WAY ? SCORE_WAY - m : 0;
    const char *ko = serves ? "기업이 있는 지역에서 활동" : "다른 지역에서 활동";
    const char *en = serves ? "Serves the company's district" : "Serves other districts";
    if (hurried)
        return (struct share){0, 1, "그날 다른 일정과 오갈 시간이 부족",
                              "Too little time for the way between that day's meetings"};
    if (m == INT_MAX)
        return (struct share){serves, 2, ko, en};
    return (struct share){serves * SCORE_WAY + near, 2 * SCORE_WAY,
                          TEXT(v, "%s, 그날 다른 일정에서 이동 %d분", ko, m),
                          TEXT(v, "%s, %d min from another meeting of the day", en, m)};
}

/* In minutes; open windows begin a second after now. */
static int64_t waited(const struct panel *p, instant first)
{
    return p->request.open.n ? (first - p->request.open.at[0].from + 59) / 60 : 0;
}

static int64_t patience(const struct panel *p)
{
    static const int days[] = {[URGENCY_NORMAL] = 14, [URGENCY_HIGH] = 7, [URGENCY_URGENT] = 3};
    return (int64_t)days[p->request.urgency] * 24 * 60;
}

static struct share share_earliness(const struct view *v)
{
    int64_t most = patience(v->p), wait = waited(v->p, v->start);
    int h = (int)(wait / 60);
    return (struct share){wait < most ? most - wait : 0, most,
                          TEXT(v, "희망 기간이 시작되고 %d일 %d시간 뒤 가능", h / 24, h % 24),
                          TEXT(v, "First slot after %d d %d h", h / 24, h % 24)};
}

static struct share share_preference(const struct view *v)
{
    const struct request *r = &v->p->request;
    if (r->wished.n == 0)
        return (struct share){0, 1, "더 바라는 시간 없음", "No times are liked best"};
    if (span_covers(&r->wished, (struct span){v->start, v->start + (instant)r->minutes * 60}))
        return (struct share){1, 1, "기업이 더 바라는 시간", "A time that the company likes best"};
    return (struct share){0, 1, "기업이 더 바라는 시간은 아님",
                          "Not a time that the company likes best"};
}

/* Four shares for a yes, two for a no, none for silence, which a no-show is three times. Four
 * answers that earn three each are added: so nobody starts from nothing. */
static struct share share_response(const struct view *v)
{
    const struct answers *x = &v->e->answers;
    int64_t asked = (int64_t)x->accepted + x->declined + x->expired + 3 * (int64_t)x->no_shows;
    return (struct share){4 * (int64_t)x->accepted + 2 * (int64_t)x->declined + 3 * 4,
                          4 * (asked + 4),
                          TEXT(v, "이번 임기 수락 %d, 거절 %d, 무응답 %d, 불참 %d", x->accepted,
                               x->declined, x->expired, x->no_shows),
                          TEXT(v, "In this term %d accepted, %d declined, %d unanswered, %d missed",
                               x->accepted, x->declined, x->expired, x->no_shows)};
}

static struct share share_scarcity(const struct view *v)
{
    const struct skill *skill = panel_skill(v->e, v->p->request.field);
    int price = skill ? skill->price : 0;
    if (price <= 0)
        return (struct share){1, 1, "다른 요청에 더 필요하지 않음", "Nobody else needs them more"};
    return (struct share){
        price < SCORE_PRICE ? SCORE_PRICE - price : 0, SCORE_PRICE,
        TEXT(v, "지난 배정안에서 다른 요청에 %d점만큼 더 필요", price),
        TEXT(v, "In the last plan others miss them by %d point%s", price, price == 1 ? "" : "s")};
}

static struct share (*const shares[PART_COUNT])(const struct view *v) = {
#define PART(kind, code, most, ko, en) [PART_##code] = share_##code,
#include "core/score.def"
#undef PART
};

static const struct weights *weights_of(const struct panel *p)
{
    return p->weights ? p->weights : &weights_default;
}

static int points(const struct view *v, int part)
{
    int most = weights_of(v->p)->most[part];
    struct share x = most ? shares[part](v) : (struct share){0, 1, NULL, NULL};
    return (int)(most * x.num / x.den);
}

struct score score(const struct panel *p, const struct expert *e, instant start)
{
    struct view v = {p, e, start, NULL};
    struct score s = {0};
    for (int i = 0; i < PART_COUNT; i++)
        s.total += s.points[i] = points(&v, i);
    return s;
}

struct said score_say(struct arena *a, const struct panel *p, const struct expert *e, instant start,
                      enum part_code c)
{
    struct view v = {p, e, start, a};
    struct share x = shares[c](&v);
    return (struct said){x.ko, x.en};
}

static int sum_of(const struct view *v, enum part_kind kind)
{
    int sum = 0;
    for (int i = 0; i < PART_COUNT; i++)
        if (part_row((enum part_code)i)->kind == kind)
            sum += points(v, i);
    return sum;
}

int score_own(const struct panel *p, const struct expert *e)
{
    return sum_of(&(struct view){p, e, 0, NULL}, PART_OWN);
}

int score_start(const struct panel *p, instant start)
{
    return sum_of(&(struct view){p, NULL, start, NULL}, PART_START);
}

int score_trip(const struct panel *p, const struct expert *e, instant start)
{
    return sum_of(&(struct view){p, e, start, NULL}, PART_TRIP);
}

int score_base(const struct score *s)
{
    int sum = 0;
    for (int i = 0; i < PART_COUNT; i++) {
        enum part_kind kind = part_row((enum part_code)i)->kind;
        sum += kind == PART_OWN || kind == PART_PAIR ? s->points[i] : 0;
    }
    return sum;
}

/* The most that a part which is not the expert's own can give. */
static int most_of(const struct panel *p, int part, struct score_hint h)
{
    const struct request *r = &p->request;
    int weight = weights_of(p)->most[part];
    switch (part) {
    case PART_topics:
        return weight * (h.topics < SCORE_TOPICS ? h.topics : SCORE_TOPICS) / SCORE_TOPICS;
    case PART_continuity:
        return h.named ? weight : 0;
    case PART_place:
        return meets(r) ? weight * (h.serves + (r->trip_count > 0)) / 2 : 0;
    case PART_earliness:
        return r->open.n ? points(&(struct view){p, NULL, r->open.at[0].from, NULL}, part) : 0;
    case PART_preference:
        return r->wished.n ? weight : 0;
    default:
        return weight;
    }
}

int score_rest_most(const struct panel *p, struct score_hint h)
{
    int most = 0;
    for (int i = 0; i < PART_COUNT; i++)
        if (part_row((enum part_code)i)->kind != PART_OWN)
            most += most_of(p, i, h);
    return most;
}
