/*
 * Settings. base/conf.def holds one row each: name, type, default, bounds, one sentence. A value
 * comes from the default, the file (--config=FILE or JAMUND_CONFIG; `name = value` lines, # starts
 * a comment line), the environment (JAMUND_NAME) or a flag (--name=value, dashes or underscores);
 * the later one wins. Unknown names and values out of bounds end loading with a sentence that
 * says which name, from where (file and line), and what is allowed.
 *
 * Durations are milliseconds (written 500ms, 5s, 2m, 1h, 1d), sizes bytes (16k, 1M), times of day
 * minutes after midnight (09:00), choices their place in the row's list. A secret may not be a
 * flag, for everyone on the machine can read those, and is never printed.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CONF_WHY 512        /* bytes for a sentence about what is wrong */
#define CONF_MUST 160       /* bytes for its part: what the value must be */
#define CONF_FILE_MAX 65536 /* bytes of a settings file */

enum conf_type {
    CONF_STRING,
    CONF_INT,
    CONF_DURATION,
    CONF_SIZE,
    CONF_TIME,
    CONF_ENUM,
    CONF_ADDRESS,
    CONF_URL,
    CONF_CONNINFO,
    CONF_PATH,
    CONF_SECRET,
    CONF_NETWORKS,
};

enum conf_key {
#define CONF(name, ...) CONF_##name,
#include "base/conf.def"
#undef CONF
    CONF_COUNT
};

struct conf_row {
    const char *name;
    enum conf_type type;
    const char *preset;
    int64_t least, most;
    const char *unit; /* of numbers; the choices of ENUM ("a|b"); the schemes of URL */
    const char *text;
};

struct conf;

/*
 * Takes the settings out of argv, whose other words close ranks (argv[0] stays; after "--" nothing
 * is a setting). env is as environ. On a mistake NULL, and why says it.
 */
MUST struct conf *conf_load(int *argc, char **argv, char *const *env, char why[CONF_WHY]);
void conf_free(struct conf *c); /* accepts NULL */

const char *conf_str(const struct conf *c,
                     enum conf_key key);                   /* the value as written; lives as c */
int64_t conf_int(const struct conf *c, enum conf_key key); /* of a number-like type */
const char *conf_from(const struct conf *c, enum conf_key key); /* "default", "flag", … */

const struct conf_row *conf_row(enum conf_key key);

/* Whether text may be the row's value; if not, must completes the sentence "it must be …". */
MUST bool conf_check(const struct conf_row *r, const char *text, int64_t *ret_num,
                     char must[CONF_MUST]);

/* The text of the file that the setting names, at most size - 1 bytes of it, NUL-terminated. False:
 * it cannot be read, or others than its owner may read it; why says it. */
MUST bool conf_secret_file(enum conf_key key, const char *path, char *ret, size_t size,
                           char why[CONF_WHY]);

const char *conf_type_name(enum conf_type type);
void conf_print(const struct conf *c, FILE *out); /* name, value, where from; secrets hidden */

#endif
