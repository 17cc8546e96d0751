/* What a consultation needs; and where a meeting stands already, what is vacant in it. */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "core/span.h"

enum { SEATS_MAX = 3 };

#define INSTANT_NEVER INT64_MAX

struct words {
    const char **at;
    size_t n;
};

enum urgency { URGENCY_NORMAL, URGENCY_HIGH, URGENCY_URGENT };

struct wanted { /* a seat of the request */
    int no;     /* 1 … 3 */
    const char *field;
    int min_level;
    bool held; /* somebody has it, or was asked for it */
};

struct trip {         /* to where the meeting is */
    const char *from; /* a district */
    int minutes;
};

struct request {
    const char *id, *mode;
    const char *field; /* of the seat that is looked at: see panel_seat() */
    int min_level;     /* of that seat, too */
    struct wanted seats[SEATS_MAX];
    size_t seat_count;
    const char *district, *preferred; /* may be NULL */
    const char *company;              /* its registration number; may be NULL */
    struct words company_names; /* of it and its parent, without what names are adorned with */
    int minutes;
    bool packed;      /* starts follow each other in each free stretch: core/slots.h */
    instant fixed;    /* the start of the meeting that stands; 0: none does */
    instant visit;    /* the start of the field visit that is accompanied; 0: none is */
    instant deadline; /* the meeting is over by then; INSTANT_NEVER where there is none */
    enum urgency urgency;
    bool desk; /* a walk-in: for who has desk duty */
    struct words languages, topics, excluded;
    struct words previous; /* who has served this case */
    struct words last;     /* who served it last and did not solve it */
    struct words known;    /* who has served the company in another case */
    struct trip *trips;    /* from each district; none: it does not matter where they meet */
    size_t trip_count;
    struct words seated; /* who has a seat of the meeting that stands */
    struct words asked;  /* who was asked before and did not come: only the ladder minds */
    struct spans windows, company_busy, company_full /* years at its cap */, room_busy;
    struct spans wished; /* what the company likes best of its windows; may be empty */
    struct spans open;   /* windows after now, to the deadline: set by panel_seal */
};

bool words_have(const struct words *w, const char *word); /* false for NULL */
int words_common(const struct words *x, const struct words *y);

#endif
