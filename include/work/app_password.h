/*
 * Passwords for experts' calendar programs. One derives from its id and the server's key, so that
 * the same Idempotency-Key tells the same one; it is shown when it is made, the database has its
 * hash alone. 28 letters and digits of base32, 140 bits, in groups of four: fit to be typed on a
 * telephone. Blanks, hyphens and capitals make no difference when one is typed.
 */
#ifndef WORK_APP_PASSWORD_H
#define WORK_APP_PASSWORD_H

#include "base/id.h"

enum { APP_PASSWORD_LEN = 34, APP_PASSWORD_TYPED_MAX = 64 };

struct app_password {
    char id[ID_UUID_LEN + 1];
    char text[APP_PASSWORD_LEN + 1]; /* "abcd-efgh-…" */
    char hash[ID_HASH_LEN + 1];
};

void app_password_new(const uint8_t key[ID_KEY_BYTES], struct app_password *ret);
void app_password_of(const uint8_t key[ID_KEY_BYTES], const char *id, struct app_password *ret);

/* The hash of what was typed; false: too long to be one. */
bool app_password_hash(const char *typed, char ret_hash[ID_HASH_LEN + 1]);

#endif
