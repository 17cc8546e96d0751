/*
 * Signatures of Standard Webhooks (standardwebhooks.com, version 1):
 *     webhook-signature: v1,base64( HMAC-SHA256(secret, id "." timestamp "." body) )
 * A secret is 24 to 64 bytes; people see it as "whsec_" and its base64.
 */
#ifndef BASE_SIGN_H
#define BASE_SIGN_H

#include <stddef.h>
#include <stdint.h>

#define SIGN_LEN 47          /* "v1," and the base64 of 32 bytes */
#define SIGN_SECRET_BYTES 32 /* of the secrets that we make */
#define SIGN_SECRET_LEN 50   /* of their text */

struct sign_part {
    const void *bytes;
    size_t len;
};

void sign_body(const void *secret, size_t secret_len, const char *id, int64_t timestamp,
               struct sign_part body, char out[SIGN_LEN + 1]);
void sign_secret_text(const uint8_t secret[SIGN_SECRET_BYTES], char out[SIGN_SECRET_LEN + 1]);

#endif
