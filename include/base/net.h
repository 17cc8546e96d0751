/*
 * Which addresses the service may call when somebody else says where to (webhooks): public ones.
 * Loopback, private, shared (CGNAT), link-local, documentation, multicast, IPv4 inside IPv6 and all
 * that is not global unicast are refused, unless a list of networks from the settings has them.
 * Asked with the address that is about to be connected, it holds against names that resolve
 * inwards, now or the second time.
 */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_LIST_MAX = 16 };

struct net { /* IPv4 as ::ffff:a.b.c.d, bits counted from there */
    uint8_t address[16];
    int bits;
};

struct net_list {
    size_t count;
    struct net list[NET_LIST_MAX];
};

/* "127.0.0.0/8, 10.1.2.3, fd00::/8"; an empty text is an empty list. false: it cannot be read. */
bool net_list_read(const char *text, struct net_list *ret);

/* also may be NULL. Families other than IPv4 and IPv6 are refused. */
struct sockaddr;
bool net_allowed(const struct net_list *also, const struct sockaddr *address);

/* The same for an address in text; ret_literal false: the text is a name, which is allowed. */
bool net_host_allowed(const struct net_list *also, const char *host, bool *ret_literal);

#endif
