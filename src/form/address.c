#include "form/address.h"

#include <ctype.h>
#include <string.h>

static bool host_valid(const char *s, size_t len)
{
    size_t dots = 0;
    for (size_t i = 0; i < len; i++) {
        bool edge = i == 0 || i + 1 == len || s[i - 1] == '.' || s[i + 1] == '.';
        if (s[i] == '.' ? edge : !isalnum((unsigned char)s[i]) && (s[i] != '-' || edge))
            return false;
        dots += s[i] == '.';
    }
    return len > 0 && len <= 253 && dots > 0;
}

bool address_valid(const char *s)
{
    static const char atom[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "!#$%&'*+/=?^_`{|}~.-";
    size_t n = strspn(s, atom);
    if (n == 0 || n > 64 || s[n] != '@' || s[0] == '.' || s[n - 1] == '.')
        return false;
    for (size_t i = 1; i < n; i++)
        if (s[i] == '.' && s[i - 1] == '.')
            return false;
    return host_valid(s + n + 1, strlen(s + n + 1)) && strlen(s) <= 254;
}

bool url_valid(const char *s)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._~:/?#[]@!$&'()*+,;=%";
    if (strncmp(s, "https://", 8) != 0 || s[8 + strspn(s + 8, allowed)] != '\0')
        return false;
    size_t host = strcspn(s + 8, "/?#:");
    return host_valid(s + 8, host) && strlen(s) <= 2000;
}
