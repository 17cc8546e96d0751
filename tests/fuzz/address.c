/* Whatever passes a grammar of form/address can be printed raw: no blank, control, quote, bracket
 * or byte beyond ASCII is in it. */
#include "form/address.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool raw(const char *s, const char *never)
{
    for (; *s; s++)
        if (*s <= ' ' || *s > '~' || strchr(never, *s))
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = malloc(size + 1);
    if (!s)
        abort();
    memcpy(s, data, size);
    s[size] = '\0';
    if (address_valid(s) && (!raw(s, "\"<>,;:\\()[]") || strchr(s, '@') != strrchr(s, '@')))
        abort();
    if ((url_valid(s) || link_valid(s)) && !raw(s, "\"<>\\^`{|}[]"))
        abort();
    if (host_valid(s) && !raw(s, "@:/?#"))
        abort();
    free(s);
    return 0;
}
