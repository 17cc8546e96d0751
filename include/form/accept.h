/* Accept-Encoding (RFC 9110 12.5.3). */
#ifndef FORM_ACCEPT_H
#define FORM_ACCEPT_H

#include <stdbool.h>

/* Whether gzip may be sent: it is named, or everything is, and its q is not 0. NULL: no header, so
 * nobody asked for it. */
bool accept_gzip(const char *header);

#endif
