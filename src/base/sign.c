#include "base/sign.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static void add(crypto_auth_hmacsha256_state *st, const void *bytes, size_t len)
{
    crypto_auth_hmacsha256_update(st, bytes, len);
}

void sign_body(const void *secret, size_t secret_len, const char *id, int64_t timestamp,
               struct sign_part body, char out[SIGN_LEN + 1])
{
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state st;
    char when[32];
    int len = snprintf(when, sizeof when, ".%" PRId64 ".", timestamp);
    crypto_auth_hmacsha256_init(&st, secret, secret_len);
    add(&st, id, strlen(id));
    add(&st, when, (size_t)len);
    add(&st, body.bytes, body.len);
    crypto_auth_hmacsha256_final(&st, mac);
    memcpy(out, "v1,", 3);
    sodium_bin2base64(out + 3, SIGN_LEN - 2, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
}

void sign_secret_text(const uint8_t secret[SIGN_SECRET_BYTES], char out[SIGN_SECRET_LEN + 1])
{
    memcpy(out, "whsec_", 6);
    sodium_bin2base64(out + 6, SIGN_SECRET_LEN - 5, secret, SIGN_SECRET_BYTES,
                      sodium_base64_VARIANT_ORIGINAL);
}
