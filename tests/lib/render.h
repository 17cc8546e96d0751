/*
 * One job, as JSON, through form/: what the golden files and the other readers' tests are made of.
 *   {"form":"mail", "message":MESSAGE}
 *   {"form":"feed", "uid", "name", "description", "modified", "zone", "organizer":PERSON,
 * "revisions":[REVISION]}
 *   {"form":"busy", "uid", "organizer":PERSON, "from", "until", "modified",
 * "times":[{"start","end","tentative"}]}
 *   {"form":"zone", "name", "from", "until"}
 *   {"form":"itip", "method":"REQUEST|CANCEL|DECLINECOUNTER", "organizer", "attendee":PERSON,
 * "partstat", "comment", "revision"}
 */
#ifndef TESTS_LIB_RENDER_H
#define TESTS_LIB_RENDER_H

#include "form/ical.h"
#include "form/ical_zone.h"
#include "form/mail.h"
#include "form/take.h"

#include <string.h>

static inline void render_zone_once(struct ical_feed_head *head, const char **zones,
                                    const struct revision *r)
{
    size_t i = 0;
    head->from = head->from && head->from < r->start ? head->from : r->start;
    head->until = head->until > r->end ? head->until : r->end;
    while (i < head->zone_count && strcmp(zones[i], r->zone) != 0)
        i++;
    zones[i] = r->zone;
    head->zone_count += i == head->zone_count;
}

static inline enum err render_feed(struct arena *a, const json_t *job, struct buf *out)
{
    struct take t = {.arena = a};
    struct ical_audience to = {.organizer = person_take(&t, take_object(&t, job, "organizer"))};
    struct ical_feed_head head = {
        .uid = take_str(&t, job, "uid"),
        .name = take_need(&t, job, "name"),
        .description = take_str(&t, job, "description"),
        .modified = take_instant(&t, job, "modified"),
    };
    const json_t *revisions = json_object_get(job, "revisions");
    size_t count = json_array_size(revisions), i;
    struct revision **r = arena_array(a, struct revision *, count + 1);
    const char **zones = arena_array(a, const char *, count + 1);
    head.zone = take_str(&t, job, "zone");
    head.zones = zones;
    for (i = 0; i < count; i++) {
        if (revision_from_json(a, json_array_get(revisions, i), &r[i]) != OK)
            return ERR_INVALID;
        render_zone_once(&head, zones, r[i]);
    }
    ical_feed_begin(out, &head);
    for (i = 0; i < count; i++)
        ical_event(out, r[i], &to);
    ical_feed_end(out);
    return t.bad ? ERR_INVALID : OK;
}

static inline enum err render_busy(struct arena *a, const json_t *job, struct buf *out)
{
    struct take t = {.arena = a};
    const json_t *times = json_object_get(job, "times"), *one;
    struct ical_busy *busy = arena_array(a, struct ical_busy, json_array_size(times) + 1);
    struct ical_busy_head head = {
        .uid = take_need(&t, job, "uid"),
        .organizer = person_take(&t, take_object(&t, job, "organizer")),
        .from = take_instant(&t, job, "from"),
        .until = take_instant(&t, job, "until"),
        .modified = take_instant(&t, job, "modified"),
    };
    size_t n = 0;
    json_array_foreach(times, n, one)
    {
        busy[n].start = take_instant(&t, one, "start");
        busy[n].end = take_instant(&t, one, "end");
        busy[n].tentative = json_is_true(json_object_get(one, "tentative"));
    }
    ical_busy(out, &head, busy, n);
    return t.bad ? ERR_INVALID : OK;
}

static inline enum err render_zone(struct arena *a, const json_t *job, struct buf *out)
{
    struct take t = {.arena = a};
    ical_zone(out, take_need(&t, job, "name"), take_instant(&t, job, "from"),
              take_instant(&t, job, "until"));
    return t.bad ? ERR_INVALID : OK;
}

static inline enum err render_itip(struct arena *a, const json_t *job, struct buf *out)
{
    struct take t = {.arena = a};
    const char *method = take_need(&t, job, "method");
    struct ical_audience to = {
        .method = strcmp(method, "CANCEL") == 0           ? ICAL_CANCEL
                  : strcmp(method, "DECLINECOUNTER") == 0 ? ICAL_DECLINECOUNTER
                                                          : ICAL_REQUEST,
        .organizer = person_take(&t, take_object(&t, job, "organizer")),
        .attendee = person_take(&t, take_object(&t, job, "attendee")),
        .partstat = take_str(&t, job, "partstat"),
        .comment = take_str(&t, job, "comment"),
    };
    struct revision *r;
    enum err err = revision_from_json(a, take_object(&t, job, "revision"), &r);
    return err != OK ? err : ical_itip(out, r, &to);
}

static inline enum err render_job(struct arena *a, const json_t *job, struct buf *out)
{
    struct take t = {.arena = a};
    struct mail_envelope envelope;
    const char *form = take_need(&t, job, "form");
    if (strcmp(form, "mail") == 0)
        return mail_render(a, mail_texts_new(a), take_object(&t, job, "message"), out, &envelope);
    if (strcmp(form, "busy") == 0)
        return render_busy(a, job, out);
    if (strcmp(form, "zone") == 0)
        return render_zone(a, job, out);
    return strcmp(form, "feed") == 0 ? render_feed(a, job, out) : render_itip(a, job, out);
}

#endif
