/*
 * An arena owns everything made while serving one call: memory is handed out by bumping a pointer
 * and freed all at once. Things with a destructor are hung on it with arena_hook(); hooks run in
 * reverse order of hanging, before the memory goes. Allocation never fails (out of memory ends the
 * process); memory is zeroed. Not thread-safe: one arena, one call.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;
typedef void arena_hook_fn(void *thing);

struct arena *arena_new(void);
void arena_free(struct arena *a); /* accepts NULL */
/* As new: hooks are called and all of it goes, but for memory to begin with, which saves the next
 * call an allocation. (Under AddressSanitizer that goes, too: what is used too late is found.) */
void arena_reset(struct arena *a);

void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for any type */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Calls fn(thing) when the arena is freed. NULL things are ignored. */
void arena_hook(struct arena *a, arena_hook_fn *fn, void *thing);

#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

#endif
