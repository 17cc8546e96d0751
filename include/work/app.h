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
    struct feed_cache *dav_kept; /* answers to calendar programs */
    int dav_readers;             /* children that read what calendar programs put */
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

/* A fresh id of a feed and the hash of the secret derived from it. */
struct secret {
    char id[ID_UUID_LEN + 1];
    char hash[ID_HASH_LEN + 1];
};
void secret_new(const struct app *app, const char *purpose, struct secret *ret);
/* A step: the route's write, with {purpose: {"id", "hash"}} of a new secret among its args. */
enum step secret_ask(struct call *c, enum ask ask, const char *purpose);
/* The step after it: the answer, with the secret's URL. It derives from the answer's id, so the
 * same Idempotency-Key tells the same URL. */
enum step secret_reply_url(struct call *c, const char *purpose);
/* The URL that carries the secret: {public_url}/r/… for "seat", /feeds/….ics for "feed". */
char *secret_url(const struct conf *conf, const uint8_t key[ID_KEY_BYTES], struct arena *a,
                 const char *purpose, const char *id);
/* The path below the public URL. */
char *public_address(const struct conf *conf, struct arena *a, const char *path);

/* Where the answers of one attendee go: calendar_address, with the tag of the id where there is
 * one (NULL: none) and calendar_plus says yes. */
const char *secret_reply(const struct conf *conf, const uint8_t key[ID_KEY_BYTES], struct arena *a,
                         const char *id);
bool secret_reply_fits(const struct conf *conf); /* whether calendar_address can hold a tag */
/* n fresh ids of such addresses with their tags' hashes, as JSON: [{"id", "hash"} …], none when
 * calendar_plus says no. free() it. */
char *secret_replies(const struct conf *conf, const uint8_t key[ID_KEY_BYTES], size_t n);
/* The message's link_id and link_purpose become its link_url, where it has a link; its reply_id
 * becomes its reply_to. */
void secret_put(const struct conf *conf, const uint8_t key[ID_KEY_BYTES], struct arena *a,
                json_t *message);

/* Reads the key file: 64 hex digits, readable by its owner alone. ERR_INVALID: why says it. */
enum err secret_key_read(const char *path, uint8_t ret_key[ID_KEY_BYTES], char why[CONF_WHY]) MUST;

#endif
