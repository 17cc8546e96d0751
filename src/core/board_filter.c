#include "board_in.h"

#include "base/log.h"
#include "core/availability.h"

#include <stdlib.h>
#include <string.h>

/* The FIXED rules that filter_fits() knows. With one more in core/rule.def it is sure of nobody. */
enum { FIXED_KNOWN = 11 };

#define RULE(kind, code, ko, en) kind(code)
#define FIXED(code) +1
#define FREE(code)
#define TIMED(code)
enum {
    FIXED_RULES = 0
#include "core/rule.def"
};
#undef RULE

/* --- codes as bits --- */

static uint64_t bit_of(const struct codes *c, const char *code)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->at[i], code) == 0)
            return UINT64_C(1) << i;
    return CODE_OTHER;
}

static uint64_t bits_of(const struct codes *c, const struct words *w)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < w->n; i++)
        bits |= bit_of(c, w->at[i]);
    return bits;
}

static uint64_t learn(struct codes *c, const struct words *w)
{
    for (size_t i = 0; i < w->n; i++)
        if (c->n < CODES_MAX && bit_of(c, w->at[i]) == CODE_OTHER &&
            !(c->at[c->n++] = strdup(w->at[i])))
            fatal("out of memory");
    return bits_of(c, w);
}

void codes_free(struct codes *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->at[i]);
}

uint64_t text_hash(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return h ^ h >> 32;
}

/* Topics are anybody's words: a bit may stand for several. */
static uint64_t topic_bit(const char *topic)
{
    return UINT64_C(1) << text_hash(topic) % BITS;
}

struct entry entry_of(struct board *b, size_t i, int level)
{
    const struct expert *e = &b->experts[i];
    struct entry x = {.expert = (uint32_t)i,
                      .level = (int16_t)level,
                      .plain = e->paused_from == INSTANT_NEVER && e->conflict_companies.n == 0,
                      .term = availability_term(e),
                      .modes = learn(&b->modes, &e->modes),
                      .districts = learn(&b->districts, &e->districts),
                      .languages = learn(&b->languages, &e->languages)};
    x.plain &= e->conflict_names.n == 0;
    for (size_t j = 0; j < e->topics.n; j++)
        x.topics |= topic_bit(e->topics.at[j]);
    return x;
}

/* --- what a request asks for --- */

static void name_all(const struct ask *q, const struct words *ids, uint64_t *names)
{
    for (size_t i = 0; i < ids->n; i++) {
        size_t at = board_number(q->b, ids->at[i]);
        if (at < q->b->n)
            bit_set(names, at);
    }
}

struct filter filter_make(struct ask *q)
{
    const struct request *r = &q->p->request;
    struct words mode = {(const char **)&(const char *){r->mode}, 1};
    struct filter f = {.open = &r->open, .level = r->min_level, .waived = q->p->waived != 0};
    f.modes = bits_of(&q->b->modes, &mode);
    f.languages = bits_of(&q->b->languages, &r->languages);
    f.district = r->district ? bit_of(&q->b->districts, r->district) : 0;
    f.districts = strcmp(r->mode, "visit") == 0 ? f.district : 0;
    f.exact = (int)FIXED_RULES == (int)FIXED_KNOWN &&
              !((f.modes | f.languages | f.districts) & CODE_OTHER);
    f.out = arena_array(q->a, uint64_t, bits_words(q->b->n));
    name_all(q, &r->excluded, f.out);
    name_all(q, &r->seated, f.out);
    for (size_t i = 0; i < r->topics.n && i <= SCORE_TOPICS; i++)
        f.topic[f.topics++] = topic_bit(r->topics.at[i]);
    f.named = arena_array(q->a, uint64_t, bits_words(q->b->n));
    struct words preferred = {(const char **)&(const char *){r->preferred}, r->preferred != NULL};
    name_all(q, &preferred, f.named);
    name_all(q, &r->last, f.named);
    name_all(q, &r->previous, f.named);
    name_all(q, &r->known, f.named);
    return f;
}

enum fits filter_fits(const struct filter *f, const struct entry *x)
{
    if (f->waived)
        return FITS_MAYBE;
    if (x->level < f->level || (x->modes & f->modes) != f->modes ||
        (x->districts & f->districts) != f->districts ||
        (x->languages & f->languages) != f->languages || bit_is(f->out, x->expert))
        return FITS_NOT;
    if (f->open->n > 0 && !span_meets(f->open, x->term))
        return FITS_NOT;
    return f->exact && x->plain ? FITS : FITS_MAYBE;
}

struct score_hint filter_hint(const struct filter *f, const struct entry *x)
{
    int topics = f->topics > SCORE_TOPICS ? SCORE_TOPICS : 0;
    for (size_t i = 0; i < f->topics && f->topics <= SCORE_TOPICS; i++)
        topics += (x->topics & f->topic[i]) != 0;
    return (struct score_hint){bit_is(f->named, x->expert),
                               (x->districts & f->district) == f->district, topics};
}

const struct field_list *filter_list(struct ask *q)
{
    struct field_list *all = arena_new_of(q->a, struct field_list);
    if (!(q->p->waived >> RULE_not_in_field & 1u)) {
        const struct field_list *list = board_field(q->b, q->p->request.field);
        return list ? list : all;
    }
    all->at = arena_array(q->a, struct entry, q->b->n);
    for (; all->n < q->b->n; all->n++)
        all->at[all->n].expert = (uint32_t)all->n;
    return all;
}
