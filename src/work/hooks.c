/* Events leave to webhooks: signed as Standard Webhooks says, with the reader's text where the
 * event is a message. The id is the delivery's, whatever the try, so that a receiver knows one that
 * comes twice. */
#include "hooks.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "carrier.h"
#include "form/json.h"
#include "form/mail.h"
#include "post.h"
#include "work/secret.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LEASE_SPARE_MS = 5000 };

struct hooks {
    struct app *app;
    struct post *post;
};

void hook_secret(const uint8_t key[ID_KEY_BYTES], const char *id, int64_t n,
                 uint8_t ret[SIGN_SECRET_BYTES])
{
    char purpose[32];
    snprintf(purpose, sizeof purpose, "webhook %" PRId64, n);
    id_derive(key, purpose, id, ret);
}

/* Each claimed one has a thread at once, so the lease need only outlast its time. */
static struct outbox_limits hook_limits(const struct conf *c)
{
    return (struct outbox_limits){.most = conf_int(c, CONF_webhook_parallel),
                                  .lease_ms =
                                      2 * conf_int(c, CONF_webhook_timeout) + LEASE_SPARE_MS,
                                  .attempts_max = conf_int(c, CONF_webhook_attempts_max),
                                  .backoff_ms = conf_int(c, CONF_webhook_backoff)};
}

static void *hook_open(struct app *app)
{
    struct hooks *h = calloc(1, sizeof *h);
    if (!h)
        fatal("out of memory");
    h->app = app;
    h->post = post_new(app->base, app->conf);
    return h;
}

static void hook_close(void *way)
{
    struct hooks *h = way;
    post_free(h->post);
    free(h);
}

/* The event's data gets the title, the text and the link of its message. */
static bool add_text(struct hooks *h, struct job *j, json_t *event, json_t *message)
{
    const char *title, *text;
    json_t *data = json_object_get(event, "data");
    if (!json_is_object(message))
        return true;
    secret_put(h->app->conf, h->app->key, j->arena, message);
    if (mail_short(j->arena, h->app->texts, message, &title, &text) != OK)
        return false;
    json_t *link = json_object_get(message, "link_url");
    json_object_set_new(data, "title", json_string(title));
    json_object_set_new(data, "text_ko", json_string(text));
    json_object_set(data, "link_url", link ? link : json_null());
    return true;
}

static bool write_body(struct buf *out, const json_t *event)
{
    char *text = json_dumps(event, JSON_COMPACT);
    if (text)
        buf_str(out, text);
    free(text);
    return text && !out->full;
}

/* "v1,… v1,…": by each secret that is good now. */
static const char *signatures(struct hooks *h, struct job *j, const json_t *doc, int64_t now)
{
    const char *id = json_string_value(json_object_get(doc, "webhook_id"));
    const char *all = "";
    size_t i;
    json_t *n;
    json_array_foreach(json_object_get(doc, "secrets"), i, n)
    {
        uint8_t secret[SIGN_SECRET_BYTES];
        char one[SIGN_LEN + 1];
        hook_secret(h->app->key, id, json_integer_value(n), secret);
        sign_body(secret, sizeof secret, j->id, now,
                  (struct sign_part){j->bytes.data, j->bytes.len}, one);
        all = arena_printf(j->arena, "%s%s%s", all, i ? " " : "", one);
    }
    return all;
}

static void hook_carry(void *way, struct job *j, json_t *doc)
{
    struct hooks *h = way;
    json_t *event = json_object_get(doc, "event");
    int64_t now = clock_now();
    if (!add_text(h, j, event, json_object_get(doc, "message")) || !write_body(&j->bytes, event)) {
        job_done(j, &(struct talk_result){.permanent = true, .why = "it cannot be an event"});
        return;
    }
    const char **headers = arena_array(j->arena, const char *, POST_HEADERS_MAX);
    headers[0] = "content-type: application/json";
    headers[1] = "user-agent: jamund";
    headers[2] = arena_printf(j->arena, "webhook-id: %s", j->id);
    headers[3] = arena_printf(j->arena, "webhook-timestamp: %" PRId64, now);
    headers[4] = arena_printf(j->arena, "webhook-signature: %s", signatures(h, j, doc, now));
    headers[5] = "expect:"; /* libcurl would wait for a 100 */
    post_send(h->post, json_string_value(json_object_get(doc, "url")), headers, j->bytes.data,
              j->bytes.len, job_done, j);
}

const struct carrier hook_carrier = {
    .name = "webhook",
    .claim = ASK_delivery_claim,
    .sent = ASK_delivery_sent,
    .failed = ASK_delivery_failed,
    .gone = ASK_delivery_gone,
    .limits = hook_limits,
    .open = hook_open,
    .close = hook_close,
    .carry = hook_carry,
};
