#include "work/app_password.h"

#include "base/arena.h"
#include "form/json.h"
#include "work/app.h"
#include "work/routes.h"

#include <stdio.h>
#include <string.h>

enum { DIGITS = 28, GROUP = 4 };

static enum step password_ask(struct call *c);
static enum step password_reply(struct call *c);

step_fn *const app_password_add[] = {password_ask, password_reply, NULL};

void app_password_new(const uint8_t key[ID_KEY_BYTES], struct app_password *ret)
{
    char id[ID_UUID_LEN + 1];
    id_random_uuid(id);
    app_password_of(key, id, ret);
}

void app_password_of(const uint8_t key[ID_KEY_BYTES], const char *id, struct app_password *ret)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    uint8_t bytes[32];
    size_t at = 0;
    id_derive(key, "app-password", id, bytes);
    snprintf(ret->id, sizeof ret->id, "%s", id);
    for (size_t i = 0; i < DIGITS; i++) {
        size_t bit = i * 5;
        unsigned two = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
        if (i > 0 && i % GROUP == 0)
            ret->text[at++] = '-';
        ret->text[at++] = alphabet[two >> (11 - bit % 8) & 31];
    }
    ret->text[at] = '\0';
    (void)app_password_hash(ret->text, ret->hash);
}

bool app_password_hash(const char *typed, char ret_hash[ID_HASH_LEN + 1])
{
    char plain[APP_PASSWORD_TYPED_MAX];
    size_t n = 0;
    for (; *typed; typed++) {
        if (*typed == '-' || *typed == ' ')
            continue;
        if (n == sizeof plain)
            return false;
        plain[n++] = (char)(*typed >= 'A' && *typed <= 'Z' ? *typed | 0x20 : *typed);
    }
    id_hash(plain, n, ret_hash);
    return true;
}

static enum step password_ask(struct call *c)
{
    const struct app *app = call_app(c);
    struct app_password p;
    app_password_new(app->key, &p);
    json_t *extra = json_pack("{s:{s:s, s:s}}", "app_password", "id", p.id, "hash", p.hash);
    arena_hook(call_arena(c), json_hook, extra);
    return call_ask(c, ASK_app_password_add, call_who(c), call_args(c, extra));
}

/* It derives from the id in the answer: the same Idempotency-Key tells the same one. */
static enum step password_reply(struct call *c)
{
    const struct app *app = call_app(c);
    struct app_password p;
    json_t *body = json_loads(rows_text(call_rows(c), 0, "body"), 0, NULL);
    arena_hook(call_arena(c), json_hook, body);
    app_password_of(app->key, json_string_value(json_object_get(body, "id")), &p);
    json_t *extra = json_pack("{s:s, s:s}", "password", p.text, "url",
                              public_address(app->conf, call_arena(c), "/dav/"));
    arena_hook(call_arena(c), json_hook, extra);
    return call_reply_row(c, extra);
}
