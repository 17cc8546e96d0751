/*
 * The strict grammars that an address passes before it goes to a mail header, an SMTP command, a
 * calendar's ATTENDEE or URL: those places print it raw, so nothing may be in it that needs
 * quoting. e-mail  dot-atom@domain, ASCII, local part <= 64, whole <= 254, at least two domain
 * labels, the last one not all digits; no quoted local parts, no address literals host    letters,
 * digits, hyphens inside labels of <= 63, whole <= 253 URL
 * https://host[:port][/path][?query][#fragment] in RFC 3986 characters with whole percent escapes,
 * no user part, <= 2000 link    a URL of our own: also http to this machine (a first run has no
 * TLS) NULL is not valid.
 *
 * A tagged address is local+tag@domain (RFC 5233): the tag says for whom it was made.
 */
#ifndef FORM_ADDRESS_H
#define FORM_ADDRESS_H

#include "base/arena.h"

#include <stdbool.h>

struct buf;

bool address_valid(const char *email);
bool host_valid(const char *host);
bool url_valid(const char *url);
bool link_valid(const char *url);

/* mailto: and the address; what may stand in one but not raw in a URI is escaped (RFC 6068). */
void address_mailto(struct buf *b, const char *email);

/* The address with the tag in it; NULL where it would not be a valid one any more (too long). */
char *address_tagged(struct arena *a, const char *email, const char *tag);
/* The tag of an address, in lower case (mail systems change it); NULL: it has none. */
char *address_tag(struct arena *a, const char *email);

#endif
