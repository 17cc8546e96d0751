#include "base/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { V4_BITS = 96, TEXT_MAX = 64 };

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* What is inside the space that is public otherwise (IANA's special-purpose registries). */
static const struct {
    uint8_t start[4];
    int bits;
} special_v4[] = {
    {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10}, {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},  {{192, 0, 0, 0}, 24},  {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15}, {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 3}, /* multicast, reserved, broadcast */
};
static const struct {
    uint8_t start[4];
    int bits;
} special_v6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23}, /* protocol assignments, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02, 0x00, 0x00}, 16}, /* 6to4: IPv4 inside */
    {{0x3f, 0xff, 0x00, 0x00}, 20}, /* documentation */
};

static bool within(const uint8_t *address, const uint8_t *start, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    return memcmp(address, start, (size_t)whole) == 0 &&
           (rest == 0 || (address[whole] & mask) == (start[whole] & mask));
}

/* ::ffff:a.b.c.d for IPv4. */
static bool bytes_of(const struct sockaddr *sa, uint8_t ret[16])
{
    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        memcpy(ret, v4_prefix, sizeof v4_prefix);
        memcpy(ret + sizeof v4_prefix, &in.sin_addr, 4);
        return true;
    }
    if (sa->sa_family != AF_INET6)
        return false;
    struct sockaddr_in6 in6;
    memcpy(&in6, sa, sizeof in6);
    memcpy(ret, &in6.sin6_addr, 16);
    return memcmp(ret, v4_prefix, sizeof v4_prefix) != 0; /* mapped: never */
}

static bool is_public(const uint8_t address[16])
{
    if (memcmp(address, v4_prefix, sizeof v4_prefix) == 0) {
        for (size_t i = 0; i < sizeof special_v4 / sizeof *special_v4; i++)
            if (within(address + 12, special_v4[i].start, special_v4[i].bits))
                return false;
        return true;
    }
    for (size_t i = 0; i < sizeof special_v6 / sizeof *special_v6; i++)
        if (within(address, special_v6[i].start, special_v6[i].bits))
            return false;
    return (address[0] & 0xe0) == 0x20; /* global unicast, 2000::/3 */
}

static bool listed(const struct net_list *also, const uint8_t address[16])
{
    for (size_t i = 0; also && i < also->count; i++)
        if (within(address, also->list[i].address, also->list[i].bits))
            return true;
    return false;
}

bool net_allowed(const struct net_list *also, const struct sockaddr *address)
{
    uint8_t bytes[16];
    return bytes_of(address, bytes) && (is_public(bytes) || listed(also, bytes));
}

/* The text as an address of 16 bytes; ret_four: it is IPv4. */
static bool address_read(const char *text, uint8_t ret[16], bool *ret_four)
{
    memcpy(ret, v4_prefix, sizeof v4_prefix);
    *ret_four = inet_pton(AF_INET, text, ret + sizeof v4_prefix) == 1;
    return *ret_four || inet_pton(AF_INET6, text, ret) == 1;
}

bool net_host_allowed(const struct net_list *also, const char *host, bool *ret_literal)
{
    uint8_t bytes[16];
    bool four;
    *ret_literal = address_read(host, bytes, &four);
    if (!*ret_literal)
        return true;
    bool mapped = !four && memcmp(bytes, v4_prefix, sizeof v4_prefix) == 0;
    return !mapped && (is_public(bytes) || listed(also, bytes));
}

static bool net_read(char *text, struct net *ret)
{
    bool four;
    char *slash = strchr(text, '/');
    if (slash)
        *slash++ = '\0';
    if (!address_read(text, ret->address, &four))
        return false;
    int most = four ? 32 : 128, bits = most;
    if (slash) {
        size_t digits = strspn(slash, "0123456789");
        if (digits < 1 || digits > 3 || slash[digits] || (bits = atoi(slash)) > most)
            return false;
    }
    ret->bits = bits + (four ? V4_BITS : 0);
    return true;
}

bool net_list_read(const char *text, struct net_list *ret)
{
    static const char gaps[] = ", ";
    struct net_list list = {0};
    char word[TEXT_MAX];
    for (text += strspn(text, gaps); *text; text += strspn(text, gaps)) {
        size_t len = strcspn(text, gaps);
        if (len >= sizeof word || list.count == NET_LIST_MAX)
            return false;
        memcpy(word, text, len);
        word[len] = '\0';
        if (!net_read(word, &list.list[list.count++]))
            return false;
        text += len;
    }
    *ret = list;
    return true;
}
