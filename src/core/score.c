#include "core/score.h"

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
    if (r->preferred && strcmp(r->preferred, v->e->id) == 0)
        return (struct share){3, 3, "요청에서 지정한 자문위원", "The expert the request prefers"};
    if (words_have(&r->previous, v->e->id))
        return (struct share){2, 3, "이 애로를 상담한 적이 있음", "Has served this case before"};
    return (struct share){0, 3, "이 애로를 처음 맡음", "New to this case"};
}

static struct share share_fairness(const struct view *v)
{
    const struct expert *e = v->e;
    int hours = e->hours_per_year == CAP_NONE ? SCORE_HOURS : e->hours_per_year;
    int64_t capacity = (int64_t)hours * 60, left = capacity - e->minutes_this_term;
    int d = e->minutes_this_term;
    return (struct share){
        left > 0 ? left : 0, capacity > 0 ? capacity : 1,
        TEXT(v, "이번 임기 상담 %d시간 %d분, 연간 기준 %d시간", d / 60, d % 60, hours),
        TEXT(v, "%d h %d min served in this term, %d h a year to give", d / 60, d % 60, hours)};
}

/* People come together, and it is known where. */
static bool meets(const struct request *r)
{
    return r->district && (strcmp(r->mode, "visit") == 0 || strcmp(r->mode, "center") == 0);
}

static struct share share_place(const struct view *v)
{
    const struct request *r = &v->p->request;
    if (!meets(r))
        return (struct share){0, 1, "장소와 무관한 상담", "The place does not matter"};
    if (words_have(&v->e->districts, r->district))
        return (struct share){1, 1, "기업이 있는 지역에서 활동", "Serves the company's district"};
    return (struct share){0, 1, "다른 지역에서 활동", "Serves other districts"};
}

static int64_t waited(const struct panel *p, instant first)
{
    return p->request.open.n ? (first - p->request.open.at[0].from) / 60 : 0;
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

int score_rest_most(const struct panel *p, struct score_hint h)
{
    const struct request *r = &p->request;
    const int *weight = weights_of(p)->most;
    int topics = h.topics < SCORE_TOPICS ? h.topics : SCORE_TOPICS;
    int most = r->open.n ? score_start(p, r->open.at[0].from) : 0;
    for (int i = 0; i < PART_COUNT; i++) {
        enum part_kind kind = part_row((enum part_code)i)->kind;
        bool none =
            (i == PART_continuity && !h.named) || (i == PART_place && !(h.serves && meets(r)));
        if (i == PART_topics)
            most += weight[i] * topics / SCORE_TOPICS;
        else if ((kind == PART_PAIR || kind == PART_TRIP) && !none)
            most += weight[i];
    }
    return most;
}
