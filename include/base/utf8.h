/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_valid(const char *s, size_t len);
size_t utf8_count(const char *s, size_t len);     /* code points; s must be valid */
bool utf8_has_control(const char *s, size_t len); /* U+0000–001F, 007F, 0080–009F, 2028, 2029 */

#endif
