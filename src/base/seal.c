#include "base/seal.h"

#include "base/arena.h"

#include <sodium.h>
#include <string.h>

enum {
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

struct wax {
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    const uint8_t *about; /* what is authenticated with it */
    size_t about_len;
};

static struct wax wax_of(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *purpose,
                         const char *id)
{
    const char *about = arena_printf(a, "%s:%s", purpose, id);
    struct wax w = {.about = (const uint8_t *)about, .about_len = strlen(about)};
    id_derive(key, "seal", purpose, w.key);
    return w;
}

const char *seal_text(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *purpose,
                      const char *id, const char *plain)
{
    struct wax w = wax_of(key, a, purpose, id);
    size_t len = strlen(plain), size = NONCE + len + TAG;
    uint8_t *bytes = arena_alloc(a, size);
    char *text = arena_alloc(a, sodium_base64_encoded_len(size, VARIANT));
    randombytes_buf(bytes, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + NONCE, NULL, (const uint8_t *)plain, len,
                                               w.about, w.about_len, NULL, bytes, w.key);
    sodium_bin2base64(text, sodium_base64_encoded_len(size, VARIANT), bytes, size, VARIANT);
    sodium_memzero(&w, sizeof w);
    return text;
}

const char *seal_open(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *purpose,
                      const char *id, const char *sealed)
{
    size_t len = strlen(sealed), size = 0;
    uint8_t *bytes = arena_alloc(a, len + 1);
    if (sodium_base642bin(bytes, len, sealed, len, NULL, &size, NULL, VARIANT) != 0 ||
        size < NONCE + TAG)
        return NULL;
    struct wax w = wax_of(key, a, purpose, id);
    char *plain = arena_alloc(a, size - NONCE - TAG + 1);
    int wrong = crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)plain, NULL, NULL,
                                                           bytes + NONCE, size - NONCE, w.about,
                                                           w.about_len, bytes, w.key);
    sodium_memzero(&w, sizeof w);
    return wrong ? NULL : plain;
}
