#include "store/scripts.h"

#include "base/buf.h"
#include "store/ticket.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES_MAX = 4096 };

struct load {
    struct scripts s;
    const char *dir;
    char *why;
    size_t size;
};

static bool folder_load(struct load *l, const char *below, int (*wanted)(const struct dirent *));
static int by_name(const struct dirent **a, const struct dirent **b);
static int is_numbered(const struct dirent *e);
static int is_sql(const struct dirent *e);
static bool script_load(struct load *l, const char *below, const char *file);
static char *file_text(FILE *f);
static bool numbers_rise(struct load *l);
static bool wrong(struct load *l, const char *what, const char *why);

bool scripts_load(const char *dir, struct scripts *ret_scripts, char *why, size_t size)
{
    struct load l = {.dir = dir, .why = why, .size = size};
    l.s.list = need(calloc(SCRIPTS_MAX, sizeof *l.s.list));
    bool ok = folder_load(&l, "", is_numbered);
    l.s.numbered = l.s.count;
    if (ok && l.s.count == 0)
        ok = wrong(&l, dir, "no migrations there");
    if (ok && numbers_rise(&l) && folder_load(&l, "api/", is_sql)) {
        *ret_scripts = l.s;
        return true;
    }
    scripts_free(&l.s);
    return false;
}

void scripts_free(struct scripts *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->list[i].name);
        free(s->list[i].text);
    }
    free(s->list);
}

static bool folder_load(struct load *l, const char *below, int (*wanted)(const struct dirent *))
{
    struct dirent **entries;
    struct buf path;
    buf_init(&path, PATH_BYTES_MAX);
    buf_printf(&path, "%s/%s", l->dir, below);
    int n = scandir(path.data, &entries, wanted, by_name);
    bool ok = n >= 0 || wrong(l, path.data, strerror(errno));
    buf_done(&path);
    for (int i = 0; i < n; i++) {
        ok = ok && script_load(l, below, entries[i]->d_name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return ok;
}

/* Not alphasort(): the order must not hang on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_sql(const struct dirent *e)
{
    const char *dot = strrchr(e->d_name, '.');
    return dot && dot != e->d_name && strcmp(dot, ".sql") == 0;
}

static int is_numbered(const struct dirent *e)
{
    for (int i = 0; i < 4; i++)
        if (!isdigit((unsigned char)e->d_name[i]))
            return 0;
    return e->d_name[4] == '_' && is_sql(e);
}

static bool script_load(struct load *l, const char *below, const char *file)
{
    struct buf path;
    if (l->s.count == SCRIPTS_MAX)
        return wrong(l, file, "too many files");
    buf_init(&path, PATH_BYTES_MAX);
    buf_printf(&path, "%s/%s%s", l->dir, below, file);
    FILE *f = fopen(path.data, "re");
    buf_done(&path);
    if (!f)
        return wrong(l, file, strerror(errno));
    struct script *s = &l->s.list[l->s.count];
    s->text = file_text(f);
    fclose(f);
    if (!s->text)
        return wrong(l, file, "cannot be read, holds a NUL, or is too large");
    s->number = *below ? 0 : atoi(file);
    struct buf name; /* goes to the script */
    buf_init(&name, PATH_BYTES_MAX);
    buf_printf(&name, "%s%.*s", below, (int)(strlen(file) - strlen(".sql")), file);
    s->name = name.data;
    id_hash(s->text, strlen(s->text), s->checksum);
    l->s.count++;
    return true;
}

static char *file_text(FILE *f)
{
    char *text = need(malloc(SCRIPT_BYTES_MAX + 1));
    size_t len = fread(text, 1, SCRIPT_BYTES_MAX, f);
    bool whole = !ferror(f) && fgetc(f) == EOF;
    text[len] = '\0';
    if (whole && strlen(text) == len)
        return need(realloc(text, len + 1));
    free(text);
    return NULL;
}

static bool numbers_rise(struct load *l)
{
    int last = 0;
    for (size_t i = 0; i < l->s.count; i++) {
        if (l->s.list[i].number <= last)
            return wrong(l, l->s.list[i].name, "its number is 0 or used twice");
        last = l->s.list[i].number;
    }
    return true;
}

static bool wrong(struct load *l, const char *what, const char *why)
{
    snprintf(l->why, l->size, "%s: %s", what, why);
    return false;
}
