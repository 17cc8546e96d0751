/* Shared by the parts of form/http_head only. */
#ifndef FORM_HTTP_HEAD_IN_H
#define FORM_HTTP_HEAD_IN_H

#include "form/http_head.h"

#include <stdbool.h>

bool http_is_token(const char *s); /* RFC 9110 5.6.2; not empty */
bool http_is_token_char(char c);
bool http_is_value_char(char c); /* of a field value: HTAB, SP, visible, obs-text */

/* target: origin-form, taken apart in place into path and params; sets why on failure. */
enum err http_target_parse(char *target, struct http_request *r) MUST;

#endif
