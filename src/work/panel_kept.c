#include "panel_kept.h"

#include "base/arena.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

/* Beside each expert: what it lives in, and the load that brought it. */
struct home {
    struct arena *arena;
    unsigned long load;
};

struct panel_kept {
    struct expert *experts; /* by id */
    struct home *homes;
    size_t n, room;
    unsigned long load;
};

struct panel_kept *panel_kept_new(void)
{
    struct panel_kept *k = calloc(1, sizeof *k);
    if (!k)
        fatal("out of memory");
    return k;
}

void panel_kept_free(struct panel_kept *k)
{
    for (size_t i = 0; i < k->n; i++)
        arena_free(k->homes[i].arena);
    free(k->experts);
    free(k->homes);
    free(k);
}

/* Where the expert is, or would be. */
static size_t place_of(const struct panel_kept *k, const char *id, bool *ret_there)
{
    size_t low = 0, high = k->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (strcmp(k->experts[mid].id, id) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    *ret_there = low < k->n && strcmp(k->experts[low].id, id) == 0;
    return low;
}

static void make_room(struct panel_kept *k, size_t at)
{
    if (k->n == k->room) {
        k->room = k->room ? 2 * k->room : 128;
        k->experts = realloc(k->experts, k->room * sizeof *k->experts);
        k->homes = realloc(k->homes, k->room * sizeof *k->homes);
        if (!k->experts || !k->homes)
            fatal("out of memory");
    }
    memmove(k->experts + at + 1, k->experts + at, (k->n - at) * sizeof *k->experts);
    memmove(k->homes + at + 1, k->homes + at, (k->n - at) * sizeof *k->homes);
    k->n++;
}

bool panel_kept_put(struct panel_kept *k, const json_t *expert)
{
    struct arena *a = arena_new();
    struct expert e;
    const char *why;
    bool there;
    if (panel_expert_from_json(a, expert, &e, &why) != OK || k->n == PANEL_EXPERTS_MAX) {
        log_error("panel.expert", F_STR("why", why ? why : "there are too many"));
        arena_free(a);
        return false;
    }
    size_t at = place_of(k, e.id, &there);
    if (there)
        arena_free(k->homes[at].arena);
    else
        make_room(k, at);
    k->experts[at] = e;
    k->homes[at] = (struct home){a, k->load};
    return true;
}

static void drop_at(struct panel_kept *k, size_t at)
{
    arena_free(k->homes[at].arena);
    k->n--;
    memmove(k->experts + at, k->experts + at + 1, (k->n - at) * sizeof *k->experts);
    memmove(k->homes + at, k->homes + at + 1, (k->n - at) * sizeof *k->homes);
}

void panel_kept_drop(struct panel_kept *k, const char *id)
{
    bool there;
    size_t at = place_of(k, id, &there);
    if (there)
        drop_at(k, at);
}

void panel_kept_begin(struct panel_kept *k)
{
    k->load++;
}

void panel_kept_end(struct panel_kept *k)
{
    for (size_t i = k->n; i-- > 0;)
        if (k->homes[i].load != k->load)
            drop_at(k, i);
}

size_t panel_kept_count(const struct panel_kept *k)
{
    return k->n;
}

struct expert *panel_kept_experts(struct panel_kept *k, size_t *ret_n)
{
    *ret_n = k->n;
    return k->experts;
}
