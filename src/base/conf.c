#include "base/conf.h"

#include "base/arena.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define ENV_PREFIX "JAMUND_"
#define NAME_MAX_LEN 64

static const struct conf_row rows[] = {
#define CONF(name, type, preset, least, most, unit, text)                                          \
    {#name, CONF_##type, preset, least, most, unit, text},
#include "base/conf.def"
#undef CONF
};

struct value {
    const char *text;
    const char *from;
    int64_t num;
};

struct conf {
    struct arena *arena;
    struct value values[CONF_COUNT];
};

static bool load_defaults(struct conf *c, char *why);
static bool load_file(struct conf *c, const char *path, char *why);
static bool load_env(struct conf *c, char *const *env, char *why);
static bool load_flags(struct conf *c, int *argc, char **argv, char *why);
static bool consistent(const struct conf *c, char *why);
static const char *file_name(int argc, char **argv, char *const *env);
static bool set(struct conf *c, int key, const char *text, const char *from, char *why);

struct conf *conf_load(int *argc, char **argv, char *const *env, char why[CONF_WHY])
{
    struct arena *a = arena_new();
    struct conf *c = arena_new_of(a, struct conf);
    const char *file = file_name(*argc, argv, env);
    c->arena = a;
    if (load_defaults(c, why) && (!file || load_file(c, file, why)) && load_env(c, env, why) &&
        load_flags(c, argc, argv, why) && consistent(c, why))
        return c;
    conf_free(c);
    return NULL;
}

void conf_free(struct conf *c)
{
    if (c)
        arena_free(c->arena);
}

const char *conf_str(const struct conf *c, enum conf_key key)
{
    return c->values[key].text;
}

int64_t conf_int(const struct conf *c, enum conf_key key)
{
    assert(rows[key].type >= CONF_INT && rows[key].type <= CONF_ENUM);
    return c->values[key].num;
}

const char *conf_from(const struct conf *c, enum conf_key key)
{
    return c->values[key].from;
}

const struct conf_row *conf_row(enum conf_key key)
{
    assert(key < CONF_COUNT);
    return &rows[key];
}

const char *conf_type_name(enum conf_type type)
{
    static const char *const names[] = {
        [CONF_STRING] = "text",     [CONF_INT] = "number",    [CONF_DURATION] = "duration",
        [CONF_SIZE] = "size",       [CONF_TIME] = "time",     [CONF_ENUM] = "choice",
        [CONF_ADDRESS] = "address", [CONF_URL] = "URL",       [CONF_CONNINFO] = "conninfo",
        [CONF_PATH] = "path",       [CONF_SECRET] = "secret", [CONF_NETWORKS] = "networks",
    };
    return names[type];
}

/* A conninfo may hold a password in several notations: hide the whole of any that might. */
static bool must_hide(const struct conf_row *r, const char *text)
{
    if (r->type == CONF_CONNINFO)
        return strstr(text, "password") || (strstr(text, "://") && strchr(text, '@'));
    return r->type == CONF_SECRET && *text;
}

void conf_print(const struct conf *c, FILE *out)
{
    for (int i = 0; i < CONF_COUNT; i++) {
        const struct value *v = &c->values[i];
        const char *text = must_hide(&rows[i], v->text) ? "(hidden)" : v->text;
        fprintf(out, "%-22s = %-24s # %s\n", rows[i].name, text, v->from);
    }
}

/* ---- where values come from ---- */

static bool load_defaults(struct conf *c, char *why)
{
    for (int i = 0; i < CONF_COUNT; i++)
        if (!set(c, i, rows[i].preset, "default", why))
            return false;
    return true;
}

/* name need not end at len; dashes stand for underscores, case does not matter */
static int find(const char *name, size_t len)
{
    for (int i = 0; i < CONF_COUNT; i++) {
        size_t n = 0;
        while (n < len && rows[i].name[n] &&
               (name[n] == '-' ? '_' : tolower((unsigned char)name[n])) == rows[i].name[n])
            n++;
        if (n == len && !rows[i].name[n])
            return i;
    }
    return -1;
}

static const char *file_name(int argc, char **argv, char *const *env)
{
    static const char flag[] = "--config=", variable[] = ENV_PREFIX "CONFIG=";
    const char *found = NULL;
    for (; *env; env++)
        if (strncmp(*env, variable, strlen(variable)) == 0)
            found = *env + strlen(variable);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strncmp(argv[i], flag, strlen(flag)) == 0)
            found = argv[i] + strlen(flag);
    return found && *found ? found : NULL;
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    for (char *end = s + strlen(s); end > s && isspace((unsigned char)end[-1]);)
        *--end = '\0';
    return s;
}

static bool load_line(struct conf *c, char *line, const char *from, char *why)
{
    line = trim(line);
    if (!*line || *line == '#')
        return true;
    char *equals = strchr(line, '=');
    if (!equals) {
        snprintf(why, CONF_WHY, "%s: a line is `name = value`", from);
        return false;
    }
    *equals = '\0';
    const char *name = trim(line);
    int key = find(name, strlen(name));
    if (key < 0) {
        snprintf(why, CONF_WHY, "%s: there is no setting `%.*s`", from, NAME_MAX_LEN, name);
        return false;
    }
    if (strncmp(c->values[key].from, from, strcspn(from, ":") + 1) == 0) {
        snprintf(why, CONF_WHY, "%s: %s was set before, at %s", from, name, c->values[key].from);
        return false;
    }
    return set(c, key, trim(equals + 1), from, why);
}

static bool load_file(struct conf *c, const char *path, char *why)
{
    char *text = arena_alloc(c->arena, CONF_FILE_MAX + 1);
    FILE *f = fopen(path, "re");
    size_t len = f ? fread(text, 1, CONF_FILE_MAX + 1, f) : 0;
    bool bad = !f || ferror(f);
    int error = errno;
    if (f)
        fclose(f);
    if (bad || len > CONF_FILE_MAX || strlen(text) != len) {
        snprintf(why, CONF_WHY, "%s: %s", path,
                 bad                   ? strerror(error)
                 : len > CONF_FILE_MAX ? "longer than 64 KiB"
                                       : "has a NUL byte");
        return false;
    }
    int number = 0;
    for (char *line; (line = strsep(&text, "\n"));)
        if (!load_line(c, line, arena_printf(c->arena, "%s:%d", path, ++number), why))
            return false;
    return true;
}

static bool load_env(struct conf *c, char *const *env, char *why)
{
    const size_t skip = strlen(ENV_PREFIX);
    for (; *env; env++) {
        const char *name = *env, *equals = strchr(name, '=');
        if (!equals || strncmp(name, ENV_PREFIX, skip) != 0)
            continue;
        size_t len = (size_t)(equals - name) - skip;
        int key = find(name + skip, len);
        if (key < 0 && !(len == 6 && strncmp(name + skip, "CONFIG", 6) == 0)) {
            snprintf(why, CONF_WHY, "environment: there is no setting %.*s", NAME_MAX_LEN, name);
            return false;
        }
        if (key >= 0 && !set(c, key, equals + 1, "environment", why))
            return false;
    }
    return true;
}

static bool load_flags(struct conf *c, int *argc, char **argv, char *why)
{
    int kept = 1, i = 1;
    for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
        const char *equals = strchr(argv[i], '=');
        bool flag = strncmp(argv[i], "--", 2) == 0 && equals;
        int key = flag ? find(argv[i] + 2, (size_t)(equals - argv[i]) - 2) : -1;
        if (key >= 0 && rows[key].type == CONF_SECRET) {
            snprintf(why, CONF_WHY, "flag: %s is a secret; set it in the file or the environment",
                     rows[key].name);
            return false;
        }
        if (key >= 0 && !set(c, key, equals + 1, "flag", why))
            return false;
        if (key < 0 && strncmp(argv[i], "--config=", 9) != 0)
            argv[kept++] = argv[i];
    }
    for (; i < *argc; i++)
        argv[kept++] = argv[i];
    if (*argc > 0) {
        *argc = kept;
        argv[kept] = NULL;
    }
    return true;
}

static bool wrong(const struct conf *c, enum conf_key key, const char *what, char *why)
{
    snprintf(why, CONF_WHY, "%s: %s %s", conf_from(c, key), rows[key].name, what);
    return false;
}

/* Who signs in with what, and where alone: a name or a password in a URL would be printed with it.
 */
static bool imap_consistent(const struct conf *c, char *why)
{
    const char *url = conf_str(c, CONF_imap_url);
    if (!*url)
        return true;
    if (strpbrk(strstr(url, "://") + 3, "@/?#;"))
        return wrong(c, CONF_imap_url, "must be a host and a port alone", why);
    if (!*conf_str(c, CONF_imap_user))
        return wrong(c, CONF_imap_user, "must be given with imap_url", why);
    if (!*conf_str(c, CONF_imap_password_file))
        return wrong(c, CONF_imap_password_file, "must be given with imap_url", why);
    return true;
}

static bool consistent(const struct conf *c, char *why)
{
    if (conf_int(c, CONF_work_from) >= conf_int(c, CONF_work_until))
        return wrong(c, CONF_work_until, "is not after work_from", why);
    return imap_consistent(c, why);
}

static bool set(struct conf *c, int key, const char *text, const char *from, char *why)
{
    char must[CONF_MUST];
    int64_t num = 0;
    if (!conf_check(&rows[key], text, &num, must)) {
        snprintf(why, CONF_WHY, "%s: %s must be %s", from, rows[key].name, must);
        return false;
    }
    c->values[key] =
        (struct value){arena_strdup(c->arena, text), arena_strdup(c->arena, from), num};
    return true;
}
