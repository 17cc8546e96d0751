/* Shared by sample_life.c (the past) and sample_expo.c (what is to come) only. */
#ifndef WORK_SAMPLE_LIFE_IN_H
#define WORK_SAMPLE_LIFE_IN_H

#include "base/clock.h"
#include "sample_life.h"
#include "store/ask.h"
#include "work/app.h"

enum { DAY = 86400, HOUR = 3600, SEOUL = 9 * HOUR };

struct world;

/* One case on its way; next is the step that is due at `at`. */
struct life {
    const json_t *item;
    instant at;
    bool (*next)(struct world *w, struct life *l);
    const char *request, *appointment, *seat; /* ids; in the world's arena */
    const char *declined;                     /* the expert who said no */
    instant end;                              /* of the meeting */
};

struct world {
    struct sync *db;
    struct app app; /* the key and the settings, for links */
    struct arena *arena;
    json_t *users;
    const json_t *rooms;
    instant now;
    struct life *lives;
    size_t count;
};

/* One API function, spoken for by a user of that role; its body, owned by the arena; args
 * are stolen. */
json_t *tell(struct world *w, const struct life *l, const char *role, enum ask ask, json_t *args);

/* An expo that is to come: its slots, booths and experts on duty, and requests that wait for it. */
bool life_expo(struct world *w, const json_t *cases, int64_t today);

#endif
