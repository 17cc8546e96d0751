/*
 * A revision: the immutable record of one visible state of an appointment, all that its mails and
 * calendar texts need. The database writes it and filters it for each viewer; what this viewer may
 * not see is absent (NULL, empty) and is simply not printed. Strings live in the caller's arena.
 */
#ifndef FORM_REVISION_H
#define FORM_REVISION_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

#include <jansson.h>

#define ZONE_SEOUL "Asia/Seoul"

enum { REVISION_SEATS_MAX = 32 };
enum status { STATUS_TENTATIVE, STATUS_CONFIRMED, STATUS_CANCELLED, STATUS_COMPLETED };
enum lang { KO, EN, LANGS };

struct words {
    const char *in[LANGS]; /* either may be NULL */
};

/* What is said in that language, else in another one; NULL: nothing. */
const char *words_in(const struct words *w, enum lang lang);

struct person {
    const char *name, *affiliation, *email, *phone;
};

struct seat {
    struct person expert;
    const char *state;
};

struct revision {
    const char *uid, *zone, *mode, *online_url;
    int64_t number, sequence;
    instant created, stamp, modified, start, end;
    enum status status;
    struct words field, place, district;
    const char *company, *address, *title, *text;
    struct person contact, requester, owner;
    struct seat seats[REVISION_SEATS_MAX];
    size_t seat_count;
};

/* ERR_INVALID: a needed member (uid, status, zone, the instants, number, sequence) is absent, one
 * has a wrong type, or the end is not after the start. */
MUST enum err revision_from_json(struct arena *a, const json_t *json, struct revision **ret);

/* The same for {"name","affiliation","email","phone"}; all NULL where json is NULL. */
struct take;
struct person person_take(struct take *t, const json_t *json);

#endif
