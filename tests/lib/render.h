/*
 * One job, as JSON, through form/: what the golden files and the other readers' tests are made of.
 *   {"form":"mail", "message":MESSAGE}
 *   {"form":"feed", "uid", "name", "description", "modified", "organizer":PERSON,
 * "revisions":[REVISION]}
 *   {"form":"itip", "method":"REQUEST|CANCEL", "organizer", "attendee":PERSON, "partstat",
 * "revision"}
 */
#ifndef TESTS_LIB_RENDER_H
#define TESTS_LIB_RENDER_H

#include "form/ical.h"
#include "form/mail.h"
#include "form/take.h"

#include <string.h>

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
    size_t i;
    json_t *json;
    ical_feed_begin(out, &head);
    json_array_foreach(json_object_get(job, "revisions"), i, json)
    {
        struct revision *r;
        if (revision_from_json(a, json, &r) != OK)
            return ERR_INVALID;
        ical_event(out, r, &to);
    }
    ical_feed_end(out);
    return t.bad ? ERR_INVALID : OK;
}

static inline enum err render_itip(struct arena *a, const json_t *job, struct buf *out)
{
    struct take t = {.arena = a};
    bool cancel = strcmp(take_need(&t, job, "method"), "CANCEL") == 0;
    struct ical_audience to = {
        .method = cancel ? ICAL_CANCEL : ICAL_REQUEST,
        .organizer = person_take(&t, take_object(&t, job, "organizer")),
        .attendee = person_take(&t, take_object(&t, job, "attendee")),
        .partstat = take_str(&t, job, "partstat"),
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
    return strcmp(form, "feed") == 0 ? render_feed(a, job, out) : render_itip(a, job, out);
}

#endif
