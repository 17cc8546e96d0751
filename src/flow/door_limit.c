/* Who may connect: limits on connections, all and per address. */
#include "door_in.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool door_is_full(struct door *d, uint64_t address)
{
    struct conn *c;
    int same = 0;
    if (d->stats.open >= d->conf.conns_max)
        return true;
    if (!address || !d->conf.conns_per_address_max)
        return false;
    LIST_FOREACH(c, door_bucket(d, address), same_address)
    same += c->address == address;
    return same >= d->conf.conns_per_address_max;
}

void door_turn_away(struct door *d, int fd)
{
    struct buf body, out;
    struct http_reply reply;
    buf_init(&body, BUF_MAX_DEFAULT);
    buf_init(&out, BUF_MAX_DEFAULT);
    reply_refusal(ERR_BUSY, "Too many connections.", &body, &reply);
    reply_head(d, &reply, false, &out);
    buf_add(&out, body.data, body.len);
    (void)!send(fd, out.data, out.len, MSG_NOSIGNAL); /* a fresh socket takes it, or is broken */
    shutdown(fd, SHUT_WR);
    close(fd);
    buf_done(&body);
    buf_done(&out);
    d->stats.refused++;
}

/* Who can have one IPv6 address has a /64 of them. */
uint64_t door_address(const struct sockaddr *peer, char text[PEER_TEXT])
{
    const struct in6_addr *six = &((const struct sockaddr_in6 *)peer)->sin6_addr;
    const struct in_addr *four = &((const struct sockaddr_in *)peer)->sin_addr;
    uint64_t key = 0;
    memcpy(text, "unix", 5);
    if (peer->sa_family == AF_INET) {
        inet_ntop(AF_INET, four, text, PEER_TEXT);
        memcpy(&key, four, sizeof *four);
    } else if (peer->sa_family == AF_INET6) {
        inet_ntop(AF_INET6, six, text, PEER_TEXT);
        memcpy(&key, six->s6_addr + (IN6_IS_ADDR_V4MAPPED(six) ? 8 : 0), sizeof key);
    }
    return key;
}

struct conns *door_bucket(struct door *d, uint64_t address)
{
    return &d->by_address[(address * 0x9e3779b97f4a7c15u) >> 56];
}
