/*
 * Secrets that have to be read again, as the database keeps them: XChaCha20-Poly1305 (RFC 8439 with
 * a nonce of 24 bytes, random each time) under a key that derives from the server's key and the
 * purpose. Purpose and id are authenticated with it: copied to another row, a text does not open.
 *     base64url( nonce, ciphertext, tag )
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/id.h"

#include <stddef.h>

struct arena;

/* Both answers are the arena's. */
const char *seal_text(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *purpose,
                      const char *id, const char *plain);

/* NULL: it was not sealed under this key for this purpose and id, or somebody changed it. */
const char *seal_open(const uint8_t key[ID_KEY_BYTES], struct arena *a, const char *purpose,
                      const char *id, const char *sealed);

#endif
