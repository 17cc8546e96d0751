/* Shared by the parts of form/http_head only. */
#ifndef FORM_HTTP_HEAD_IN_H
#define FORM_HTTP_HEAD_IN_H

#include "form/http_head.h"

#include <stdbool.h>

/* http_chars.c: no class has the NUL. */
enum http_class {
    HTTP_TOKEN = 1, /* RFC 9110 5.6.2 */
    HTTP_VALUE = 2, /* of a field: HTAB, SP, visible, obs-text */
    HTTP_HOST = 4,
    HTTP_PATH = 8, /* of a target, encoded still */
    HTTP_QUERY = 16,
};
bool http_is(char c, enum http_class class);
size_t http_span(const char *s, size_t len, enum http_class class); /* how many from s on are */
bool http_all(const char *s, enum http_class class);                /* up to the NUL; maybe none */

/* target: origin-form, taken apart in place into path and params; sets why on failure. */
enum err http_target_parse(char *target, struct http_request *r) MUST;

#endif
