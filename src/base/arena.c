#include "base/arena.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
enum { KEEPS = false };
#else
enum { KEEPS = true };
#endif
enum { BLOCK_BYTES = 8192 - 64, ALIGN = 16 };

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(ALIGN) char bytes[];
};

struct hook {
    struct hook *next;
    arena_hook_fn *fn;
    void *thing;
};

struct arena {
    struct block *blocks;
    struct hook *hooks;
};

/* What is large is zeroed by whoever has zeroed pages; what is small, piece by piece. */
static struct block *block_new(size_t size)
{
    struct block *b = size > BLOCK_BYTES ? calloc(1, sizeof *b + size) : malloc(sizeof *b + size);
    if (!b)
        fatal("out of memory");
    b->used = 0;
    b->size = size;
    return b;
}

struct arena *arena_new(void)
{
    struct arena *a = calloc(1, sizeof *a);
    if (!a)
        fatal("out of memory");
    return a;
}

/* Keeps one block of the usual size where keep is true. */
static void empty(struct arena *a, bool keep)
{
    struct block *kept = NULL;
    for (struct hook *h = a->hooks; h; h = h->next)
        h->fn(h->thing);
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        if (keep && !kept && b->size == BLOCK_BYTES)
            kept = b;
        else
            free(b);
    }
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
    }
    *a = (struct arena){.blocks = kept};
}

void arena_free(struct arena *a)
{
    if (a)
        empty(a, false);
    free(a);
}

void arena_reset(struct arena *a)
{
    empty(a, KEEPS);
}

void *arena_alloc(struct arena *a, size_t size)
{
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct block *b = a->blocks;
    if (!b || b->size - b->used < size) {
        b = block_new(size > BLOCK_BYTES ? size : BLOCK_BYTES);
        b->next = a->blocks;
        a->blocks = b;
    }
    void *p = b->bytes + b->used;
    b->used += size;
    return b->size > BLOCK_BYTES ? p : memset(p, 0, size);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len + 1);
    memcpy(copy, s, len);
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *out = arena_alloc(a, (size_t)len + 1);
    vsnprintf(out, (size_t)len + 1, fmt, again);
    va_end(again);
    return out;
}

void arena_hook(struct arena *a, arena_hook_fn *fn, void *thing)
{
    if (!thing)
        return;
    struct hook *h = arena_new_of(a, struct hook);
    *h = (struct hook){.next = a->hooks, .fn = fn, .thing = thing};
    a->hooks = h;
}
