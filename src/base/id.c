#include "base/id.h"

#include "base/log.h"

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
    TOKEN_VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    UUID_BYTES = 16,
    SIGNED_BYTES = 42, /* the id and 26 bytes of its MAC */
    TAG_BYTES = 16,
};

static void uuid_text(const uint8_t b[UUID_BYTES], char out[ID_UUID_LEN + 1]);

void id_init(void)
{
    if (sodium_init() < 0)
        fatal("libsodium cannot start");
}

bool id_is_uuid(const char *s)
{
    for (int i = 0; i < ID_UUID_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
            return false;
    }
    return s[ID_UUID_LEN] == '\0';
}

void id_random_uuid(char out[ID_UUID_LEN + 1])
{
    uint8_t b[UUID_BYTES];
    randombytes_buf(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    uuid_text(b, out);
}

static void uuid_text(const uint8_t b[UUID_BYTES], char out[ID_UUID_LEN + 1])
{
    char hex[2 * UUID_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, b, UUID_BYTES);
    snprintf(out, ID_UUID_LEN + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
}

bool id_key_from_hex(const char *hex, uint8_t ret_key[ID_KEY_BYTES])
{
    size_t len = strcspn(hex, "\r\n"), bytes;
    return len == 2 * ID_KEY_BYTES && hex[len + strspn(hex + len, "\r\n")] == '\0' &&
           sodium_hex2bin(ret_key, ID_KEY_BYTES, hex, len, NULL, &bytes, NULL) == 0 &&
           bytes == ID_KEY_BYTES;
}

bool id_is_token(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '-' || s[n] == '_')
        n++;
    return n == ID_TOKEN_LEN && s[n] == '\0';
}

static void token_text(const uint8_t bytes[32], char out[ID_TOKEN_LEN + 1])
{
    sodium_bin2base64(out, ID_TOKEN_LEN + 1, bytes, 32, TOKEN_VARIANT);
}

void id_random_token(char out[ID_TOKEN_LEN + 1])
{
    uint8_t bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    token_text(bytes, out);
}

void id_derive_token(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *id,
                     char out[ID_TOKEN_LEN + 1])
{
    uint8_t mac[crypto_auth_hmacsha512256_BYTES];
    id_derive(key, purpose, id, mac);
    token_text(mac, out);
}

void id_derive(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *id,
               uint8_t out[32])
{
    crypto_auth_hmacsha512256_state st;
    crypto_auth_hmacsha512256_init(&st, key, ID_KEY_BYTES);
    crypto_auth_hmacsha512256_update(&st, (const uint8_t *)purpose, strlen(purpose));
    crypto_auth_hmacsha512256_update(&st, (const uint8_t *)":", 1);
    crypto_auth_hmacsha512256_update(&st, (const uint8_t *)id, strlen(id));
    crypto_auth_hmacsha512256_final(&st, out);
}

void id_derive_tag(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *id,
                   char out[ID_TAG_LEN + 1])
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648, 6 */
    uint8_t mac[crypto_auth_hmacsha512256_BYTES];
    unsigned bits = 0, held = 0;
    size_t n = 0;
    id_derive(key, purpose, id, mac);
    for (size_t i = 0; n < ID_TAG_LEN; i++) {
        bits = bits << 8 | (i < TAG_BYTES ? mac[i] : 0u);
        for (held += 8; held >= 5 && n < ID_TAG_LEN; held -= 5)
            out[n++] = digits[bits >> (held - 5) & 31];
    }
    out[n] = '\0';
}

static void sign(const uint8_t key[ID_KEY_BYTES], const char *purpose,
                 const uint8_t uuid[UUID_BYTES], uint8_t out[SIGNED_BYTES])
{
    uint8_t mac[crypto_auth_hmacsha512256_BYTES];
    char text[ID_UUID_LEN + 1];
    uuid_text(uuid, text);
    id_derive(key, purpose, text, mac);
    memcpy(out, uuid, UUID_BYTES);
    memcpy(out + UUID_BYTES, mac, SIGNED_BYTES - UUID_BYTES);
}

void id_sign(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *uuid,
             char out[ID_SIGNED_LEN + 1])
{
    uint8_t id[UUID_BYTES], bytes[SIGNED_BYTES];
    size_t n;
    if (sodium_hex2bin(id, sizeof id, uuid, ID_UUID_LEN, "-", &n, NULL) != 0 || n != sizeof id)
        fatal("no uuid to sign");
    sign(key, purpose, id, bytes);
    sodium_bin2base64(out, ID_SIGNED_LEN + 1, bytes, sizeof bytes, TOKEN_VARIANT);
}

bool id_signed(const uint8_t key[ID_KEY_BYTES], const char *purpose, const char *token,
               char ret_uuid[ID_UUID_LEN + 1])
{
    uint8_t bytes[SIGNED_BYTES], right[SIGNED_BYTES];
    size_t n, len = strlen(token);
    if (len != ID_SIGNED_LEN ||
        sodium_base642bin(bytes, sizeof bytes, token, len, NULL, &n, NULL, TOKEN_VARIANT) != 0 ||
        n != sizeof bytes)
        return false;
    sign(key, purpose, bytes, right);
    if (sodium_memcmp(bytes, right, sizeof bytes) != 0)
        return false;
    uuid_text(bytes, ret_uuid);
    return true;
}

void id_hash(const void *bytes, size_t len, char out[ID_HASH_LEN + 1])
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, bytes, len);
    sodium_bin2hex(out, ID_HASH_LEN + 1, digest, sizeof digest);
}
