/*
 * Identifiers and secrets. A secret token is never stored: the database keeps its SHA-256 (hex).
 * Tokens that must be printable again (links in mails, feed URLs, so that the same Idempotency-Key
 * gives the same answer) are derived from the row's id and the server's secret key:
 *     base64url( HMAC-SHA-512/256(key, purpose ":" id) )        43 characters, 256 bits
 * A signed token says itself which row it is for, so that the database needs not even a hash:
 *     base64url( id, first 26 bytes of that HMAC )              56 characters, 208 bits
 * A tag is a token that may stand in a mail address, where the case of letters gets lost:
 *     base32( first 16 bytes of that HMAC ), lower case         26 characters, 128 bits
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_KEY_BYTES 32
#define ID_TOKEN_LEN 43
#define ID_SIGNED_LEN 56
#define ID_TAG_LEN 26
#define ID_HASH_LEN 64
#define ID_UUID_LEN 36

void id_init(void); /* once, before anything else here */
bool id_is_uuid(const char *s);
void id_random_uuid(char out[ID_UUID_LEN + 1]);                       /* version 4, RFC 9562 */
bool id_key_from_hex(const char *hex, uint8_t ret_key[ID_KEY_BYTES]); /* 64 digits, a line end */
bool id_is_token(const char *s); /* 43 characters of base64url */
void id_random_token(char out[ID_TOKEN_LEN + 1]);
void id_derive_token(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *id,
                     char out[ID_TOKEN_LEN + 1]);
/* The same as bytes, for a secret that has a form of its own. */
void id_derive(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *id,
               uint8_t out[32]);
void id_derive_tag(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *id,
                   char out[ID_TAG_LEN + 1]);
void id_sign(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *uuid,
             char out[ID_SIGNED_LEN + 1]);
/* The id of a signed token (or any text); false: it was not made by this key for this purpose. */
bool id_signed(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *token,
               char ret_uuid[ID_UUID_LEN + 1]);
void id_hash(const void *bytes, size_t len, char out[ID_HASH_LEN + 1]); /* SHA-256, hex */

#endif
