/*
 * A listening socket: systemd's, if it passed one for this address, else an own one. Addresses are
 * "127.0.0.1:8080", "[::1]:8080" and "unix:/path".
 */
#ifndef FLOW_LISTEN_H
#define FLOW_LISTEN_H

#include "base/err.h"

#include <stdbool.h>

/* ret_unlink_path: malloc'd, of a Unix socket made here; else NULL. ERR_VALUE, ERR_UNAVAILABLE
 * (logged). */
enum err door_listen(const char *address, bool shared, int *ret_fd, char **ret_unlink_path) MUST;

#endif
