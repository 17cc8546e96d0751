/* What a CalDAV call asks the database, and what it makes of the answer. */
#include "base/arena.h"
#include "base/log.h"
#include "dav_in.h"
#include "form/dav_xml.h"
#include "form/ical.h"
#include "form/json.h"
#include "form/revision.h"
#include "work/feeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "1" /* rises when the same revision is written in other bytes */
enum { TEXT_MAX = 256 << 10, NUMBER_MAX = 18 };

bool dav_asks(const struct dav *d)
{
    return json_object_get(d->ask, "items") != NULL;
}

enum step dav_ask(struct call *c, struct dav *d)
{
    char *text = json_dumps(d->ask, JSON_COMPACT);
    arena_hook(call_arena(c), free, text);
    return call_ask(c, ASK_dav_see, d->who, d->hash, text);
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

static void put_salt(struct call *c, struct dav *d)
{
    char hash[ID_HASH_LEN + 1];
    struct person from = organizer(c);
    const char *all = arena_printf(call_arena(c), FORMAT "\n%s\n%s\n%s\n%s", from.name, from.email,
                                   d->facts.name, d->facts.email);
    id_hash(all, strlen(all), hash);
    memcpy(d->salt, hash, sizeof d->salt - 1);
}

char *dav_token(struct call *c, const struct dav *d, int64_t version)
{
    const struct app *app = call_app(c);
    const char *path =
        arena_printf(call_arena(c), "/dav/sync/%lld-%s", (long long)version, d->salt);
    return public_address(app->conf, call_arena(c), path);
}

/* Only as it was written: of this calendar's present form, and not from the future. */
bool dav_token_read(struct call *c, const struct dav *d, const char *token, int64_t *ret)
{
    const char *slash = strrchr(token, '/');
    size_t n = slash ? strspn(slash + 1, "0123456789") : 0;
    if (n == 0 || n > NUMBER_MAX)
        return false;
    *ret = strtoll(slash + 1, NULL, 10);
    return *ret <= d->calendar && strcmp(dav_token(c, d, *ret), token) == 0;
}

static int64_t most_bytes(struct call *c)
{
    int64_t door = conf_int(((struct app *)call_app(c))->conf, CONF_body_max);
    return door < DAV_OBJECT_MAX ? door : DAV_OBJECT_MAX;
}

static void take_facts(struct call *c, struct dav *d, const struct rows *rows)
{
    struct arena *a = call_arena(c);
    d->facts = (struct dav_facts){.base = dav_base(c),
                                  .expert = arena_strdup(a, rows_text(rows, 0, "expert_id")),
                                  .name = arena_strdup(a, rows_text(rows, 0, "expert")),
                                  .email = arena_strdup(a, rows_text(rows, 0, "email"))};
    d->facts.title = arena_printf(a, "%s 자문 일정", d->facts.name);
    d->calendar = rows_int(rows, 0, "calendar");
    d->log = rows_int(rows, 0, "log");
    d->until = rows_int(rows, 0, "until");
    put_salt(c, d);
    d->facts.version = arena_printf(a, "%lld-%s", (long long)d->calendar, d->salt);
    d->facts.token = dav_token(c, d, d->calendar);
    d->facts.most_bytes = most_bytes(c);
}

static void take_entry(struct call *c, struct dav *d, const struct rows *rows, size_t row,
                       struct dav_entry *e)
{
    struct arena *a = call_arena(c);
    *e = (struct dav_entry){.uid = rows_text(rows, row, "uid"),
                            .partstat = rows_text(rows, row, "partstat"),
                            .state = rows_text(rows, row, "state"),
                            .version = rows_int(rows, row, "version"),
                            .item.starts = rows_int(rows, row, "starts"),
                            .item.ends = rows_int(rows, row, "ends"),
                            .revision = (int)rows_int(rows, row, "revision"),
                            .shown = rows_bool(rows, row, "shown")};
    e->item.id = rows_text(rows, row, "id");
    e->item.etag = arena_printf(a, "\"%d-%c%s\"", e->revision, *e->partstat, d->salt);
    e->item.tag = arena_printf(a, "\"%s\"", rows_text(rows, row, "meeting"));
    if (!rows_null(rows, row, "doc")) {
        json_t *doc = json_loads(rows_text(rows, row, "doc"), 0, NULL);
        arena_hook(a, json_hook, doc);
        e->doc = doc;
    }
}

/* The first row is there in any case; without an entry it has no id. */
static void take_entries(struct call *c, struct dav *d, const struct rows *rows)
{
    d->count = rows_null(rows, 0, "id") ? 0 : rows_count(rows);
    d->entries = arena_array(call_arena(c), struct dav_entry, d->count);
    for (size_t i = 0; i < d->count; i++)
        take_entry(c, d, rows, i, &d->entries[i]);
}

static const char *key_of(struct call *c, const struct dav *d, const struct dav_entry *e)
{
    return arena_printf(call_arena(c), "%s %s %s", d->facts.expert, e->item.id, e->item.etag);
}

/* From memory; the names of those that are not there. */
static json_t *take_texts(struct call *c, struct dav *d)
{
    const struct app *app = call_app(c);
    json_t *missing = json_array();
    arena_hook(call_arena(c), json_hook, missing);
    for (size_t i = 0; i < d->count; i++) {
        struct dav_entry *e = &d->entries[i];
        const char *kept =
            e->shown ? feed_texts_get(app->feed_texts, key_of(c, d, e), &e->item.len) : NULL;
        if (kept) /* a copy: others may push it out while this call lives */
            e->item.text = arena_strndup(call_arena(c), kept, e->item.len);
        if (e->shown && !e->item.text)
            json_array_append_new(missing, json_string(e->item.id));
    }
    return missing;
}

enum step dav_admit(struct call *c)
{
    struct dav *d = call_work(c);
    const struct rows *rows = call_rows(c);
    const char *id = call_path(c, "id");
    if (rows_count(rows) == 0)
        return dav_challenge(c);
    take_facts(c, d, rows);
    if (id && strcasecmp(id, d->facts.expert) != 0)
        return dav_refuse(c, 403, NS_DAV, "need-privileges");
    return STEP_MORE;
}

/* The calendar's version is that of the entries. */
enum step dav_take(struct call *c)
{
    struct dav *d = call_work(c);
    const struct rows *rows = call_rows(c);
    if (!dav_asks(d))
        return STEP_MORE;
    if (rows_count(rows) == 0)
        return dav_challenge(c);
    take_facts(c, d, rows);
    take_entries(c, d, rows);
    json_t *missing = d->texts ? take_texts(c, d) : NULL;
    if (json_array_size(missing) == 0)
        return STEP_MORE;
    json_t *ask = json_pack("{s:b, s:b, s:O}", "items", 1, "docs", 1, "names", missing);
    arena_hook(call_arena(c), json_hook, ask);
    d->ask = ask;
    return dav_ask(c, d);
}

/* False: the event is not what it should be. */
static bool render(struct call *c, struct dav *d, struct dav_entry *e)
{
    const struct app *app = call_app(c);
    struct revision *r;
    struct ical_audience to = {.method = ICAL_OBJECT,
                               .organizer = organizer(c),
                               .attendee = {.name = d->facts.name, .email = d->facts.email},
                               .partstat = e->partstat};
    struct buf out;
    if (revision_from_json(call_arena(c), e->doc, &r) != OK)
        return false;
    buf_init(&out, TEXT_MAX);
    bool ok = ical_itip(&out, r, &to) == OK && !out.full;
    if (ok) {
        feed_texts_put(app->feed_texts, key_of(c, d, e), out.data, out.len);
        e->item.text = arena_strndup(call_arena(c), out.data, out.len);
        e->item.len = out.len;
    }
    buf_done(&out);
    return ok;
}

static struct dav_entry *entry_of(struct dav *d, const char *id)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->entries[i].item.id, id) == 0)
            return &d->entries[i];
    return NULL;
}

/* What has changed between the two asks is as the second one saw it; what has gone meanwhile keeps
 * its place without a text. */
enum step dav_docs(struct call *c)
{
    struct dav *d = call_work(c);
    const struct rows *rows = call_rows(c);
    bool asked = json_is_true(json_object_get(d->ask, "docs"));
    if (asked && rows_count(rows) == 0)
        return dav_challenge(c);
    for (size_t i = 0; asked && i < rows_count(rows) && !rows_null(rows, i, "id"); i++) {
        struct dav_entry *e = entry_of(d, rows_text(rows, i, "id"));
        if (!e)
            continue;
        int64_t version = e->version;
        take_entry(c, d, rows, i, e);
        e->version = version;
        if (d->texts && !render(c, d, e)) {
            log_error("dav.render", F_STR("appointment", e->item.id));
            return call_fail(c, ERR_INTERNAL, NULL);
        }
    }
    return STEP_MORE;
}
