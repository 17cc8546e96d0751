#include "form/slots_json.h"

#include "base/log.h"
#include "core/bits.h"

#include <stdlib.h>
#include <string.h>

static json_t *made(json_t *v)
{
    if (!v)
        fatal("out of memory");
    return v;
}

/* Packed starts follow from where a window begins. */
void slots_page_cut(struct arena *a, struct panel *p, const struct slots_page *page)
{
    struct span later = {page->after + 1, INSTANT_NEVER};
    struct spans rest = {&later, 1, 1};
    if (!page->after || page->packed)
        return;
    p->request.windows = span_intersect(a, &p->request.windows, &rest);
    panel_seal_request(a, p);
}

size_t slots_wanted(const struct slots_page *page)
{
    return page->after && page->packed ? BOARD_STARTS_MAX : page->limit;
}

/* The number of the start at which the page begins. */
static size_t first_of(const struct board_slots *s, instant after)
{
    size_t i = 0;
    while (after && i < s->n && s->start[i] <= after)
        i++;
    return i;
}

static json_t *seat_json(const struct panel *p, const struct board_seat *seat, size_t i,
                         const struct slots_page *page, bool *listed)
{
    const uint64_t *can = seat->who + i * seat->words;
    size_t count = bits_count(can, seat->words), k = bits_next(can, 0, seat->n);
    json_t *o = made(json_pack("{s:i, s:I}", "seat", seat->no, "count", (json_int_t)count));
    if (!page->who)
        return o;
    json_t *who = made(json_array());
    for (size_t j = 0; k < seat->n && j < SLOTS_WHO_MAX; k = bits_next(can, k + 1, seat->n), j++) {
        json_array_append_new(who, made(json_string(p->experts[seat->expert[k]].id)));
        listed[seat->expert[k]] = true;
    }
    json_object_set_new(o, "experts", who);
    return o;
}

static json_t *start_json(const struct panel *p, const struct board_slots *s, size_t i,
                          const struct slots_page *page, bool *listed)
{
    char text[ZONE_TEXT];
    json_t *seats = made(json_array());
    for (size_t j = 0; j < s->seats; j++)
        json_array_append_new(seats, seat_json(p, &s->seat[j], i, page, listed));
    return made(
        json_pack("{s:s, s:o}", "start", zone_text(page->zone, s->start[i], text), "seats", seats));
}

/* Those who stand in the starts, once each. */
static json_t *experts_json(const struct panel *p, const bool *listed)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < p->expert_count; i++)
        if (listed[i])
            json_array_append_new(list, made(json_pack("{s:s, s:s}", "id", p->experts[i].id, "name",
                                                       p->experts[i].name)));
    return list;
}

json_t *slots_json(const struct panel *p, const struct board_slots *s,
                   const struct slots_page *page)
{
    char at[ZONE_TEXT], cursor[CLOCK_TEXT];
    bool *listed = calloc(p->expert_count + 1, sizeof *listed);
    json_t *starts = made(json_array());
    size_t i = first_of(s, page->after), n = 0;
    if (!listed)
        fatal("out of memory");
    for (; i < s->n && n < page->limit; i++, n++)
        json_array_append_new(starts, start_json(p, s, i, page, listed));
    bool more = i < s->n || (s->more && n > 0);
    json_t *out = made(json_pack(
        "{s:I, s:s, s:i, s:s, s:s, s:o, s:o, s:s?}", "as_of", (json_int_t)p->version, "at",
        zone_text(page->zone, p->now, at), "minutes", p->request.minutes, "alignment",
        page->packed ? "packed" : "grid", "zone", page->zone->name, "slots", starts, "experts",
        experts_json(p, listed), "next_cursor", more ? clock_text(s->start[i - 1], cursor) : NULL));
    free(listed);
    return out;
}
