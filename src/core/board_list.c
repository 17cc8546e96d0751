#include "board_in.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

void *board_grown(void *at, size_t n, size_t size)
{
    void *more = realloc(at, n * size);
    if (!more)
        fatal("out of memory");
    return more;
}

const struct field_list *board_field(const struct board *b, const char *code)
{
    for (size_t i = 0; i < b->field_count; i++)
        if (strcmp(b->fields[i].code, code) == 0)
            return &b->fields[i];
    return NULL;
}

static struct field_list *field_of(struct board *b, const char *code)
{
    for (size_t i = 0; i < b->field_count; i++)
        if (strcmp(b->fields[i].code, code) == 0)
            return &b->fields[i];
    b->fields = board_grown(b->fields, b->field_count + 1, sizeof *b->fields);
    struct field_list *f = &b->fields[b->field_count++];
    *f = (struct field_list){.code = strdup(code)};
    if (!f->code)
        fatal("out of memory");
    return f;
}

void board_list(struct board *b, size_t i)
{
    struct expert *e = &b->experts[i];
    for (size_t j = 0; j < e->skill_count; j++) {
        struct field_list *f = field_of(b, e->skills[j].field);
        e->skills[j].field = f->code;
        b->rows[i]->place[j] = NOWHERE;
        if (f->n > 0 && f->at[f->n - 1].expert == i) /* of one named twice the first counts */
            continue;
        if (f->n == f->room) {
            f->room = f->room ? f->room * 2 : FIRST_ROOM;
            f->at = board_grown(f->at, f->room, sizeof *f->at);
        }
        b->rows[i]->place[j] = (uint32_t)f->n;
        f->at[f->n++] = entry_of(b, i, e->skills[j].level);
    }
}

void board_relist(struct board *b, size_t i)
{
    struct expert *e = &b->experts[i];
    for (size_t j = 0; j < e->skill_count; j++) {
        struct field_list *f = field_of(b, e->skills[j].field);
        e->skills[j].field = f->code;
        if (b->rows[i]->place[j] != NOWHERE)
            f->at[b->rows[i]->place[j]] = entry_of(b, i, e->skills[j].level);
    }
}

void board_unlist(struct board *b, size_t i)
{
    const struct expert *e = &b->experts[i];
    for (size_t j = 0; j < e->skill_count; j++) {
        uint32_t at = b->rows[i]->place[j];
        if (at == NOWHERE)
            continue;
        struct field_list *f = field_of(b, e->skills[j].field);
        f->at[at] = f->at[--f->n];
        const struct expert *moved = &b->experts[f->at[at].expert];
        for (size_t k = 0; k < moved->skill_count; k++)
            if (strcmp(moved->skills[k].field, f->code) == 0 &&
                b->rows[f->at[at].expert]->place[k] != NOWHERE)
                b->rows[f->at[at].expert]->place[k] = at;
    }
}
