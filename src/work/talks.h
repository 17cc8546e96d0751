/*
 * Inside work/ only: conversations through libcurl, each on a thread of its own, so that a server
 * that thinks for minutes, or a name that does not resolve, holds up nobody else. A thread owns its
 * CURL handle, which keeps its connection for the next talk; all decisions stay on the loop. The
 * threads come when they are needed, up to a maximum; talks beyond that wait.
 */
#ifndef WORK_TALKS_H
#define WORK_TALKS_H

#include "base/net.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

enum { TALK_THREADS_MAX = 64 };

struct event_base;
struct talks;

/* First member of a malloc'd struct of the caller's; freed after `done`, or by talks_free(). */
struct talk {
    TAILQ_ENTRY(talk) link;
};

/* What became of it, for whoever asked. */
struct talk_result {
    bool ok;
    bool permanent;  /* refused for good: trying again changes nothing */
    bool gone;       /* there is nobody any more, for this or for anything else */
    const char *why; /* "550: …", gone after the callback */
};
typedef void talk_done_fn(void *ctx, const struct talk_result *r);

struct talks_conf {
    size_t threads;
    void *ctx;
    void (*talk)(void *ctx, CURL *easy, struct talk *t); /* on a thread; easy is fresh, but for its
                                                            connections, and silent */
    void (*done)(void *ctx, struct talk *t);             /* on the loop */
    void (*empty)(struct talk *t); /* what it holds is let go, before it is freed; may be NULL */
};

struct talks *talks_new(struct event_base *base, const struct talks_conf *conf);
/* Cuts what is under way within about a second; accepts NULL. Nothing is called back any more. */
void talks_free(struct talks *s);
void talks_add(struct talks *s, struct talk *t);

/* For a talk that brings a handle of its own, kept from one talk to the next: what each handle has
 * (no proxy, no signals, cut when the end comes), and whether the end has come. On a thread. */
void talks_prepare(struct talks *s, CURL *easy);
bool talks_ending(const struct talks *s);

/* Which addresses a conversation may reach, looked at when libcurl is about to connect: what a name
 * resolves to by then, after each redirect, too. On a thread; lives as long as the conversation. */
struct talk_guard {
    const struct net_list *networks; /* net_allowed() */
    bool refused;                    /* told: an address was none to call */
};
void talk_guard_set(CURL *easy, struct talk_guard *g);

#endif
