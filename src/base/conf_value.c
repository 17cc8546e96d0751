/* What the text of a setting may be: one check per type. */
#include "base/conf.h"
#include "base/net.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

typedef bool check_fn(const struct conf_row *r, const char *text, int64_t *ret_num, char *must);
static check_fn is_text, is_number, is_time, is_choice, is_address, is_url, is_networks;

static check_fn *const checks[] = {
    [CONF_STRING] = is_text,     [CONF_INT] = is_number,  [CONF_DURATION] = is_number,
    [CONF_SIZE] = is_number,     [CONF_TIME] = is_time,   [CONF_ENUM] = is_choice,
    [CONF_ADDRESS] = is_address, [CONF_URL] = is_url,     [CONF_CONNINFO] = is_text,
    [CONF_PATH] = is_text,       [CONF_SECRET] = is_text, [CONF_NETWORKS] = is_networks,
};

bool conf_check(const struct conf_row *r, const char *text, int64_t *ret_num, char must[CONF_MUST])
{
    size_t len = strlen(text);
    int64_t num = 0;
    if (!utf8_valid(text, len) || utf8_has_control(text, len)) {
        snprintf(must, CONF_MUST, "plain UTF-8 without control characters");
        return false;
    }
    if (!checks[r->type](r, text, &num, must))
        return false;
    *ret_num = num;
    return true;
}

static bool is_text(const struct conf_row *r, const char *text, int64_t *ret_num, char *must)
{
    (void)ret_num;
    int64_t len = (int64_t)strlen(text);
    if (len >= r->least && len <= r->most)
        return true;
    snprintf(must, CONF_MUST, "%" PRId64 " to %" PRId64 " bytes long", r->least, r->most);
    return false;
}

/* digits and one of the type's units; 0 where that is not so or too large to be meant */
static bool scaled(enum conf_type type, const char *text, int64_t *ret_num)
{
    static const struct unit plain[] = {{"", 1}, {0}};
    static const struct unit sizes[] = {
        {"", 1}, {"k", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {0}};
    static const struct unit times[] = {{"ms", 1},      {"s", 1000},     {"m", 60000},
                                        {"h", 3600000}, {"d", 86400000}, {0}};
    const struct unit *u = type == CONF_SIZE ? sizes : type == CONF_DURATION ? times : plain;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9)
        return false;
    while (u->name && strcmp(u->name, text + digits) != 0)
        u++;
    if (!u->name)
        return false;
    *ret_num = strtoll(text, NULL, 10) * u->factor;
    return true;
}

static bool is_number(const struct conf_row *r, const char *text, int64_t *ret_num, char *must)
{
    int64_t num = 0;
    if (!scaled(r->type, text, &num)) {
        snprintf(must, CONF_MUST, "a whole number%s",
                 r->type == CONF_SIZE       ? " with k, M, G or nothing after it"
                 : r->type == CONF_DURATION ? " with ms, s, m, h or d after it"
                                            : "");
        return false;
    }
    if (num < r->least || num > r->most) {
        snprintf(must, CONF_MUST, "from %" PRId64 " to %" PRId64 " %s", r->least, r->most, r->unit);
        return false;
    }
    *ret_num = num;
    return true;
}

static bool is_time(const struct conf_row *r, const char *text, int64_t *ret_num, char *must)
{
    const char *t = text;
    if (strlen(t) == 5 && isdigit((unsigned char)t[0]) && isdigit((unsigned char)t[1]) &&
        t[2] == ':' && t[3] >= '0' && t[3] <= '5' && isdigit((unsigned char)t[4])) {
        int64_t minutes = ((t[0] - '0') * 10 + t[1] - '0') * 60 + (t[3] - '0') * 10 + t[4] - '0';
        if (minutes >= r->least && minutes <= r->most) {
            *ret_num = minutes;
            return true;
        }
    }
    snprintf(must, CONF_MUST, "a time of day from 00:00 to 24:00");
    return false;
}

static bool is_choice(const struct conf_row *r, const char *text, int64_t *ret_num, char *must)
{
    const char *choice = r->unit;
    for (int64_t i = 0; *choice; i++) {
        size_t len = strcspn(choice, "|");
        if (len == strlen(text) && strncmp(choice, text, len) == 0) {
            *ret_num = i;
            return true;
        }
        choice += len + (choice[len] == '|');
    }
    snprintf(must, CONF_MUST, "one of %s", r->unit);
    return false;
}

static bool is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 5 && !text[digits] && atoi(text) <= 65535;
}

/* 127.0.0.1:80 or [::1]:80; port 0 lets the system choose one */
static bool is_address(const struct conf_row *r, const char *text, int64_t *ret_num, char *must)
{
    (void)r, (void)ret_num;
    char host[INET6_ADDRSTRLEN + 2] = "";
    unsigned char bytes[16];
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    if (len >= 2 && len < sizeof host && is_port(colon + 1)) {
        bool six = text[0] == '[' && text[len - 1] == ']';
        memcpy(host, text + six, len - 2 * (size_t)six);
        if (inet_pton(six ? AF_INET6 : AF_INET, host, bytes) == 1)
            return true;
    }
    snprintf(must, CONF_MUST, "an IP address and a port, as 127.0.0.1:8080 or [::1]:8080");
    return false;
}

/* scheme://host… of printable ASCII, no slash at the end, for paths are put behind it */
static bool is_url(const struct conf_row *r, const char *text, int64_t *ret_num, char *must)
{
    size_t len = strlen(text);
    const char *rest = strstr(text, "://");
    if (!len && r->least == 0)
        return true;
    bool good = rest && rest[3] && text[len - 1] != '/';
    for (size_t i = 0; i < len; i++)
        good = good && text[i] > ' ' && text[i] < 0x7f && !strchr("\"<>\\^`{|}", text[i]);
    if (good) {
        char scheme[16];
        snprintf(scheme, sizeof scheme, "%.*s", (int)(rest - text), text);
        good = is_choice(r, scheme, ret_num, must) && is_text(r, text, ret_num, must);
    }
    if (!good)
        snprintf(must, CONF_MUST,
                 "a URL (%s) without a slash at its end, at most %" PRId64 " bytes", r->unit,
                 r->most);
    return good;
}

static bool is_networks(const struct conf_row *r, const char *text, int64_t *ret_num, char *must)
{
    struct net_list list;
    if (net_list_read(text, &list) && is_text(r, text, ret_num, must))
        return true;
    snprintf(must, CONF_MUST, "at most %d networks, as 127.0.0.0/8, 10.1.2.3, fd00::/8",
             NET_LIST_MAX);
    return false;
}
