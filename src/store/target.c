#include "store/target.h"

#include "base/buf.h"
#include "store/ticket.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 2048, HOST_MAX = 256 };

struct settings { /* what conninfo says, and the environment where it is silent */
    PQconninfoOption *own;
    PQconninfoOption *defaults;
};

static bool settings_read(struct settings *s, const char *conninfo, char *why, size_t size);
static void settings_done(struct settings *s);
static const char *setting(const struct settings *s, const char *key);
static bool each_element(const char *list, bool fits(const char *), char *why, size_t size);
static bool is_address(const char *host);
static bool is_address_or_socket(const char *host);
static char *lane_options(const char *conninfo, int timeout_ms);

bool store_conninfo_ok(const char *conninfo, char *why, size_t size)
{
    struct settings s;
    if (!settings_read(&s, conninfo, why, size))
        return false;
    bool ok = true;
    const char *addresses = setting(&s, "hostaddr");
    if (*setting(&s, "service")) {
        snprintf(why, size, "service= is not supported: write out host, port and dbname");
        ok = false;
    } else if (*addresses) {
        ok = each_element(addresses, is_address, why, size);
    } else {
        ok = each_element(setting(&s, "host"), is_address_or_socket, why, size);
    }
    settings_done(&s);
    return ok;
}

static bool settings_read(struct settings *s, const char *conninfo, char *why, size_t size)
{
    char *message = NULL;
    s->own = PQconninfoParse(conninfo, &message);
    if (!s->own) {
        snprintf(why, size, "conninfo: %s", message ? message : "out of memory");
        why[strcspn(why, "\n")] = '\0';
        PQfreemem(message);
        return false;
    }
    s->defaults = need(PQconndefaults());
    return true;
}

static void settings_done(struct settings *s)
{
    PQconninfoFree(s->own);
    PQconninfoFree(s->defaults);
}

static const char *setting(const struct settings *s, const char *key)
{
    const PQconninfoOption *const places[] = {s->own, s->defaults};
    for (size_t i = 0; i < 2; i++)
        for (const PQconninfoOption *o = places[i]; o->keyword; o++)
            if (strcmp(o->keyword, key) == 0 && o->val && *o->val)
                return o->val;
    return "";
}

static bool each_element(const char *list, bool fits(const char *), char *why, size_t size)
{
    char one[HOST_MAX];
    for (;;) {
        size_t len = strcspn(list, ",");
        snprintf(one, sizeof one, "%.*s", (int)len, list);
        if (len >= sizeof one || !fits(one)) {
            snprintf(why, size, "%s: not an IP address or a socket directory (add hostaddr=)", one);
            return false;
        }
        if (!list[len])
            return true;
        list += len + 1;
    }
}

static bool is_address(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static bool is_address_or_socket(const char *host)
{
    return !*host || *host == '/' || *host == '@' || is_address(host);
}

void target_init(struct target *t, const char *conninfo, const char *lane, int timeout_ms)
{
    struct buf name;
    buf_init(&name, HOST_MAX);
    buf_printf(&name, "jamund %s", lane);
    t->conninfo = need(strdup(conninfo));
    t->options = lane_options(conninfo, timeout_ms);
    t->application = name.data; /* owned from here */
    /* Later keywords win: conninfo may ask for GSS, but not for other options or encodings. */
    const char *const pairs[TARGET_KEYS][2] = {
        {"gssencmode", "disable"},   {"fallback_application_name", t->application},
        {"dbname", t->conninfo},     {"options", t->options},
        {"client_encoding", "UTF8"},
    };
    for (int i = 0; i < TARGET_KEYS; i++) {
        t->keys[i] = pairs[i][0];
        t->values[i] = pairs[i][1];
    }
}

static char *lane_options(const char *conninfo, int timeout_ms)
{
    struct settings s;
    struct buf out;
    char why[HOST_MAX];
    buf_init(&out, OPTIONS_MAX);
    if (settings_read(&s, conninfo, why, sizeof why)) {
        buf_str(&out, setting(&s, "options"));
        settings_done(&s);
    }
    buf_printf(&out, " -c jit=off -c statement_timeout=%d -c lock_timeout=%d", timeout_ms,
               timeout_ms * 4 / 5); /* compiling takes longer than any of our statements */
    buf_printf(&out, " -c idle_in_transaction_session_timeout=%d", timeout_ms);
    return out.data; /* owned by the caller from here */
}

void target_done(struct target *t)
{
    free(t->conninfo);
    free(t->options);
    free(t->application);
}
