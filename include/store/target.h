/*
 * Inside the store only: where and how to connect. Checks that nothing needs a name resolved and
 * makes libpq's keywords, with the lane's time-outs as server settings.
 */
#ifndef STORE_TARGET_H
#define STORE_TARGET_H

enum { TARGET_KEYS = 6 };

struct target {
    const char *keys[TARGET_KEYS];
    const char *values[TARGET_KEYS];
    char *conninfo; /* owned, as are the next two */
    char *options;
    char *application;
};

void target_init(struct target *t, const char *conninfo, const char *lane, int timeout_ms);
void target_done(struct target *t);

#endif
