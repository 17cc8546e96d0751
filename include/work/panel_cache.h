/*
 * The experts in memory: loaded at the start, then kept fresh one by one from the change log. A
 * look asks the database, in one snapshot, what the log says since the version that is here, what
 * the experts whom it reached are now (the table change_reach), and what the requests that wait
 * need besides to be ranked. So an answer is as of one version, and never of a moment before it was
 * asked for: who changed something sees the change. There is one look at a time; all that came
 * meanwhile are in the next.
 *
 * All is loaded again, in pieces, when another day begins (facts are kept for as far as ranking
 * looks from a day), when the log is another one (a backup was restored) and when too much has
 * changed. Meanwhile answers go on where what is there is good still, else they wait. While
 * PostgreSQL is away, whoever asks is told so. An expert whose facts cannot be read is left out
 * (logged, counted) until they change; everybody else is there.
 */
#ifndef WORK_PANEL_CACHE_H
#define WORK_PANEL_CACHE_H

#include "base/err.h"
#include "base/id.h"
#include "core/board.h"
#include "flow/call.h"

#include <sys/queue.h>

struct app;
struct panel_cache;

/* The board's panel for what was asked, as of panel->version and panel->now: good until fn returns.
 * NULL unless OK. */
typedef void panel_fn(void *ctx, enum err err, struct panel *panel);

/* Who waits. Kept by the asker, who sets the first four and leaves the rest alone. */
struct panel_ask {
    struct arena *arena; /* the request's facts are put here */
    const char *request; /* a request's id; NULL: the experts alone, and what the office says */
    panel_fn *fn;
    void *ctx;
    TAILQ_ENTRY(panel_ask) link;
    struct panel_cache *cache; /* NULL: it does not wait */
    bool sent;
    size_t place; /* of its request among the look's */
};

struct panel_stats {
    uint64_t looks, loads, reached; /* loads: of everything; experts read again */
    size_t experts, unread;         /* that are here; that are left out */
    size_t waiting, next;           /* asks of the look under way; of the one after it */
    int64_t version;
};

struct panel_cache *panel_cache_new(struct app *app);
void panel_cache_free(struct panel_cache *p); /* nobody waits any more; accepts NULL */
void panel_cache_kick(struct panel_cache *p); /* there is news: looks soon; accepts NULL */

void panel_cache_ask(struct panel_cache *p, struct panel_ask *a); /* fn comes later, once */
void panel_ask_drop(struct panel_ask *a);                         /* unless it was dropped */

struct panel_stats panel_cache_stats(const struct panel_cache *p);
const struct board *panel_cache_board(const struct panel_cache *p); /* within fn */

/* The same as a step: STEP_WAIT, and the next step finds the panel in call_work(); an error is
 * answered. */
enum step panel_call(struct call *c, const char *request);

#endif
