#include "badge_in.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

/* A call that waits. */
struct badge {
    TAILQ_ENTRY(badge) link;
    struct badges *at; /* NULL: it waits no more */
    struct call *call;
    const char *hash;
    int row; /* of the answer; -1: it belongs to the next ask */
};

struct badges {
    struct store *store;
    struct event *soon; /* what the loop has ready now goes into one ask */
    struct ticket *ticket;
    TAILQ_HEAD(, badge) waiting; /* those of the ask under way first */
};

static void send_all(evutil_socket_t fd, short what, void *badges);
static void answered(void *badges, const struct answer *a);
static void left(void *badge);

struct badges *badges_new(struct event_base *base, struct store *s)
{
    struct badges *b = calloc(1, sizeof *b);
    if (!b)
        fatal("out of memory");
    b->store = s;
    TAILQ_INIT(&b->waiting);
    b->soon = event_new(base, -1, 0, send_all, b);
    if (!b->soon)
        fatal("no event");
    return b;
}

void badges_free(struct badges *b)
{
    if (!b)
        return;
    ticket_drop(b->ticket);
    event_free(b->soon);
    free(b);
}

enum step badges_ask(struct badges *b, struct call *c, const char *hash)
{
    struct badge *one = arena_new_of(c->arena, struct badge);
    *one = (struct badge){.at = b, .call = c, .hash = hash, .row = -1};
    TAILQ_INSERT_TAIL(&b->waiting, one, link);
    arena_hook(c->arena, left, one);
    if (!b->ticket)
        event_active(b->soon, 0, 0);
    return STEP_WAIT;
}

/* The call ended, maybe before its turn came. */
static void left(void *badge)
{
    struct badge *one = badge;
    if (one->at)
        TAILQ_REMOVE(&one->at->waiting, one, link);
}

/* Each token once, however many calls came with it. */
static int row_of(const char *hashes[], int *n, const char *hash)
{
    for (int i = 0; i < *n; i++)
        if (strcmp(hashes[i], hash) == 0)
            return i;
    hashes[*n] = hash;
    return (*n)++;
}

static void send_all(evutil_socket_t fd, short what, void *badges)
{
    struct badges *b = badges;
    const char *hashes[BADGES_MAX];
    struct badge *one;
    struct buf list;
    int n = 0;
    (void)fd;
    (void)what;
    if (b->ticket || TAILQ_EMPTY(&b->waiting))
        return;
    TAILQ_FOREACH(one, &b->waiting, link)
    {
        if (n == BADGES_MAX)
            break;
        one->row = row_of(hashes, &n, one->hash);
    }
    buf_init(&list, BADGES_MAX * (ID_HASH_LEN + 1) + 2);
    for (int i = 0; i < n; i++)
        buf_printf(&list, "%c%s", i ? ',' : '{', hashes[i]);
    buf_char(&list, '}');
    b->ticket = store_ask(b->store, ASK_tokens_check, (const char *[]){list.data}, answered, b);
    buf_done(&list);
}

static void take(struct call *c, const struct rows *r, size_t row)
{
    c->version = rows_int(r, row, "version");
    c->now = rows_int(r, row, "at");
    if (rows_null(r, row, "user_id"))
        return;
    c->actor = arena_strdup(c->arena, rows_text(r, row, "user_id"));
    c->role = arena_strdup(c->arena, rows_text(r, row, "role"));
}

/* Who comes while these go on belongs to the next ask. */
static void answered(void *badges, const struct answer *a)
{
    struct badges *b = badges;
    struct badge *one;
    b->ticket = NULL;
    while ((one = TAILQ_FIRST(&b->waiting)) && one->row >= 0) {
        TAILQ_REMOVE(&b->waiting, one, link);
        one->at = NULL;
        if (a->err != OK) {
            call_answer_error(one->call, a);
            continue;
        }
        take(one->call, a->rows, (size_t)one->row);
        call_go_on(one->call);
    }
    if (!TAILQ_EMPTY(&b->waiting))
        event_active(b->soon, 0, 0);
}
