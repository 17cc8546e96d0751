/* Whose calendar a call is about and what is in it, from memory as far as that is true, and from
 * the database what has changed. */
#include "base/arena.h"
#include "base/log.h"
#include "dav_in.h"
#include "form/dav_xml.h"
#include "form/ical.h"
#include "form/json.h"
#include "form/revision.h"
#include "work/feeds.h"
#include "work/routes.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FORMAT "1" /* rises when the same revision is written in other bytes */
enum {
    TEXT_MAX = 256 << 10,
    TEXTS_AT_ONCE = 250, /* so that neither a read nor the loop is held for long by a calendar */
    NUMBER_MAX = 18,
    LOOKS_MAX = 5,
    FRESH_MS = 50,
};

/* The way of a call has one table: once more from this step of it on. */
static enum step go_back_to(struct call *c, step_fn *step)
{
    step_fn *const *s = dav_steps;
    while (*s != step)
        s++;
    return call_then(c, s);
}

/* "https://example.kr/x/" is "/x". */
const char *dav_base(struct call *c)
{
    const struct app *app = call_app(c);
    const char *whole = public_address(app->conf, call_arena(c), "");
    const char *host = strstr(whole, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    return path ? path : "";
}

static struct person organizer(struct call *c)
{
    const struct conf *conf = ((struct app *)call_app(c))->conf;
    return (struct person){.name = conf_str(conf, CONF_mail_from_name),
                           .email = conf_str(conf, CONF_mail_from)};
}

static void put_salt(struct call *c, const struct dav_facts *f, char ret[DAV_SALT_LEN + 1])
{
    char hash[ID_HASH_LEN + 1];
    struct person from = organizer(c);
    const char *all = arena_printf(call_arena(c), FORMAT "\n%s\n%s\n%s\n%s", from.name, from.email,
                                   f->name, f->email);
    id_hash(all, strlen(all), hash);
    snprintf(ret, DAV_SALT_LEN + 1, "%.*s", DAV_SALT_LEN, hash);
}

static char *token(struct call *c, int64_t version, const char *salt)
{
    const struct app *app = call_app(c);
    return public_address(
        app->conf, call_arena(c),
        arena_printf(call_arena(c), "/dav/sync/%lld-%s", (long long)version, salt));
}

char *dav_token(struct call *c, const struct dav *d, int64_t version)
{
    return token(c, version, d->calendar->salt);
}

/* Only as it was written: of this calendar's present form. */
bool dav_token_read(struct call *c, const struct dav *d, const char *token, int64_t *ret)
{
    const char *slash = strrchr(token, '/');
    size_t n = slash ? strspn(slash + 1, "0123456789") : 0;
    if (n == 0 || n > NUMBER_MAX)
        return false;
    *ret = strtoll(slash + 1, NULL, 10);
    return strcmp(dav_token(c, d, *ret), token) == 0;
}

static int64_t most_bytes(struct call *c)
{
    int64_t door = conf_int(((struct app *)call_app(c))->conf, CONF_body_max);
    return door < DAV_OBJECT_MAX ? door : DAV_OBJECT_MAX;
}

/* ---- what is kept ---- */

static void name_calendar(struct dav *d)
{
    unsigned char digest[ID_HASH_LEN / 2];
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, sizeof digest);
    crypto_generichash_update(&h, (const unsigned char *)d->hash, strlen(d->hash));
    crypto_generichash_update(&h, (const unsigned char *)d->who, strlen(d->who));
    crypto_generichash_final(&h, digest, sizeof digest);
    sodium_bin2hex(d->key, sizeof d->key, digest, sizeof digest);
}

static void hold(struct call *c, struct dav_calendar *k)
{
    struct dav *d = call_work(c);
    d->calendar = dav_calendar_hold(k);
    arena_hook(call_arena(c), dav_calendar_drop, k);
}

/* Whether it is true is asked once for all that wait, and FRESH_MS later again: a password that was
 * revoked has ended by then at every daemon, and who answered at one sees it at another. An answer
 * is judged by what is now. */
enum step dav_open(struct call *c)
{
    struct app *app = call_app(c);
    struct dav *d = call_work(c);
    int64_t most_ms = d->verb->method == HTTP_PUT ? 0 : FRESH_MS;
    name_calendar(d);
    const struct dav_calendar *k = dav_calendars_get(app->dav, d->key);
    if (!k || k->stale || feed_watch_knows(app->feed_watch, most_ms))
        return STEP_MORE;
    feed_watch_wait(app->feed_watch, c);
    return STEP_WAIT;
}

/* What is kept by now: while the call waited, another one may have come, or all may have gone. */
enum step dav_see(struct call *c)
{
    struct app *app = call_app(c);
    struct dav *d = call_work(c);
    struct dav_calendar *k = dav_calendars_get(app->dav, d->key);
    hold(c, k);
    d->asked = !k || k->stale || !feed_watch_fresh(app->feed_watch, k->until);
    if (!d->asked)
        return STEP_MORE;
    return call_ask(c, ASK_dav_see, d->who, d->hash,
                    arena_printf(call_arena(c), "{\"items\":true,\"since\":%lld}",
                                 (long long)(k ? k->version : 0)));
}

/* ---- what came ---- */

static struct dav_calendar *take_facts(struct call *c, const struct rows *rows, size_t count_max)
{
    struct arena *a = call_arena(c);
    struct dav_facts f = {.base = dav_base(c),
                          .expert = rows_text(rows, 0, "expert_id"),
                          .name = rows_text(rows, 0, "expert"),
                          .email = rows_text(rows, 0, "email"),
                          .most_bytes = most_bytes(c)};
    int64_t version = rows_int(rows, 0, "calendar");
    char salt[DAV_SALT_LEN + 1];
    put_salt(c, &f, salt);
    f.title = arena_printf(a, "%s 자문 일정", f.name);
    f.version = arena_printf(a, "%lld-%s", (long long)version, salt);
    f.token = token(c, version, salt);
    struct dav_calendar *k = dav_calendar_new(&f, count_max);
    memcpy(k->salt, salt, sizeof salt);
    k->version = version;
    k->log = rows_int(rows, 0, "log");
    k->until = rows_int(rows, 0, "until");
    return k;
}

/* As it is in another calendar already, or made. */
static struct dav_entry *take_entry(struct call *c, const struct dav_calendar *k,
                                    const struct dav_calendar *other, const struct rows *rows,
                                    size_t row)
{
    struct arena *a = call_arena(c);
    const char *partstat = rows_text(rows, row, "partstat");
    struct dav_entry *was, e = {.uid = rows_text(rows, row, "uid"),
                                .partstat = partstat,
                                .state = rows_text(rows, row, "state"),
                                .version = rows_int(rows, row, "version"),
                                .item.id = rows_text(rows, row, "id"),
                                .item.starts = rows_int(rows, row, "starts"),
                                .item.ends = rows_int(rows, row, "ends"),
                                .revision = (int)rows_int(rows, row, "revision"),
                                .shown = rows_bool(rows, row, "shown")};
    e.item.etag = arena_printf(a, "\"%d-%c%s\"", e.revision, *partstat, k->salt);
    e.item.tag = arena_printf(a, "\"%s\"", rows_text(rows, row, "meeting"));
    was = other ? dav_calendar_find(other, e.item.id) : NULL;
    if (was && was->version == e.version && strcmp(was->item.etag, e.item.etag) == 0)
        return was;
    return dav_entry_new(&e);
}

/* Since the version of old, or all of it; the first row is there in any case, and without an entry
 * it has no id. */
static struct dav_calendar *take_calendar(struct call *c, const struct rows *rows,
                                          const struct dav_calendar *old)
{
    struct app *app = call_app(c);
    size_t n = rows_null(rows, 0, "id") ? 0 : rows_count(rows);
    struct dav_calendar *k = take_facts(c, rows, n + (old ? old->count : 0));
    const struct dav_calendar *other = old ? old : dav_calendars_of(app->dav, k->facts.expert);
    for (size_t i = 0; i < n; i++)
        dav_calendar_add(k, take_entry(c, k, other, rows, i));
    dav_calendar_index(k);
    for (size_t i = 0; old && i < old->count; i++)
        if (!dav_calendar_find(k, old->entries[i]->item.id))
            dav_calendar_add(k, old->entries[i]);
    dav_calendar_index(k);
    k->stale = feed_watch_missed(app->feed_watch, k->log);
    return k;
}

/* False: what is kept cannot be brought up to date by what changed after its version. */
static bool follows(const struct dav_calendar *k, const struct dav_calendar *old)
{
    return !old || (strcmp(old->salt, k->salt) == 0 && old->version <= k->version);
}

enum step dav_again(struct call *c)
{
    struct dav *d = call_work(c);
    d->calendar->stale = true;
    return ++d->looks < LOOKS_MAX ? go_back_to(c, dav_see) : call_fail(c, ERR_BUSY, NULL);
}

enum step dav_admit(struct call *c)
{
    struct app *app = call_app(c);
    struct dav *d = call_work(c);
    const struct rows *rows = call_rows(c);
    const char *id = call_path(c, "id");
    if (d->asked && rows_count(rows) == 0) {
        dav_calendars_cut(app->dav, d->key);
        return dav_challenge(c);
    }
    if (d->asked) {
        const struct dav_calendar *old = d->calendar;
        struct dav_calendar *k = take_calendar(c, rows, old);
        hold(c, k);
        dav_calendar_drop(k); /* as it was made */
        if (!follows(k, old)) {
            dav_calendars_cut(app->dav, d->key);
            return dav_again(c);
        }
        dav_calendars_put(app->dav, d->key, k);
    }
    return id && strcasecmp(id, d->calendar->facts.expert) != 0
               ? dav_refuse(c, 403, NS_DAV, "need-privileges")
               : STEP_MORE;
}

/* ---- texts ---- */

enum step dav_texts(struct call *c)
{
    struct dav *d = call_work(c);
    json_t *names = json_array();
    arena_hook(call_arena(c), json_hook, names);
    for (size_t i = 0; d->texts && i < d->count && json_array_size(names) < TEXTS_AT_ONCE; i++)
        if (d->picked[i] && d->picked[i]->shown && !d->picked[i]->text)
            json_array_append_new(names, json_string(d->picked[i]->item.id));
    d->texts_come = json_array_size(names) > 0;
    if (!d->texts_come)
        return STEP_MORE;
    json_t *ask = json_pack("{s:b, s:b, s:O}", "items", 1, "docs", 1, "names", names);
    char *text = json_dumps(ask, JSON_COMPACT);
    json_decref(ask);
    arena_hook(call_arena(c), free, text);
    return call_ask(c, ASK_dav_see, d->who, d->hash, text);
}

/* False: the event is not what it should be. */
static bool render(struct call *c, const struct dav *d, struct dav_entry *e, const char *doc)
{
    struct app *app = call_app(c);
    const struct dav_facts *f = &d->calendar->facts;
    struct revision *r;
    struct ical_audience to = {.method = ICAL_OBJECT,
                               .organizer = organizer(c),
                               .attendee = {.name = f->name, .email = f->email},
                               .partstat = e->partstat};
    struct buf out;
    json_t *json = json_loads(doc, 0, NULL);
    arena_hook(call_arena(c), json_hook, json);
    if (revision_from_json(call_arena(c), json, &r) != OK)
        return false;
    buf_init(&out, TEXT_MAX);
    bool ok = ical_itip(&out, r, &to) == OK && !out.full;
    if (ok)
        dav_calendars_text(app->dav, e, out.data, out.len);
    buf_done(&out);
    return ok;
}

/* They are of the same calendar, or all begins anew; then the next ones are asked for. */
enum step dav_render(struct call *c)
{
    struct app *app = call_app(c);
    struct dav *d = call_work(c);
    const struct rows *rows = call_rows(c);
    size_t i = 0;
    if (!d->texts_come)
        return STEP_MORE;
    if (rows_count(rows) == 0)
        return dav_challenge(c);
    if (rows_int(rows, 0, "calendar") != d->calendar->version)
        return dav_again(c);
    dav_calendars_get(app->dav, d->key); /* others go before it */
    for (; i < rows_count(rows) && !rows_null(rows, i, "id"); i++) {
        struct dav_entry *e = dav_calendar_find(d->calendar, rows_text(rows, i, "id"));
        if (e && !render(c, d, e, rows_text(rows, i, "doc"))) {
            log_error("dav.render", F_STR("appointment", e->item.id));
            return call_fail(c, ERR_INTERNAL, NULL);
        }
    }
    return i > 0 ? go_back_to(c, dav_texts) : dav_again(c);
}
