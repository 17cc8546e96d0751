/* Secrets in URLs: derived from an id and the service's key, so that they need not be stored. A
 * feed's is looked up by its hash; a link's carries its id. */
#include "work/secret.h"
#include "base/arena.h"
#include "base/log.h"
#include "form/address.h"
#include "form/json.h"
#include "work/app.h"

#include <stdio.h>
#include <string.h>

static const char REPLY[] = "reply"; /* the purpose of tags in addresses */

static const struct shape {
    const char *purpose, *before, *after;
    bool signed_;
} shapes[] = {
    {"feed", "/feeds/", ".ics", false},       {"seat", "/r/", "", true},
    {"company", "/r/", "/company", true},     {"rating", "/r/", "/rating", true},
    {"expert", "/r/", "/availability", true},
};

static const struct shape *shape_of(const char *purpose)
{
    size_t i = 0;
    while (strcmp(shapes[i].purpose, purpose) != 0)
        if (++i == sizeof shapes / sizeof *shapes)
            fatal("no such secret: %s", purpose);
    return &shapes[i];
}

void secret_new(const struct app *app, const char *purpose, struct secret *ret)
{
    char token[ID_TOKEN_LEN + 1];
    id_random_uuid(ret->id);
    id_derive_token(app->key, purpose, ret->id, token);
    id_hash(token, ID_TOKEN_LEN, ret->hash);
}

enum step secret_ask(struct call *c, enum ask ask, const char *purpose)
{
    struct secret secret;
    secret_new(call_app(c), purpose, &secret);
    json_t *extra = json_pack("{s:{s:s, s:s}}", purpose, "id", secret.id, "hash", secret.hash);
    arena_hook(call_arena(c), json_hook, extra);
    return call_ask(c, ask, call_who(c), call_args(c, extra));
}

enum step secret_reply_url(struct call *c, const char *purpose)
{
    const struct app *app = call_app(c);
    struct arena *a = call_arena(c);
    json_t *body = json_loads(rows_text(call_rows(c), 0, "body"), 0, NULL);
    arena_hook(a, json_hook, body);
    const char *id = json_string_value(json_object_get(body, "id"));
    json_t *extra = json_pack("{s:s}", "url", secret_url(app->conf, app->key, a, purpose, id));
    arena_hook(a, json_hook, extra);
    return call_reply_row(c, extra);
}

char *secret_url(const struct conf *conf, const uint8_t key[ID_KEY_BYTES], struct arena *a,
                 const char *purpose, const char *id)
{
    char token[ID_SIGNED_LEN + 1];
    const struct shape *s = shape_of(purpose);
    (s->signed_ ? id_sign : id_derive_token)(key, purpose, id, token);
    return public_address(conf, a, arena_printf(a, "%s%s%s", s->before, token, s->after));
}

char *public_address(const struct conf *conf, struct arena *a, const char *path)
{
    const char *base = conf_str(conf, CONF_public_url);
    int len = (int)strlen(base);
    while (len > 0 && base[len - 1] == '/')
        len--;
    return arena_printf(a, "%.*s%s", len, base, path);
}

static const char *calendar_address(const struct conf *conf)
{
    const char *own = conf_str(conf, CONF_calendar_address);
    return *own ? own : conf_str(conf, CONF_mail_from);
}

static bool tags(const struct conf *conf)
{
    return conf_int(conf, CONF_calendar_plus) == 1;
}

const char *secret_reply(const struct conf *conf, const uint8_t key[ID_KEY_BYTES], struct arena *a,
                         const char *id)
{
    char tag[ID_TAG_LEN + 1];
    if (!id || !tags(conf))
        return calendar_address(conf);
    id_derive_tag(key, REPLY, id, tag);
    return address_tagged(a, calendar_address(conf), tag);
}

bool secret_reply_fits(const struct conf *conf)
{
    static const uint8_t no_key[ID_KEY_BYTES];
    struct arena *a = arena_new();
    bool fits = address_valid(secret_reply(conf, no_key, a, ""));
    arena_free(a);
    return fits;
}

char *secret_replies(const struct conf *conf, const uint8_t key[ID_KEY_BYTES], size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n && tags(conf); i++) {
        char id[ID_UUID_LEN + 1], tag[ID_TAG_LEN + 1], hash[ID_HASH_LEN + 1];
        id_random_uuid(id);
        id_derive_tag(key, REPLY, id, tag);
        id_hash(tag, ID_TAG_LEN, hash);
        json_array_append_new(all, json_pack("{s:s, s:s}", "id", id, "hash", hash));
    }
    char *text = json_dumps(all, JSON_COMPACT);
    json_decref(all);
    return text;
}

void secret_put(const struct conf *conf, const uint8_t key[ID_KEY_BYTES], struct arena *a,
                json_t *message)
{
    const char *id = json_string_value(json_object_get(message, "link_id"));
    const char *purpose = json_string_value(json_object_get(message, "link_purpose"));
    const char *reply = json_string_value(json_object_get(message, "reply_id"));
    json_object_set_new(message, "reply_to", json_string(secret_reply(conf, key, a, reply)));
    if (id && purpose)
        json_object_set_new(message, "link_url",
                            json_string(secret_url(conf, key, a, purpose, id)));
}

enum err secret_key_read(const char *path, uint8_t ret_key[ID_KEY_BYTES], char why[CONF_WHY])
{
    char text[2 * ID_KEY_BYTES + 8];
    if (!conf_secret_file(CONF_secret_key_file, path, text, sizeof text, why))
        return ERR_INVALID;
    if (id_key_from_hex(text, ret_key))
        return OK;
    snprintf(why, CONF_WHY, "secret_key_file %s does not hold 64 hex digits", path);
    return ERR_INVALID;
}
