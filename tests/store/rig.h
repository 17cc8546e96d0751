/* What the scripted tests share: a store on fake connections, and notes of its answers. */
#ifndef TESTS_RIG_H
#define TESTS_RIG_H

#include "store/store.h"

/* The rig's own asks, by number. */
enum { LOOK, LOOK_MAYBE, LOOK_MANY, LOOK_NONE, CHANGE, EXPORT, RIG_ASKS };

struct note { /* one asker */
    int calls;
    enum err err;
    char message[64], constraint[64], name[64];
    size_t rows;
    struct rows *kept;
    bool keep; /* set before: take the rows */
};

struct rig {
    struct event_base *base;
    struct store *store;
    struct store_conf conf;
    int changes;
};

extern struct rig rig;

int rig_up(void **state);   /* cmocka setup: conf with one connection per lane; not opened yet */
int rig_down(void **state); /* teardown: closes */
void rig_open(void);        /* and turns the loop until it is ready */
void rig_begin(void);       /* opens without waiting */
void rig_settle(void);      /* turns the loop until nothing is due at once */
bool rig_until(bool (*holds)(void)); /* turns it, timers included, until it holds; false: never */

struct ticket *rig_ask(int ask, const char *arg, struct note *n);
void rig_answer(const char *lane, int nth, int rows);        /* rows, end, sync; then settles */
void rig_fail(const char *lane, int nth, const char *state); /* error, end, sync; then settles */

#endif
