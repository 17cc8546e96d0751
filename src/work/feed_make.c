#include "feed_make.h"

#include "base/arena.h"
#include "form/ical.h"
#include "form/json.h"
#include "work/app.h"
#include "work/feeds.h"

#include <string.h>

enum { TEXT_MAX = 1 << 20 };

/* What a calendar is called, behind the name of whom or what it is of. */
static const struct title {
    const char *scope, *text;
} titles[] = {
    {"expert", " 자문 일정"},
    {"field", " 분야 자문 일정"},
    {"coordinator", " 담당 자문 일정"},
    {"team", " 현장 방문 자문 일정"},
    {"event", " 자문 일정"},
    {"panel", "자문단 전체 일정"},
};

static const char description[] = "심층자문 일정입니다. 읽기 전용이며 바뀌면 저절로 고쳐집니다.\n"
                                  "Consultations. Read-only; it follows every change by itself.";

static const char *text_key(struct call *c, const char *appointment, json_int_t number,
                            const char *viewer, const char *zone)
{
    return arena_printf(call_arena(c), "%s %lld %s %s", appointment, (long long)number, viewer,
                        zone);
}

/* An expert's own calendar is on the expert's clock, any other on that of each meeting. */
static const char *own_clock(const struct feed_index *index)
{
    return strcmp(index->scope, "expert") == 0 ? index->zone : NULL;
}

static bool event_take(struct call *c, json_t *json, const struct feed_index *index,
                       struct feed_event *e)
{
    const char *own = own_clock(index);
    json_int_t start, end;
    if (json_unpack(json, "[s, I, I, I, s, s]", &e->appointment, &e->number, &start, &end, &e->zone,
                    &e->status) != 0)
        return false;
    e->start = start;
    e->end = end;
    e->zone = own ? own : e->zone;
    e->key = text_key(c, e->appointment, e->number, index->viewer, e->zone);
    return true;
}

bool feed_index_take(struct call *c, const struct rows *rows, struct feed_index *ret)
{
    json_t *events = json_loads(rows_text(rows, 0, "events"), 0, NULL), *event;
    size_t i;
    arena_hook(call_arena(c), json_hook, events);
    *ret = (struct feed_index){
        .id = rows_text(rows, 0, "id"),
        .scope = rows_text(rows, 0, "scope"),
        .viewer = rows_text(rows, 0, "viewer"),
        .name = rows_text(rows, 0, "name"),
        .zone = rows_text(rows, 0, "zone"),
        .modified = rows_int(rows, 0, "modified"),
        .latest = rows_int(rows, 0, "latest"),
        .since = rows_int(rows, 0, "since"),
        .horizon = rows_int(rows, 0, "horizon"),
        .n = json_array_size(events),
        .events = arena_array(call_arena(c), struct feed_event, json_array_size(events) + 1),
    };
    json_array_foreach(events, i,
                       event) if (!event_take(c, event, ret, &ret->events[i])) return false;
    return json_is_array(events);
}

json_t *feed_texts_missing(struct call *c, const struct feed_index *index, size_t n)
{
    struct feed_texts *texts = ((struct app *)call_app(c))->feed_texts;
    json_t *missing = json_array();
    size_t len;
    for (size_t i = 0; i < index->n && json_array_size(missing) < n; i++) {
        const struct feed_event *e = &index->events[i];
        if (!feed_texts_get(texts, e->key, &len))
            json_array_append_new(missing, json_pack("[s, I]", e->appointment, e->number));
    }
    return missing;
}

/* own: the clock that it is shown on; NULL: the meeting's. Gives the clock; NULL: it is not right.
 */
static const char *render_one(struct call *c, const char *doc, const char *own, struct buf *out)
{
    const struct conf *conf = ((struct app *)call_app(c))->conf;
    struct ical_audience to = {
        .method = ICAL_FEED,
        .organizer = {.name = conf_str(conf, CONF_mail_from_name),
                      .email = conf_str(conf, CONF_mail_from)},
    };
    struct revision *r;
    json_t *json = json_loads(doc, 0, NULL);
    arena_hook(call_arena(c), json_hook, json);
    if (!json || revision_from_json(call_arena(c), json, &r) != OK)
        return NULL;
    r->zone = own ? own : r->zone;
    ical_event(out, r, &to);
    return out->full ? NULL : r->zone;
}

bool feed_texts_render(struct call *c, const struct rows *rows, const struct feed_index *index)
{
    struct feed_texts *texts = ((struct app *)call_app(c))->feed_texts;
    struct buf text;
    const char *zone = "";
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; zone && i < rows_count(rows); i++) {
        buf_reset(&text);
        zone = render_one(c, rows_text(rows, i, "doc"), own_clock(index), &text);
        if (zone)
            feed_texts_put(texts,
                           text_key(c, rows_text(rows, i, "appointment"),
                                    rows_int(rows, i, "number"), index->viewer, zone),
                           text.data, text.len);
    }
    buf_done(&text);
    return zone != NULL;
}

static const char *title(struct call *c, const struct feed_index *index)
{
    const struct title *t = titles, *last = titles + sizeof titles / sizeof *titles - 1;
    while (t < last && strcmp(t->scope, index->scope) != 0)
        t++;
    return arena_printf(call_arena(c), "%s%s", index->name, t->text);
}

/* The zones of the events, each once, and the time in which they are. */
static void add_zones(struct call *c, const struct feed_index *index, struct ical_feed_head *head)
{
    const char **zones = arena_array(call_arena(c), const char *, index->n + 1);
    size_t count = 0;
    head->from = index->since;
    head->until = index->horizon;
    for (size_t i = 0; i < index->n; i++) {
        size_t k = 0;
        while (k < count && strcmp(zones[k], index->events[i].zone) != 0)
            k++;
        zones[k] = index->events[i].zone;
        count += k == count;
        if (index->events[i].end > head->until)
            head->until = index->events[i].end;
    }
    head->zones = zones;
    head->zone_count = count;
}

bool feed_join(struct call *c, const struct feed_index *index, struct buf *out)
{
    struct feed_texts *texts = ((struct app *)call_app(c))->feed_texts;
    struct ical_feed_head head = {.uid = index->id,
                                  .name = title(c, index),
                                  .description = description,
                                  .zone = index->zone,
                                  .modified = index->latest};
    add_zones(c, index, &head);
    ical_feed_begin(out, &head);
    for (size_t i = 0; i < index->n; i++) {
        size_t len;
        const char *text = feed_texts_get(texts, index->events[i].key, &len);
        if (!text)
            return false;
        buf_add(out, text, len);
    }
    ical_feed_end(out);
    return !out->full;
}

void feed_busy_write(struct call *c, const struct feed_index *index, struct buf *out)
{
    const struct conf *conf = ((struct app *)call_app(c))->conf;
    struct ical_busy *times = arena_array(call_arena(c), struct ical_busy, index->n + 1);
    struct ical_busy_head head = {
        .uid = index->id,
        .organizer = {.name = conf_str(conf, CONF_mail_from_name),
                      .email = conf_str(conf, CONF_mail_from)},
        .from = index->since,
        .until = index->horizon,
        .modified = index->modified,
    };
    size_t n = 0;
    for (size_t i = 0; i < index->n; i++) {
        const struct feed_event *e = &index->events[i];
        if (strcmp(e->status, "cancelled") == 0)
            continue;
        times[n++] = (struct ical_busy){e->start, e->end, strcmp(e->status, "tentative") == 0};
        if (e->end > head.until)
            head.until = e->end;
    }
    ical_busy(out, &head, times, n);
}
