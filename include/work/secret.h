/*
 * Secrets in links, feed addresses and reply addresses: each derives from an id and the server's
 * key, the database keeps its hash.
 */
#ifndef WORK_SECRET_H
#define WORK_SECRET_H

#include "base/conf.h"
#include "base/id.h"
#include "flow/call.h"
#include "store/ask.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct app;
struct arena;

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
