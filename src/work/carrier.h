/*
 * Inside work/ only: how one kind of thing leaves this service. The outbox claims, counts tries and
 * marks; a carrier makes the bytes of a claimed row and hands them over.
 */
#ifndef WORK_CARRIER_H
#define WORK_CARRIER_H

#include "base/buf.h"
#include "store/ask.h"
#include "talks.h"
#include "work/app.h"

struct job { /* one claimed row */
    struct arena *arena;
    const char *id;
    const char *worker; /* who has leased it */
    struct buf bytes;   /* what is handed over; its hash is kept */
};

struct outbox_limits {
    int64_t most;         /* claimed at once: never more than can end within the lease, or another
                             daemon would take them over and send them again */
    int64_t lease_ms;     /* how long a claimed row belongs to one daemon */
    int64_t attempts_max; /* then it is dead */
    int64_t backoff_ms;   /* wait after a first failed attempt; it doubles with each one */
};

struct carrier {
    const char *name; /* in the log */
    enum ask claim;   /* (worker, n, lease seconds[, fresh secrets]) → id, attempts, message */
    enum ask sent;    /* (id, worker, SHA-256 of the bytes) */
    enum ask failed;  /* (id, worker, why, dead, seconds until the next try) */
    enum ask gone;    /* (id, worker, why); for a result that says so */
    struct outbox_limits (*limits)(const struct conf *c);
    void *(*open)(struct app *app);      /* exits with a sentence when the settings are wrong */
    void (*close)(void *way);            /* cuts what is under way */
    char *(*fresh)(void *way, size_t n); /* secrets for n rows, to be freed; NULL: it needs none */
    /* job_done() comes exactly once, perhaps before this returns, or never after close. The
     * message lives as long as the job. */
    void (*carry)(void *way, struct job *j, json_t *message);
};

void job_done(void *job, const struct talk_result *r);

extern const struct carrier mail_carrier, hook_carrier, calendar_carrier;

#endif
