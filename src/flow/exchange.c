#include "door_in.h"

#include "base/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void let_go(struct exchange *x);
static void exchange_free(struct exchange *x);

struct exchange *exchange_new(struct conn *c, const char *head, size_t len)
{
    struct exchange *x = calloc(1, sizeof *x + len);
    if (!x)
        fatal("out of memory");
    memcpy(x->head, head, len);
    x->conn = c;
    return x;
}

const struct http_request *exchange_request(const struct exchange *x)
{
    return &x->req;
}

const char *exchange_peer(const struct exchange *x)
{
    return x->conn ? x->conn->peer : "gone";
}

void exchange_on_gone(struct exchange *x, exchange_gone_fn *fn, void *arg)
{
    x->gone = fn;
    x->gone_arg = arg;
}

void exchange_reply(struct exchange *x, const struct http_reply *r)
{
    struct conn *c = x->conn;
    if (x->leaving)
        return; /* called from its own gone function, which ends x */
    if (c) {
        let_go(x);
        conn_send(c, r, x->req.method == HTTP_HEAD);
    }
    exchange_free(x); /* after: the reply may point into the request */
}

void exchange_part(struct exchange *x)
{
    let_go(x);
    exchange_free(x);
}

static void let_go(struct exchange *x)
{
    struct conn *c = x->conn;
    assert(c->x == x && c->state == CONN_SERVE);
    c->door->stats.busy--;
    c->door->stats.body_bytes -= x->body.len;
    c->x = NULL;
}

void exchange_drop(struct exchange *x)
{
    struct door *d = x->conn->door;
    d->stats.body_bytes -= x->body.len;
    x->conn = NULL;
    if (x->served) {
        d->stats.busy--;
        d->stats.gone++;
        if (!x->gone)
            return; /* exchange_reply() will free it */
        x->leaving = true;
        x->gone(x->gone_arg);
    }
    exchange_free(x);
}

static void exchange_free(struct exchange *x)
{
    buf_done(&x->body);
    free(x);
}
