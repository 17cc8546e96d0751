/*
 * A reply without an end, for server-sent events. exchange_stream() sends its head now (no length;
 * the end of the connection is its end) and gives the exchange up for a stream; what is sent on it
 * should be whole events.
 *
 * What the client does not take at once waits, at most door_conf.stream_max bytes and at most the
 * write deadline; who takes less is cut. While nothing waits no deadline runs: an idle stream lives
 * for ever. A client that closes is seen at once, one that vanished when it leaves something
 * unacknowledged for twice the write deadline (so send it a heartbeat).
 *
 * A stream is over, and invalid, when stream_end() was called, when stream_send() said false, or
 * when the gone function returns. The functions are called from the event loop (gone also from
 * door_drain() and door_close()), never from within a function of this header; the gone function
 * may not touch other streams.
 */
#ifndef FLOW_STREAM_H
#define FLOW_STREAM_H

#include "flow/door.h"

struct stream;

struct stream_ears {
    void (*gone)(void *arg);  /* the client left or was too slow, or the door ends; once */
    void (*taken)(void *arg); /* nothing waits any more */
};

/* head: status, type and fields. NULL: the client has left, or wanted the head alone (HEAD). Either
 * way x is gone. ears outlive the stream. */
struct stream *exchange_stream(struct exchange *x, const struct http_reply *head,
                               const struct stream_ears *ears, void *arg);

bool stream_send(struct stream *s, const char *bytes, size_t len); /* false: it was cut */
bool stream_idle(const struct stream *s);                          /* all was taken */
void stream_end(struct stream *s); /* at once: what waits is dropped */

#endif
