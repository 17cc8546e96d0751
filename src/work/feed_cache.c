#include "base/gzip.h"
#include "base/log.h"
#include "base/memfile.h"
#include "work/feeds.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

enum { BUCKETS = 1 << 12, NAME_BYTES = crypto_shorthash_siphashx24_BYTES };

struct kept {
    struct feed_body body;  /* first: who has the body has this */
    TAILQ_ENTRY(kept) link; /* most recently used first */
    LIST_ENTRY(kept) same;  /* bucket */
    TAILQ_ENTRY(kept) news;
    TAILQ_ENTRY(kept) filed;  /* while it has a file */
    uint8_t name[NAME_BYTES]; /* of its secret */
    char hash[ID_HASH_LEN + 1];
    enum feed_kind kind;
    bool noted;       /* fetched, and nobody was told */
    instant at, sent; /* sent: as it is, for the last time; 0: not yet */
    char agent[FEED_AGENT_MAX + 1];
};

TAILQ_HEAD(kept_list, kept);
LIST_HEAD(kept_bucket, kept);

struct feed_cache {
    uint8_t key[crypto_shorthash_siphashx24_KEYBYTES];
    struct kept_list list, news, files; /* files: most recently sent first */
    struct kept_bucket buckets[BUCKETS];
    size_t count, count_max, bytes, bytes_max, file_count;
};

struct feed_cache *feed_cache_new(size_t feeds_max, size_t bytes_max)
{
    struct feed_cache *f = calloc(1, sizeof *f);
    if (!f)
        fatal("out of memory");
    f->count_max = feeds_max ? feeds_max : 1;
    f->bytes_max = bytes_max;
    randombytes_buf(f->key, sizeof f->key);
    TAILQ_INIT(&f->list);
    TAILQ_INIT(&f->news);
    TAILQ_INIT(&f->files);
    return f;
}

static size_t weight(const struct kept *k)
{
    return k->body.len + k->body.gz_len + sizeof *k;
}

/* Its bytes go with it, but for who is being sent them. */
static void file_free(struct feed_cache *f, struct kept *k)
{
    TAILQ_REMOVE(&f->files, k, filed);
    f->file_count--;
    memfile_let_go(k->body.file);
    k->body.file = NULL;
    k->body.bytes = NULL;
}

static void body_free(struct feed_cache *f, struct kept *k)
{
    f->bytes -= weight(k);
    if (k->body.file)
        file_free(f, k);
    free(k->body.bytes);
    free(k->body.gz);
    free(k->body.keys);
}

static void kept_free(struct feed_cache *f, struct kept *k)
{
    TAILQ_REMOVE(&f->list, k, link);
    LIST_REMOVE(k, same);
    if (k->noted)
        TAILQ_REMOVE(&f->news, k, news);
    f->count--;
    body_free(f, k);
    free(k);
}

void feed_cache_free(struct feed_cache *f)
{
    if (!f)
        return;
    while (!TAILQ_EMPTY(&f->list))
        kept_free(f, TAILQ_FIRST(&f->list));
    free(f);
}

/* SipHash under a key of this process: as good as a hash that cannot be turned round while nobody
 * knows the key, at a tenth of its cost. */
static void name_of(const struct feed_cache *f, const char *token, uint8_t ret[NAME_BYTES])
{
    crypto_shorthash_siphashx24(ret, (const unsigned char *)token, strlen(token), f->key);
}

static struct kept_bucket *bucket_of(struct feed_cache *f, const uint8_t name[NAME_BYTES])
{
    return &f->buckets[(name[0] | name[1] << 8) % BUCKETS];
}

static struct kept *find(struct feed_cache *f, const char *token, enum feed_kind kind)
{
    struct kept *k;
    uint8_t name[NAME_BYTES];
    name_of(f, token, name);
    LIST_FOREACH(k, bucket_of(f, name), same)
    if (k->kind == kind && memcmp(k->name, name, sizeof name) == 0)
        break;
    if (k) {
        TAILQ_REMOVE(&f->list, k, link);
        TAILQ_INSERT_HEAD(&f->list, k, link);
    }
    return k;
}

struct feed_body *feed_cache_get(struct feed_cache *f, const char *token, enum feed_kind kind)
{
    struct kept *k = find(f, token, kind);
    return k ? &k->body : NULL;
}

void feed_cache_drop(struct feed_cache *f, const char *token)
{
    for (int kind = 0; kind < FEED_KINDS; kind++) {
        struct kept *k = find(f, token, (enum feed_kind)kind);
        if (k)
            kept_free(f, k);
    }
}

static struct kept *kept_new(struct feed_cache *f, const char *token, enum feed_kind kind)
{
    struct kept *k = calloc(1, sizeof *k);
    if (!k)
        fatal("out of memory");
    name_of(f, token, k->name);
    id_hash(token, strlen(token), k->hash);
    k->kind = kind;
    TAILQ_INSERT_HEAD(&f->list, k, link);
    LIST_INSERT_HEAD(bucket_of(f, k->name), k, same);
    f->count++;
    f->bytes += weight(k);
    return k;
}

/* Never the first one, which is in use. */
static void make_room(struct feed_cache *f)
{
    while (f->count > 1 && (f->count > f->count_max || f->bytes > f->bytes_max))
        kept_free(f, TAILQ_LAST(&f->list, kept_list));
}

/* Other bytes have another date, though they changed within one second, or by a name alone. */
static instant told(const struct kept *k, const struct feed_body *what, instant modified)
{
    const struct feed_body *was = &k->body;
    if (!was->bytes || was->modified_at < modified)
        return modified;
    bool same = was->len == what->len && memcmp(was->bytes, what->bytes, was->len) == 0;
    return was->modified_at + !same;
}

static void tag(struct feed_body *b)
{
    time_t when = (time_t)b->modified_at;
    struct tm tm;
    char digest[ID_HASH_LEN + 1];
    id_hash(b->bytes, b->len, digest);
    snprintf(b->etag, sizeof b->etag, "\"%.32s\"", digest);
    snprintf(b->etag_gz, sizeof b->etag_gz, "\"%.32s-gz\"", digest);
    gmtime_r(&when, &tm);
    strftime(b->modified, sizeof b->modified, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

struct feed_body *feed_cache_put(struct feed_cache *f, const char *token, enum feed_kind kind,
                                 const struct feed_body *what, long long modified)
{
    struct kept *k = find(f, token, kind);
    if (!k)
        k = kept_new(f, token, kind);
    instant when = told(k, what, modified);
    body_free(f, k);
    k->body = *what;
    k->body.modified_at = when;
    k->sent = 0;
    f->bytes += weight(k);
    tag(&k->body);
    make_room(f);
    return &k->body;
}

bool feed_cache_zip(struct feed_cache *f, struct feed_body *b)
{
    if (!b->gz && b->len <= FEED_GZIP_MAX && gzip_bytes(b->bytes, b->len, &b->gz, &b->gz_len)) {
        f->bytes += b->gz_len;
        make_room(f);
    }
    return b->gz != NULL;
}

/* Whose file was not sent for a while gives it up; nobody else, or files would be made all the
 * time. */
static bool file_to_be_had(struct feed_cache *f, instant now)
{
    if (f->file_count < FEED_FILES_MAX)
        return true;
    struct kept *last = TAILQ_LAST(&f->files, kept_list);
    if (now < last->sent + FEED_FILE_IDLE)
        return false;
    char *bytes = malloc(last->body.len);
    if (!bytes)
        fatal("out of memory");
    memcpy(bytes, last->body.bytes, last->body.len);
    file_free(f, last);
    last->body.bytes = bytes;
    return true;
}

static void file_new(struct feed_cache *f, struct kept *k)
{
    struct memfile *file = memfile_new(k->body.bytes, k->body.len);
    if (!file)
        return;
    free(k->body.bytes);
    k->body.file = file;
    k->body.bytes = file->bytes;
    TAILQ_INSERT_HEAD(&f->files, k, filed);
    f->file_count++;
}

struct memfile *feed_cache_file(struct feed_cache *f, struct feed_body *b, instant now)
{
    struct kept *k = (struct kept *)b;
    bool again = k->sent != 0;
    k->sent = now;
    if (b->file) {
        TAILQ_REMOVE(&f->files, k, filed);
        TAILQ_INSERT_HEAD(&f->files, k, filed);
    } else if (again && b->len >= FEED_FILE_MIN && file_to_be_had(f, now)) {
        file_new(f, k);
    }
    return b->file;
}

static bool is_reached(const char *keys, const json_t *reached)
{
    for (const char *at = keys; *at;) {
        size_t len = strcspn(at, " ");
        if (json_object_getn(reached, at, len))
            return true;
        at += len + strspn(at + len, " ");
    }
    return false;
}

json_t *feed_keys(const char *keys)
{
    json_t *set = keys ? json_object() : NULL;
    for (const char *at = keys; at && *at;) {
        size_t len = strcspn(at, " ");
        json_object_setn_new(set, at, len, json_true());
        at += len + strspn(at + len, " ");
    }
    return set;
}

void feed_cache_reach(struct feed_cache *f, const json_t *keys)
{
    struct kept *k;
    TAILQ_FOREACH(k, &f->list, link)
    k->body.stale |= !keys || is_reached(k->body.keys, keys);
}

/* What a client says of itself goes into a list that people read: nothing but plain characters. */
void feed_cache_note(struct feed_cache *f, struct feed_body *b, instant at, const char *agent)
{
    struct kept *k = (struct kept *)b;
    size_t n = 0;
    k->at = at;
    for (; agent && agent[n] && n < FEED_AGENT_MAX; n++)
        k->agent[n] = agent[n] >= ' ' && agent[n] <= '~' ? agent[n] : '?';
    k->agent[n] = '\0';
    if (!k->noted)
        TAILQ_INSERT_TAIL(&f->news, k, news);
    k->noted = true;
}

json_t *feed_cache_notes(struct feed_cache *f, size_t n)
{
    struct kept *k;
    json_t *notes = json_array();
    while (json_array_size(notes) < n && (k = TAILQ_FIRST(&f->news))) {
        TAILQ_REMOVE(&f->news, k, news);
        k->noted = false;
        json_array_append_new(notes, json_pack("{s:s, s:I, s:s}", "hash", k->hash, "at",
                                               (json_int_t)k->at, "agent", k->agent));
    }
    return notes;
}
