/* The brief as the worker reads it: the requests as they come, the rest at the end. */
#include "brief_in.h"
#include "core/score.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const int frontier[] = {0, 5, 10, 20, 40};

/* It has begun, or is where no plan could put it anew. */
static bool is_pinned(const struct brief *b, const struct looked *l)
{
    bool pinned = json_is_true(json_object_get(l->kept, "pinned"));
    for (size_t i = 0; i < l->kept_count; i++)
        pinned |= b->desks[l->kept_experts[i]].stuck[l->kept_slot];
    return pinned;
}

static void print_kept(const struct brief *b, struct buf *out, const struct looked *l)
{
    if (!l->kept) {
        buf_str(out, ",\"kept\":null}");
        return;
    }
    buf_str(out, ",\"kept\":{\"experts\":[");
    for (size_t i = 0; i < l->kept_count; i++)
        buf_printf(out, "%s%zu", i ? "," : "", l->kept_experts[i]);
    buf_printf(out, "],\"slot\":%zu,\"weight\":%lld,\"pinned\":%s}}", l->kept_slot,
               (long long)json_integer_value(json_object_get(l->kept, "weight")),
               is_pinned(b, l) ? "true" : "false");
}

static void print_hopefuls(struct buf *out, const struct looked *l)
{
    bool seats = l->request.seat_count > 1;
    buf_str(out, "],\"candidates\":[");
    for (size_t i = 0; i < l->hopeful_count; i++) {
        const struct hopeful *h = &l->hopefuls[i];
        buf_printf(out, "%s{\"expert\":%zu,\"points\":%d", i ? "," : "", h->expert, h->points);
        if (seats)
            buf_printf(out, ",\"seat\":%d", h->seat);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

/* Ids are UUIDs of our own database: nothing in them needs escaping. */
static void print_request(struct brief *b, struct buf *out, const struct looked *l)
{
    struct panel p = *b->panel;
    p.request = l->request;
    buf_printf(
        out,
        "%s{\"id\":\"%s\",\"company\":\"%s\",\"class\":%d,\"length\":%d,\"experts_needed\":%zu,"
        "\"slots\":[",
        b->count ? "," : "", l->request.id, l->company, URGENCY_URGENT - (int)l->request.urgency,
        l->length,
        l->request.seat_count < BRIEF_SEATS_MAX ? l->request.seat_count : (size_t)BRIEF_SEATS_MAX);
    for (size_t i = 0; i < l->slot_count; i++)
        buf_printf(out, "%s%zu", i ? "," : "", l->slots[i]);
    buf_str(out, "],\"slot_points\":[");
    for (size_t i = 0; i < l->slot_count; i++) {
        int early = score_start(&p, b->slots[l->slots[i]].span.from);
        buf_printf(out, "%s%d", i ? "," : "", early > 0 ? early : 0);
    }
    print_hopefuls(out, l);
    print_kept(b, out, l);
}

enum err brief_add(struct brief *b, const json_t *requests, const char **ret_why)
{
    size_t i;
    json_t *doc;
    enum err e = OK;
    json_array_foreach(requests, i, doc)
    {
        struct arena *scratch = arena_new();
        struct arena *a = b->expected == 1 ? b->a : scratch; /* a walk-in is looked at afterwards */
        struct looked *l = arena_new_of(a, struct looked);
        const char *why;
        bool room = b->count < BRIEF_REQUESTS_MAX;
        if (room && brief_look(b, a, doc, l, &why)) {
            print_request(b, &b->requests, l);
            json_array_append_new(b->request_ids, json_string(l->request.id));
            b->count++;
            b->last = a == b->a ? l : NULL;
        } else {
            *ret_why = room ? arena_strdup(b->a, why) : "/requests: too many";
            e = ERR_INVALID;
        }
        arena_free(scratch);
        if (e != OK)
            break;
    }
    return e;
}

static void print_number(struct buf *out, const char *key, int n)
{
    if (n <= BRIEF_SLOTS_MAX) /* else it is no limit */
        buf_printf(out, ",\"%s\":%d", key, n);
    else
        buf_printf(out, ",\"%s\":null", key);
}

static void print_caps(struct buf *out, const struct desk *d)
{
    buf_str(out, ",\"caps\":[");
    for (size_t i = 0; i < d->cap_count; i++)
        buf_printf(out, "%s{\"from\":%d,\"until\":%d,\"most\":%d%s}", i ? "," : "", d->caps[i].from,
                   d->caps[i].until, d->caps[i].most, d->caps[i].slots ? ",\"slots\":true" : "");
    buf_char(out, ']');
}

static void print_text(struct buf *out, const char *key, const char *text)
{
    json_t *v = text ? json_string(text) : json_null();
    char *said = json_dumps(v, JSON_ENCODE_ANY);
    buf_printf(out, ",\"%s\":%s", key, said);
    free(said);
    json_decref(v);
}

static void print_experts(const struct brief *b, struct buf *out)
{
    buf_str(out, "],\"experts\":[");
    for (size_t i = 0; i < b->panel->expert_count; i++) {
        const struct desk *d = &b->desks[i];
        bool first = true;
        buf_printf(out, "%s{\"id\":\"%s\",\"free\":[", i ? "," : "", b->panel->experts[i].id);
        for (size_t s = 0; s < b->slot_count; s++)
            if (d->free[s]) {
                buf_printf(out, "%s%zu", first ? "" : ",", s);
                first = false;
            }
        buf_printf(out, "],\"load\":%" PRId64 ",\"share\":%" PRId64, d->load, d->share);
        print_number(out, "per_day", d->per_day);
        print_number(out, "most", d->most);
        print_caps(out, d);
        print_number(out, "rest_after", d->rest);
        buf_printf(out, ",\"apart\":%d", d->apart);
        print_text(out, "zone", d->zone);
        buf_char(out, '}');
    }
}

static void print_grid(const struct brief *b, struct buf *out)
{
    buf_str(out, "{\"slots\":[");
    for (size_t i = 0; i < b->slot_count; i++)
        buf_printf(out,
                   "%s{\"from\":%" PRId64 ",\"until\":%" PRId64 ",\"booths\":%d,\"name\":\"%s\"}",
                   i ? "," : "", b->slots[i].span.from, b->slots[i].span.until, b->slots[i].booths,
                   b->slots[i].name);
    buf_str(out, "],\"days\":[");
    for (size_t i = 0; i < b->slot_count; i++)
        buf_printf(out, "%s%d", i ? "," : "", b->slots[i].day);
    if (json_array_size(b->zones) > 0) {
        char *zones =
            json_dumps(b->zones, JSON_COMPACT); /* its bracket is closed by what follows */
        buf_printf(out, "],\"zones\":%.*s", (int)strlen(zones) - 1, zones);
        free(zones);
    }
}

bool brief_print(const struct brief *b, struct buf *out)
{
    print_grid(b, out);
    print_experts(b, out);
    buf_str(out, "],\"requests\":[");
    buf_add(out, b->requests.data, b->requests.len);
    buf_str(out, "],\"lambda\":[");
    for (size_t i = 0; i < sizeof frontier / sizeof *frontier; i++)
        buf_printf(out, "%s%d", i ? "," : "", frontier[i]);
    buf_printf(out, "],\"chosen\":%d,\"seconds\":%d}", b->lambda, b->seconds);
    return !out->full && !b->requests.full;
}
