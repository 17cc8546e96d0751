/*
 * The running service: built by work/serve.c, given to every step by call_app(). Stateless beyond
 * its caches; several daemons run on one database.
 */
#ifndef WORK_APP_H
#define WORK_APP_H

#include "base/conf.h"
#include "base/id.h"
#include "flow/call.h"
#include "flow/door.h"
#include "store/store.h"
#include "work/counts.h"

struct event_base;
struct dav_calendars;
struct feed_cache;
struct feed_seen;
struct feed_texts;
struct feed_watch;
struct imap;
struct ladder;
struct live;
struct lmtp;
struct mail_texts;
struct outbox;
struct planner;
struct panel_cache;
struct reply_cache;
struct sweep;
struct trace;

struct app {
    struct event_base *base;
    const struct conf *conf;
    uint8_t key[ID_KEY_BYTES];      /* links and feed URLs derive from it; never logged */
    struct arena *arena;            /* what lives as long as the app */
    const struct mail_texts *texts; /* the words of mails */
    struct store *store;
    struct door *door, *admin_door;
    struct flow *flow, *admin_flow;
    struct feed_cache *feeds;
    struct feed_texts *feed_texts;
    struct feed_watch *feed_watch;
    struct feed_seen *feed_seen;
    struct dav_calendars *dav; /* what calendar programs ask for */
    int dav_readers;           /* children that read what they put */
    struct panel_cache *panel;
    struct reply_cache *replies;
    struct outbox *outbox, *hooks, *calendars; /* mails, webhooks, what is read of experts */
    struct ladder *ladder;
    struct planner *planner;
    struct sweep *sweep;
    struct trace *trace;
    struct live *live;
    struct lmtp *lmtp; /* NULL: off */
    struct counts counts;
    struct imap *imap; /* NULL: off */
    size_t readings;   /* work/reading.h: under way */
    bool ready;        /* what the log said of the store */
    bool leaving;      /* asked to end: not ready any more, and serving until it drains */
    bool draining;     /* takes nothing new */
};

/* Something was written: whoever sends, asks or tells looks for it now. */
void app_wrote(struct app *app); /* serve.c */

/* The path below the public URL. */
char *public_address(const struct conf *conf, struct arena *a, const char *path);

#endif
