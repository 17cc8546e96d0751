#include "form/accept.h"

#include <string.h>
#include <strings.h>

static const char *skip_blanks(const char *s)
{
    return s + strspn(s, " \t");
}

/* "q=0", "q=0.", "q=0.000" behind the name: not at all. */
static bool is_refused(const char *s, const char *end)
{
    s = skip_blanks(s);
    if (s == end || *s != ';')
        return false;
    s = skip_blanks(s + 1);
    if ((*s != 'q' && *s != 'Q') || s[1] != '=')
        return false;
    s += 2;
    return s < end && *s == '0' && strspn(s, "0.") == strcspn(s, ", \t;");
}

bool accept_gzip(const char *header)
{
    bool any = false;
    for (const char *s = header; s && *s;) {
        s = skip_blanks(s);
        const char *end = s + strcspn(s, ",");
        size_t len = strcspn(s, ",; \t");
        bool wanted = !is_refused(s + len, end);
        if ((len == 4 && strncasecmp(s, "gzip", len) == 0) ||
            (len == 6 && strncasecmp(s, "x-gzip", len) == 0))
            return wanted;
        if (len == 1 && *s == '*')
            any = wanted;
        s = *end ? end + 1 : end;
    }
    return any;
}
