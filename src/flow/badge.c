#include "badge_in.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/log.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

TAILQ_HEAD(badge_list, badge);

/* A call that waits. */
struct badge {
    TAILQ_ENTRY(badge) link;
    struct badge_list *in; /* NULL: it waits no more */
    struct call *call;
    const char *hash;
    int row; /* of the answer */
};

/* An ask, and whom it is for. */
struct round {
    struct badges *of;
    struct ticket *ticket;
    struct badge_list calls;
};

struct badges {
    struct store *store;
    struct event *soon; /* what the loop has ready now goes into one ask */
    struct round rounds[BADGES_ASKS];
    struct badge_list waiting; /* for the next */
};

static void send_all(evutil_socket_t fd, short what, void *badges);
static void answered(void *round, const struct answer *a);
static void left(void *badge);

struct badges *badges_new(struct event_base *base, struct store *s)
{
    struct badges *b = calloc(1, sizeof *b);
    if (!b)
        fatal("out of memory");
    b->store = s;
    TAILQ_INIT(&b->waiting);
    for (int i = 0; i < BADGES_ASKS; i++) {
        b->rounds[i].of = b;
        TAILQ_INIT(&b->rounds[i].calls);
    }
    b->soon = event_new(base, -1, 0, send_all, b);
    if (!b->soon)
        fatal("no event");
    return b;
}

void badges_free(struct badges *b)
{
    if (!b)
        return;
    for (int i = 0; i < BADGES_ASKS; i++)
        ticket_drop(b->rounds[i].ticket);
    event_free(b->soon);
    free(b);
}

static void put(struct badge_list *list, struct badge *one)
{
    TAILQ_INSERT_TAIL(list, one, link);
    one->in = list;
}

static void take_out(struct badge *one)
{
    TAILQ_REMOVE(one->in, one, link);
    one->in = NULL;
}

enum step badges_ask(struct badges *b, struct call *c, const char *hash)
{
    struct badge *one = arena_new_of(c->arena, struct badge);
    *one = (struct badge){.call = c, .hash = hash};
    put(&b->waiting, one);
    arena_hook(c->arena, left, one);
    event_active(b->soon, 0, 0);
    return STEP_WAIT;
}

/* The call ended, maybe before its turn came. */
static void left(void *badge)
{
    struct badge *one = badge;
    if (one->in)
        take_out(one);
}

static struct round *free_round(struct badges *b)
{
    for (int i = 0; i < BADGES_ASKS; i++)
        if (!b->rounds[i].ticket)
            return &b->rounds[i];
    return NULL;
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
    struct round *r = free_round(b);
    const char *hashes[BADGES_MAX];
    struct badge *one;
    struct buf list;
    int n = 0;
    (void)fd;
    (void)what;
    if (!r || TAILQ_EMPTY(&b->waiting))
        return;
    while (n < BADGES_MAX && (one = TAILQ_FIRST(&b->waiting))) {
        take_out(one);
        put(&r->calls, one);
        one->row = row_of(hashes, &n, one->hash);
    }
    buf_init(&list, BADGES_MAX * (ID_HASH_LEN + 1) + 2);
    for (int i = 0; i < n; i++)
        buf_printf(&list, "%c%s", i ? ',' : '{', hashes[i]);
    buf_char(&list, '}');
    r->ticket = store_ask(b->store, ASK_tokens_check, (const char *[]){list.data}, answered, r);
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

static void answered(void *round, const struct answer *a)
{
    struct round *r = round;
    struct badge *one;
    r->ticket = NULL;
    while ((one = TAILQ_FIRST(&r->calls))) {
        take_out(one);
        if (a->err != OK) {
            call_answer_error(one->call, a);
            continue;
        }
        take(one->call, a->rows, (size_t)one->row);
        call_go_on(one->call);
    }
    if (!TAILQ_EMPTY(&r->of->waiting))
        event_active(r->of->soon, 0, 0);
}
