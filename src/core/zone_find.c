/* The zones in use, each read once. One thread. */
#include "core/zone.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ZONE_DIR "/usr/share/zoneinfo"

static struct {
    struct arena *arena;
    const struct zone *zones[ZONES_MAX];
    size_t n;
} kept;

static bool name_is_plain(const char *name);
static size_t file_read(const char *name, char bytes[ZONE_FILE_MAX]);

const struct zone *zone_find(const char *name)
{
    static char bytes[ZONE_FILE_MAX];
    struct zone *z;
    for (size_t i = 0; i < kept.n; i++)
        if (strcmp(kept.zones[i]->name, name) == 0)
            return kept.zones[i];
    if (kept.n == ZONES_MAX || !name_is_plain(name))
        return NULL;
    if (!kept.arena)
        kept.arena = arena_new();
    size_t len = file_read(name, bytes);
    if (len == 0 || zone_parse(kept.arena, name, bytes, len, &z) != OK)
        return NULL;
    kept.zones[kept.n++] = z;
    return z;
}

void zone_done(void)
{
    arena_free(kept.arena);
    memset(&kept, 0, sizeof kept);
}

/* A name becomes a path: letters, digits, '_', '-', '+', and '/' between words; no dots. */
static bool name_is_plain(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > ZONE_NAME_MAX || !isupper((unsigned char)name[0]))
        return false;
    for (const char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("_-+/", *p))
            return false;
    return true;
}

/* The file's length; 0 where it cannot be read or is too large. */
static size_t file_read(const char *name, char bytes[ZONE_FILE_MAX])
{
    char path[sizeof ZONE_DIR + ZONE_NAME_MAX + 2];
    snprintf(path, sizeof path, ZONE_DIR "/%s", name);
    FILE *f = fopen(path, "rbe");
    if (!f)
        return 0;
    size_t len = fread(bytes, 1, ZONE_FILE_MAX, f);
    bool whole = feof(f) && !ferror(f);
    fclose(f);
    return whole ? len : 0;
}
