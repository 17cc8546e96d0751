/* HTTP Basic (RFC 7617) with the password of a calendar program. */
#include "base/arena.h"
#include "base/utf8.h"
#include "dav_in.h"
#include "work/app_password.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

enum { CREDENTIALS_MAX = 512 };

enum step dav_challenge(struct call *c)
{
    static const char text[] = "A name and a password for calendar programs are needed.\n";
    static const struct http_field fields[] = {
        {"WWW-Authenticate", "Basic realm=\"Jamund\", charset=\"UTF-8\""},
        {"Cache-Control", "no-store"}};
    struct http_reply r = {.status = 401,
                           .type = "text/plain; charset=utf-8",
                           .body = text,
                           .body_len = sizeof text - 1,
                           .fields = fields,
                           .field_count = sizeof fields / sizeof *fields};
    return call_reply(c, &r);
}

bool dav_credentials(struct call *c, struct dav *d)
{
    const char *auth = http_header(call_request(c), "authorization");
    char plain[CREDENTIALS_MAX + 1];
    size_t len = 0;
    if (!auth || strncasecmp(auth, "Basic ", 6) != 0)
        return false;
    auth += 6 + strspn(auth + 6, " ");
    if (sodium_base642bin((unsigned char *)plain, CREDENTIALS_MAX, auth, strlen(auth), NULL, &len,
                          NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    plain[len] = '\0';
    char *colon = memchr(plain, ':', len);
    if (!colon || utf8_has_control(plain, len) || !utf8_valid(plain, len))
        return false;
    *colon = '\0';
    d->who = arena_strdup(call_arena(c), plain);
    bool typed = app_password_hash(colon + 1, d->hash);
    sodium_memzero(plain, sizeof plain);
    if (typed)
        call_came_with(c, d->hash);
    return typed;
}
