#include "core/score.h"

#include <string.h>

/* The share num/den (0 … 1) of the part's most points, and the sentences for it. */
struct share {
    int64_t num, den;
    const char *ko, *en;
};

/* All a share may look at. */
struct view {
    struct arena *a;
    const struct panel *p;
    const struct expert *e;
    instant first;
};

static struct share share_field_level(const struct view *v)
{
    int level = panel_level(v->e, v->p->request.field);
    return (struct share){level, 3, arena_printf(v->a, "요청 분야 등급 %d", level),
                          arena_printf(v->a, "Level %d in the field asked for", level)};
}

static struct share share_topics(const struct view *v)
{
    int common = words_common(&v->p->request.topics, &v->e->topics);
    int counted = common < SCORE_TOPICS ? common : SCORE_TOPICS;
    return (struct share){
        counted, SCORE_TOPICS, arena_printf(v->a, "겹치는 주제 %d개", common),
        arena_printf(v->a, "%d topic%s in common", common, common == 1 ? "" : "s")};
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
        arena_printf(v->a, "이번 임기 상담 %d시간 %d분, 연간 기준 %d시간", d / 60, d % 60, hours),
        arena_printf(v->a, "%d h %d min served in this term, %d h a year to give", d / 60, d % 60,
                     hours)};
}

static struct share share_place(const struct view *v)
{
    const struct request *r = &v->p->request;
    bool meets = strcmp(r->mode, "visit") == 0 || strcmp(r->mode, "center") == 0;
    if (!meets || !r->district)
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
    int64_t most = patience(v->p), wait = waited(v->p, v->first);
    int h = (int)(wait / 60);
    return (struct share){
        wait < most ? most - wait : 0, most,
        arena_printf(v->a, "희망 기간이 시작되고 %d일 %d시간 뒤 가능", h / 24, h % 24),
        arena_printf(v->a, "First slot after %d d %d h", h / 24, h % 24)};
}

static const struct {
    const char *code;
    int most;
    struct share (*share)(const struct view *v);
} rows[PART_COUNT] = {
#define PART(code, most) [PART_##code] = {#code, most, share_##code},
#include "core/score.def"
#undef PART
};

const char *score_code(enum part_code c)
{
    return rows[c].code;
}

int score_most(enum part_code c)
{
    return rows[c].most;
}

int score_earliness(const struct panel *p, instant first)
{
    int64_t left = patience(p) - waited(p, first);
    return left > 0 ? (int)(score_most(PART_earliness) * left / patience(p)) : 0;
}

struct score score(struct arena *a, const struct panel *p, const struct expert *e, instant first)
{
    struct view v = {a, p, e, first};
    struct score s = {0};
    for (int i = 0; i < PART_COUNT; i++) {
        struct share x = rows[i].share(&v);
        s.parts[i] = (struct part){(int)(rows[i].most * x.num / x.den), x.ko, x.en};
        s.total += s.parts[i].points;
    }
    return s;
}
