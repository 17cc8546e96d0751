#include "base/log.h"
#include "store/store.h"
#include "work/app.h"
#include "work/feeds.h"

#include <event2/event.h>
#include <stdlib.h>

enum { SEEN_BATCH = 500 };

struct feed_seen {
    struct app *app;
    struct event *timer;
    struct ticket *ticket; /* one batch at a time */
};

static void on_timer(evutil_socket_t fd, short what, void *seen);
static void written(void *seen, const struct answer *a);

struct feed_seen *feed_seen_new(struct app *app)
{
    struct feed_seen *s = calloc(1, sizeof *s);
    int64_t ms = conf_int(app->conf, CONF_feed_seen_every);
    if (!s)
        fatal("out of memory");
    s->app = app;
    s->timer = event_new(app->base, -1, EV_PERSIST, on_timer, s);
    if (!s->timer || event_add(s->timer, &(struct timeval){ms / 1000, ms % 1000 * 1000}) != 0)
        fatal("no timer");
    return s;
}

void feed_seen_free(struct feed_seen *s)
{
    if (!s)
        return;
    ticket_drop(s->ticket);
    event_free(s->timer);
    free(s);
}

static void on_timer(evutil_socket_t fd, short what, void *seen)
{
    (void)fd;
    (void)what;
    feed_seen_flush(seen);
}

/* It says when somebody looked, no more: what PostgreSQL does not take is forgotten. */
void feed_seen_flush(struct feed_seen *s)
{
    if (s->ticket || !store_ready(s->app->store))
        return;
    json_t *notes = feed_cache_notes(s->app->feeds, SEEN_BATCH);
    if (json_array_size(notes) > 0) {
        char *text = json_dumps(notes, JSON_COMPACT);
        s->ticket = store_ask(s->app->store, ASK_feeds_seen, (const char *[]){text}, written, s);
        free(text);
    }
    json_decref(notes);
}

static void written(void *seen, const struct answer *a)
{
    struct feed_seen *s = seen;
    s->ticket = NULL;
    if (a->err == OK)
        feed_seen_flush(s); /* the rest */
}
