#include "dav_calendar.h"

#include "base/id.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

enum { BUCKETS = 1 << 12, KEY_LEN = 7 + ID_UUID_LEN };

struct kept {
    TAILQ_ENTRY(kept) link; /* most recently asked first */
    LIST_ENTRY(kept) same;  /* bucket */
    struct dav_calendar *calendar;
    char key[ID_HASH_LEN + 1];
};

TAILQ_HEAD(kept_list, kept);
LIST_HEAD(kept_bucket, kept);

struct dav_calendars {
    struct kept_list list;
    struct kept_bucket buckets[BUCKETS];
    size_t count, count_max, bytes, bytes_max;
};

static void *made(size_t size)
{
    void *p = calloc(1, size);
    if (!p)
        fatal("out of memory");
    return p;
}

/* ---- entries ---- */

static size_t sizes(const char *const *strings, size_t n)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += strlen(strings[i]) + 1;
    return size;
}

static const char *put(char **at, const char *s)
{
    char *here = *at;
    size_t size = strlen(s) + 1;
    memcpy(here, s, size);
    *at += size;
    return here;
}

struct dav_entry *dav_entry_new(const struct dav_entry *like)
{
    const char *const strings[] = {like->uid,     like->partstat,  like->state,
                                   like->item.id, like->item.etag, like->item.tag};
    size_t size = sizeof *like + sizes(strings, sizeof strings / sizeof *strings);
    struct dav_entry *e = made(size);
    char *at = (char *)(e + 1);
    *e = *like;
    e->uid = put(&at, like->uid);
    e->partstat = put(&at, like->partstat);
    e->state = put(&at, like->state);
    e->item.id = put(&at, like->item.id);
    e->item.etag = put(&at, like->item.etag);
    e->item.tag = put(&at, like->item.tag);
    e->item.text = e->text = NULL;
    e->item.xml = e->xml = NULL;
    e->item.len = e->item.xml_len = 0;
    e->bytes = size;
    e->refs = e->kept = 0;
    return e;
}

static char *copy(const char *bytes, size_t len)
{
    char *p = made(len + 1);
    memcpy(p, bytes, len);
    return p;
}

void dav_entry_text(struct dav_entry *e, const char *text, size_t len)
{
    struct buf xml;
    if (e->text)
        return;
    buf_init(&xml, BUF_MAX_DEFAULT);
    dav_text(&xml, text, len);
    e->item.text = e->text = copy(text, len);
    e->item.xml = e->xml = copy(xml.data, xml.len);
    e->item.len = len;
    e->item.xml_len = xml.len;
    buf_done(&xml);
}

static void entry_drop(struct dav_entry *e)
{
    if (--e->refs > 0)
        return;
    free(e->text);
    free(e->xml);
    free(e);
}

/* ---- a calendar ---- */

struct dav_calendar *dav_calendar_new(const struct dav_facts *facts, size_t count_max)
{
    const char *const strings[] = {facts->base,  facts->expert,  facts->name, facts->email,
                                   facts->title, facts->version, facts->token};
    size_t size = sizeof(struct dav_calendar) + sizes(strings, sizeof strings / sizeof *strings);
    size_t most = (count_max + 1) * sizeof(struct dav_entry *);
    struct dav_calendar *k = made(size);
    char *at = (char *)(k + 1);
    k->facts = (struct dav_facts){.base = put(&at, facts->base),
                                  .expert = put(&at, facts->expert),
                                  .name = put(&at, facts->name),
                                  .email = put(&at, facts->email),
                                  .title = put(&at, facts->title),
                                  .version = put(&at, facts->version),
                                  .token = put(&at, facts->token),
                                  .most_bytes = facts->most_bytes};
    k->count_max = count_max;
    k->entries = made(most);
    k->by_id = made(most);
    k->bytes = size + 2 * most;
    k->refs = 1;
    return k;
}

void dav_calendar_add(struct dav_calendar *k, struct dav_entry *e)
{
    if (k->count == k->count_max)
        fatal("more entries than were said");
    e->refs++;
    k->entries[k->count++] = e;
}

static int by_version(const void *a, const void *b)
{
    const struct dav_entry *const *x = a, *const *y = b;
    return ((*x)->version > (*y)->version) - ((*x)->version < (*y)->version);
}

static int by_id(const void *a, const void *b)
{
    const struct dav_entry *const *x = a, *const *y = b;
    return strcasecmp((*x)->item.id, (*y)->item.id);
}

void dav_calendar_index(struct dav_calendar *k)
{
    memcpy(k->by_id, k->entries, k->count * sizeof *k->entries);
    qsort(k->entries, k->count, sizeof *k->entries, by_version);
    qsort(k->by_id, k->count, sizeof *k->by_id, by_id);
    k->indexed = k->count;
}

static int is_id(const void *id, const void *entry)
{
    const struct dav_entry *const *e = entry;
    return strcasecmp(id, (*e)->item.id);
}

struct dav_entry *dav_calendar_find(const struct dav_calendar *k, const char *id)
{
    struct dav_entry **e = bsearch(id, k->by_id, k->indexed, sizeof *k->by_id, is_id);
    return e ? *e : NULL;
}

struct dav_calendar *dav_calendar_hold(struct dav_calendar *k)
{
    if (k)
        k->refs++;
    return k;
}

void dav_calendar_drop(void *calendar)
{
    struct dav_calendar *k = calendar;
    if (!k || --k->refs > 0)
        return;
    for (size_t i = 0; i < k->count; i++)
        entry_drop(k->entries[i]);
    free(k->entries);
    free(k->by_id);
    free(k);
}

/* ---- those that are kept ---- */

struct dav_calendars *dav_calendars_new(size_t count_max, size_t bytes_max)
{
    struct dav_calendars *all = made(sizeof *all);
    all->count_max = count_max;
    all->bytes_max = bytes_max;
    TAILQ_INIT(&all->list);
    return all;
}

static size_t entry_bytes(const struct dav_entry *e)
{
    return e->bytes + e->item.len + e->item.xml_len;
}

static void weigh(struct dav_calendars *all, const struct dav_calendar *k)
{
    all->bytes += sizeof(struct kept) + k->bytes;
    for (size_t i = 0; i < k->count; i++)
        if (k->entries[i]->kept++ == 0)
            all->bytes += entry_bytes(k->entries[i]);
}

static void unweigh(struct dav_calendars *all, const struct dav_calendar *k)
{
    all->bytes -= sizeof(struct kept) + k->bytes;
    for (size_t i = 0; i < k->count; i++)
        if (--k->entries[i]->kept == 0)
            all->bytes -= entry_bytes(k->entries[i]);
}

static void cut(struct dav_calendars *all, struct kept *one)
{
    TAILQ_REMOVE(&all->list, one, link);
    LIST_REMOVE(one, same);
    all->count--;
    unweigh(all, one->calendar);
    dav_calendar_drop(one->calendar);
    free(one);
}

static void cut_all(struct dav_calendars *all)
{
    while (!TAILQ_EMPTY(&all->list))
        cut(all, TAILQ_FIRST(&all->list));
}

void dav_calendars_free(struct dav_calendars *all)
{
    if (all)
        cut_all(all);
    free(all);
}

/* A hash is random as it is: its first three digits. */
static struct kept_bucket *bucket_of(struct dav_calendars *all, const char *key)
{
    char digits[4] = {key[0], key[1], key[2], '\0'};
    return &all->buckets[strtoul(digits, NULL, 16) % BUCKETS];
}

static struct kept *find(struct dav_calendars *all, const char *key)
{
    struct kept *one;
    LIST_FOREACH(one, bucket_of(all, key), same)
    if (strcmp(one->key, key) == 0)
        break;
    if (one) {
        TAILQ_REMOVE(&all->list, one, link);
        TAILQ_INSERT_HEAD(&all->list, one, link);
    }
    return one;
}

struct dav_calendar *dav_calendars_get(struct dav_calendars *all, const char *key)
{
    struct kept *one = find(all, key);
    return one ? one->calendar : NULL;
}

struct dav_calendar *dav_calendars_of(struct dav_calendars *all, const char *expert)
{
    struct kept *one;
    TAILQ_FOREACH(one, &all->list, link)
    if (strcmp(one->calendar->facts.expert, expert) == 0)
        return one->calendar;
    return NULL;
}

void dav_calendars_cut(struct dav_calendars *all, const char *key)
{
    struct kept *one = find(all, key);
    if (one)
        cut(all, one);
}

/* Never the first one, which was got last. */
static void make_room(struct dav_calendars *all)
{
    while (all->count > 1 && (all->count > all->count_max || all->bytes > all->bytes_max))
        cut(all, TAILQ_LAST(&all->list, kept_list));
}

/* Of two that were asked for at once the one that is as of later stays. */
void dav_calendars_put(struct dav_calendars *all, const char *key, struct dav_calendar *k)
{
    struct kept *one = find(all, key);
    if (one && one->calendar->log > k->log)
        return;
    dav_calendar_hold(k);
    if (one)
        cut(all, one);
    one = made(sizeof *one);
    one->calendar = k;
    snprintf(one->key, sizeof one->key, "%s", key);
    TAILQ_INSERT_HEAD(&all->list, one, link);
    LIST_INSERT_HEAD(bucket_of(all, key), one, same);
    all->count++;
    weigh(all, k);
    make_room(all);
}

void dav_calendars_text(struct dav_calendars *all, struct dav_entry *e, const char *text,
                        size_t len)
{
    size_t was = entry_bytes(e);
    dav_entry_text(e, text, len);
    if (e->kept)
        all->bytes += entry_bytes(e) - was;
    make_room(all);
}

void dav_calendars_reach(struct dav_calendars *all, const json_t *keys)
{
    struct kept *one;
    char name[KEY_LEN + 1];
    if (!keys) {
        cut_all(all);
        return;
    }
    TAILQ_FOREACH(one, &all->list, link)
    {
        snprintf(name, sizeof name, "expert:%s", one->calendar->facts.expert);
        one->calendar->stale |= json_object_get(keys, name) != NULL;
    }
}
