#include "feed_make.h"

#include "base/arena.h"
#include "base/log.h"
#include "form/ical.h"
#include "form/json.h"
#include "work/app.h"
#include "work/feeds.h"

#include <string.h>

enum { TEXT_MAX = 1 << 20, TAIL_MAX = 100 }; /* of an event; of a calendar's end */

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

/* own: the clock that it is shown on; NULL: the meeting's. Gives the clock; NULL: it has none. What
 * cannot be rendered is empty. */
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
    const char *zone = own ? own : json_string_value(json_object_get(json, "zone"));
    if (!zone || revision_from_json(call_arena(c), json, &r) != OK)
        return zone;
    r->zone = zone;
    ical_event(out, r, &to);
    if (out->full)
        buf_reset(out);
    return zone;
}

/* One meeting that cannot be rendered must not end a calendar: it is left out, and logged. */
void feed_texts_render(struct call *c, const struct rows *rows, const struct feed_index *index)
{
    struct feed_texts *texts = ((struct app *)call_app(c))->feed_texts;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < rows_count(rows); i++) {
        buf_reset(&text);
        const char *zone = render_one(c, rows_text(rows, i, "doc"), own_clock(index), &text);
        if (text.len == 0)
            log_error("feed.text", F_STR("appointment", rows_text(rows, i, "appointment")),
                      F_INT("revision", rows_int(rows, i, "number")));
        if (zone)
            feed_texts_put(texts,
                           text_key(c, rows_text(rows, i, "appointment"),
                                    rows_int(rows, i, "number"), index->viewer, zone),
                           text.data, text.len);
    }
    buf_done(&text);
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

/* The first of the newest events that fit into the bytes; n where a text is missing. */
static size_t first_of(struct feed_texts *texts, const struct feed_index *index, size_t room)
{
    size_t first = index->n, len;
    while (first > 0) {
        if (!feed_texts_get(texts, index->events[first - 1].key, &len))
            return index->n;
        if (len > room)
            break;
        room -= len;
        first--;
    }
    return first;
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
    size_t taken = out->len + TAIL_MAX;
    size_t first = first_of(texts, index, out->max > taken ? out->max - taken : 0);
    if (first > 0 && first == index->n)
        return false;
    if (first > 0)
        log_warn("feed.cut", F_STR("feed", index->id), F_INT("left_out", first));
    for (size_t i = first; i < index->n; i++) {
        size_t len;
        const char *text = feed_texts_get(texts, index->events[i].key, &len);
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
