/* PUT: the way an attendee answers from a calendar program (RFC 6638 3.2.2). What was put is read
 * by a child, compared with what is there, and is an answer or is refused so that the program takes
 * it back. It is never stored, so no ETag comes with the answer (RFC 4791 5.3.4). */
#include "base/arena.h"
#include "base/log.h"
#include "dav_in.h"
#include "form/dav_answer.h"
#include "form/dav_xml.h"
#include "form/json.h"
#include "work/worker.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    READERS_MAX = 4, /* at once; one more is told to come back */
    WALL_MS = 5000,
    CPU_SECONDS = 2,
    SPACE_BYTES = 512 << 20,
    COMMENT_MAX = 2000,
};

struct put {
    struct call *call;
    struct app *app;
    struct worker *worker; /* NULL: it has ended */
    char *line;            /* its answer; malloc'd */
    enum worker_end end;
};

static enum step put_read(struct call *c);
static enum step put_judge(struct call *c);
static enum step put_told(struct call *c);
static void on_line(void *put, const char *line, size_t len);
static void on_done(void *put, enum worker_end end);
static void put_drop(void *put);
static enum step answer(struct call *c, struct dav *d, const struct dav_answer *a);

static step_fn *const put_steps[] = {put_read, put_judge, put_told, NULL};

#define NOT_THEIRS NS_CALDAV, "allowed-attendee-scheduling-object-change"

static const char *header(struct call *c, const char *name)
{
    return http_header(call_request(c), name);
}

/* Of what is gone, too: somebody may say again what they have said. */
enum step dav_put_prepare(struct call *c, struct dav *d)
{
    const char *type = header(c, "content-type");
    if (type && strncasecmp(type, "text/calendar", 13) != 0)
        return dav_refuse(c, 403, NS_CALDAV, "supported-calendar-data");
    if (call_request(c)->body_len > DAV_OBJECT_MAX)
        return dav_refuse(c, 403, NS_CALDAV, "max-resource-size");
    d->texts = true;
    dav_pick_one(c, d, d->name, dav_is_any);
    return STEP_MORE;
}

static bool holds(struct call *c, const struct dav_entry *e)
{
    const char *match = header(c, "if-match"), *none = header(c, "if-none-match");
    const char *tag = header(c, "if-schedule-tag-match");
    return !(match && (!e || !dav_match(match, e->item.etag))) &&
           !(none && e && dav_match(none, e->item.etag)) &&
           !(tag && (!e || !dav_match(tag, e->item.tag)));
}

enum step dav_put_reply(struct call *c, struct dav *d)
{
    const struct dav_entry *e = d->count ? d->picked[0] : NULL;
    int unlike = holds(c, e) ? dav_if_status(c, d, e) : 412;
    if (unlike)
        return dav_status(c, unlike);
    if (!e)
        return dav_refuse(c, 403, NS_DAV, "need-privileges");
    return call_then(c, put_steps);
}

/* ---- reading ---- */

static enum step put_read(struct call *c)
{
    struct app *app = call_app(c);
    struct dav *d = call_work(c);
    struct put *p = arena_new_of(call_arena(c), struct put);
    const struct http_request *r = call_request(c);
    struct worker_task task = {.name = "object",
                               .foreign = true,
                               .input = r->body,
                               .len = r->body_len,
                               .wall_ms = WALL_MS,
                               .cpu_seconds = CPU_SECONDS,
                               .bytes = SPACE_BYTES,
                               .line = on_line,
                               .done = on_done,
                               .arg = p};
    p->call = c;
    p->app = app;
    d->put = p;
    if (app->dav_readers >= READERS_MAX || worker_start(app->base, &task, &p->worker) != OK)
        return call_fail(c, ERR_BUSY, NULL);
    app->dav_readers++;
    arena_hook(call_arena(c), put_drop, p);
    return STEP_WAIT;
}

static void on_line(void *put, const char *line, size_t len)
{
    struct put *p = put;
    free(p->line);
    p->line = strndup(line, len);
}

static void on_done(void *put, enum worker_end end)
{
    struct put *p = put;
    p->worker = NULL;
    p->end = end;
    p->app->dav_readers--;
    call_go_on(p->call);
}

/* The call is over, maybe before the child. */
static void put_drop(void *put)
{
    struct put *p = put;
    if (p->worker) {
        worker_stop(p->worker);
        p->app->dav_readers--;
    }
    free(p->line);
}

/* ---- judging ---- */

static enum step put_judge(struct call *c)
{
    struct dav *d = call_work(c);
    const struct dav_entry *e = d->picked[0];
    json_t *doc = d->put->line ? json_loads(d->put->line, 0, NULL) : NULL;
    arena_hook(call_arena(c), json_hook, doc);
    if (d->put->end == WORKER_FAILED || d->put->end == WORKER_LATE) {
        log_warn("dav.reader", F_STR("end", worker_end_name(d->put->end)));
        return call_fail(c, ERR_BUSY, NULL);
    }
    if (d->put->end != WORKER_DONE || !doc || json_object_get(doc, "error"))
        return dav_refuse(c, 403, NS_CALDAV, "valid-calendar-data");
    struct dav_answer a;
    const struct dav_shown shown = {.text = e->item.text ? e->item.text : "",
                                    .uid = e->uid,
                                    .email = d->calendar->facts.email,
                                    .partstat = e->partstat,
                                    .organizer = conf_str(d->put->app->conf, CONF_mail_from),
                                    .starts = e->item.starts,
                                    .ends = e->item.ends,
                                    .same_meeting = header(c, "if-schedule-tag-match") != NULL};
    dav_answer_judge(call_arena(c), doc, &shown, &a);
    if (!e->shown) /* nothing to compare it with: it says what they have said, or comes too late */
        return dav_status(c, dav_repeats(doc, &shown) ? 204 : 409);
    return answer(c, d, &a);
}

static enum step answer(struct call *c, struct dav *d, const struct dav_answer *a)
{
    const struct dav_entry *e = d->picked[0];
    switch (a->verdict) {
    case DAV_SAME:
        return dav_status(c, 204);
    case DAV_CHANGES:
        return dav_refuse(c, 403, NOT_THEIRS);
    case DAV_OTHERS:
        return dav_refuse(c, 403, NS_CALDAV, "no-uid-conflict");
    case DAV_NO_EVENT:
        return dav_refuse(c, 403, NS_CALDAV, "valid-calendar-object-resource");
    case DAV_ANSWERS:
        break;
    }
    json_t *ask = json_pack("{s:s, s:i, s:s}", "id", e->item.id, "revision", e->revision,
                            "partstat", a->partstat);
    arena_hook(call_arena(c), json_hook, ask);
    if (a->comment && strlen(a->comment) <= COMMENT_MAX)
        json_object_set_new(ask, "comment", json_string(a->comment));
    char *text = json_dumps(ask, JSON_COMPACT);
    arena_hook(call_arena(c), free, text);
    return call_ask(c, ASK_dav_answer, d->who, d->hash, text);
}

/* Each status makes programs fetch what is there now and forget what they had. */
static enum step put_told(struct call *c)
{
    static const struct {
        const char *outcome;
        int status;
    } outcomes[] = {{"done", 204}, {"same", 204}, {"changed", 412}, {"late", 409}, {"gone", 409}};
    const char *outcome = rows_value(call_rows(c));
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].outcome, outcome) == 0)
            return dav_status(c, outcomes[i].status);
    return dav_refuse(c, 403, NOT_THEIRS);
}
