/* Strict addresses: what may reach a mail header or a calendar property. */
#ifndef FORM_ADDRESS_H
#define FORM_ADDRESS_H

#include <stdbool.h>

bool address_valid(const char *s); /* e-mail */
bool url_valid(const char *s);     /* https */

#endif
