#include "calendar_secret.h"

#include "base/arena.h"
#include "base/seal.h"

#include <string.h>

static const char PURPOSE[] = "calendar.address";

/* What stands before it may be somebody's name and password: a calendar from before such addresses
 * were refused. */
static const char *host_of(struct arena *a, const char *url)
{
    const char *at = strstr(url, "://"), *host = at ? at + 3 : url;
    const char *name = memchr(host, '@', strcspn(host, "/?#"));
    host = name ? name + 1 : host;
    return arena_strndup(a, host, strcspn(host, ":/?#"));
}

json_t *calendar_address_seal(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *id,
                              const char *url)
{
    char same[ID_TOKEN_LEN + 1];
    id_derive_token(key, "calendar.same", url, same);
    return json_pack("{s:s, s:s, s:s, s:s}", "id", id, "address",
                     seal_text(key, a, PURPOSE, id, url), "host", host_of(a, url), "same", same);
}

const char *calendar_address_open(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *id,
                                  const char *sealed)
{
    return seal_open(key, a, PURPOSE, id, sealed);
}
