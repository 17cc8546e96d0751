/*
 * The words of mails: a file for each kind of mail (some for one kind of reader), and common.txt
 * for what all have in common. They are built in (src/web/mail) and may be replaced file by file. A
 * file is sections, each in Korean and in English:
 *
 *     # a comment, before the first section
 *     [ko.lead]
 *     {{company}} 자문을 부탁드리고자 연락드립니다.
 *
 * with placeholders, and {{#name}}…{{/name}} around what is left out where there is no such value.
 * What comes out is plain text: the mail escapes it for where it goes (header, text, HTML), so no
 * value can become a header or markup.
 */
#ifndef FORM_MAIL_TEXTS_H
#define FORM_MAIL_TEXTS_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { MAIL_TEXT_MAX = 64 * 1024 }; /* bytes of one file */

struct mail_texts;

struct mail_texts *mail_texts_new(struct arena *a); /* the built-in ones; lives in a */

struct mail_text_problem {
    int line;
    const char *what; /* lives in the arena of the texts */
};

/* Replaces a file ("offer.txt") by another text. false: nothing was replaced, and what is wrong. */
bool mail_texts_put(struct mail_texts *t, const char *file, const char *text, size_t len,
                    struct mail_text_problem *ret);

/* The i-th file and its built-in text; NULL past the last. */
const char *mail_texts_file(size_t i, const char **ret_text);

/* The i-th placeholder, what it is and which files have it ("" for all); NULL past the last. */
const char *mail_texts_placeholder(struct arena *a, size_t i, const char **ret_what,
                                   const char **ret_files);

#endif
