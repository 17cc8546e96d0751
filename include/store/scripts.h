/*
 * The SQL files of a migrations folder: NNNN_name.sql, numbered and rising, and api/NAME.sql in the
 * order of their names. Other files are left alone; a number used twice is an error.
 */
#ifndef STORE_SCRIPTS_H
#define STORE_SCRIPTS_H

#include "base/id.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCRIPTS_MAX = 1000, SCRIPT_BYTES_MAX = 4 << 20 };

struct script {
    int number; /* 0 below api/ */
    char *name; /* "0001_roster", "api/experts" */
    char *text;
    char checksum[ID_HASH_LEN + 1]; /* SHA-256 */
};

struct scripts {
    struct script *list; /* numbered ones first */
    size_t numbered, count;
};

/* false: why says which file is wrong, or that there are none. */
bool scripts_load(const char *dir, struct scripts *ret_scripts, char *why, size_t size);
void scripts_free(struct scripts *s);

#endif
